//! What a signal does to the binary: it ends, nothing is left but the lock, and
//! the lock is free.

use std::fs;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::world::{POLICY, Settings, World, assert_clean, names};

/// A run of the story's policy on a generated extract that takes a second or so.
struct LongRun {
    world: World,
}

impl LongRun {
    fn new() -> Self {
        let world = World::new(POLICY);
        let made = scant()
            .args(["generate", "--rows", "60000", "--seed", "7", "--quiet", "-o"])
            .arg(world.path("generated"))
            .status();
        assert!(made.unwrap().success());
        Self { world }
    }

    fn start(&self) -> Child {
        let generated = self.world.path("generated");
        scant()
            .arg("run")
            .arg(generated.join("policy-later.toml"))
            .arg(generated.join("extract.csv"))
            .args(["--as-of", "2018-07-01", "--threads", "1", "--key"])
            .arg(self.world.path("key.json"))
            .arg("-o")
            .arg(self.world.path("again/out"))
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
        while !names(&self.world.path("again")).iter().any(partial) {
            assert!(begun.elapsed() < Duration::from_secs(30), "it never began");
            assert_eq!(child.try_wait().unwrap(), None, "it ended before it was seen");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }
}

fn scant() -> Command {
    Command::new(env!("CARGO_BIN_EXE_scant"))
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
        run.world.assert_nothing_delivered("again");
    }
    // The lock is free: the same run, left alone, delivers.
    assert_eq!(end_of(run.start()).code(), Some(0));
    assert_eq!(names(&run.world.path("again")), ["out", "out.internal"]);
}

/// It ends at once, so what is partial may stay; but it has no final name, and
/// the next run removes it.
pub fn second_signal() {
    let run = LongRun::new();
    let child = run.underway();
    send(&child, Signal::INT);
    send(&child, Signal::INT);
    assert_eq!(end_of(child).code(), Some(130));
    let left = names(&run.world.path("again"));
    assert!(!left.contains(&"out".to_owned()) && !left.contains(&"out.internal".to_owned()), "{left:?}");
    assert_eq!(end_of(run.start()).code(), Some(0));
    assert_eq!(names(&run.world.path("again")), ["out", "out.internal"]);
}

/// The delivery is what counts; who does not want to hear of it is no error.
pub fn nobody_reads() {
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", super::world::table(3));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = world.command(&[extract], &Settings::default());
    let status = command.stdout(writer).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    world.assert_complete_and_clean("again");
    assert_eq!(fs::read_to_string(world.path("again/out/data/rows.csv")).unwrap().lines().count(), 4);
    // Nor when nobody hears the complaints.
    let world = World::new(POLICY);
    let extract = world.write("extract.csv", super::world::HEADER);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = world.command(&[extract], &Settings::default());
    let status = command.stdout(Stdio::null()).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(4));
    world.assert_nothing_delivered("again");
}
