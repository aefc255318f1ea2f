//! Many runs for one target at the same time: one of them delivers.

use std::process::Stdio;

use super::{Place, check_error};
use crate::kit::stderr;

const STARTS: usize = 20;

#[test]
fn of_many_runs_on_one_target_one_delivers() {
    let place = Place::story();
    let start = |_| place.command().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let runs: Vec<_> = (0..STARTS).map(start).collect();
    let mut deliveries = 0;
    for run in runs {
        let output = run.wait_with_output().unwrap();
        if output.status.success() {
            deliveries += 1;
            continue;
        }
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        check_error(&output, "at once");
        let said = stderr(&output);
        assert!(said.contains("another run is writing") || said.contains("exists already"), "{said}");
    }
    assert_eq!(deliveries, 1);
    place.check_next_run("at once");
}
