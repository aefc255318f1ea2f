//! What the system refuses, loses or sends: threads, writes, removals, signals, and
//! a file that is rewritten while it is read.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::{HEADER, command, document, left, workshop};
use crate::crash::is_installed;
use crate::workshop::{Workshop, names_in, said};

/// Somebody who is not root, whom limits do not bind, and whose processes nobody else
/// has.
const SOMEBODY: u32 = 61_234;

/// A run as somebody with room for so many processes, or nothing where this machine
/// cannot start one.
fn run_with_processes(workshop: &Workshop, processes: u32) -> Option<Output> {
    let folder = workshop.folder();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    for name in names_in(folder) {
        std::os::unix::fs::chown(folder.join(name), Some(SOMEBODY), Some(SOMEBODY)).ok()?;
    }
    std::os::unix::fs::chown(folder, Some(SOMEBODY), Some(SOMEBODY)).ok()?;
    let somebody = SOMEBODY.to_string();
    let mut privileges = Command::new("setpriv");
    privileges.current_dir(folder).args(["--reuid", &somebody, "--regid", &somebody, "--clear-groups"]);
    privileges.args(["prlimit", &format!("--nproc={processes}"), "--"]);
    let mut trial = Command::new("setpriv");
    trial.current_dir(folder).args(privileges.get_args()).args([env!("CARGO_BIN_EXE_scant"), "--version"]);
    if !trial.output().is_ok_and(|output| output.status.success()) {
        return None;
    }
    privileges.arg(env!("CARGO_BIN_EXE_scant"));
    privileges.args(["run", "policy.toml", "extract.csv", "-o", "out", "--key", "key.json"]);
    Some(privileges.args(["--as-of", "2018-07-01", "--threads", "16"]).output().unwrap())
}

#[test]
fn fewer_threads_do_where_no_more_can_be_had() {
    // The program itself is one of them.
    for (processes, exit) in [(2, 0), (3, 0), (6, 0), (12, 0), (18, 0), (1, 1)] {
        let workshop = workshop();
        let Some(output) = run_with_processes(&workshop, processes) else {
            println!("skipped: no limit on processes can be set here (needs root, setpriv and prlimit)");
            return;
        };
        assert_eq!(output.status.code(), Some(exit), "{processes}: {}", said(&output));
        assert_eq!(workshop.path("out/manifest.json").is_file(), output.status.success());
        assert!(!said(&output).contains("a bug"), "{}", said(&output));
        if !output.status.success() {
            assert!(said(&output).contains("cannot start a worker thread"), "{}", said(&output));
        }
    }
}

fn traced(workshop: &Workshop, options: &[&str], run: &Command) -> Output {
    let mut strace = Command::new("strace");
    strace.current_dir(workshop.folder()).args(["-f", "-qq", "-o", "/dev/null"]).args(options);
    strace.arg(run.get_program()).args(run.get_args()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_clean_up_that_fails_says_so() {
    if !is_installed("strace") {
        return;
    }
    let workshop = workshop();
    let refused = command(&workshop, "out", &["--expect-records", "9", "--json"]);
    let calls = "?unlink,?unlinkat,?rmdir";
    let options = ["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:error=EIO")];
    let output = traced(&workshop, &options, &refused);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("warning: cannot remove "), "{}", said(&output));
    assert!(said(&output).contains(".out.partial-"), "{}", said(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["warnings"].to_string().contains("cannot remove "), "{document:#}");
    assert!(!left(&workshop).is_empty());
    // The next run takes it away.
    super::run(&workshop, "out", &[], 0);
    assert_eq!(left(&workshop), ["out", "out.internal"]);
}

#[test]
fn an_account_that_fails_in_the_end_hides_no_delivery() {
    if !is_installed("strace") {
        return;
    }
    let workshop = workshop();
    let run = command(&workshop, "out", &["--account", "counts.json", "--json"]);
    let path = workshop.path("counts.json");
    let path = path.to_str().unwrap();
    let options = ["-P", path, "-P", "counts.json", "-e", "trace=write", "-e", "inject=write:error=ENOSPC"];
    let output = traced(&workshop, &options, &run);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let document = document(&output);
    assert_eq!((&document["delivery_complete"], &document["exit"]), (&true.into(), &1.into()), "{document}");
    assert_eq!(document["error"], "cannot write counts.json");
    assert!(said(&output).contains("the delivery out is complete"), "{}", said(&output));
    assert_eq!(left(&workshop), ["out", "out.internal"], "half an account is none");
}

/// Wherever making durable or renaming fails: one document, and it says the truth.
#[test]
fn the_one_document_says_the_truth_at_every_failure() {
    if !is_installed("strace") {
        return;
    }
    let workshop = workshop();
    for calls in ["fsync", "?rename,?renameat,renameat2"] {
        let (mut complete, mut failed) = (0, 0);
        for when in 1..40 {
            let run = command(&workshop, "out", &["--json"]);
            let inject = format!("inject={calls}:error=EIO:when={when}");
            let output = traced(&workshop, &["-e", &format!("trace={calls}"), "-e", &inject], &run);
            let there = workshop.path("out/manifest.json").is_file();
            assert_eq!(document(&output)["delivery_complete"], there, "{calls} {when}: {}", said(&output));
            for name in left(&workshop) {
                let _ = fs::remove_dir_all(workshop.path(&name)).or_else(|_| fs::remove_file(workshop.path(&name)));
            }
            if output.status.success() {
                break;
            }
            failed += 1;
            complete += usize::from(there);
        }
        assert!(failed > 0, "{calls}");
        if calls == "fsync" {
            assert!(complete > 0, "making the folder durable comes after the commit");
        }
    }
}

/// A system that says it wrote what it did not: a document that lost a byte so is
/// not published.
#[test]
fn a_write_that_was_none_is_seen_before_publishing() {
    if !is_installed("strace") {
        return;
    }
    let workshop = workshop();
    let (mut refused, mut delivered) = (0, 0);
    for when in 1..60 {
        let run = command(&workshop, "out", &["--json"]);
        let inject = format!("inject=write:retval=1:when={when}");
        let output = traced(&workshop, &["-e", "trace=write", "-e", &inject], &run);
        if workshop.path("out").exists() {
            delivered += 1;
            // A document that lost its first byte is no JSON.
            for name in ["out/manifest.json", "out.internal/account.json", "out.internal/run.json"] {
                let document: Result<serde_json::Value, _> =
                    serde_json::from_slice(&fs::read(workshop.path(name)).unwrap());
                document.unwrap_or_else(|error| panic!("write {when}, {name}: {error}"));
            }
            for name in ["out", "out.internal"] {
                fs::remove_dir_all(workshop.path(name)).unwrap();
            }
        } else {
            refused += 1;
            assert_eq!(output.status.code(), Some(1), "write {when}: {}", said(&output));
            assert!(said(&output).contains("cannot read back"), "write {when}: {}", said(&output));
        }
        assert!(left(&workshop).iter().all(|name| name.ends_with(".lock")), "write {when}");
    }
    assert!(refused >= 3 && delivered > 0, "{refused} refused, {delivered} delivered");
}

/// A long extract of which one thread reads some seconds.
fn long(workshop: &Workshop) -> String {
    let rows: String = (0..400_000).map(|number| format!("id{number},Y,2018-05-01,privacy-2018-01\n")).collect();
    workshop.write("extract.csv", format!("{HEADER}{rows}"));
    rows
}

fn wait_until_begun(folder: &Path, child: &mut Child) {
    let begun = || names_in(folder).iter().any(|name| name.contains(".partial-"));
    while !begun() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// `nohup` ignores SIGHUP; a run started so must go on when it comes.
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let workshop = workshop();
    long(&workshop);
    let script =
        "trap '' HUP; exec \"$0\" run policy.toml extract.csv -o out --key key.json --as-of 2018-07-01 --threads 1";
    let mut shell = Command::new("sh");
    shell.current_dir(workshop.folder()).arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_scant"));
    let mut child = shell.stderr(Stdio::null()).spawn().unwrap();
    wait_until_begun(workshop.folder(), &mut child);
    let pid = rustix::process::Pid::from_child(&child);
    let sent = rustix::process::kill_process(pid, rustix::process::Signal::HUP).is_ok();
    assert_eq!(child.wait().unwrap().code(), Some(0), "sent: {sent}");
}

/// One byte of the same length, and the times put back: only the time of the status
/// shows it.
#[test]
fn an_extract_that_is_rewritten_in_place_is_not_delivered() {
    let workshop = workshop();
    let rows = long(&workshop);
    let mut run = command(&workshop, "out", &[]);
    let mut child = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_begun(workshop.folder(), &mut child);
    let file = File::options().write(true).open(workshop.path("extract.csv")).unwrap();
    let before = file.metadata().unwrap().modified().unwrap();
    file.write_all_at(b"X", (HEADER.len() + rows.len() - 2) as u64).unwrap();
    file.set_modified(before).unwrap();
    assert_eq!(file.metadata().unwrap().modified().unwrap(), before);
    let running = child.try_wait().unwrap().is_none();
    let output = child.wait_with_output().unwrap();
    assert!(running, "the run was over too soon: {}", said(&output));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("the file changed while it was read"), "{}", said(&output));
    assert!(left(&workshop).is_empty());
}
