//! What the system refuses, loses or sends: threads, writes, removals, signals, and
//! a file that is rewritten while it is read.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::{HEADER, command, left, new_project};
use crate::kit::{Project, RUN, SOMEBODY, json_of, limited_processes, names_in, needs, said};

/// A run as somebody with room for so many processes, or nothing where this machine
/// cannot start one.
fn run_with_processes(project: &Project, processes: u32) -> Output {
    let folder = project.folder();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let somebody = Some(SOMEBODY);
    names_in(folder).iter().for_each(|name| chown(project.path(name), somebody, somebody).unwrap());
    chown(folder, somebody, somebody).unwrap();
    let mut command = Command::new("setpriv");
    command.current_dir(folder).args(limited_processes(processes)).args(RUN);
    command.args(["--threads", "16"]).output().unwrap()
}

#[test]
fn fewer_threads_do_where_no_more_can_be_had() {
    if !needs("process-limit") {
        return;
    }
    // The program itself is one of them.
    for (processes, exit) in [(2, 0), (3, 0), (6, 0), (12, 0), (18, 0), (1, 1)] {
        let project = new_project();
        let output = run_with_processes(&project, processes);
        assert_eq!(output.status.code(), Some(exit), "{processes}: {}", said(&output));
        assert_eq!(project.path("out/manifest.json").is_file(), output.status.success());
        assert!(!said(&output).contains("a bug"), "{}", said(&output));
        if !output.status.success() {
            assert!(said(&output).contains("cannot start a worker thread"), "{}", said(&output));
        }
    }
}

fn traced(project: &Project, options: &[&str], run: &Command) -> Output {
    let mut strace = Command::new("strace");
    strace.current_dir(project.folder()).args(["-f", "-qq", "-o", "/dev/null"]).args(options);
    strace.arg(run.get_program()).args(run.get_args()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_clean_up_that_fails_says_so() {
    if !needs("strace") {
        return;
    }
    let project = new_project();
    let refused = command(&project, "out", &["--expect-records", "9", "--json"]);
    let calls = "?unlink,?unlinkat,?rmdir";
    let options = ["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:error=EIO")];
    let output = traced(&project, &options, &refused);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("warning: cannot remove "), "{}", said(&output));
    assert!(said(&output).contains(".out.partial-"), "{}", said(&output));
    let document = json_of(&output);
    assert!(document["warnings"].to_string().contains("cannot remove "), "{document:#}");
    assert!(!left(&project).is_empty());
    // The next run takes it away.
    super::run(&project, "out", &[], 0);
    assert_eq!(left(&project), ["out", "out.internal"]);
}

#[test]
fn an_account_that_fails_in_the_end_hides_no_delivery() {
    if !needs("strace") {
        return;
    }
    let project = new_project();
    let run = command(&project, "out", &["--account", "counts.json", "--json"]);
    let path = project.path("counts.json");
    let path = path.to_str().unwrap();
    let options = ["-P", path, "-P", "counts.json", "-e", "trace=write", "-e", "inject=write:error=ENOSPC"];
    let output = traced(&project, &options, &run);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let document = json_of(&output);
    assert_eq!((&document["delivery_complete"], &document["exit"]), (&true.into(), &1.into()), "{document}");
    assert_eq!(document["error"], "cannot write counts.json");
    assert!(said(&output).contains("the delivery out is complete"), "{}", said(&output));
    assert_eq!(left(&project), ["out", "out.internal"], "half an account is none");
}

/// Wherever making durable or renaming fails: one document, and it says the truth.
#[test]
fn the_one_document_says_the_truth_at_every_failure() {
    if !needs("strace") {
        return;
    }
    let project = new_project();
    for calls in ["fsync", "?rename,?renameat,renameat2"] {
        let (mut complete, mut failed) = (0, 0);
        for when in 1..40 {
            let run = command(&project, "out", &["--json"]);
            let inject = format!("inject={calls}:error=EIO:when={when}");
            let output = traced(&project, &["-e", &format!("trace={calls}"), "-e", &inject], &run);
            let there = project.path("out/manifest.json").is_file();
            assert_eq!(json_of(&output)["delivery_complete"], there, "{calls} {when}: {}", said(&output));
            for name in left(&project) {
                let _ = fs::remove_dir_all(project.path(&name)).or_else(|_| fs::remove_file(project.path(&name)));
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
    if !needs("strace") {
        return;
    }
    let project = new_project();
    let (mut refused, mut delivered) = (0, 0);
    for when in 1..60 {
        let run = command(&project, "out", &["--json"]);
        let inject = format!("inject=write:retval=1:when={when}");
        let output = traced(&project, &["-e", "trace=write", "-e", &inject], &run);
        if project.path("out").exists() {
            delivered += 1;
            // A document that lost its first byte is no JSON.
            for name in ["out/manifest.json", "out.internal/account.json", "out.internal/run.json"] {
                let document: Result<serde_json::Value, _> =
                    serde_json::from_slice(&fs::read(project.path(name)).unwrap());
                document.unwrap_or_else(|error| panic!("write {when}, {name}: {error}"));
            }
            for name in ["out", "out.internal"] {
                fs::remove_dir_all(project.path(name)).unwrap();
            }
        } else {
            refused += 1;
            assert_eq!(output.status.code(), Some(1), "write {when}: {}", said(&output));
            assert!(said(&output).contains("cannot read back"), "write {when}: {}", said(&output));
        }
        assert!(left(&project).iter().all(|name| name.ends_with(".lock")), "write {when}");
    }
    assert!(refused >= 3 && delivered > 0, "{refused} refused, {delivered} delivered");
}

/// A long extract of which one thread reads some seconds.
fn long(project: &Project) -> String {
    let rows: String = (0..400_000).map(|number| format!("id{number},Y,2018-05-01,privacy-2018-01\n")).collect();
    project.write("extract.csv", format!("{HEADER}{rows}"));
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
    let project = new_project();
    long(&project);
    let script =
        "trap '' HUP; exec \"$0\" run policy.toml extract.csv -o out --key key.json --as-of 2018-07-01 --threads 1";
    let mut shell = Command::new("sh");
    shell.current_dir(project.folder()).arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_scant"));
    let mut child = shell.stderr(Stdio::null()).spawn().unwrap();
    wait_until_begun(project.folder(), &mut child);
    let pid = rustix::process::Pid::from_child(&child);
    let sent = rustix::process::kill_process(pid, rustix::process::Signal::HUP).is_ok();
    assert_eq!(child.wait().unwrap().code(), Some(0), "sent: {sent}");
}

/// One byte of the same length, and the times put back: only the time of the status
/// shows it.
#[test]
fn an_extract_that_is_rewritten_in_place_is_not_delivered() {
    let project = new_project();
    let rows = long(&project);
    let mut run = command(&project, "out", &[]);
    let mut child = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_begun(project.folder(), &mut child);
    let file = File::options().write(true).open(project.path("extract.csv")).unwrap();
    let before = file.metadata().unwrap().modified().unwrap();
    file.write_all_at(b"X", (HEADER.len() + rows.len() - 2) as u64).unwrap();
    file.set_modified(before).unwrap();
    assert_eq!(file.metadata().unwrap().modified().unwrap(), before);
    let running = child.try_wait().unwrap().is_none();
    let output = child.wait_with_output().unwrap();
    assert!(running, "the run was over too soon: {}", said(&output));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("the file changed while it was read"), "{}", said(&output));
    assert!(left(&project).is_empty());
}
