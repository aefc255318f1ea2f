//! Runs through the library: what is asked for, and the sample key.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::Date;
use scant::engine::progress::{NoObserver, Observer};
use scant::identifier::key::{KEY_BYTES, MasterKey};
use scant::release::deliver::Order;
use scant::release::error::ReleaseError;
use scant::release::guards::GuardOptions;
use scant::release::inputs::policy::load;
use scant::release::report::Delivery;

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

/// Loads the policy, and does something with the order of a run.
pub(crate) fn with_order<T>(
    policy: &Path,
    extracts: &[PathBuf],
    key: Option<&Path>,
    options: Options<'_>,
    act: impl FnOnce(&Order<'_>) -> Result<T, ReleaseError>,
) -> Result<T, ReleaseError> {
    act(&Order {
        loaded: &load(policy, options.as_of)?,
        today: options.today.unwrap_or(options.as_of),
        extracts,
        consent: options.consent,
        memory_bytes: options.memory_bytes,
        key,
        internal: None,
        max_malformed: options.max_malformed,
        expect_records: options.expect_records,
        guarding: GuardOptions::default(),
        threads: options.threads,
        block_bytes: options.block_bytes,
        observer: options.observer,
        stop: &AtomicBool::new(options.is_stopped),
    })
}

/// Delivers into `output`.
pub(crate) fn try_deliver(
    policy: &Path,
    extracts: &[PathBuf],
    output: &Path,
    key: Option<&Path>,
    options: Options<'_>,
) -> Result<Delivery, ReleaseError> {
    with_order(policy, extracts, key, options, |order| scant::release::deliver::deliver(order, output, &StoppedClock))
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
