//! Runs through the library: their options, and the sample key.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;
use scant::internals::{KEY_BYTES, MasterKey, NoObserver, ReleaseError, load};
use scant::{Delivery, Job, Observer};

use super::{LATER, StoppedClock};

/// How a run is asked for: by default on two threads, on the day that is judged,
/// with nothing allowed.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    pub(crate) as_of: Date,
    /// The day of the run, where it is another.
    pub(crate) today: Option<Date>,
    pub(crate) threads: usize,
    pub(crate) block_bytes: Option<usize>,
    pub(crate) memory_bytes: Option<usize>,
    pub(crate) max_malformed: Option<u64>,
    pub(crate) expect_records: Option<u64>,
    pub(crate) consent: &'a [PathBuf],
    pub(crate) observer: &'a dyn Observer,
    /// Whether it is asked to stop before it begins.
    pub(crate) is_stopped: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            as_of: LATER,
            today: None,
            threads: 2,
            block_bytes: None,
            memory_bytes: None,
            max_malformed: None,
            expect_records: None,
            consent: &[],
            observer: &NoObserver,
            is_stopped: false,
        }
    }
}

/// What may change nothing about a delivery.
impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads, blocks of {:?}, memory of {:?}", self.threads, self.block_bytes, self.memory_bytes)
    }
}

/// Loads the policy, and does something with the job.
pub(crate) fn with_job<T>(
    policy: &Path,
    extracts: &[PathBuf],
    key: Option<&Path>,
    options: Options<'_>,
    act: impl FnOnce(&Job<'_>) -> Result<T, ReleaseError>,
) -> Result<T, ReleaseError> {
    let policy = load(policy, options.as_of)?;
    let stop = AtomicBool::new(options.is_stopped);
    let mut job = Job::new(&policy).today(options.today.unwrap_or(options.as_of)).clock(&StoppedClock);
    job = extracts.iter().fold(job, Job::extract);
    job = options.consent.iter().fold(job, Job::consent_log);
    job = key.into_iter().fold(job, Job::key);
    job = options.max_malformed.into_iter().fold(job, Job::max_malformed);
    job = options.expect_records.into_iter().fold(job, Job::expect_records);
    job = options.memory_bytes.into_iter().fold(job, Job::memory);
    job = options.block_bytes.into_iter().fold(job, Job::block_bytes);
    act(&job.threads(options.threads).observer(options.observer).stop(&stop))
}

/// Delivers into `output`.
pub(crate) fn try_deliver(
    policy: &Path,
    extracts: &[PathBuf],
    output: &Path,
    key: Option<&Path>,
    options: Options<'_>,
) -> Result<Delivery, ReleaseError> {
    with_job(policy, extracts, key, options, |job| scant::internals::deliver(job, output))
}

/// Delivers into `output` with the sample key, which is beside it.
pub(crate) fn deliver(policy: &Path, extracts: &[PathBuf], output: &Path, options: Options<'_>) -> Delivery {
    let key = output.parent().unwrap().join("sample-key.json");
    let key = if key.exists() { key } else { sample_key(output.parent().unwrap()) };
    try_deliver(policy, extracts, output, Some(&key), options)
        .unwrap_or_else(|error| panic!("{}: {error}: {error:?}", policy.display()))
}

/// The master key of every expected file: the bytes 0 to 31. Known to everybody,
/// and so of no use for real data.
fn sample_secret() -> [u8; KEY_BYTES] {
    std::array::from_fn(|place| u8::try_from(place).expect("a key has 32 bytes"))
}

/// Writes the keyset of the sample key, closed to others as a keyset must be.
pub(crate) fn sample_key(folder: &Path) -> PathBuf {
    let secret: String = sample_secret().iter().map(|byte| format!("{byte:02x}")).collect();
    let id = MasterKey::new(&mut sample_secret()).id();
    let keyset = serde_json::json!({
        "format": "scant-keyset/1",
        "kind": "pseudonym",
        "keys": [{ "id": id, "status": "primary", "created": "2026-11-01", "secret": secret }],
    });
    let path = folder.join("sample-key.json");
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    file.write_all(keyset.to_string().as_bytes()).unwrap();
    path
}
