//! What a test needs that not every machine has. Without it the test says so and
//! passes; but what `SCANT_REQUIRE` names must be there, or the test fails.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::root;

/// A user without rights on every machine.
pub(crate) const NOBODY: u32 = 65_534;

/// A user of whom nothing runs.
pub(crate) const SOMEBODY: u32 = 61_234;

/// Something that a test needs.
struct Need {
    name: &'static str,
    is_here: fn() -> bool,
    /// Where it comes from.
    from: &'static str,
}

const NEEDS: [Need; 13] = [
    Need {
        name: "browser",
        is_here: || {
            let modules = ["axe-core", "puppeteer-core"].map(|name| browser_modules().join("node_modules").join(name));
            modules.iter().all(|module| module.is_dir())
                && ends_well(Command::new("node").arg("--version"))
                && ends_well(Command::new(chromium()).arg("--version"))
        },
        from: "install node and chromium, then npm install --prefix target/browser, with tests/browser/package.json copied there",
    },
    Need {
        name: "cases",
        is_here: || std::env::var_os("SCANT_CASES").is_some(),
        from: "set SCANT_CASES to their folder; tests/README.md says what they are",
    },
    Need {
        name: "checkers",
        is_here: || {
            ends_well(
                Command::new(checkers_python())
                    .args(["-c", "import bagit, frictionless, in_toto_attestation, pycanon, securesystemslib"]),
            )
        },
        from: "python3 -m venv target/checkers && target/checkers/bin/pip install --requirement tests/checkers/requirements.txt",
    },
    Need {
        name: "corpora",
        is_here: || std::env::var_os("SCANT_CORPORA").is_some(),
        from: "set SCANT_CORPORA to their folder; tests/README.md says where they come from",
    },
    Need {
        name: "frames",
        is_here: || {
            let packages = "import duckdb, openpyxl, pandas, polars, pyarrow";
            ends_well(Command::new(venv_python()).args(["-c", packages]))
        },
        from: "python3 -m venv target/writers && target/writers/bin/pip install --requirement tests/writers/requirements.txt",
    },
    Need { name: "other-owner", is_here: may_give_away, from: "run the tests as root, who may give a file away" },
    Need {
        name: "other-user",
        is_here: is_binary_for_others,
        from: "run the tests as root, where another user may run the binary",
    },
    Need {
        name: "postgresql",
        is_here: || {
            let program = "import sys; sys.path.insert(0, 'tests/writers'); from postgres import program; \
                sys.exit(not (program('initdb') and program('pg_ctl')))";
            let server = Command::new("python3").args(["-B", "-c", program]).current_dir(root("")).output();
            server.is_ok_and(|output| output.status.success()) && ends_well(Command::new("psql").arg("--version"))
        },
        from: "install PostgreSQL, its server and psql",
    },
    Need {
        name: "process-limit",
        is_here: || ends_well(Command::new("setpriv").args(limited_processes(64)).arg("--version")),
        from: "run the tests as root, with setpriv and prlimit of util-linux, where another user may run the binary",
    },
    Need {
        name: "python",
        is_here: || ends_well(Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"])),
        from: "install python3, of 3.11 or later",
    },
    Need { name: "sqlite", is_here: || ends_well(Command::new("sqlite3").arg("--version")), from: "install sqlite3" },
    Need { name: "small-disk", is_here: may_mount, from: "run the tests where `unshare --mount` may mount a tmpfs" },
    Need { name: "strace", is_here: || ends_well(Command::new("strace").arg("-V")), from: "install strace" },
];

/// Whether what a test needs is here. If not, the test ends: it passes, and says that
/// it skipped, or it fails here, because `SCANT_REQUIRE` names what it needs.
#[track_caller]
pub(crate) fn needs(name: &str) -> bool {
    let need = NEEDS.iter().find(|need| need.name == name);
    let need = need.unwrap_or_else(|| panic!("{name}: give what a test needs a name in tests/it/kit/needs.rs"));
    match decide(need, (need.is_here)(), &required()) {
        Ok(None) => true,
        Ok(Some(skipped)) => {
            println!("{skipped}");
            false
        }
        Err(missing) => panic!("{missing}"),
    }
}

fn required() -> String {
    std::env::var("SCANT_REQUIRE").unwrap_or_default()
}

/// What is said of a test that is skipped, if it is; or why it fails.
fn decide(need: &Need, is_here: bool, required: &str) -> Result<Option<String>, String> {
    let required = names(required)?;
    let Need { name, from, .. } = need;
    match (is_here, required.contains(name)) {
        (true, _) => Ok(None),
        (false, false) => Ok(Some(format!("skipped: {name} is not here: {from}"))),
        (false, true) => Err(format!("SCANT_REQUIRE names {name}, which is not here: {from}")),
    }
}

/// The names of `SCANT_REQUIRE`, all of them known.
fn names(required: &str) -> Result<Vec<&str>, String> {
    let names: Vec<&str> = required.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| NEEDS.iter().all(|need| need.name != **name)) {
        Some(unknown) => {
            let known = NEEDS.map(|need| need.name).join(", ");
            Err(format!("SCANT_REQUIRE names {unknown}, which no test needs: known are {known}"))
        }
        None => Ok(names),
    }
}

/// The Python of the virtual environment that has the libraries of data frames.
pub(crate) fn venv_python() -> PathBuf {
    root("target/writers/bin/python")
}

/// The Python of the virtual environment that has the programs that check deliveries.
pub(crate) fn checkers_python() -> PathBuf {
    root("target/checkers/bin/python")
}

/// The browser that opens reports.
pub(crate) fn chromium() -> PathBuf {
    let places = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].map(PathBuf::from);
    places.into_iter().find(|place| place.is_file()).unwrap_or_else(|| PathBuf::from("chromium"))
}

/// The folder with the modules that steer it.
pub(crate) fn browser_modules() -> PathBuf {
    root("target/browser")
}

/// A file or folder of the cases or corpora; `None` where they are not here.
#[track_caller]
pub(crate) fn third_party(name: &str, path: &str) -> Option<PathBuf> {
    if !needs(name) {
        return None;
    }
    let variable = format!("SCANT_{}", name.to_uppercase());
    let path = Path::new(&std::env::var_os(&variable).unwrap()).join(path);
    assert!(path.exists(), "{variable} is set, but there is no {}", path.display());
    Some(path)
}

/// Arguments of `setpriv` that run the binary as a user who has so many processes.
pub(crate) fn limited_processes(processes: u32) -> Vec<String> {
    let (user, limit) = (SOMEBODY.to_string(), format!("--nproc={processes}"));
    let user = ["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit", &limit, "--"];
    user.into_iter().chain([env!("CARGO_BIN_EXE_scant")]).map(str::to_owned).collect()
}

fn ends_well(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Copies the binary. Another process does it: what this one has open for writing,
/// a command that another test starts at that moment has open, too, and a program
/// that is open for writing cannot be run.
pub(crate) fn copy_binary(to: &Path) {
    assert!(ends_well(Command::new("cp").arg(env!("CARGO_BIN_EXE_scant")).arg(to)), "{}", to.display());
}

/// Whether a copy of the binary can be run by another user.
fn is_binary_for_others() -> bool {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let binary = folder.path().join("scant");
    copy_binary(&binary);
    ends_well(Command::new(&binary).arg("--version").uid(NOBODY))
}

/// Whether a disk of a chosen size can be made that only one process sees.
fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut unshare = Command::new("unshare");
    ends_well(unshare.args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none"]).arg(folder.path()))
}

/// Whether a file can be given away.
fn may_give_away() -> bool {
    let file = tempfile::NamedTempFile::new().unwrap();
    chown(file.path(), Some(NOBODY), None).is_ok()
}

#[test]
fn what_is_required_and_missing_fails_and_says_where_it_comes_from() {
    let need = Need { name: "strace", is_here: || false, from: "install strace" };
    let missing = decide(&need, false, "corpora, strace").unwrap_err();
    assert_eq!(missing, "SCANT_REQUIRE names strace, which is not here: install strace");
    assert_eq!(decide(&need, false, "corpora").unwrap().unwrap(), "skipped: strace is not here: install strace");
    assert_eq!(decide(&need, false, "").unwrap().unwrap(), "skipped: strace is not here: install strace");
    for required in ["", "strace", "corpora"] {
        assert_eq!(decide(&need, true, required), Ok(None));
    }
}

#[test]
fn an_unknown_requirement_fails_even_where_nothing_is_missing() {
    let unknown = decide(&NEEDS[0], true, "cases,straces").unwrap_err();
    assert!(
        unknown.starts_with("SCANT_REQUIRE names straces, which no test needs: known are browser, cases, "),
        "{unknown}"
    );
}

/// Of what no test that is run may ask for.
#[test]
fn what_this_run_requires_is_known_and_here() {
    for name in names(&required()).unwrap_or_else(|unknown| panic!("{unknown}")) {
        assert!(needs(name));
    }
}

#[test]
#[should_panic(expected = "give what a test needs a name")]
fn a_need_without_a_name_is_a_fault_of_the_test() {
    needs("luck");
}
