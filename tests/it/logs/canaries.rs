//! Every cell of a log is a canary: nothing that a run writes or shows holds one,
//! when it ends well, is refused or fails.

use std::fs;

use super::{AS_OF, HEADER, extract, policy};
use crate::kit::{Project, said};

/// Stands in every cell of the log that is not a word of the format.
const MARK: &str = "qW8vKz";

fn log(rows: usize) -> String {
    let mut log = HEADER.to_owned();
    for number in 0..rows {
        let (state, time) = match number % 5 {
            0 => (format!("{MARK}-state-{number}"), "2018-03-01".to_owned()),
            1 => ("ConsentGiven".to_owned(), format!("{MARK}-time-{number}")),
            _ => ("ConsentGiven".to_owned(), "2018-03-01T10:00:00Z".to_owned()),
        };
        let validity = if number % 7 == 6 { format!("{MARK}-validity") } else { String::new() };
        log += &format!(
            "{MARK}-record-{number},{MARK}-subject-{number},{time},{state},{MARK}-type,political-campaign|{MARK}-purpose,\
            bigbroker|rosette-party|{MARK}-party,privacy-2018-01,{validity},{MARK}-channel\n"
        );
    }
    log
}

/// Everything under a folder but the inputs, file by file.
fn search(project: &Project, output: &std::process::Output) -> usize {
    let is_marked = |bytes: &[u8]| {
        let needle = MARK.to_ascii_lowercase();
        let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        text.contains(&needle)
    };
    assert!(!is_marked(&output.stdout) && !is_marked(&output.stderr), "{}", said(output));
    let mut searched = 0;
    let mut folders = vec![project.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["log.csv", "extract.csv"].contains(&name.as_str()) {
                searched += 1;
                assert!(!is_marked(&fs::read(&path).unwrap()), "{}", path.display());
            }
        }
    }
    searched
}

#[test]
fn no_cell_of_a_log_is_written_or_shown() {
    let subjects: Vec<String> = (0..500).map(|number| format!("{MARK}-subject-{number}")).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let malformed = format!("{MARK}-cut,{MARK}\n{MARK}\"quote,b,c,d,e,f,g,h,i,j\n");
    let unterminated = format!("\"{MARK},a\n");
    for (more, events, exit) in [
        ("", "", 0),
        (malformed.as_str(), "max_quarantined = 2", 0),
        (malformed.as_str(), "", 4),
        (unterminated.as_str(), "newline_in_fields = true", 4),
        ("", "max_log_age = \"P1D\"", 5),
        ("", "columns = { privacy_notice = \"other\" }", 4),
    ] {
        let project = Project::new();
        policy(&project, &format!("path = \"log.csv\"\n{events}"), "none");
        extract(&project, &subjects);
        project.write("log.csv", log(500) + more);
        for voice in ["--json", "--threads=3"] {
            let run = ["run", "policy.toml", "extract.csv", "-o", &format!("out{voice}"), "--key", "key.json"];
            let output = project.scant(&[&run[..], &["--as-of", AS_OF, voice]].concat());
            assert_eq!(output.status.code(), Some(exit), "{events}: {}", said(&output));
            assert!(search(&project, &output) >= 3);
        }
    }
}
