//! Every command that a README or the page *real files* shows works as shown, one after another in a folder
//! with the samples; and if it shows an output, that is the output.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::kit::{files_under, root, said, scant};

/// A command, the exit code it is said to have, and the lines that are shown below it:
/// where they tell of an error, it is a refusal.
struct Shown {
    command: String,
    exit: i32,
    lines: Vec<String>,
}

/// The commands of the code blocks of a page: every line of `sh`, and of `console`
/// those behind a `$`.
fn commands(page: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut language = None;
    for line in page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            language = if language.is_none() { Some(fence) } else { None };
            continue;
        }
        let command = match language {
            Some("sh") => Some(line),
            Some("console") => line.strip_prefix("$ "),
            _ => continue,
        };
        match (command, shown.last_mut()) {
            (Some(command), _) => {
                let (command, exit) = command.split_once("# refused, exit ").unwrap_or((command, "0"));
                let (command, exit) = (command.trim().to_owned(), exit.parse().unwrap());
                shown.push(Shown { command, exit, lines: Vec::new() });
            }
            (None, Some(last)) => last.lines.push(line.to_owned()),
            (None, None) => panic!("{line} is shown before any command"),
        }
    }
    shown
}

/// Runs a command of scant; what is another program's is left to others.
fn run(folder: &Path, command: &str) -> Option<Output> {
    let arguments = command.strip_prefix("scant ").or_else(|| command.strip_prefix("cargo run --locked -- "))?;
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    assert!(!arguments.iter().any(|word| word.starts_with(['"', '\'', '|', '>'])), "{command} needs a shell");
    Some(scant().current_dir(folder).args(arguments).output().unwrap())
}

/// What the tour shows of the manifest is what the sample's manifest says.
#[test]
fn the_tour_shows_the_manifest_as_it_is() {
    let manifest = fs::read_to_string(root("samples/story/expected/later/manifest.json")).unwrap();
    let readme = fs::read_to_string(root("README.md")).unwrap();
    let (_, block) = readme.split_once("```json\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let mut rest = manifest.as_str();
    for line in block.lines() {
        let found = rest.find(&format!("{line}\n")).unwrap_or_else(|| panic!("{line}, in this order"));
        rest = &rest[found + line.len()..];
    }
}

/// A folder with the samples, as one who has the project starts in.
fn with_samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files_under(&root("samples")) {
        let to = folder.path().join("samples").join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
    fs::create_dir(folder.path().join("target")).unwrap();
    folder
}

/// What differs from key to key: its id, and how large what it pseudonymises is when
/// it is compressed.
fn without_what_differs(line: &str) -> String {
    if let Some((before, _)) = line.split_once(" with key ") {
        return before.to_owned();
    }
    match (line.split_once(" ("), line.split_once(" bytes)")) {
        (Some((before, _)), Some((_, behind))) if line.starts_with("delivered ") => format!("{before} ({behind}"),
        _ => line.to_owned(),
    }
}

/// Whether some lines are those that were heard; `...` stands for any.
fn are_shown(lines: &[String], heard: &[String]) -> bool {
    match lines {
        [] => heard.is_empty(),
        [any, rest @ ..] if any == "..." => (0..=heard.len()).any(|from| are_shown(rest, &heard[from..])),
        [line, rest @ ..] => heard.first() == Some(line) && are_shown(rest, &heard[1..]),
    }
}

#[test]
fn every_command_of_a_readme_works_as_it_is_shown() {
    let pages = [
        ("README.md", 4),
        ("samples/actions/README.md", 1),
        ("samples/consent-platforms/README.md", 5),
        ("samples/hipaa-safe-harbor/README.md", 1),
        ("samples/lists/README.md", 2),
        ("samples/nhs/README.md", 2),
        ("samples/real-files/README.md", 1),
        ("samples/story/README.md", 5),
        ("samples/voter-files/README.md", 1),
        ("src/manual/real-files.md", 1),
    ];
    for (page, fewest) in pages {
        let folder = with_samples();
        let mut ran = 0;
        for Shown { command, exit, lines } in commands(&fs::read_to_string(root(page)).unwrap()) {
            let Some(output) = run(folder.path(), &command) else {
                assert!(command.starts_with("cargo "), "{page}: {command}");
                continue;
            };
            ran += 1;
            let exit = if lines.iter().any(|line| line.starts_with("error: ")) { 5 } else { exit };
            assert_eq!(output.status.code(), Some(exit), "{page}: {command}: {}", said(&output));
            if !lines.is_empty() {
                let text = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
                let heard: Vec<String> = text.lines().map(without_what_differs).collect();
                let lines: Vec<String> = lines.iter().map(|line| without_what_differs(line)).collect();
                assert!(are_shown(&lines, &heard), "{page}: {command} says\n{text}");
            }
        }
        assert!(ran >= fewest, "{page}: {ran} commands");
    }
}

#[test]
fn the_sample_is_written_again() {
    let folder = with_samples();
    let page = fs::read_to_string(root("samples/story/README.md")).unwrap();
    let generate = commands(&page).into_iter().find(|shown| shown.command.contains(" generate ")).unwrap();
    assert!(run(folder.path(), &generate.command).unwrap().status.success());
    let mut same = BTreeSet::new();
    for file in fs::read_dir(folder.path().join("story-again")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let read = |folder: &Path| fs::read_to_string(folder.join(&name)).unwrap();
        // Where the schema is, an editor is told in the sample alone.
        let ours = read(&root("samples/story"));
        let ours = ours.lines().filter(|line| !line.starts_with("#:schema")).collect::<Vec<_>>();
        let again = read(&folder.path().join("story-again"));
        assert_eq!(again.lines().collect::<Vec<_>>(), ours, "{name}");
        same.insert(name);
    }
    assert_eq!(same.len(), 5, "{same:?}");
}
