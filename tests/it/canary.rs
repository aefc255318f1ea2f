//! Cells leave only by the delivered columns: every cell of an extract is a canary,
//! and everything a run writes, shows or holds is searched for canaries, when it
//! ends well, is refused, fails, or is interrupted.

mod extract;
mod search;
mod sinks;
mod swapped;

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use self::extract::{COLUMNS, Extract, POLICY};
use self::search::{MARK, Search};
use self::sinks::{run_watched, search_left};
use crate::kit::{Project, names_in, said};

const INPUTS: [&str; 5] = ["extract.csv", "policy.toml", "register.toml", "key.json", "bad.parquet"];

fn new_project(extract: &[u8], format: &str) -> Project {
    let project = Project::with("samples/story/register.toml", POLICY.replace("FORMAT", format));
    project.write("extract.csv", extract);
    project
}

const RUN: [&str; 10] =
    ["run", "policy.toml", "extract.csv", "-o", "out", "--key", "key.json", "--as-of", "2018-07-01", "--threads=2"];

/// Runs to its end, searches everything, and expects an exit code.
fn search_run(project: &Project, more: &[&str], exit: i32, search: &mut Search) -> usize {
    let arguments = [&RUN[..], more].concat();
    search_command(project, &arguments, exit, search)
}

fn search_command(project: &Project, arguments: &[&str], exit: i32, search: &mut Search) -> usize {
    let output = run_watched(project.folder(), arguments, search, |_| {});
    assert_eq!(output.status.code(), Some(exit), "{arguments:?} {}", said(&output));
    search_left(project.folder(), &INPUTS, search)
}

#[test]
fn a_delivery_in_every_format_shows_no_canary() {
    let extract = Extract::of(2_000);
    assert!(extract.canaries > 10_000, "{}", extract.canaries);
    let malformed = format!("--max-malformed={}", extract.malformed);
    let mut search = Search::default();
    for (format, voice) in
        [("csv", "--json"), ("parquet", "--account=counts.json"), ("ndjson", "--quiet"), ("ipc", "--json")]
    {
        let project = new_project(&extract.bytes, format);
        let data = search_run(&project, &[&malformed, voice], 0, &mut search);
        assert_eq!(data, 1);
        // Of the account, and of the manifest alone.
        search_command(&project, &["report", "out"], 0, &mut search);
        search_command(&project, &["report", "out", "--account", "out/manifest.json"], 6, &mut search);
        fs::rename(project.path("out.internal"), project.path("kept")).unwrap();
        search_command(&project, &["report", "out", "-o", "rounded"], 0, &mut search);
        fs::rename(project.path("kept"), project.path("out.internal")).unwrap();
        let account = project.json("out.internal/account.json");
        let records = &account["records"];
        assert_eq!(records["read"], 2_000);
        assert_eq!(records["delivered"], extract.delivered);
        let count =
            |map: &serde_json::Value| map.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
        assert_eq!(count(&records["quarantined"]), extract.malformed as u64);
        assert!(records["dropped"].as_object().unwrap().len() >= 7, "{records}");
    }
    assert!(search.sinks > 60, "{}", search.sinks);
    assert_eq!(search.hits, []);
}

#[test]
fn what_waits_shows_no_canary() {
    // Large enough for the watcher to see rows that wait.
    let extract = Extract::of(30_000);
    let malformed = format!("--max-malformed={}", extract.malformed);
    let project = new_project(&extract.bytes, "csv");
    let mut search = Search::default();
    search_run(&project, &[&malformed], 0, &mut search);
    assert_eq!(search.hits, []);
    assert!(search.partial_bytes > 100_000, "the watcher saw something: {}", search.partial_bytes);
}

#[test]
fn errors_show_no_canary() {
    let good = Extract::of(400);
    let text = String::from_utf8_lossy(&good.bytes).into_owned();
    let (header, records) = text.split_once('\n').unwrap();
    let mut search = Search::default();
    let mut fails = |extract: &[u8], more: &[&str], exit: i32| {
        let project = new_project(extract, "parquet");
        assert_eq!(search_run(&project, more, exit, &mut search), 0);
        assert!(!project.path("out").exists());
    };
    let allowed = "--max-malformed=100000";
    // Malformed records, more than allowed.
    fails(&good.bytes, &[], 4);
    fails(&good.bytes, &["--json", "--account=counts.json"], 4);
    // A file without a header: the first record stands there.
    fails(records.as_bytes(), &[allowed], 4);
    fails(records.as_bytes(), &[allowed, "--json"], 4);
    // A header with canaries beside the real names, a duplicate, an empty cell.
    let wide = |more: &str| format!("{header}{more}\n{}\n", [MARK; COLUMNS.len() + 2].join(","));
    fails(wide(&format!(",{MARK}1,{MARK}1")).as_bytes(), &[allowed], 4);
    fails(wide(&format!(",{MARK}1,")).as_bytes(), &[allowed], 4);
    // A quote that is never closed, and compressed data that is none.
    let first = records.lines().next().unwrap();
    fails(format!("{header}\n{first}\n\"{first}\n{first}\n").as_bytes(), &[allowed], 4);
    fails(&[b"\x1f\x8b\x08\0", text.as_bytes()].concat(), &[allowed], 4);
    fails(&[b"\xff\xfe", text.as_bytes()].concat(), &[allowed], 4);
    // Nothing to deliver, too few to deliver, another count than expected.
    let dropped: Vec<&str> = records.lines().skip(1).step_by(5).take(20).collect();
    fails(format!("{header}\n{}\n", dropped.join("\n")).as_bytes(), &["--json"], 5);
    fails(format!("{header}\n{first}\n").as_bytes(), &["--expect-records=7"], 4);
    // A cell that must be readable.
    let refusing = new_project(format!("{header}\n{}\n", first.replace("ZY97 8Q", MARK)).as_bytes(), "csv");
    let policy = fs::read_to_string(refusing.path("policy.toml")).unwrap();
    let policy = policy.replace("to = \"district\" }", "to = \"district\" }\nunreadable = \"refuse\"");
    refusing.write("policy.toml", &policy);
    search_run(&refusing, &[], 4, &mut search);
    assert_eq!(search.hits, []);
    assert!(search.sinks > 60, "{}", search.sinks);
}

#[test]
fn other_inputs_and_verbs_show_no_canary() {
    let extract = Extract::of(400);
    let mut search = Search::default();
    // A file that is no Parquet, in two ways.
    for bytes in [extract.bytes.clone(), [b"PAR1", &extract.bytes[..], b"\x40\0\0\0PAR1"].concat()] {
        let project = new_project(&extract.bytes, "csv");
        project.write("bad.parquet", bytes);
        let run: Vec<&str> = RUN.iter().map(|word| if *word == "extract.csv" { "bad.parquet" } else { word }).collect();
        search_command(&project, &run, 4, &mut search);
    }
    // A broken policy beside the extract, and the extract as a policy and a key.
    let broken = new_project(&extract.bytes, "csv");
    broken.write("policy.toml", POLICY.replace("role = ", "rolle = "));
    search_command(&broken, &RUN, 3, &mut search);
    search_command(&broken, &["check", "policy.toml", "extract.csv"], 3, &mut search);
    let swapped = new_project(&extract.bytes, "csv");
    fs::remove_file(swapped.path("key.json")).unwrap();
    swapped.write("key.json", &extract.bytes);
    search_command(&swapped, &RUN, 1, &mut search);
    // The other verbs that read an extract.
    let other = new_project(&extract.bytes, "csv");
    search_command(&other, &["check", "policy.toml", "extract.csv"], 0, &mut search);
    search_command(&other, &["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"], 0, &mut search);
    search_command(
        &other,
        &["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01", "--json"],
        0,
        &mut search,
    );
    assert_eq!(search.hits, []);
}

/// What stands in a list shows no more than what stands in an extract.
#[test]
fn lists_show_no_canary() {
    let extract = Extract::of(400);
    let text = String::from_utf8_lossy(&extract.bytes).into_owned();
    // Every third record is on the list, beside many that are nobody here.
    let ids: Vec<&str> = text.lines().skip(1).step_by(3).filter_map(|line| line.split(',').next()).collect();
    let ids: Vec<&str> = ids.into_iter().filter(|id| id.starts_with(MARK)).collect();
    assert!(ids.len() > 50, "{}", ids.len());
    let entries: String = ids.iter().map(|id| format!("{id},{MARK}because\n")).collect();
    let strangers: String = (0..500).map(|number| format!("{MARK}stranger{number},\n")).collect();
    let good = format!("number,reason\n{entries}{strangers}");
    let list = "[[consent.lists]]\nname = \"own\"\nkind = \"suppression\"\npath = \"list.csv\"\n\
                match = { subscriber_id = \"number\" }\n";
    let malformed = format!("--max-malformed={}", extract.malformed);
    let mut search = Search::default();
    let mut search_with = |more: &str, list_text: &str, arguments: &[&str], exit: i32| {
        let project = new_project(&extract.bytes, "csv");
        let policy = POLICY.replace("FORMAT", "csv");
        project.write("policy.toml", policy.replace("[[rows.drop]]", &format!("{list}{more}[[rows.drop]]")));
        project.write("list.csv", list_text);
        let output = run_watched(project.folder(), arguments, &mut search, |_| {});
        assert_eq!(output.status.code(), Some(exit), "{}", said(&output));
        search_left(project.folder(), &[&INPUTS[..], &["list.csv"]].concat(), &mut search);
        said(&output)
    };
    let run = [&RUN[..], &[&malformed, "--json"]].concat();
    let told = search_with("", &good, &run, 0);
    assert!(told.contains("\"suppressed:own\": "), "{told}");
    let explain = ["explain", "policy.toml", "extract.csv", "--as-of", "2018-07-01"];
    search_with("", &good, &explain, 0);
    // Malformed, unterminated, without its header, not a day, not a hash, too old.
    search_with("", &format!("{good}{MARK},{MARK},{MARK}\n"), &run, 4);
    search_with("", &format!("{good}\"{MARK}\n"), &run, 4);
    search_with("", &entries, &run, 4);
    search_with("as_of_column = \"reason\"\n", &good, &run, 4);
    search_with("digests = \"drop\"\nid = \"reason\"\nstandardise = { subscriber_id = \"email\" }\n", &good, &run, 4);
    search_with("max_list_age = \"P1D\"\nas_of = 2018-06-20\n", &good, &run, 5);
    assert_eq!(search.hits, []);
    assert!(search.sinks > 60, "{}", search.sinks);
}

#[test]
fn an_interrupted_run_shows_no_canary() {
    let extract = Extract::of(30_000);
    let malformed = format!("--max-malformed={}", extract.malformed);
    let arguments = [&RUN[..], &[&malformed]].concat();
    let mut search = Search::default();
    for signal in [Signal::INT, Signal::KILL] {
        // At six moments; a run may be faster than the watcher.
        let interrupted = (0..6).filter(|moment| {
            let project = new_project(&extract.bytes, "csv");
            let (mut sent, mut begun) = (false, None);
            let output = run_watched(project.folder(), &arguments, &mut search, |child| {
                let names = names_in(project.folder());
                if begun.is_none() && names.iter().any(|name| name.contains(".partial-")) {
                    begun = Some(Instant::now());
                }
                if !sent && begun.is_some_and(|begun| begun.elapsed() >= Duration::from_millis(25) * *moment) {
                    sent = kill_process(Pid::from_child(child), signal).is_ok();
                }
            });
            // What a killed run leaves in its partial folder is what waited there.
            for name in names_in(project.folder()).iter().filter(|name| name.contains(".partial-")) {
                fs::rename(project.path(name), project.path("left")).unwrap();
            }
            search_left(project.folder(), &INPUTS, &mut search);
            sent && !output.status.success()
        });
        assert!(interrupted.count() > 0, "{signal:?}");
    }
    assert_eq!(search.hits, []);
}

#[test]
fn a_canary_planted_in_a_delivery_is_found() {
    let extract = Extract::of(400);
    let malformed = format!("--max-malformed={}", extract.malformed);
    let project = new_project(&extract.bytes, "ipc");
    let mut search = Search::default();
    search_run(&project, &[&malformed], 0, &mut search);
    assert_eq!(search.hits, []);
    let report = project.path("out.internal/quarantine.csv");
    let mut bytes = fs::read(&report).unwrap();
    bytes.extend(format!("{MARK}0000001").bytes());
    fs::write(&report, bytes).unwrap();
    search_left(project.folder(), &INPUTS, &mut search);
    assert_eq!(search.hits.len(), 1, "{:?}", search.hits);
    // And the extract itself holds all of them, but for other spellings.
    let mut search = Search::default();
    search.data("the extract", &extract.bytes);
    assert!(search.hits.len() >= 11, "{:?}", search.hits);
}
