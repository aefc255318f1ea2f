//! Files that are not keys, or keys that are no longer secret: each is refused
//! before anything is read, and never shown.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use scant::internals::ReleaseError;

use super::project::{InputProject, POLICY, exit_of, table};
use crate::kit::{NOBODY, Options, needs};

fn secret_of(project: &InputProject) -> String {
    project.json("key.json")["keys"][0]["secret"].as_str().unwrap().to_owned()
}

/// Refused by library and binary, exit 1, and the secret is told nowhere.
#[track_caller]
fn assert_refused(project: &InputProject, what: &str, secret: &str) {
    let extract = project.write("extract.csv", table(3));
    let error = project.deliver(std::slice::from_ref(&extract), Options::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::Key(_)), "{what}: {error:?}");
    assert!(!format!("{error} {error:?}").contains(&secret[..12]), "{what}");
    let output = project.command(&[extract], Options::default()).output().unwrap();
    assert_eq!(exit_of(&output), Some(1), "{what}");
    for said in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(said).contains(&secret[..12]), "{what}");
    }
    project.assert_nothing_delivered("to");
    project.assert_nothing_delivered("again");
}

pub fn unsafe_keys() {
    let project = InputProject::new(POLICY).with_key(true);
    let secret = secret_of(&project);
    let path = project.path("key.json");
    let good = fs::read_to_string(&path).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o700, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_refused(&project, &format!("mode {mode:o}"), &secret);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let contents = [
        ("31 bytes", good.replace(&secret, &secret[2..])),
        ("33 bytes", good.replace(&secret, &format!("{secret}00"))),
        ("zeros", good.replace(&secret, &"0".repeat(64))),
        ("another secret than the id says", good.replace(&secret, &secret.chars().rev().collect::<String>())),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("hexadecimal after a byte order mark", format!("\u{feff}{secret}")),
        ("hexadecimal", secret.clone()),
        ("nothing", String::new()),
        ("text behind it", format!("{good}x")),
        ("no primary key", good.replace("primary", "retired")),
        ("too much", format!("{good}{}", " ".repeat(100_000))),
    ];
    for (what, content) in contents {
        fs::write(&path, content).unwrap();
        assert_refused(&project, what, &secret);
    }
    fs::write(&path, &good).unwrap();
    fs::hard_link(&path, project.path("second.json")).unwrap();
    assert_refused(&project, "two names", &secret);
    fs::rename(&path, project.path("elsewhere.json")).unwrap();
    fs::remove_file(project.path("second.json")).unwrap();
    symlink(project.path("elsewhere.json"), &path).unwrap();
    assert_refused(&project, "a symbolic link", &secret);
    fs::remove_file(&path).unwrap();
    assert_refused(&project, "no file", &secret);
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    assert_refused(&project, "a pipe", &secret);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_refused(&project, "a folder", &secret);
    fs::remove_dir(&path).unwrap();
    fs::rename(project.path("elsewhere.json"), &path).unwrap();
    if needs("other-owner") {
        chown(&path, Some(NOBODY), None).unwrap();
        assert_refused(&project, "another owner", &secret);
    }
}

pub fn trailing_newline() {
    let project = InputProject::new(POLICY).with_key(true);
    let path = project.path("key.json");
    let good = fs::read_to_string(&path).unwrap();
    for end in ["", "\n", "\r\n", "\n\n"] {
        fs::write(&path, format!("{}{end}", good.trim_end())).unwrap();
        let extract = project.write("extract.csv", table(3));
        let output = project.path(&format!("to/{}", end.len()));
        project.deliver_to(&output, &[extract], Options::default()).unwrap();
        fs::remove_dir_all(&output).unwrap();
        fs::remove_dir_all(output.with_extension("internal")).unwrap();
    }
}

pub fn no_key() {
    let policy = POLICY.replacen(
        "keep = { because = \"the cases look for their records\" }",
        "pseudonymise = { domain = \"cases\" }",
        1,
    );
    let project = InputProject::new(&policy);
    let extract = project.write("extract.csv", table(3));
    let error = project.deliver(std::slice::from_ref(&extract), Options::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::KeyNeeded), "{error:?}");
    project.assert_nothing_delivered("to");
    let output = project.command(&[extract], Options::default()).output().unwrap();
    assert_eq!(exit_of(&output), Some(2));
}
