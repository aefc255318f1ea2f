//! Every system call of a run that can fail is made to fail, each time it is called:
//! the disk is full, the device is broken, the call is interrupted, the machine
//! stops there. The calls are counted in a clean run first, so none is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::{Place, check_error};
use crate::kit::{needs, scant, stderr};

/// One kind of call; its names differ between machines.
struct Call {
    names: &'static [&'static str],
    error: &'static str,
    /// What a run may end with, if it fails.
    codes: &'static [i32],
}

/// Reading fails for the operator (1), or as what it looks like: a register that
/// cannot be read (3), an extract that cannot (4).
const READING: &[i32] = &[1, 3, 4];
const WRITING: &[i32] = &[1];

const CALLS: [Call; 16] = [
    Call { names: &["write"], error: "ENOSPC", codes: WRITING },
    Call { names: &["write"], error: "EIO", codes: WRITING },
    Call { names: &["pwrite64"], error: "ENOSPC", codes: WRITING },
    Call { names: &["fsync", "fdatasync"], error: "EIO", codes: WRITING },
    Call { names: &["ftruncate"], error: "EIO", codes: WRITING },
    Call { names: &["mkdir", "mkdirat"], error: "ENOSPC", codes: WRITING },
    Call { names: &["renameat2"], error: "ENOSPC", codes: WRITING },
    Call { names: &["rename", "renameat"], error: "ENOSPC", codes: WRITING },
    Call { names: &["unlink", "unlinkat"], error: "EIO", codes: WRITING },
    Call { names: &["flock"], error: "ENOLCK", codes: WRITING },
    Call { names: &["getdents64"], error: "EIO", codes: WRITING },
    Call { names: &["openat"], error: "ENOSPC", codes: READING },
    Call { names: &["openat"], error: "EMFILE", codes: READING },
    Call { names: &["pread64"], error: "EIO", codes: READING },
    Call { names: &["read"], error: "EIO", codes: READING },
    Call { names: &["statx", "lseek"], error: "EIO", codes: READING },
];

/// Calls that a signal may interrupt, and that must then be made again.
const RESUMED: [&[&str]; 5] = [&["write"], &["fsync", "fdatasync"], &["openat"], &["pread64"], &["read"]];

/// Calls in front of which the machine may stop.
const STOPS: [&[&str]; 7] = [
    &["write"],
    &["fsync", "fdatasync"],
    &["mkdir", "mkdirat"],
    &["renameat2"],
    &["rename", "renameat"],
    &["unlink", "unlinkat"],
    &["openat"],
];

/// A name that another machine does not know is passed over.
fn set_of(names: &[&str]) -> String {
    names.iter().map(|name| format!("?{name}")).collect::<Vec<_>>().join(",")
}

fn traced(options: &[&str], log: &Path, program: &Command) -> Output {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(log).args(options).arg(program.get_program()).args(program.get_args());
    strace.output().unwrap()
}

/// How often each thread makes one of the calls, at most: strace counts each
/// thread and each call on its own.
fn count(names: &[&str], program: &Command) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let output = traced(&["-e", &format!("trace={}", set_of(names))], &log, program);
    assert!(output.status.success(), "{output:?}");
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        if let Some((name, _)) = call.trim_start().split_once('(')
            && names.contains(&name)
        {
            *counts.entry((thread.to_owned(), name.to_owned())).or_default() += 1;
        }
    }
    counts.into_values().max().unwrap_or(0)
}

/// The places at which a run makes such calls: those of the loader, which come
/// before the program, are not ours.
fn places(place: &Place, names: &[&str]) -> std::ops::RangeInclusive<usize> {
    let mut nothing = scant();
    nothing.arg("--version");
    let before = if names.contains(&"write") { 0 } else { count(names, &nothing) };
    let all = count(names, &place.command());
    place.clear();
    before + 1..=all
}

fn injected(place: &Place, names: &[&str], what: &str, when: usize) -> Output {
    let set = set_of(names);
    let options = ["-e", &format!("trace={set}"), "-e", &format!("inject={set}:{what}:when={when}")];
    traced(&options, Path::new("/dev/null"), &place.command())
}

#[test]
fn a_failing_call_never_leaves_half_a_delivery() {
    fail_at_every_call(Place::guarded);
}

#[test]
fn by_log_a_failing_call_never_leaves_half_a_delivery() {
    fail_at_every_call(Place::by_log);
}

fn fail_at_every_call(place: fn() -> Place) {
    if !needs("strace") {
        return;
    }
    let place = place();
    let mut failures = 0;
    for Call { names, error, codes } in CALLS {
        for when in places(&place, names) {
            let case = format!("{names:?} {when}: {error}");
            let output = injected(&place, names, &format!("error={error}"), when);
            match output.status.code() {
                Some(0) => {
                    assert!(place.is_delivered(&case), "{case}");
                    assert!(place.has_remembered(), "{case}");
                }
                Some(code) if codes.contains(&code) => {
                    // Where the words themselves cannot be written, there are none.
                    if !(names.contains(&"write") && output.stderr.is_empty()) {
                        check_error(&output, &case);
                    }
                    failures += 1;
                }
                _ => panic!("{case}: {:?} {}", output.status, stderr(&output)),
            }
            place.check_next_run(&case);
            place.clear();
        }
    }
    assert!(failures >= 50, "only {failures} faults were noticed: are they injected?");
}

#[test]
fn an_interrupted_call_is_made_again() {
    interrupt_every_call(Place::guarded);
}

#[test]
fn by_log_an_interrupted_call_is_made_again() {
    interrupt_every_call(Place::by_log);
}

fn interrupt_every_call(place: fn() -> Place) {
    if !needs("strace") {
        return;
    }
    let place = place();
    for names in RESUMED {
        for when in places(&place, names) {
            let case = format!("{names:?} {when}: EINTR");
            let output = injected(&place, names, "error=EINTR", when);
            assert!(output.status.success(), "{case}: {}", stderr(&output));
            assert!(place.is_delivered(&case), "{case}");
            assert_eq!(place.names(), place.names_when_done(), "{case}");
            assert!(place.has_remembered(), "{case}");
            place.clear();
        }
    }
}

#[test]
fn a_run_that_stops_at_any_call_is_cleaned_up_after() {
    stop_at_every_call(Place::guarded);
}

#[test]
fn by_log_a_run_that_stops_at_any_call_is_cleaned_up_after() {
    stop_at_every_call(Place::by_log);
}

fn stop_at_every_call(place: fn() -> Place) {
    if !needs("strace") {
        return;
    }
    let place = place();
    let mut delivered = 0;
    for names in STOPS {
        for when in places(&place, names) {
            let case = format!("killed at {names:?} {when}");
            let output = injected(&place, names, "signal=KILL", when);
            assert_ne!(output.status.code(), Some(70), "{case}");
            delivered += usize::from(place.is_delivered(&case));
            place.check_next_run(&case);
            place.clear();
        }
    }
    assert!(delivered >= 2, "the rename that commits comes before the last calls");
}

#[test]
fn a_clean_up_that_stops_is_finished_by_the_next_run() {
    if !needs("strace") {
        return;
    }
    let place = Place::guarded();
    // Stopped between the two renames, a run leaves the kept folder, and the rest
    // in the partial one; the next run removes both.
    let removals: &[&str] = &["unlink", "unlinkat"];
    let leave = || {
        injected(&place, &["renameat2"], "signal=KILL", 2);
        assert!(place.pending().exists() && !place.target().exists());
    };
    for what in ["signal=KILL", "error=EIO"] {
        for when in 1..=12 {
            let case = format!("{removals:?} {when} of a clean-up: {what}");
            leave();
            let output = injected(&place, removals, what, when);
            assert_ne!(output.status.code(), Some(70), "{case}");
            place.check_next_run(&case);
            place.clear();
        }
    }
}
