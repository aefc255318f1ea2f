//! The project's own rules, checked on its text: which floor may name which, where a
//! crate may be used, who may print or read the clock, how long a file may be. For
//! each rule there is a violation that it must find, so that it cannot stop working
//! unnoticed. Style is left to the formatter and the linter.

mod circles;
pub mod source;
mod type_names;

use std::collections::BTreeMap;

use self::source::{Source, files_in, sources};

const LONGEST_FILE: usize = 400;

/// Files directly in a folder that are not tests: more are rooms that nobody finds.
const MOST_FILES: usize = 12;

/// Every module of the library and its floor. A floor names those below.
const FLOORS: [(&str, u8); 18] = [
    ("model", 0),
    ("document", 0),
    ("identifier", 1),
    ("hierarchy", 2),
    ("consent", 3),
    ("privacy", 3),
    ("transform", 3),
    ("account", 4),
    ("row_rule", 4),
    ("suppression", 5),
    ("policy", 6),
    ("manifest", 7),
    ("engine", 8),
    ("format", 9),
    ("generate", 10),
    ("report", 10),
    ("release", 11),
    ("cli", 12),
];

const EDGE: &[&str] = &["src/cli/", "src/main.rs"];

/// For callers of the library who pass no clock in.
const CLOCK: &[&str] = &["src/cli/", "src/main.rs", "src/release/interface/clock.rs"];

/// What may be written only in some places.
const PLACES: &[(&[&str], &[&str])] = &[
    (&["polars_arrow::", "polars_arrow_format::", "polars_parquet::"], &["src/format/"]),
    (&["flate2::", "zstd::"], &["src/format/"]),
    (&["calamine::", "quick_xml::", "zip::"], &["src/format/xlsx/"]),
    // Samples are written in parallel too, and pass through no engine.
    (&["rayon::"], &["src/engine/", "src/generate/"]),
    (&["askama::"], &["src/report/"]),
    (
        &["blake3::"],
        &[
            "src/format/io/digest.rs", // blocks of one file are subtrees of its digest
            "src/model/digest.rs",
            "src/identifier/key.rs",
            "src/identifier/batch_hash.rs", // in its tests
            "src/transform/identifiers/pseudonymise.rs",
        ],
    ),
    (&["getrandom::"], &["src/release/"]),
    (&["annotate_snippets::", "clap::", "clap_complete::", "clap_mangen::", "signal_hook::"], &["src/cli/"]),
    (&["indicatif::"], &["src/cli/show/progress.rs"]),
    // Nothing below the edge speaks, ends the process, or knows where and when it is.
    (&["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!("], EDGE),
    (&["stdin()", "stdout()", "stderr()", "process::exit", "process::abort"], EDGE),
    (&["env::var", "env::args"], EDGE),
    (&["std::env", "SystemTime", "Instant::now", "Timestamp::now", "Zoned::now"], CLOCK),
    (
        &["std::fs", "File::open", "File::create", "OpenOptions"],
        &["src/format/", "src/generate/", "src/release/", "src/cli/"],
    ),
    // What cannot happen is a `Bug`, which ends the run in order.
    (&[".unwrap()", "panic!(", "todo!(", "unimplemented!(", "unreachable!("], &[]),
    // One of them is not many: `model::counted` says how many there are.
    (
        &["} records", "} entries", "} rows", "} columns", "} cells", "} events", "} bytes", "} faults", "} values"],
        &["src/cli/show/progress.rs"], // a bar, which counts on
    ),
    // One import a line, so that the other rules see every name.
    (&["crate::{", "std::{"], &[]),
];

/// How an `expect` says why it is none that could ever be seen.
const WHY: &str = "\"cannot fail: ";

/// Where in a line `word` stands on its own, not as the end of another word.
fn places<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    line.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| line.as_bytes().get(before));
        word.starts_with('.') || !before.is_some_and(is_inner)
    })
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Every name of a floor that is not below.
fn floor_faults(source: &Source) -> Vec<String> {
    let (own, depth) = source.module();
    // The manual is prose: it names nothing, and nothing names it. Nothing of the library
    // names what its tests take apart either.
    if ["internals", "lib", "main", "manual"].contains(&own) {
        return Vec::new();
    }
    let Some(own_floor) = floor_of(own) else {
        return vec![source.fault(1, "a module without a floor: give it one in tests/it/tidy.rs")];
    };
    let mut faults = Vec::new();
    for (number, line) in &source.code {
        for at in places(line, "crate::") {
            let rest = &line[at + "crate::".len()..];
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let other = &rest[..end.unwrap_or(rest.len())];
            let is_below = floor_of(other).is_some_and(|floor| floor < own_floor);
            if other != own && !is_below {
                faults.push(source.fault(*number, &format!("{own} may not name {other}")));
            }
        }
        if line.contains(&"super::".repeat(depth)) {
            faults.push(source.fault(*number, "name another floor through `crate`"));
        }
    }
    faults
}

/// Everything that stands where it may not.
fn place_faults(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for (words, allowed) in PLACES {
        if allowed.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for (number, line) in &source.code {
            for word in *words {
                // `use rayon;` and `use rayon as r;` name the crate as well.
                let imported = word.strip_suffix("::").is_some_and(|name| {
                    let rest = line.trim_start().strip_prefix("use ");
                    let rest = rest.and_then(|rest| rest.strip_prefix(name));
                    rest.is_some_and(|rest| rest.starts_with(';') || rest.starts_with(" as "))
                });
                let is_path = |at: usize| word.ends_with("::") && line[..at].ends_with("::");
                if imported || places(line, word).any(|at| !is_path(at)) {
                    faults.push(source.fault(*number, &format!("`{word}` may not stand here")));
                }
            }
        }
    }
    faults
}

/// Every `expect` that does not say why it cannot fail.
fn expect_faults(source: &Source) -> Vec<String> {
    let says_why = |line: &str| line.split(".expect(").skip(1).all(|rest| rest.starts_with(WHY));
    let silent = source.code.iter().filter(|(_, line)| !says_why(line));
    silent.map(|(number, _)| source.fault(*number, &format!("`.expect(` without {WHY}…\""))).collect()
}

/// A topic of the tests that does not say, in the line above it, what it holds.
fn topic_faults(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let silent = (1..lines.len()).filter(|at| lines[*at].starts_with("mod ") && !lines[at - 1].starts_with("/// "));
    silent.map(|at| source.fault(at + 1, "does not say what it holds")).collect()
}

/// A file that is too long, or does not say what it is for.
fn shape_faults(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = source.text.lines().count();
    if lines > LONGEST_FILE {
        faults.push(source.fault(lines, &format!("longer than {LONGEST_FILE} lines: split it by topic")));
    }
    if source.path.starts_with("src/") && source.path.ends_with(".rs") && !source.text.starts_with("//! ") {
        faults.push(source.fault(1, "does not open with what it is for"));
    }
    faults
}

/// Paths of the machine somebody worked on.
fn path_faults(source: &Source) -> Vec<String> {
    let homes = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
    let lines = (1..).zip(source.text.lines());
    let named = lines.filter(|(_, line)| homes.iter().any(|home| line.contains(home)));
    named.map(|(number, _)| source.fault(number, "names a path of one machine")).collect()
}

/// Files that a page names, in backticks and by their path from the root, and that are
/// not there.
fn name_faults(page: &Source, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let is_path = |word: &&str| {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
        ["src/", "tests/", "samples/", "schemas/"].iter().any(|folder| word.starts_with(folder))
            && word.chars().all(is_plain)
    };
    let lines = (1..).zip(page.text.lines());
    let named = lines.flat_map(|(number, line)| line.split('`').skip(1).step_by(2).map(move |word| (number, word)));
    let gone = named.filter(|(_, word)| is_path(word) && !is_there(word));
    gone.map(|(number, word)| page.fault(number, &format!("names {word}, which is not there"))).collect()
}

/// Folders with too many files.
fn folder_faults<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut folders = BTreeMap::<&str, usize>::new();
    paths.filter_map(|path| path.rsplit_once('/')).for_each(|(folder, _)| *folders.entry(folder).or_default() += 1);
    let full = folders.into_iter().filter(|(_, files)| *files > MOST_FILES);
    full.map(|(folder, files)| format!("{folder} holds {files} files: {MOST_FILES} are enough")).collect()
}

fn check(sources: &[Source], rule: fn(&Source) -> Vec<String>) {
    assert!(sources.len() > 1, "nothing to look at");
    let faults: Vec<String> = sources.iter().flat_map(rule).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_floor_names_only_floors_below() {
    check(&sources(), floor_faults);
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    let found = circles::in_circles(&sources());
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    let file = |path: &str, text: &str| Source::new(path, text);
    let one_way =
        [file("src/a/mod.rs", "use crate::a::b::B;"), file("src/a/b.rs", "use crate::c::C;"), file("src/c.rs", "")];
    assert!(circles::in_circles(&one_way).is_empty());
    let round = [
        file("src/a/b.rs", "use super::d::D;"),
        file("src/a/d.rs", "fn f() { crate::c::g() }"),
        file("src/c.rs", "use crate::a::b::B;"),
    ];
    assert_eq!(circles::in_circles(&round).len(), 3);
}

#[test]
fn no_folder_holds_more_than_twelve_files() {
    let sources = sources();
    let faults = folder_faults(sources.iter().map(|source| source.path.as_str()));
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    let paths: Vec<String> = (0..13).map(|number| format!("src/a/{number}.rs")).collect();
    assert_eq!(folder_faults(paths.iter().map(String::as_str)).len(), 1);
    assert_eq!(folder_faults(paths[1..].iter().map(String::as_str)).len(), 0);
}

#[test]
fn a_type_name_means_one_type() {
    let faults = type_names::defined_twice(&sources());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn crates_clock_voice_and_files_stay_in_their_places() {
    check(&sources(), place_faults);
}

#[test]
fn what_cannot_fail_says_why() {
    check(&sources(), expect_faults);
}

#[test]
fn every_topic_of_the_tests_says_what_it_holds() {
    let main = files_in("tests/it").into_iter().find(|(path, _)| path == "tests/it/main.rs").unwrap();
    assert_eq!(topic_faults(&Source::new(&main.0, &main.1)), Vec::<String>::new());
    assert!(main.1.contains("\nmod tidy;"));
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let files = [files_in("src"), files_in("tests")].concat();
    let is_written = |path: &str| [".rs", ".md", ".toml"].iter().any(|end| path.ends_with(end));
    let files = files.iter().filter(|(path, _)| is_written(path));
    let sources: Vec<Source> = files.map(|(path, text)| Source::new(path, text)).collect();
    check(&sources, shape_faults);
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let files = files_in("");
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    check(&sources, path_faults);
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let files = files_in("");
    let pages = files.iter().filter(|(path, _)| path.ends_with(".md"));
    let is_there = |path: &str| crate::kit::root(path).exists();
    let faults: Vec<String> = pages.flat_map(|(path, text)| name_faults(&Source::new(path, text), is_there)).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    let page = Source::new("README.md", "see `src/a.rs`, `src/<b>.rs`,\nsrc/c.rs and `tests/d/`\n");
    assert_eq!(name_faults(&page, |path| path == "src/a.rs").len(), 1);
}

#[test]
fn every_file_of_the_integration_tests_is_run() {
    let files = files_in("tests/it");
    for (path, _) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let (folder, name) = path.trim_end_matches(".rs").rsplit_once('/').unwrap();
        let parent = match folder {
            "tests/it" => "tests/it/main.rs".to_owned(),
            _ => format!("{folder}.rs"),
        };
        let parent = files.iter().find(|(path, _)| *path == parent);
        let is_named =
            |text: &String| text.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {name};"));
        let is_run = name == "main" || parent.is_some_and(|(_, text)| is_named(text));
        assert!(is_run, "{path} is not run");
    }
}

/// Violations to see, and things to let pass: a number of faults, a path, a text.
const FLOOR_CASES: &str = r#"
0 src/engine/run.rs use crate::policy::plan::Plan;
1 src/engine/run.rs use crate::format::open;
2 src/engine/run.rs fn f(x: crate::release::X, y: crate::cli::Y) {}
0 src/engine/run.rs // crate::cli\n/// [`crate::cli`]\n//! crate::cli
0 src/engine/run.rs #[cfg(test)]\nmod tests {\n    use crate::cli::X;\n}
1 src/engine/run.rs #[cfg(test)]\nmod laws;\nuse crate::cli::X;
1 src/engine/run.rs #[cfg(test)]\n#[path = "x.rs"]\nmod tests;\nuse crate::cli::X;
1 src/transform/keep.rs use crate::row_rule::View;
0 src/row_rule/consent.rs use crate::consent::register::Register;
1 src/consent/register.rs use crate::row_rule::View;
1 src/policy/plan/mod.rs use crate::manifest::seal;
1 src/format/mod.rs use super::cli;
1 src/format/open.rs use super::super::cli;
0 src/format/csv/validate.rs use super::super::io::magic;
1 src/elsewhere/mod.rs //! Lies on no floor.
0 src/lib.rs pub use crate::cli::main;
"#;

const PLACE_CASES: &str = r#"
0 src/format/ipc/read.rs use polars_arrow::array::Array;
1 src/engine/spill/minimised.rs use polars_arrow::array::Array;
1 src/format/open.rs use rayon::prelude::*;
1 src/format/open.rs use rayon as threads;
0 src/format/open.rs let x = file.blake3(); Digest::blake3(bytes)
1 src/release/mod.rs let x = blake3::hash(bytes);
1 src/release/mod.rs println!("x");
0 src/cli/mod.rs println!("x"); std::env::args();
1 src/cli/run.rs use indicatif::ProgressBar;
1 src/policy/plan/mod.rs let today = jiff::Timestamp::now();
1 src/policy/plan/mod.rs let text = std::fs::read(path);
1 src/cli/mod.rs let x = y.unwrap();
0 src/cli/mod.rs let x = y.unwrap_or_default(); // never panic!(
1 src/cli/mod.rs     todo!()
0 src/cli/mod.rs #[cfg(test)]\nmod tests {\n    fn f() { x.unwrap(); }\n}
1 src/release/mod.rs use std::{env, io};
1 src/cli/run.rs let said = format!("delivered {} records", report.delivered);
0 src/cli/run.rs let said = format!("delivered {}", counted(report.delivered, "record"));
"#;

const EXPECT_CASES: &str = r#"
1 src/cli/run.rs let x = y.expect("there is one");
1 src/cli/run.rs let x = y\n    .expect(\n        "cannot fail: there is one"\n    );
1 src/cli/run.rs let x = y.expect("cannot fail: z").expect("w");
0 src/cli/run.rs let x = y.expect("cannot fail: there is one");
0 src/cli/run.rs #[expect(clippy::x, reason = "y")]\nlet x = y.expect_err();
0 src/cli/run.rs #[cfg(test)]\nmod tests {\n    fn f() { x.expect("y"); }\n}
"#;

#[test]
fn every_rule_sees_its_violation() {
    let count = |rule: fn(&Source) -> Vec<String>, path: &str, text: &str| rule(&Source::new(path, text)).len();
    let rules: [(fn(&Source) -> Vec<String>, &str); 3] =
        [(floor_faults, FLOOR_CASES), (place_faults, PLACE_CASES), (expect_faults, EXPECT_CASES)];
    for (rule, cases) in rules {
        for case in cases.lines().skip(1) {
            let mut parts = case.splitn(3, ' ');
            let mut part = || parts.next().unwrap();
            let (expected, path, text) = (part(), part(), part().replace("\\n", "\n"));
            assert_eq!(count(rule, path, &text).to_string(), expected, "{case}");
        }
    }
    let lines = |count| "//! x\n".repeat(count);
    assert_eq!(count(shape_faults, "src/cli/run.rs", "use std::io;\n"), 1);
    assert_eq!(count(shape_faults, "src/cli/run.rs", &lines(400)), 0);
    assert_eq!(count(shape_faults, "tests/it/x.rs", &lines(401)), 1);
    assert_eq!(count(topic_faults, "tests/it/main.rs", "//! x\n\n/// Of a.\nmod a;\nmod b;\n"), 1);
    let path = concat!("a\nsee /wo", "rk/x\n");
    assert_eq!(count(path_faults, "README.md", path), 1);
}
