//! What the end-to-end checks share: a key that is no secret, deliveries through
//! the library, and the files that came of them. Judges nothing itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::{Date, date};
use scant::engine::progress::NoObserver;
use scant::identifier::key::{KEY_BYTES, MasterKey};
use scant::release::deliver::{Clock, Order, deliver};
use scant::release::error::ReleaseError;
use scant::release::guards::GuardOptions;
use scant::release::inputs::policy::load;
use scant::release::report::Delivery;

/// The folder of the project.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// When `policy-later.toml` is run.
pub(crate) const LATER: Date = date(2018, 7, 1);

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

/// A clock that stands, so that no test depends on one.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> String {
        "2026-11-01T00:00:00Z".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }

    fn peak_memory(&self) -> Option<u64> {
        None
    }
}

/// How a delivery is made; none of it may change what is delivered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) threads: usize,
    pub(crate) block_bytes: Option<usize>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { threads: 2, block_bytes: None }
    }
}

/// Delivers into `output`.
pub(crate) fn try_delivering(
    policy: &Path,
    extracts: &[PathBuf],
    as_of: Date,
    output: &Path,
    key: Option<&Path>,
    manner: Manner,
) -> Result<Delivery, ReleaseError> {
    let order = Order {
        loaded: &load(policy, as_of)?,
        today: as_of,
        extracts,
        consent: &[],
        memory_bytes: None,
        key,
        internal: None,
        max_malformed: None,
        expect_records: None,
        guarding: GuardOptions::default(),
        threads: manner.threads,
        block_bytes: manner.block_bytes,
        observer: &NoObserver,
        stop: &AtomicBool::new(false),
    };
    deliver(&order, output, &StoppedClock)
}

/// Delivers as of one day on another.
pub(crate) fn delivering_on(
    policy: &Path,
    extracts: &[PathBuf],
    (as_of, today): (Date, Date),
    output: &Path,
    key: &Path,
) -> Result<Delivery, ReleaseError> {
    let order = Order {
        loaded: &load(policy, as_of)?,
        today,
        extracts,
        consent: &[],
        memory_bytes: None,
        key: Some(key),
        internal: None,
        max_malformed: None,
        expect_records: None,
        guarding: GuardOptions::default(),
        threads: 2,
        block_bytes: None,
        observer: &NoObserver,
        stop: &AtomicBool::new(false),
    };
    deliver(&order, output, &StoppedClock)
}

/// Delivers into `output` with the sample key, which stands beside it.
pub(crate) fn delivering(policy: &Path, extracts: &[PathBuf], output: &Path, manner: Manner) -> Delivery {
    let key = output.parent().unwrap().join("sample-key.json");
    let key = if key.exists() { key } else { sample_key(output.parent().unwrap()) };
    try_delivering(policy, extracts, LATER, output, Some(&key), manner)
        .unwrap_or_else(|error| panic!("{}: {error}: {error:?}", policy.display()))
}

/// Every file under `folder`, by its path within it.
pub(crate) fn files_under(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(top: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(top, &path, found);
            } else {
                let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

/// The one data file of a delivery.
pub(crate) fn data_of(delivery: &Delivery) -> Vec<u8> {
    let mut files = files_under(&delivery.folder.join("data"));
    assert_eq!(files.len(), 1, "{files:?}");
    files.pop_first().unwrap().1
}

/// Writes the story's later policy with some of its lines changed, and its
/// register beside it.
pub(crate) fn story_policy(folder: &Path, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(root("samples/story/policy-later.toml")).unwrap();
    for (from, to) in changes {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    fs::copy(root("samples/story/register.toml"), folder.join("register.toml")).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The line of the story's policy that says how the delivery is written.
pub(crate) const WRITTEN_AS: &str = "format = \"parquet\"";
