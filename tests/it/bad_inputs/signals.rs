//! What a signal does to the command: it ends, nothing is left but the lock file,
//! and the lock is free.

use std::fs;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::project::{InputProject, POLICY, assert_clean};
use crate::kit::{Options, names_in, scant};

/// A run of the story's policy on a generated extract that takes a second or so.
struct LongRun {
    project: InputProject,
}

impl LongRun {
    fn new() -> Self {
        let project = InputProject::new(POLICY);
        let made = scant()
            .args(["generate", "--rows", "60000", "--seed", "7", "--quiet", "-o"])
            .arg(project.path("generated"))
            .status();
        assert!(made.unwrap().success());
        Self { project }
    }

    fn start(&self) -> Child {
        let generated = self.project.path("generated");
        scant()
            .arg("run")
            .arg(generated.join("policy-later.toml"))
            .arg(generated.join("extract.csv"))
            .args(["--as-of", "2018-07-01", "--threads", "1", "--key"])
            .arg(self.project.path("key.json"))
            .arg("-o")
            .arg(self.project.path("again/out"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts, and waits until it writes.
    fn underway(&self) -> Child {
        let mut child = self.start();
        let begun = Instant::now();
        let partial = |name: &String| name.starts_with(".out.partial-");
        while !names_in(&self.project.path("again")).iter().any(partial) {
            assert!(begun.elapsed() < Duration::from_secs(30), "it never began");
            assert_eq!(child.try_wait().unwrap(), None, "it ended before it was seen");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits for the end, which must come soon; nothing of the extract is said.
fn end_of(child: Child) -> ExitStatus {
    let begun = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?} to end", begun.elapsed());
    assert_clean("stderr", &output.stderr);
    output.status
}

pub fn one_signal() {
    let run = LongRun::new();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let child = run.underway();
        send(&child, signal);
        assert_eq!(end_of(child).code(), Some(130), "{signal:?}");
        run.project.assert_nothing_delivered("again");
    }
    // The lock is free: the same run, left alone, delivers.
    assert_eq!(end_of(run.start()).code(), Some(0));
    assert_eq!(names_in(&run.project.path("again")), ["out", "out.internal"]);
}

/// It ends at once, so what is partial may stay; but it has no final name, and
/// the next run removes it.
pub fn second_signal() {
    let run = LongRun::new();
    let child = run.underway();
    send(&child, Signal::INT);
    send(&child, Signal::INT);
    assert_eq!(end_of(child).code(), Some(130));
    let left = names_in(&run.project.path("again"));
    assert!(!left.contains(&"out".to_owned()) && !left.contains(&"out.internal".to_owned()), "{left:?}");
    assert_eq!(end_of(run.start()).code(), Some(0));
    assert_eq!(names_in(&run.project.path("again")), ["out", "out.internal"]);
}

/// The delivery is what counts; who does not want to hear of it is no error.
pub fn nobody_reads() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", super::project::table(3));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = project.command(&[extract], Options::default());
    let status = command.stdout(writer).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    project.assert_complete_and_clean("again");
    assert_eq!(fs::read_to_string(project.path("again/out/data/rows.csv")).unwrap().lines().count(), 4);
    // Nor when nobody hears the complaints.
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", super::project::HEADER);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = project.command(&[extract], Options::default());
    let status = command.stdout(Stdio::null()).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(4));
    project.assert_nothing_delivered("again");
}
