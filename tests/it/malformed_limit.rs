//! If more records are malformed than are allowed, the rest is not read: a few
//! kilobytes can decompress to billions of records. The message does not depend on
//! threads or blocks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use scant::Extent;
use scant::internals::{
    BLOCK_BYTES, BlockParser, Dialect, EngineError, InputEvidence, MasterKey, MemoryBudget, NoObserver, Parsed,
    Payload, PlanFit, Quarantined, ReadPhase, Recipe, ReleaseError, Rows, RunContext, RunOptions, Source, SourceColumn,
    Spill, SpillSpace, StructureFault, Ticket, View, Wanted, extract_header, load, open, write_extract,
};

use crate::kit::{LOG_HEADER, Options, Project, names_in, policy_head, said, scant};

/// Records of one block of [`Endless`].
const OF_A_BLOCK: u32 = 100;

/// A source that never ends, all of it malformed.
struct Endless {
    file: Arc<str>,
    blocks: Arc<AtomicU64>,
}

impl Source for Endless {
    fn file(&self) -> &Arc<str> {
        &self.file
    }

    fn columns(&self) -> &[SourceColumn] {
        &[]
    }

    fn extent(&self) -> Extent {
        Extent::default()
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::new(Malformed)
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let number = self.blocks.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Ticket { number, payload: Payload::Part(number), from: Some(0) }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        panic!("it has no end")
    }
}

struct Malformed;

impl BlockParser for Malformed {
    fn parse(&self, _: &mut Ticket, _: &[usize]) -> Result<Parsed, EngineError> {
        let fault = StructureFault::MissingField;
        let quarantined = (0..OF_A_BLOCK).map(|index| Quarantined { index, offset: 0, length: 1, fault, column: None });
        let quarantined = quarantined.collect();
        Ok(Parsed { records: OF_A_BLOCK, quarantined, rows: Box::new(Malformed), bytes: 1, opens: None, closes: None })
    }
}

impl Rows for Malformed {
    fn len(&self) -> usize {
        0
    }

    fn index_in_block(&self, _: usize) -> u32 {
        0
    }

    fn gather<'a>(&'a self, _: usize, _: Wanted<'_>, _: View, _: &mut Vec<Option<&'a str>>) {}
}

struct NoSpace;

impl SpillSpace for NoSpace {
    fn create(&self) -> io::Result<Box<dyn Spill>> {
        Err(io::Error::other("nothing is to be spilled"))
    }
}

/// Blocks that were taken from a source without an end, and how many places were
/// told.
fn read_endless(threads: usize, allowed: u64) -> (u64, u64) {
    let project = Project::new();
    let policy = project.story("policy-later.toml", &[]);
    let mut extract = extract_header().as_bytes().to_vec();
    write_extract(&Recipe::new(10, 5), 0..10, &mut extract);
    project.write("extract.csv", extract);
    let loaded = load(&policy, "2018-07-01".parse().unwrap()).unwrap();
    let plan = &loaded.compiled.plan;
    let file: Arc<str> = "extract.csv".into();
    let source = open(&project.path("extract.csv"), &file, &Dialect::default(), BLOCK_BYTES).unwrap();
    let key = MasterKey::new(&mut [7; 32]);
    let fit = PlanFit::new(plan, source.columns(), &file, Some(&key), &[]).unwrap();
    let binding = fit.into_binding(None).unwrap();
    let options = RunOptions {
        threads,
        subject_key: [3; 16],
        observer: &NoObserver,
        stop: &AtomicBool::new(false),
        space: &NoSpace,
        memory: MemoryBudget::default(),
    };
    let context = RunContext::start(options).unwrap();
    let told = AtomicU64::new(0);
    let mut quarantine = |_: &Arc<str>, _: u64, _: &Quarantined| {
        told.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let blocks = Arc::new(AtomicU64::new(0));
    let run = ReadPhase::start(plan, &context, Extent::default(), binding.output(), None, &mut quarantine);
    let mut run = run.allowing_malformed(allowed);
    let failed = run.read(Box::new(Endless { file, blocks: Arc::clone(&blocks) }), &binding).unwrap_err();
    let limit = allowed.max(1_000);
    assert!(
        matches!(failed, EngineError::MalformedWithoutEnd { limit: said, allowed: may } if (said, may) == (limit, allowed)),
        "{failed:?}"
    );
    drop(run);
    (blocks.load(Ordering::Relaxed), told.load(Ordering::Relaxed))
}

#[test]
fn a_source_without_an_end_is_read_no_further_than_what_may_be() {
    for threads in [1, 2, 7] {
        for (allowed, enough) in [(0, 11), (5, 11), (999, 11), (1_000, 11), (25_000, 251)] {
            let (blocks, told) = read_endless(threads, allowed);
            let in_flight = 2 * threads as u64 + 2;
            assert!((enough..=enough + in_flight).contains(&blocks), "{allowed}, {threads} threads: {blocks} blocks");
            assert_eq!(told, enough * u64::from(OF_A_BLOCK), "{allowed}, {threads} threads");
        }
    }
}

/// Small policies by columns and by log, and their extract.
fn new_project() -> Project {
    let policy = |evidence: &str| {
        let columns = "[columns.id]\nrole = \"direct_identifier\"\npseudonymise = { domain = \"d\" }\nas = \"person\"\n\
                       [output]\nformat = \"csv\"\n";
        policy_head("p", "political-campaign") + evidence + columns
    };
    let by_columns = "[consent.columns]\ngranted = { column = \"label\", yes = [\"Y\"], no = [\"N\"] }\n\
                      given_at = \"given\"\nnotice = \"notice\"\n";
    let project = Project::with("samples/story/register.toml", "");
    project.write("columns.toml", policy(by_columns));
    project.write("log.toml", policy("[consent.events]\npath = \"log.csv\"\n"));
    project.write("extract.csv", format!("{HEADER}s1,Y,2018-03-01,privacy-2018-01\n"));
    project
}

const HEADER: &str = "id,label,given,notice\n";
const GRANT: &str = "E,s1,2018-03-01T10:00:00Z,ConsentGiven,X,political-campaign,bigbroker,privacy-2018-01,,post\n";

/// What is said at any number of threads and any size of a block.
fn said_at_all(project: &Project, policy: &str) -> String {
    let mut first: Option<String> = None;
    for threads in [1, 2, 5] {
        for block_bytes in [None, Some(1), Some(100), Some(4_096), Some(100_000)] {
            let options = Options { threads, block_bytes, ..Options::default() };
            let failed = project.deliver(&project.path(policy), &project.path("extract.csv"), options).unwrap_err();
            assert!(
                matches!(failed, ReleaseError::MalformedWithoutEnd { .. } | ReleaseError::LogLostWithoutEnd { .. }),
                "{failed:?}"
            );
            let text = format!("{failed}\n{failed:?}");
            assert_eq!(
                first.get_or_insert_with(|| text.clone()),
                &text,
                "{threads} threads, blocks of {block_bytes:?}"
            );
        }
    }
    first.unwrap()
}

/// One record in three is malformed, and later ones in another way.
#[test]
fn what_is_said_of_an_extract_does_not_depend_on_threads_or_blocks() {
    let project = new_project();
    let good = "s1,Y,2018-03-01,privacy-2018-01\ns2,Y,2018-03-01,privacy-2018-01\n";
    let rows = format!("{good}x\n").repeat(1_500) + &format!("{good}\"x\"x,y\n").repeat(1_500);
    project.write("extract.csv", format!("{HEADER}{rows}"));
    let text = said_at_all(&project, "columns.toml");
    assert!(text.contains("more than 1,000 records are malformed, and 0 are allowed; the rest was not read"), "{text}");
    assert!(text.contains("extract.csv record 3, column 2: a field is missing"), "{text}");
    assert!(text.contains("extract.csv record 15, column 2: a field is missing"), "{text}");
    assert!(!text.contains("record 18"), "five are shown: {text}");
}

/// Malformed rows and events of subjects that cannot be read, by turns.
#[test]
fn what_is_said_of_a_log_does_not_depend_on_threads_or_blocks() {
    let project = new_project();
    let unread = GRANT.replace("s1", "s\u{200b}1");
    project.write("log.csv", format!("{LOG_HEADER}{}", format!("{GRANT}{unread}x\n").repeat(2_000)));
    let text = said_at_all(&project, "log.toml");
    assert!(text.contains("more than 1,000 rows of the consent log are malformed or of a subject"), "{text}");
    for place in [
        "record 2, column 2: the subject",
        "record 3, column 2: a field is missing",
        "record 5, column 2: the",
        "record 6, column 2: a field is missing",
        "record 8, column 2: the",
    ] {
        assert!(text.contains(&format!("log.csv {place}")), "{place}: {text}");
    }
    assert!(!text.contains("record 9"), "five are shown: {text}");
    // Of one kind alone.
    for rows in [unread, "x\n".to_owned()] {
        project.write("log.csv", format!("{LOG_HEADER}{}", format!("{GRANT}{rows}").repeat(2_000)));
        said_at_all(&project, "log.toml");
    }
}

/// A dry run and a trace read no further than a run would, and leave nothing.
#[test]
fn explain_gives_up_where_a_run_would() {
    let project = new_project();
    project.write("ids.txt", "s1\n");
    let bad = "x\n".repeat(1_001);
    let run: &[&str] = &["run", "-o", "out", "--key", "key.json"];
    let traced: &[&str] = &["explain", "-o", "answer.txt", "--subject-file", "ids.txt"];
    for (policy, extract, log) in
        [("columns.toml", format!("{HEADER}{bad}"), None), ("log.toml", format!("{HEADER}s1,r,,\n"), Some(&bad))]
    {
        project.write("extract.csv", extract);
        project.write("log.csv", format!("{LOG_HEADER}{}", log.map_or("", |bad| bad.as_str())));
        let before = names_in(project.folder());
        for arguments in [run, &["explain"], traced] {
            let mut command = scant();
            command.current_dir(project.folder()).args(arguments).args([policy, "extract.csv"]);
            let output = command.args(["--as-of", "2018-07-01", "--threads", "2"]).output().unwrap();
            assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}", said(&output));
            let text = said(&output);
            assert!(text.contains("more than 1,000 ") && text.contains("the rest was not read"), "{text}");
            assert!(text.contains(" record 5, column 2: a field is missing") && !text.contains(" record 6"), "{text}");
            assert_eq!(names_in(project.folder()), before, "{arguments:?}");
        }
    }
    // As many as may be said exactly are.
    project.write("extract.csv", format!("{HEADER}{}", "x\n".repeat(1_000)));
    let mut command = scant();
    command.current_dir(project.folder()).args(run).args(["columns.toml", "extract.csv", "--as-of", "2018-07-01"]);
    let output = command.output().unwrap();
    assert!(said(&output).contains("1,000 records are malformed, and 0 are allowed\n"), "{}", said(&output));
}
