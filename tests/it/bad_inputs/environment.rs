//! K: full disks, targets that exist or move, names that are paths, 112 to 117;
//! keys and signals have files of their own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use scant::release::error::ReleaseError;

use super::case::{Case, case, own};
use super::keys;
use super::signals;
use super::world::{CANARY, Meddler, POLICY, Settings, World, as_nobody, assert_error_clean, exit_of, names, table};

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
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(said["error"].as_str().unwrap().starts_with("cannot "), "{said}");
}

fn file_size_limit() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(4000));
    let asked = world.command(&[extract], &Settings::default());
    let (mut failed, mut delivered) = (0, 0);
    // In blocks of 512 bytes or 1 KiB, as the shell has it.
    for limit in (0..8).chain((16..400).step_by(24)) {
        let script = format!("ulimit -f {limit}; exec \"$0\" \"$@\"");
        let output =
            Command::new("sh").args(["-c", &script]).arg(asked.get_program()).args(asked.get_args()).output().unwrap();
        if output.status.success() {
            world.assert_complete_and_clean("again");
            fs::remove_dir_all(world.path("again/out")).unwrap();
            fs::remove_dir_all(world.path("again/out.internal")).unwrap();
            delivered += 1;
        } else {
            assert_environment_failed(&output);
            world.assert_nothing_delivered("again");
            failed += 1;
        }
    }
    assert!(failed > 8 && delivered > 0, "{failed} failed, {delivered} delivered");
}

fn full_disk() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(4000));
    let asked = world.command(&[extract], &Settings::default());
    let folder = world.path("again");
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
        let output = match unshare.args(asked.get_args()).output() {
            Ok(output) if ![Some(99), None].contains(&output.status.code()) && !is_refusal_of_unshare(&output) => {
                output
            }
            _ => {
                eprintln!("skipped: no disk of a chosen size can be made here, so a full disk is not tried");
                return;
            }
        };
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

fn is_refusal_of_unshare(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stderr).starts_with("unshare:")
}

fn read_only_folder() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(3));
    let output = world.deliver_to(Path::new("/proc/out"), std::slice::from_ref(&extract), &Settings::default());
    assert!(matches!(output, Err(ReleaseError::Io { .. })), "{output:?}");
    let closed = |to: &str| fs::set_permissions(world.path(to), fs::Permissions::from_mode(0o555)).unwrap();
    let output = if rustix::process::geteuid().is_root() {
        if as_nobody(&world, &[world.path("absent")], "112 (read-only)").is_none() {
            return;
        }
        // `as_nobody` opens the folder, so the closed one stands inside it.
        fs::create_dir(world.path("again/out.parent")).unwrap();
        closed("again/out.parent");
        let asked = world.command(&[extract], &Settings::default());
        let target = world.path("again/out");
        let inside = world.path("again/out.parent/out");
        let arguments = asked.get_args().map(|word| if word == target.as_os_str() { inside.as_os_str() } else { word });
        let arguments: Vec<_> = arguments.collect();
        use std::os::unix::process::CommandExt;
        Command::new(world.path("scant")).args(arguments).uid(65_534).output().unwrap()
    } else {
        closed("again");
        world.command(&[extract], &Settings::default()).output().unwrap()
    };
    assert_environment_failed(&output);
}

#[track_caller]
fn assert_exists(world: &World) {
    let extract = world.write("extract.csv", table(3));
    let error = world.deliver(std::slice::from_ref(&extract), &Settings::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::OutputExists { .. }), "{error:?}");
}

fn output_exists() {
    let world = World::new(POLICY);
    let out = world.path("to/out");
    fs::write(&out, "mine").unwrap();
    assert_exists(&world);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    fs::remove_file(&out).unwrap();
    fs::create_dir(&out).unwrap();
    assert_exists(&world);
    assert_eq!(names(&out), Vec::<String>::new());
    fs::rename(&out, world.path("to/out.internal")).unwrap();
    assert_exists(&world);
    assert_eq!(names(&world.path("to")), ["out.internal"]);
    // A delivery is not replaced by the next one either.
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(3));
    let command = || world.command(std::slice::from_ref(&extract), &Settings::default()).output().unwrap();
    assert_eq!(exit_of(&command()), Some(0));
    let before = world.data("again");
    let again = command();
    assert_eq!(exit_of(&again), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already"));
    assert_eq!(world.data("again"), before);
}

fn output_is_a_link() {
    let world = World::new(POLICY);
    fs::create_dir(world.path("elsewhere")).unwrap();
    for (name, target) in [("out", "elsewhere"), ("out", "nowhere"), ("out.internal", "elsewhere")] {
        symlink(world.path(target), world.path("to").join(name)).unwrap();
        assert_exists(&world);
        fs::remove_file(world.path("to").join(name)).unwrap();
    }
    assert_eq!(names(&world.path("elsewhere")), Vec::<String>::new());
    // The lock is no way in, either.
    symlink(world.path("elsewhere/lock"), world.path("to/.out.lock")).unwrap();
    let extract = world.write("extract.csv", table(3));
    let error = world.deliver(&[extract], &Settings::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::Io { .. }), "{error:?}");
    assert_eq!(names(&world.path("elsewhere")), Vec::<String>::new());
}

fn output_appears() {
    for name in ["out", "out.internal"] {
        let world = World::new(POLICY);
        fs::create_dir(world.path("elsewhere")).unwrap();
        let extract = world.write("extract.csv", table(300));
        let observer = Meddler::new(|| symlink(world.path("elsewhere"), world.path("to").join(name)).unwrap());
        let error = world.deliver(&[extract], &Settings { observer: &observer, ..Settings::default() }).unwrap_err();
        assert!(matches!(error, ReleaseError::OutputExists { .. }), "{error:?}");
        assert_eq!(names(&world.path("to")), [name]);
        assert_eq!(names(&world.path("elsewhere")), Vec::<String>::new());
    }
}

/// Nothing is delivered to where nobody asked for it. What is in the folder that
/// went away is removed by the next run there.
fn folder_is_swapped() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(300));
    fs::create_dir(world.path("elsewhere")).unwrap();
    let observer = Meddler::new(|| {
        fs::rename(world.path("to"), world.path("gone")).unwrap();
        symlink(world.path("elsewhere"), world.path("to")).unwrap();
    });
    let settings = Settings { observer: &observer, ..Settings::default() };
    let error = world.deliver(std::slice::from_ref(&extract), &settings).unwrap_err();
    assert_error_clean(&error);
    assert!(matches!(error, ReleaseError::Io { .. }), "{error:?}");
    assert_eq!(names(&world.path("elsewhere")), Vec::<String>::new());
    assert!(!world.path("gone/out").exists() && !world.path("gone/out.internal").exists());
    world.deliver_to(&world.path("gone/out"), &[extract], &Settings::default()).unwrap();
    assert_eq!(names(&world.path("gone")), ["out", "out.internal"]);
}

fn bad_targets() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", table(3).replace("note 1", CANARY));
    let long = "x".repeat(300);
    for name in ["to/..", "to/a\nb", "to/a\u{1b}b", &format!("to/{long}"), "absent/out"] {
        let error =
            world.deliver_to(&world.path(name), std::slice::from_ref(&extract), &Settings::default()).unwrap_err();
        assert!(matches!(error, ReleaseError::BadTarget { .. }), "{name}: {error:?}");
    }
    let error = world.deliver_to(Path::new("/"), &[extract], &Settings::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::BadTarget { .. }), "{error:?}");
    assert_eq!(names(&world.path("to")), Vec::<String>::new());
}
