//! A panic is a bug, and must end the run as one: no worker may wait for ever for
//! the block of another that is gone, and nothing may be released.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use scant::Extent;
use scant::internals::{
    BlockParser, Dialect, EngineError, InputEvidence, LogBinding, LogPass, MasterKey, MemoryBudget, NoObserver, Parsed,
    PlanFit, Quarantined, ReadPhase, Recipe, RunContext, RunOptions, Source, SourceColumn, Spill, SpillSpace, Ticket,
    events_header, extract_header, load, open, write_events, write_extract,
};

use crate::kit::Project;

/// Where the panic is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Block(u64),
    Spill,
}

struct Panicking {
    source: Box<dyn Source>,
    place: Place,
}

struct PanickingParser {
    parser: Arc<dyn BlockParser>,
    place: Place,
}

impl Source for Panicking {
    fn file(&self) -> &Arc<str> {
        self.source.file()
    }

    fn columns(&self) -> &[SourceColumn] {
        self.source.columns()
    }

    fn extent(&self) -> Extent {
        self.source.extent()
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::new(PanickingParser { parser: self.source.parser(), place: self.place })
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        self.source.next_block()
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        self.source.finish()
    }
}

impl BlockParser for PanickingParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        assert!(self.place != Place::Block(ticket.number), "as the test wants");
        self.parser.parse(ticket, needed)
    }
}

struct PanickingSpace;

impl SpillSpace for PanickingSpace {
    fn create(&self) -> io::Result<Box<dyn Spill>> {
        panic!("as the test wants")
    }
}

fn read(place: Place) -> Result<u64, EngineError> {
    let project = Project::new();
    // Rows that fill the buffers before the spill file.
    let in_order = "format = \"parquet\"\norder = \"extract\"";
    let policy = project.story("policy-later.toml", &[("format = \"parquet\"", in_order)]);
    let mut extract = extract_header().as_bytes().to_vec();
    write_extract(&Recipe::new(20_000, 5), 0..20_000, &mut extract);
    project.write("extract.csv", extract);
    let loaded = load(&policy, "2018-07-01".parse().unwrap()).unwrap();
    let plan = &loaded.compiled.plan;
    let name: Arc<str> = "extract.csv".into();
    let source = open(&project.path("extract.csv"), &name, &Dialect::default(), 4 << 10)?;
    let key = MasterKey::new(&mut [7; 32]);
    let fit = PlanFit::new(plan, source.columns(), &name, Some(&key), &[]).unwrap();
    let binding = fit.into_binding(None).unwrap();
    let stop = AtomicBool::new(false);
    let space = &PanickingSpace;
    let options = RunOptions {
        threads: 4,
        subject_key: [3; 16],
        observer: &NoObserver,
        stop: &stop,
        space,
        memory: MemoryBudget::default(),
    };
    let context = RunContext::start(options)?;
    let mut quarantine = |_: &Arc<str>, _: u64, _: &Quarantined| Ok(());
    let mut run = ReadPhase::start(plan, &context, Extent::default(), binding.output(), None, &mut quarantine);
    run.read(Box::new(Panicking { source, place }), &binding).map(|(_, records)| records)
}

/// The same while a consent log is read.
fn read_log(place: Place) -> Result<u64, EngineError> {
    let project = Project::new();
    let policy = project.story("policy-later-log.toml", &[]);
    let mut log = events_header().as_bytes().to_vec();
    write_events(&Recipe::new(20_000, 5), 0..20_000, &mut log);
    project.write("log.csv", log);
    let loaded = load(&policy, "2018-07-01".parse().unwrap()).unwrap();
    let plan = &loaded.compiled.plan;
    let rules = plan.log_rules().unwrap();
    let name: Arc<str> = "log.csv".into();
    let source = open(&project.path("log.csv"), &name, &Dialect::default(), 4 << 10)?;
    let binding = LogBinding::new(&rules.evidence, source.columns(), &name).unwrap();
    let options = RunOptions {
        threads: 4,
        subject_key: [3; 16],
        observer: &NoObserver,
        stop: &AtomicBool::new(false),
        space: &PanickingSpace,
        memory: MemoryBudget::of(0),
    };
    let context = RunContext::start(options)?;
    let mut pass = LogPass::start(plan, rules, &context, Extent::default());
    let mut quarantine = |_: &Arc<str>, _: u64, _: &Quarantined| Ok(());
    let rows = pass.read(Box::new(Panicking { source, place }), &binding, &mut quarantine)?.1;
    Ok(rows)
}

#[test]
fn a_panic_of_a_worker_ends_the_run_as_a_bug() {
    let of_blocks = [Place::Block(0), Place::Block(1), Place::Block(500)];
    let runs = of_blocks.into_iter().flat_map(|place| [(place, false), (place, true)]);
    for (place, of_log) in runs.chain([(Place::Spill, false)]) {
        let (say, hear) = mpsc::channel();
        std::thread::spawn(move || say.send(if of_log { read_log(place) } else { read(place) }));
        let outcome = hear.recv_timeout(Duration::from_mins(1));
        let outcome = outcome.unwrap_or_else(|_| panic!("{place:?}: the run waits for ever"));
        assert!(matches!(outcome, Err(EngineError::Bug { .. })), "{place:?}: {outcome:?}");
    }
}
