//! Key files that are no keys, or no secrets any more: each refused before
//! anything is read, and never shown.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use scant::release::error::ReleaseError;

use super::world::{POLICY, Settings, World, exit_of, table};

fn with_key() -> Settings<'static> {
    Settings { with_key: true, ..Settings::default() }
}

fn secret_of(world: &World) -> String {
    world.json("key.json")["keys"][0]["secret"].as_str().unwrap().to_owned()
}

/// Refused by library and binary, exit 1, and the secret is told nowhere.
#[track_caller]
fn assert_refused(world: &World, what: &str, secret: &str) {
    let extract = world.write("extract.csv", table(3));
    let error = world.deliver(std::slice::from_ref(&extract), &with_key()).unwrap_err();
    assert!(matches!(error, ReleaseError::Key(_)), "{what}: {error:?}");
    assert!(!format!("{error} {error:?}").contains(&secret[..12]), "{what}");
    let output = world.command(&[extract], &with_key()).output().unwrap();
    assert_eq!(exit_of(&output), Some(1), "{what}");
    for said in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(said).contains(&secret[..12]), "{what}");
    }
    world.assert_nothing_delivered("to");
    world.assert_nothing_delivered("again");
}

pub fn unsafe_keys() {
    let world = World::new(POLICY);
    let secret = secret_of(&world);
    let path = world.path("key.json");
    let good = fs::read_to_string(&path).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o700, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_refused(&world, &format!("mode {mode:o}"), &secret);
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
        assert_refused(&world, what, &secret);
    }
    fs::write(&path, &good).unwrap();
    fs::hard_link(&path, world.path("second.json")).unwrap();
    assert_refused(&world, "two names", &secret);
    fs::rename(&path, world.path("elsewhere.json")).unwrap();
    fs::remove_file(world.path("second.json")).unwrap();
    symlink(world.path("elsewhere.json"), &path).unwrap();
    assert_refused(&world, "a symbolic link", &secret);
    fs::remove_file(&path).unwrap();
    assert_refused(&world, "no file", &secret);
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    assert_refused(&world, "a pipe", &secret);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_refused(&world, "a folder", &secret);
    fs::remove_dir(&path).unwrap();
    fs::rename(world.path("elsewhere.json"), &path).unwrap();
    if chown(&path, Some(65_534), None).is_ok() {
        assert_refused(&world, "another owner", &secret);
    } else {
        eprintln!("skipped: only root can give a file away, so a key of another owner is not tried");
    }
}

pub fn trailing_newline() {
    let world = World::new(POLICY);
    let path = world.path("key.json");
    let good = fs::read_to_string(&path).unwrap();
    for end in ["", "\n", "\r\n", "\n\n"] {
        fs::write(&path, format!("{}{end}", good.trim_end())).unwrap();
        let extract = world.write("extract.csv", table(3));
        let output = world.path(&format!("to/{}", end.len()));
        world.deliver_to(&output, &[extract], &with_key()).unwrap();
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
    let world = World::new(&policy);
    let extract = world.write("extract.csv", table(3));
    let error = world.deliver(std::slice::from_ref(&extract), &Settings::default()).unwrap_err();
    assert!(matches!(error, ReleaseError::KeyNeeded), "{error:?}");
    world.assert_nothing_delivered("to");
    let output = world.command(&[extract], &Settings::default()).output().unwrap();
    assert_eq!(exit_of(&output), Some(2));
}
