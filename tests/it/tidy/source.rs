//! The project's files as text, and of each source the lines that the rules apply
//! to: no comments, no tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A source file and its lines that are neither comments nor tests.
pub struct Source {
    pub path: String,
    pub text: String,
    pub code: Vec<(usize, String)>,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, _) = split(text);
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// The floor it lies on, and how many `super`s lead out of its module.
    pub(super) fn module(&self) -> (&str, usize) {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inner = inner.trim_end_matches(".rs").trim_end_matches("/mod");
        let floor = inner.split('/').next().unwrap_or_default();
        (floor, inner.split('/').count())
    }

    pub(super) fn fault(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// The lines that are neither comments nor test modules, numbered; and what names
/// the test modules that are files of their own: their path, or else their name.
fn split(text: &str) -> (Vec<(usize, String)>, Vec<String>) {
    let (mut code, mut test_files) = (Vec::new(), Vec::new());
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((number, line)) = lines.next() {
        if line != "#[cfg(test)]" {
            let bare = line.split("// ").next().unwrap_or_default();
            if !line.trim_start().starts_with("//") {
                code.push((number, bare.to_owned()));
            }
            continue;
        }
        let path = lines.next_if(|(_, line)| line.starts_with("#[path = "));
        let Some((_, module)) = lines.next_if(|(_, line)| line.contains("mod ")) else {
            continue;
        };
        if let Some(declared) = module.strip_suffix(';') {
            let name = declared.rsplit(' ').next().unwrap_or_default();
            let path = path.and_then(|(_, path)| path.split('"').nth(1));
            test_files.push(path.map_or_else(|| name.to_owned(), str::to_owned));
        } else {
            // A module in place ends at the next brace that is not indented.
            while lines.next_if(|(_, line)| *line != "}").is_some() {}
        }
    }
    (code, test_files)
}

/// The text files below a folder, by path from the root, in order.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !path.ends_with(".git") && !path.ends_with("target") {
                files(&path, found);
            }
        } else if !path.ends_with(".git")
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((name, text));
        }
    }
}

pub(super) fn files_in(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&Path::new(ROOT).join(folder), &mut found);
    found
}

/// The sources of the library, test files left out.
pub fn sources() -> Vec<Source> {
    let files = files_in("src").into_iter().filter(|(path, _)| path.ends_with(".rs"));
    let files: Vec<(String, String)> = files.collect();
    let mut tests = BTreeSet::new();
    for (path, text) in &files {
        let (folder, file) = path.rsplit_once('/').unwrap();
        let own = match file {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
            _ => path.trim_end_matches(".rs").to_owned(),
        };
        for test in split(text).1 {
            let file = format!("{own}/{test}.rs");
            let is_file = files.iter().any(|(path, _)| *path == file);
            tests.insert(match test.ends_with(".rs") {
                true => format!("{folder}/{test}"),
                false if is_file => file,
                false => format!("{own}/{test}/mod.rs"),
            });
        }
    }
    let named: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    for test in &tests {
        assert!(named.contains(test.as_str()), "{test} is declared as a test and not there");
    }
    let files = files.iter().filter(|(path, _)| !tests.contains(path) && !path.contains("/tests/"));
    files.map(|(path, text)| Source::new(path, text)).collect()
}
