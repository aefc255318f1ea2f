//! An extract in as many files as engines write in parallel: read in turn, and
//! delivered as one file.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kit::{Project, files_under, json_of, small_policy};

/// Files of a record each, in the order of their numbers, and one file of all.
fn parts(folder: &Path, count: usize) -> (Vec<PathBuf>, PathBuf) {
    let header = "id,ok,given,notice,no\n";
    // The person of every tenth record refuses, and has another record elsewhere.
    let record = |number: usize| {
        let (person, ok) = if number % 10 == 9 { (number - 4, "N") } else { (number, "Y") };
        format!("person{person},{ok},2024-01-01,n1,{number}\n")
    };
    let mut all = header.to_owned();
    let paths = (0..count).map(|number| {
        let path = folder.join(format!("part-{number:05}.csv"));
        fs::write(&path, [header, &record(number)].concat()).unwrap();
        write!(all, "{}", record(number)).unwrap();
        path
    });
    let paths = paths.collect();
    let one = folder.join("all.csv");
    fs::write(&one, all).unwrap();
    (paths, one)
}

/// Runs with no more than so many files open.
fn run(policy: &Path, extracts: &[PathBuf], output: &Path, most_open: u32) -> Output {
    let script = format!("ulimit -n {most_open}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_scant")).arg("run").arg(policy).args(extracts);
    command.arg("-o").arg(output).args(["--as-of", "2024-06-01", "--json", "--key"]);
    command.arg(policy.with_file_name("key.json")).output().unwrap()
}

#[test]
fn hundreds_of_files_are_read_as_one_with_few_open_at_a_time() {
    let project = Project::new();
    let policy = small_policy(project.folder(), "");
    let (paths, one) = parts(project.folder(), 600);
    let outputs = ["parts", "one"].map(|name| project.path(name));
    for (output, extracts) in outputs.iter().zip([&paths[..], &[one]]) {
        let ran = run(&policy, extracts, output, 64);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let json = json_of(&ran);
        assert_eq!((json["read"].as_u64(), json["delivered"].as_u64()), (Some(600), Some(480)), "{json}");
    }
    let [parts, one] = outputs.map(|output| files_under(&output.join("data")));
    assert_eq!(parts, one);
}

/// What is said of each file before anything is read is said of all of them.
#[test]
fn the_last_of_many_files_is_looked_at_before_anything_is_read() {
    let project = Project::new();
    let policy = small_policy(project.folder(), "");
    let (mut paths, _) = parts(project.folder(), 40);
    fs::write(&paths[39], "id,ok,given,no\nx,Y,2024-01-01,1\n").unwrap();
    let said = |extracts: &[PathBuf]| {
        let ran = run(&policy, extracts, &project.path("out"), 64);
        assert!(!ran.status.success());
        String::from_utf8(ran.stderr).unwrap()
    };
    let missing = said(&paths);
    assert!(missing.contains("part-00039.csv") && missing.contains("notice"), "{missing}");
    paths[39] = paths[3].clone();
    let twice = said(&paths);
    assert!(twice.contains("part-00003.csv") && twice.contains("twice"), "{twice}");
}
