//! The edges of the tool: where deliveries may go, what is left behind, what happens
//! when output fails, and inputs made to cost more than their size.

mod mutated_files;
mod system_faults;

use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::kit::{Project, json_of, names_in, said, scant};

const POLICY: &str = r#"
format = "scant-policy/1"
name = "edge"
version = "1"
[release]
controller = "acme-mother"
recipient = "bigbroker"
purpose = "political-campaign"
legal_basis = "consent"
erase_after = "P6M"
[extract]
subject = "id"
[consent]
register = "register.toml"
max_age = "P24M"
[consent.columns]
granted = { column = "opt_in", yes = ["Y"], no = ["N"] }
given_at = "given"
notice = "notice"
[columns.id]
role = "direct_identifier"
pseudonymise = { domain = "subscriber" }
as = "person"
[output]
format = "csv"
"#;
const HEADER: &str = "id,opt_in,given,notice\n";
const ROWS: &str =
    "a1,Y,2018-05-01,privacy-2018-01\nb2,Y,2018-05-02,privacy-2018-01\nc3,N,2018-05-02,privacy-2018-01\n";

fn new_project() -> Project {
    let project = Project::with("samples/story/register.toml", POLICY);
    project.write("extract.csv", format!("{HEADER}{ROWS}"));
    project
}

fn command(project: &Project, output: &str, more: &[&str]) -> Command {
    let mut command = scant();
    command.current_dir(project.folder()).args(["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01"]);
    command.args(["--key", "key.json", "--threads", "2", "-o", output]).args(more).stdin(Stdio::null());
    command
}

fn run(project: &Project, output: &str, more: &[&str], exit: i32) -> Output {
    let output = command(project, output, more).output().unwrap();
    assert_eq!(output.status.code(), Some(exit), "{}", said(&output));
    output
}

/// Asks for a new key where it would be sent.
fn new_key(project: &Project, output: &str, key: &str) {
    let mut command = scant();
    command.current_dir(project.folder()).args(["run", "policy.toml", "extract.csv", "--as-of", "2018-07-01"]);
    let refused = command.args(["-o", output, "--new-key", key]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(!project.path(key).exists() && !project.path(output).exists());
}

const INPUTS: [&str; 4] = ["extract.csv", "key.json", "policy.toml", "register.toml"];

fn left(project: &Project) -> Vec<String> {
    let mut names = names_in(project.folder());
    names.retain(|name| !INPUTS.contains(&name.as_str()));
    names
}

#[test]
fn nothing_is_made_inside_a_delivery_and_what_is_kept_goes_where_it_is_told() {
    let project = new_project();
    run(&project, "out", &[], 0);
    for inside in ["out/next", "out/data/next", "out.internal/next", "./out/../out/next/"] {
        let refused = run(&project, inside, &[], 1);
        assert!(said(&refused).contains("would be inside"), "{}", said(&refused));
        run(&project, "next", &["--internal", inside], 1);
        run(&project, "next", &["--account", inside], 1);
        new_key(&project, "next", inside);
        let key = project.scant(&["key", "new", inside]);
        assert_eq!(key.status.code(), Some(1), "a secret would be sent: {}", said(&key));
    }
    // Before there is such a folder, too.
    for account in ["next/counts.json", "next.internal/counts.json", "next", "next.internal"] {
        run(&project, "next", &["--account", account], 1);
        new_key(&project, "next", account);
    }
    fs::remove_file(project.path("out/manifest.json")).unwrap();
    run(&project, "out/next", &[], 1);
    let explained = project.scant(&[
        "explain",
        "policy.toml",
        "extract.csv",
        "--subject-file",
        "register.toml",
        "-o",
        "out.internal/answer",
    ]);
    assert_eq!(explained.status.code(), Some(1), "{}", said(&explained));
    assert_eq!(left(&project), ["out", "out.internal"]);
    // Elsewhere, on another file system where the machine has one.
    let safe = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let kept = safe.path().join("kept");
    let done = run(&project, "apart/.", &["--internal", kept.to_str().unwrap(), "--json"], 0);
    assert_eq!(json_of(&done)["delivery_complete"], true);
    assert!(kept.join("account.json").is_file() && project.path("apart/manifest.json").is_file());
    assert_eq!(left(&project), ["apart", "out", "out.internal"]);
    assert_eq!(names_in(safe.path()), ["kept"]);
    run(&project, "again", &["--internal", kept.to_str().unwrap()], 1);
    assert_eq!(left(&project), ["apart", "out", "out.internal"], "no lock and no leftover stays");
}

#[test]
fn leftovers_of_any_name_go_and_a_run_with_a_longer_name_lives() {
    let project = new_project();
    let digits = "0123456789abcdef";
    // Killed: a dated name that never comes again.
    fs::create_dir_all(project.path(&format!(".out-2018-06-30.partial-{digits}/delivery/data"))).unwrap();
    fs::write(project.path(&format!(".out-2018-06-30.partial-{digits}/delivery/data/x.csv")), "rows").unwrap();
    // Alive: its lock is held.
    let live = project.path(&format!(".out.partial-2.partial-{digits}/delivery"));
    fs::create_dir_all(&live).unwrap();
    let lock = File::create(project.path(".out.partial-2.lock")).unwrap();
    lock.lock().unwrap();
    run(&project, "out", &[], 0);
    assert!(live.is_dir(), "the folder of a living run");
    assert!(!project.path(&format!(".out-2018-06-30.partial-{digits}")).exists(), "what a killed run left");
    drop(lock);
    run(&project, "out.partial-2", &[], 0);
    fs::remove_dir_all(project.path("out")).unwrap();
    fs::remove_dir_all(project.path("out.internal")).unwrap();
    run(&project, "out", &[], 0);
    assert_eq!(left(&project), ["out", "out.internal", "out.partial-2", "out.partial-2.internal"]);
}

#[test]
fn there_is_one_document_and_it_says_whether_the_delivery_is_complete() {
    let project = new_project();
    // The account exists: known before the run.
    project.write("counts.json", "mine");
    let refused = run(&project, "out", &["--account", "counts.json", "--json"], 1);
    assert_eq!(json_of(&refused)["delivery_complete"], false);
    assert_eq!(fs::read_to_string(project.path("counts.json")).unwrap(), "mine");
    assert!(!project.path("out").exists());
    // A run that fails without counts leaves no empty account.
    let failed = run(&project, "out", &["--account", "new.json", "--expect-records", "9", "--json"], 4);
    assert_eq!(json_of(&failed)["delivery_complete"], false);
    assert!(!project.path("new.json").exists());
    // It cannot be written in the end.
    let full = run(&project, "out", &["--account", "/dev/full", "--json"], 1);
    assert_eq!(json_of(&full)["delivery_complete"], false);
    let done = run(&project, "out", &["--account", "new.json", "--json"], 0);
    assert_eq!(json_of(&done)["delivery_complete"], true);
    let account = project.json("new.json");
    assert_eq!(account["delivered"], 2);
}

#[test]
fn a_full_disk_under_stdout_is_no_success_and_a_reader_that_went_away_is() {
    let project = new_project();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let output = command(&project, "one", &["--json"]).stdout(full()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot write to stdout"), "{}", said(&output));
    assert!(said(&output).contains("the delivery one is complete"), "{}", said(&output));
    assert!(project.path("one/manifest.json").is_file());
    let mut explain = scant();
    explain.current_dir(project.folder()).args(["explain", "policy.toml"]).stdout(full()).stderr(Stdio::piped());
    assert_eq!(explain.output().unwrap().status.code(), Some(1));
    let mut child = command(&project, "two", &["--json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_copy_under_another_name_is_not_a_second_part() {
    let project = new_project();
    fs::copy(project.path("extract.csv"), project.path("copy.csv")).unwrap();
    let mut command = command(&project, "out", &[]);
    let output = command.arg("copy.csv").output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("copy.csv and extract.csv hold the same bytes"), "{}", said(&output));
    assert!(!project.path("out").exists());
}

/// Gigabytes of malformed records in a few kilobytes.
#[test]
fn a_bomb_of_malformed_records_ends_soon_and_alike_at_any_thread_count() {
    let project = new_project();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(HEADER.as_bytes()).unwrap();
    let lines = b"x\n".repeat(1 << 20);
    for _ in 0..40 {
        gzip.write_all(&lines).unwrap();
    }
    project.write("extract.csv.gz", gzip.finish().unwrap());
    let watch = |threads: &str| {
        let start = Instant::now();
        let mut run = scant();
        run.current_dir(project.folder()).args(["run", "policy.toml", "extract.csv.gz", "--as-of", "2018-07-01"]);
        let output = run.args(["-o", "out", "--key", "key.json", "--threads", threads]).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
        output.stderr
    };
    let one = watch("1");
    let text = String::from_utf8_lossy(&one).into_owned();
    assert!(text.contains("more than 1,000 records are malformed, and 0 are allowed"), "{text}");
    for threads in ["2", "5"] {
        assert_eq!(watch(threads), one);
    }
    assert_eq!(left(&project), ["extract.csv.gz"]);
}

#[test]
fn no_more_than_a_hundred_thousand_places_are_listed_and_all_are_counted() {
    let project = new_project();
    let bad = "x\n".repeat(150_000);
    project.write("extract.csv", format!("{HEADER}{ROWS}{bad}"));
    run(&project, "out", &["--max-malformed", "150000"], 0);
    let listed = fs::read_to_string(project.path("out.internal/quarantine.csv")).unwrap();
    assert_eq!(listed.lines().count(), 100_001);
    let account = project.json("out.internal/account.json");
    let quarantined = account["records"]["quarantined"].as_object().unwrap();
    assert_eq!(quarantined.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 150_000);
}

#[test]
fn names_cannot_move_the_cursor() {
    let project = new_project();
    let name = "odd\u{1b}[2Jname\n.csv";
    fs::rename(project.path("extract.csv"), project.path(name)).unwrap();
    let extract = fs::read_to_string(project.path(name)).unwrap();
    project.write(name, extract + "x\n");
    let mut run = scant();
    run.current_dir(project.folder()).args(["run", "policy.toml", name, "-o", "out", "--key", "key.json"]);
    let output = run.args(["--as-of", "2018-07-01", "--max-malformed", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut shown = vec![output.stdout, output.stderr];
    shown.push(fs::read(project.path("out.internal/quarantine.csv")).unwrap());
    shown.push(fs::read(project.path("out.internal/account.json")).unwrap());
    let absent = project.scant(&["check", "no\u{1b}[2Jsuch"]);
    shown.push(absent.stderr);
    for bytes in shown {
        assert!(!bytes.contains(&0x1b), "{}", String::from_utf8_lossy(&bytes));
    }
}
