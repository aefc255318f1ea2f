//! K: full disks, targets that exist or move, names that are paths, 112 to 117; keys
//! and signals have files of their own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use scant::internals::ReleaseError;

use super::case::{Case, case, own};
use super::keys;
use super::project::{CANARY, InputProject, Meddler, POLICY, as_nobody, assert_error_clean, exit_of, table};
use super::signals;
use crate::kit::{NOBODY, Options, json_of, names_in, needs, said};

pub fn cases() -> Vec<Case> {
    let recipients =
        ["../../etc", "a/b", "/etc", ".", "..", "a\\nb", "a\\u0000b", "-rf", ""].map(str::to_owned).into_iter();
    let recipients = recipients.chain([format!("a{}", "b".repeat(299))]).map(|name| {
        case(115, "a recipient that is no name")
            .csv(table(1))
            .policy("recipient = \"bigbroker\"", &format!("recipient = \"{name}\""))
            .policy_fails("release.recipient")
    });
    let mut cases = vec![
        own(112, "a limit on the size of files", file_size_limit),
        own(112, "a full disk", full_disk),
        own(112, "a folder that may not be written to", read_only_folder),
        own(113, "the output exists", output_exists),
        own(114, "the output is a symbolic link", output_is_a_link),
        own(114, "the output appears while the run goes on", output_appears),
        own(114, "the folder is swapped while the run goes on", folder_is_swapped),
        own(115, "an output that is no name", bad_targets),
        own(116, "files that are no safe key", keys::unsafe_keys),
        own(116, "a trailing newline after the key", keys::trailing_newline),
        own(116, "a key needed and not given", keys::no_key),
        own(117, "a signal while it reads", signals::one_signal),
        own(117, "a second signal", signals::second_signal),
        own(117, "nobody reads stdout", signals::nobody_reads),
    ];
    cases.extend(recipients);
    cases
}

/// Exit 1 with a reason, and only the lock is left.
#[track_caller]
fn assert_environment_failed(output: &Output) {
    assert_eq!(exit_of(output), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json_of(output);
    assert!(said["error"].as_str().unwrap().starts_with("cannot "), "{said}");
}

fn file_size_limit() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(4000));
    let asked = project.command(&[extract], Options::default());
    let (mut failed, mut delivered) = (0, 0);
    // In blocks of 512 bytes or 1 KiB, as the shell has it.
    for limit in (0..8).chain((16..400).step_by(24)) {
        let script = format!("ulimit -f {limit}; exec \"$0\" \"$@\"");
        let output =
            Command::new("sh").args(["-c", &script]).arg(asked.get_program()).args(asked.get_args()).output().unwrap();
        if output.status.success() {
            project.assert_complete_and_clean("again");
            fs::remove_dir_all(project.path("again/out")).unwrap();
            fs::remove_dir_all(project.path("again/out.internal")).unwrap();
            delivered += 1;
        } else {
            assert_environment_failed(&output);
            project.assert_nothing_delivered("again");
            failed += 1;
        }
    }
    assert!(failed > 8 && delivered > 0, "{failed} failed, {delivered} delivered");
}

fn full_disk() {
    if !needs("small-disk") {
        return;
    }
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(4000));
    let asked = project.command(&[extract], Options::default());
    let folder = project.path("again");
    let (mut failed, mut delivered) = (0, 0);
    for pages in (6..40).step_by(3).chain([400]) {
        // A disk of its own that only this process sees; its content is told on stderr.
        let script = format!(
            "mount -t tmpfs -o size={}k none '{1}' || exit 99; \"$0\" \"$@\"; code=$?; ls -A '{1}' >&2; exit $code",
            pages * 4,
            folder.display()
        );
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(asked.get_program());
        let output = unshare.args(asked.get_args()).output().unwrap();
        assert!(![Some(99), None].contains(&output.status.code()), "{}", said(&output));
        let left = String::from_utf8_lossy(&output.stderr).into_owned();
        let left: Vec<&str> = left.lines().filter(|line| line.contains("out") && !line.contains(' ')).collect();
        if output.status.success() {
            assert_eq!(left, ["out", "out.internal"]);
            delivered += 1;
        } else {
            assert_environment_failed(&output);
            assert_eq!(left, Vec::<&str>::new());
            failed += 1;
        }
    }
    assert!(failed > 3 && delivered > 0, "{failed} failed, {delivered} delivered");
}

fn read_only_folder() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(3));
    let output = project.deliver_to(Path::new("/proc/out"), std::slice::from_ref(&extract), Options::default());
    assert!(matches!(output, Err(ReleaseError::Io { .. })), "{output:?}");
    let closed = |to: &str| fs::set_permissions(project.path(to), fs::Permissions::from_mode(0o555)).unwrap();
    let output = if rustix::process::geteuid().is_root() {
        if as_nobody(&project, &[project.path("absent")]).is_none() {
            return;
        }
        // `as_nobody` opens the folder, so the closed one stands inside it.
        fs::create_dir(project.path("again/out.parent")).unwrap();
        closed("again/out.parent");
        let asked = project.command(&[extract], Options::default());
        let target = project.path("again/out");
        let inside = project.path("again/out.parent/out");
        let arguments = asked.get_args().map(|word| if word == target.as_os_str() { inside.as_os_str() } else { word });
        let arguments: Vec<_> = arguments.collect();
        use std::os::unix::process::CommandExt;
        Command::new(project.path("scant")).args(arguments).uid(NOBODY).output().unwrap()
    } else {
        closed("again");
        project.command(&[extract], Options::default()).output().unwrap()
    };
    assert_environment_failed(&output);
}

#[track_caller]
fn assert_exists(project: &InputProject) {
    let extract = project.write("extract.csv", table(3));
    let error = project.deliver(std::slice::from_ref(&extract), Options::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::OutputExists { .. }), "{error:?}");
}

fn output_exists() {
    let project = InputProject::new(POLICY);
    let out = project.path("to/out");
    fs::write(&out, "mine").unwrap();
    assert_exists(&project);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    fs::remove_file(&out).unwrap();
    fs::create_dir(&out).unwrap();
    assert_exists(&project);
    assert_eq!(names_in(&out), Vec::<String>::new());
    fs::rename(&out, project.path("to/out.internal")).unwrap();
    assert_exists(&project);
    assert_eq!(names_in(&project.path("to")), ["out.internal"]);
    // A delivery is not replaced by the next one either.
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(3));
    let command = || project.command(std::slice::from_ref(&extract), Options::default()).output().unwrap();
    assert_eq!(exit_of(&command()), Some(0));
    let before = project.data("again");
    let again = command();
    assert_eq!(exit_of(&again), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
    assert_eq!(project.data("again"), before);
}

fn output_is_a_link() {
    let project = InputProject::new(POLICY);
    fs::create_dir(project.path("elsewhere")).unwrap();
    for (name, target) in [("out", "elsewhere"), ("out", "nowhere"), ("out.internal", "elsewhere")] {
        symlink(project.path(target), project.path("to").join(name)).unwrap();
        assert_exists(&project);
        fs::remove_file(project.path("to").join(name)).unwrap();
    }
    assert_eq!(names_in(&project.path("elsewhere")), Vec::<String>::new());
    // The lock is no way in, either.
    symlink(project.path("elsewhere/lock"), project.path("to/.out.lock")).unwrap();
    let extract = project.write("extract.csv", table(3));
    let error = project.deliver(&[extract], Options::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::Io { .. }), "{error:?}");
    assert_eq!(names_in(&project.path("elsewhere")), Vec::<String>::new());
}

fn output_appears() {
    for name in ["out", "out.internal"] {
        let project = InputProject::new(POLICY);
        fs::create_dir(project.path("elsewhere")).unwrap();
        let extract = project.write("extract.csv", table(300));
        let observer = Meddler::new(|| symlink(project.path("elsewhere"), project.path("to").join(name)).unwrap());
        let error = project.deliver(&[extract], Options { observer: &observer, ..Options::default() }).unwrap_err();
        assert!(matches!(error, ReleaseError::OutputExists { .. }), "{error:?}");
        assert_eq!(names_in(&project.path("to")), [name]);
        assert_eq!(names_in(&project.path("elsewhere")), Vec::<String>::new());
    }
}

/// Nothing is delivered to where nobody asked for it. What is in the folder that
/// went away is removed by the next run there.
fn folder_is_swapped() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(300));
    fs::create_dir(project.path("elsewhere")).unwrap();
    let observer = Meddler::new(|| {
        fs::rename(project.path("to"), project.path("gone")).unwrap();
        symlink(project.path("elsewhere"), project.path("to")).unwrap();
    });
    let options = Options { observer: &observer, ..Options::default() };
    let error = project.deliver(std::slice::from_ref(&extract), options).unwrap_err();
    assert_error_clean(&error);
    assert!(matches!(error, ReleaseError::Io { .. }), "{error:?}");
    assert_eq!(names_in(&project.path("elsewhere")), Vec::<String>::new());
    assert!(!project.path("gone/out").exists() && !project.path("gone/out.internal").exists());
    project.deliver_to(&project.path("gone/out"), &[extract], Options::default()).unwrap();
    assert_eq!(names_in(&project.path("gone")), ["out", "out.internal"]);
}

fn bad_targets() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(3).replace("note 1", CANARY));
    let long = "x".repeat(300);
    for name in ["to/..", "to/a\nb", "to/a\u{1b}b", &format!("to/{long}"), "absent/out"] {
        let error =
            project.deliver_to(&project.path(name), std::slice::from_ref(&extract), Options::default()).unwrap_err();
        assert!(matches!(error, ReleaseError::BadTarget { .. }), "{name}: {error:?}");
    }
    let error = project.deliver_to(Path::new("/"), &[extract], Options::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::BadTarget { .. }), "{error:?}");
    assert_eq!(names_in(&project.path("to")), Vec::<String>::new());
}
