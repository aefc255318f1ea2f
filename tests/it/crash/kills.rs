//! Runs that are killed, or asked to stop, at random moments.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use scant::internals::{Recipe, generate};
use tempfile::TempDir;

use super::{Place, check_error, lock_only};
use crate::kit::Random;

const RECORDS: u64 = 100_000;
const KILLS: usize = 50;
const STOPS: usize = 8;

/// Many records, and how long a run over them takes.
fn large() -> (TempDir, Place, Duration) {
    let samples = tempfile::tempdir().unwrap();
    generate(&Recipe::new(RECORDS, 7), samples.path(), 2, &|_| {}).unwrap();
    let path = |name: &str| samples.path().join(name);
    let place = Place::new(path("policy-later.toml"), path("extract.csv"), "2");
    // The quicker of two: a machine that was busy would have all moments come late.
    let durations = [(); 2].map(|()| {
        let start = Instant::now();
        place.run_clean();
        let duration = start.elapsed();
        place.clear();
        duration
    });
    (samples, place, durations[0].min(durations[1]))
}

/// Starts a run and waits for a moment of it, or just after.
fn start(place: &Place, random: &mut Random, duration: Duration) -> Child {
    let child = place.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(duration.mul_f64(1.1) * u32::try_from(random.below(1000)).unwrap() / 1000);
    child
}

#[test]
fn a_killed_run_leaves_no_delivery_or_a_whole_one() {
    let (_samples, place, duration) = large();
    let mut random = Random::new(1);
    let mut killed = 0;
    for kill in 1..=KILLS {
        let mut child = start(&place, &mut random, duration);
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        let case = format!("kill {kill}");
        // Most runs find what the killed ones before them left.
        if place.is_delivered(&case) || kill % 10 == 0 {
            place.check_next_run(&case);
            place.clear();
        }
    }
    assert!(killed > 0, "no kill ever came in the middle");
}

#[test]
fn a_run_asked_to_stop_leaves_the_lock_or_a_whole_delivery() {
    use std::os::unix::process::ExitStatusExt as _;
    let (_samples, place, duration) = large();
    let mut random = Random::new(2);
    let mut interrupted = 0;
    for signal in [Signal::INT, Signal::TERM] {
        for stop in 1..=STOPS {
            let case = format!("{signal:?} {stop}");
            let child = start(&place, &mut random, duration);
            let _ = kill_process(Pid::from_child(&child), signal);
            let output = child.wait_with_output().unwrap();
            match output.status.code() {
                Some(0) => place.check_next_run(&case),
                Some(130) => {
                    interrupted += 1;
                    check_error(&output, &case);
                    assert!(lock_only(&place.parent()), "{case}: {:?}", place.names());
                }
                // Before it listens, a signal ends it as it ends any program.
                _ => {
                    assert_eq!(output.status.signal(), Some(signal.as_raw()), "{case}");
                    assert!(place.names().is_empty(), "{case}: {:?}", place.names());
                }
            }
            place.clear();
        }
    }
    assert!(interrupted > 0, "no signal ever came in the middle");
}
