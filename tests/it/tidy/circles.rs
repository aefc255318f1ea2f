//! Files that name each other in a circle: neither can be read without the other.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// A module's path, and the file it is in.
fn module_of(path: &str) -> Option<Vec<&str>> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    (!["lib", "main"].contains(&path)).then(|| path.split('/').collect())
}

/// The paths that a line of code names, from the root of the crate.
fn named<'a>(line: &'a str, own: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    let words = |text: &'a str| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
    // `pub(in crate::engine)` says who may see, and names nothing.
    for word in words(line).filter(|_| !line.trim_start().starts_with("pub(in ")) {
        let mut parts = word.split("::").peekable();
        let base = match parts.next() {
            Some("crate") => Vec::new(),
            Some("super") => {
                let mut ups = 1;
                while parts.next_if_eq(&"super").is_some() {
                    ups += 1;
                }
                own[..own.len().saturating_sub(ups)].to_vec()
            }
            _ => continue,
        };
        found.push(base.into_iter().chain(parts).collect());
    }
    found
}

/// For each file, the files it names. That a `mod.rs` names files of its own folder
/// counts as nothing: it is made of them, and holds what they share.
fn edges(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeMap<Vec<&str>, &str> =
        sources.iter().filter_map(|source| Some((module_of(&source.path)?, source.path.as_str()))).collect();
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (own, path) in &modules {
        let source = sources.iter().find(|source| source.path == *path).unwrap();
        for (_, line) in &source.code {
            for name in named(line, own).into_iter().filter(|name| name != own) {
                let file = (1..=name.len()).rev().find_map(|length| modules.get(&name[..length]));
                let is_below = |file: &str| path.strip_suffix("mod.rs").is_some_and(|folder| file.starts_with(folder));
                edges.entry(path).or_default().extend(file.filter(|file| !is_below(file)));
            }
        }
    }
    edges
}

/// Every file that can be reached from itself.
pub(super) fn in_circles(sources: &[Source]) -> Vec<String> {
    let edges = edges(sources);
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = edges.get(from).into_iter().flatten().copied().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(edges.get(file).into_iter().flatten());
            }
        }
        reached
    };
    let mut found: Vec<String> =
        edges.keys().filter(|file| reached(file).contains(*file)).map(|file| (*file).to_owned()).collect();
    found.sort();
    found
}
