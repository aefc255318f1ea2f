//! Whatever fails in a run or ends it, at any time: afterwards there is no delivery
//! or a whole one, and the next run makes the same bytes. Always through the
//! command, on the real operating system.

mod at_once;
mod faults;
mod kills;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kit::{DELIVERED_NAMES, KEPT_NAMES, Project, files_under, names_in, root, scant, stderr};

/// What the guarded place remembers of its last delivery.
const STATE: &str = ".rosette-planning.last.json";

/// Where runs go wrong: an extract, a key, one target, and what must come of them.
struct Place {
    project: Project,
    policy: PathBuf,
    extract: PathBuf,
    reference: BTreeMap<String, Vec<u8>>,
    /// Where counts are guarded: what is remembered before a run, and after it.
    remembered: Option<[Vec<u8>; 2]>,
    threads: &'static str,
}

impl Place {
    fn new(policy: PathBuf, extract: PathBuf, threads: &'static str) -> Self {
        Self::in_project(Project::new(), policy, extract, threads)
    }

    fn in_project(project: Project, policy: PathBuf, extract: PathBuf, threads: &'static str) -> Self {
        fs::create_dir(project.path("work")).unwrap();
        let mut place = Self { project, policy, extract, reference: BTreeMap::new(), remembered: None, threads };
        place.run_clean();
        place.reference = files_under(&place.target());
        check_digests(&place.reference);
        place.clear();
        place
    }

    /// The story's 300 records, on one thread.
    fn story() -> Self {
        let sample = |name: &str| root("samples/story").join(name);
        Self::new(sample("policy-later.toml"), sample("extract.csv"), "1")
    }

    /// The same, compared with the night before: of which the counts differ a
    /// little.
    fn guarded() -> Self {
        let project = Project::new();
        let policy = project.story("policy-later.toml", &[("min_delivered   = 1", "max_change = 0.5")]);
        let extract = root("samples/story/extract.csv");
        let mut place = Self::in_project(project, policy, extract.clone(), "1");
        let text = fs::read_to_string(&extract).unwrap();
        let remember = |place: &Self| {
            place.run_clean();
            let state = fs::read(place.parent().join(STATE)).unwrap();
            place.clear();
            state
        };
        place.extract = place.project.path("extract.csv");
        fs::write(&place.extract, text.split_inclusive('\n').take(291).collect::<String>()).unwrap();
        let before = remember(&place);
        place.extract = extract;
        let after = remember(&place);
        assert_ne!(before, after);
        place.remembered = Some([before, after]);
        place.clear();
        place
    }

    /// The same by the consent log, and with a list of whom never to contact: more
    /// files to read, and one more leg to be stopped in.
    fn by_log() -> Self {
        let project = Project::new();
        let sample = |name: &str| root("samples/story").join(name);
        fs::copy(sample("consent-events.csv"), project.path("consent-events.csv")).unwrap();
        project.write("own.csv", "id\nS000000011\nS000000012\n");
        let list = "[[consent.lists]]\nname = \"own\"\nkind = \"suppression\"\npath = \"own.csv\"\n\
                    match = { subscriber_id = \"id\" }\n\n[[rows.drop]]\n";
        let policy = project.story("policy-later-log.toml", &[("[[rows.drop]]\n", list)]);
        Self::in_project(project, policy, sample("extract.csv"), "1")
    }

    /// Asserts that what is remembered is of the delivery before or of this one,
    /// and of this one only if it is there.
    fn check_remembered(&self, case: &str) {
        let Some([before, after]) = &self.remembered else { return };
        let state = fs::read(self.parent().join(STATE)).unwrap();
        assert!(state == *before || state == *after && self.target().exists(), "{case}: a wrong state");
    }

    /// Whether this delivery is what the next run will be compared with.
    fn has_remembered(&self) -> bool {
        self.remembered.as_ref().is_none_or(|[_, after]| fs::read(self.parent().join(STATE)).unwrap() == *after)
    }

    /// The folder in which the delivery is to appear, and nothing else stands.
    fn parent(&self) -> PathBuf {
        self.project.path("work")
    }

    fn target(&self) -> PathBuf {
        self.parent().join("out")
    }

    fn pending(&self) -> PathBuf {
        self.parent().join("out.internal/PENDING")
    }

    /// What a run is asked for, without the program's name.
    fn arguments(&self) -> Vec<PathBuf> {
        let mut arguments = vec!["run".into(), self.policy.clone(), self.extract.clone()];
        arguments.extend(["-o".into(), self.target(), "--key".into(), self.project.path("key.json")]);
        arguments.extend(["--as-of", "2018-07-01", "--threads", self.threads].map(PathBuf::from));
        arguments
    }

    fn command(&self) -> Command {
        let mut command = scant();
        command.args(self.arguments());
        command
    }

    fn run_clean(&self) {
        let output = self.command().output().unwrap();
        assert!(output.status.success(), "a run without a fault: {}", stderr(&output));
    }

    /// The names beside the target.
    fn names(&self) -> Vec<String> {
        names_in(&self.parent())
    }

    /// Removes whatever stands there, for the next experiment.
    fn clear(&self) {
        fs::remove_dir_all(self.parent()).unwrap();
        fs::create_dir(self.parent()).unwrap();
        if let Some([before, _]) = &self.remembered {
            fs::write(self.parent().join(STATE), before).unwrap();
        }
    }

    /// The names beside a delivery that is done.
    fn names_when_done(&self) -> Vec<String> {
        let mut names = ["out", "out.internal"].map(str::to_owned).to_vec();
        names.extend(self.remembered.as_ref().map(|_| STATE.to_owned()));
        names.sort();
        names
    }

    /// Whether there is a delivery. If there is, it is whole.
    fn is_delivered(&self, case: &str) -> bool {
        if !self.target().exists() {
            return false;
        }
        let files = files_under(&self.target());
        check_digests(&files);
        assert!(files == self.reference, "{case}: another delivery than without the fault");
        true
    }

    /// Runs again without a fault: then the delivery is there, whole, with what is
    /// kept of it, and nothing else.
    fn check_next_run(&self, case: &str) {
        let was_delivered = self.is_delivered(case);
        self.check_remembered(case);
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(was_delivered.into()), "{case}, the next run: {}", stderr(&output));
        assert!(!was_delivered || stderr(&output).contains("exists already"), "{case}: {}", stderr(&output));
        assert!(self.is_delivered(case), "{case}");
        assert_eq!(self.names(), self.names_when_done(), "{case}");
        self.check_remembered(case);
        assert!(!self.pending().exists(), "{case}: the delivery is still pending");
        for kept in KEPT_NAMES {
            assert!(self.parent().join("out.internal").join(kept).exists(), "{case}: {kept}");
        }
    }
}

/// Every output file is as long as the manifest states, and has the digest it
/// states; and there is no other.
fn check_digests(files: &BTreeMap<String, Vec<u8>>) {
    use sha2::Digest as _;
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let outputs = manifest["outputs"].as_array().unwrap();
    // The folder of the data is among these.
    assert_eq!(outputs.len() + DELIVERED_NAMES.len() - 1, files.len());
    for output in outputs {
        let bytes = &files[output["path"].as_str().unwrap()];
        assert_eq!(output["bytes"], bytes.len());
        let digest: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(output["sha256"], digest);
    }
}

/// An error is said in words, and without a word out of the extract.
fn check_error(output: &Output, case: &str) {
    let said = stderr(output);
    assert!(said.contains("error:"), "{case}: {:?} {said}", output.status);
    let looked_at = without_random_names(&said);
    for cell in ["panic", "a bug in scant", "@example", "07700", "S0000"] {
        assert!(!looked_at.contains(cell), "{case}: {cell} in {said}");
    }
}

/// Without the random digits of partial folders, which by chance hold those of a number.
fn without_random_names(said: &str) -> String {
    const BEFORE: &str = ".partial-";
    let mut parts = said.split(BEFORE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + BEFORE + part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()))
}

#[test]
fn digits_of_a_partial_folder_are_no_cell() {
    let said = "cannot create .out.partial-51e07700001559ed/internal: 07700 900123";
    assert_eq!(without_random_names(said), "cannot create .out.partial-/internal: 07700 900123");
}

fn lock_only(path: &Path) -> bool {
    fs::read_dir(path).unwrap().all(|entry| entry.unwrap().file_name() == ".out.lock")
}
