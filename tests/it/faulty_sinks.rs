//! The engine alone, with sinks and spill files that fail at one call, for every
//! call there is: each time a typed error, and no panic. `crash` does the same with
//! the command and the operating system.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use scant::internals::{
    Appender, CsvEncoder, Dialect, Encoder, EngineError, MasterKey, MemoryBudget, NoObserver, PlanFit, Quarantined,
    ReadPhase, Recipe, Released, RunContext, RunOptions, SinkReport, Spill, SpillSpace, extract_header, load, open,
    write_extract,
};
use scant::{Extent, Policy};

use crate::kit::Project;

const CALLS: [&str; 8] = ["spill create", "spill append", "spill read", "encode", "open", "append", "finish", "write"];

/// Counts calls, and fails the one that was chosen.
struct Fuse {
    calls: AtomicUsize,
    fails_at: usize,
    blown: Mutex<Option<&'static str>>,
}

impl Fuse {
    fn new(fails_at: usize) -> Arc<Self> {
        Arc::new(Self { calls: AtomicUsize::new(0), fails_at, blown: Mutex::new(None) })
    }

    fn call(&self, what: &'static str) -> io::Result<()> {
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.fails_at {
            *self.blown.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn write(&self, what: &'static str) -> Result<(), EngineError> {
        self.call(what).map_err(|source| EngineError::Write { what, source })
    }
}

struct Space(Arc<Fuse>);

struct InMemory {
    fuse: Arc<Fuse>,
    bytes: Vec<u8>,
}

impl SpillSpace for Space {
    fn create(&self) -> io::Result<Box<dyn Spill>> {
        self.0.call("spill create")?;
        Ok(Box::new(InMemory { fuse: Arc::clone(&self.0), bytes: Vec::new() }))
    }
}

impl Spill for InMemory {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.fuse.call("spill append")?;
        self.bytes.extend(bytes);
        Ok(())
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.fuse.call("spill read")?;
        let from = usize::try_from(offset).unwrap();
        let bytes = self.bytes.get(from..from + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

/// A real encoder behind a fuse.
struct Fused<E> {
    encoder: E,
    fuse: Arc<Fuse>,
}

struct FusedAppender<A> {
    appender: Box<dyn Appender<A>>,
    fuse: Arc<Fuse>,
}

impl<E: Encoder> Encoder for Fused<E>
where
    E::Encoded: 'static,
{
    type Encoded = E::Encoded;

    fn encode(&self, rows: &Released) -> Result<Self::Encoded, EngineError> {
        self.fuse.write("encode")?;
        self.encoder.encode(rows)
    }

    fn open(&self, file: Box<dyn Write + Send>) -> Result<Box<dyn Appender<Self::Encoded>>, EngineError> {
        self.fuse.write("open")?;
        let appender = self.encoder.open(file)?;
        Ok(Box::new(FusedAppender { appender, fuse: Arc::clone(&self.fuse) }))
    }
}

impl<A> Appender<A> for FusedAppender<A> {
    fn append(&mut self, encoded: A) -> Result<(), EngineError> {
        self.fuse.write("append")?;
        self.appender.append(encoded)
    }

    fn finish(self: Box<Self>) -> Result<SinkReport, EngineError> {
        self.fuse.write("finish")?;
        self.appender.finish()
    }
}

/// A file in memory whose writes fail.
struct File {
    fuse: Arc<Fuse>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.fuse.call("write")?;
        self.bytes.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A whole run over the extract: the bytes of the delivery, or why there is none.
fn run(project: &Project, loaded: &Policy, fuse: &Arc<Fuse>) -> Result<Vec<u8>, EngineError> {
    let plan = &loaded.compiled.plan;
    let name: Arc<str> = "extract.csv".into();
    let source = open(&project.path("extract.csv"), &name, &Dialect::default(), 16 << 10)?;
    let key = MasterKey::new(&mut [7; 32]);
    let fit = PlanFit::new(plan, source.columns(), &name, Some(&key), &[]).unwrap();
    let binding = fit.into_binding(None).unwrap();
    let (stop, space) = (AtomicBool::new(false), Space(Arc::clone(fuse)));
    let options = RunOptions {
        threads: 2,
        subject_key: [3; 16],
        observer: &NoObserver,
        stop: &stop,
        space: &space,
        memory: MemoryBudget::default(),
    };
    let context = RunContext::start(options)?;
    let mut quarantine = |_: &Arc<str>, _: u64, _: &Quarantined| Ok(());
    let mut run = ReadPhase::start(plan, &context, Extent::default(), binding.output(), None, &mut quarantine);
    run.read(source, &binding)?;
    let joined = run.join()?;
    let encoder = Fused { encoder: CsvEncoder::new(binding.output().to_vec(), false), fuse: Arc::clone(fuse) };
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (account, _) = joined
        .write(&binding, &encoder, &mut |_| Ok(Box::new(File { fuse: Arc::clone(fuse), bytes: Arc::clone(&bytes) })))?;
    account.check_balance().unwrap();
    let bytes = std::mem::take(&mut *bytes.lock().unwrap());
    Ok(bytes)
}

#[test]
fn every_call_that_fails_is_a_typed_error() {
    let project = Project::new();
    // Rows that fill the buffers before the spill file, and many parts to write.
    let many_parts = "format = \"csv\"\norder = \"extract\"\nmax_rows_per_file = 100";
    let kept = "keep = { because = \"to fill the buffers\" }";
    let changes = [("format = \"parquet\"", many_parts), ("drop = true", kept)];
    let policy = project.story("policy-later.toml", &changes);
    let mut extract = extract_header().as_bytes().to_vec();
    write_extract(&Recipe::new(6_000, 5), 0..6_000, &mut extract);
    project.write("extract.csv", extract);
    let loaded = load(&policy, "2018-07-01".parse().unwrap()).unwrap();
    let fuse = Fuse::new(usize::MAX);
    let whole = run(&project, &loaded, &fuse).unwrap();
    assert!(whole.len() > 100_000);
    let mut blown = std::collections::BTreeSet::new();
    for call in 1..10_000 {
        let fuse = Fuse::new(call);
        let found = run(&project, &loaded, &fuse);
        let Some(what) = *fuse.blown.lock().unwrap() else {
            // No call is left to fail.
            assert_eq!(found.unwrap(), whole);
            assert!(call > 50, "{call}");
            assert_eq!(blown, CALLS.into(), "every kind of call failed once");
            return;
        };
        blown.insert(what);
        match found {
            Err(EngineError::Write { source, .. }) => assert_eq!(source.kind(), io::ErrorKind::StorageFull, "{what}"),
            other => panic!("{what}, call {call}: {other:?}"),
        }
    }
    panic!("the run has no end");
}
