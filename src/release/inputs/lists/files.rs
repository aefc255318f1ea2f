//! Which files a list is made of: those that the policy names, by path or by pattern, or
//! those that were named in their place for this run.

use std::path::{Path, PathBuf};

use crate::format::io::opening::shown;
use crate::policy::plan::lists::{ListRule, is_pattern};
use crate::release::error::ReleaseError;
use crate::release::inputs::policy::Policy;

/// Ends of the names of files that say something of the file beside them.
const COMPANIONS: [&str; 2] = [".as_of", ".count"];

/// The files of a list, in order: as the policy names them, those of a pattern by name.
///
/// # Errors
/// Where a pattern is the name of no file, or its folder cannot be read.
pub(crate) fn files_of(policy: &Policy, rule: &ListRule) -> Result<Vec<PathBuf>, ReleaseError> {
    if let Some(given) = policy.given_files(&rule.name) {
        return Ok(given.to_vec());
    }
    let mut files = Vec::new();
    for path in &rule.file.paths {
        let path = policy.folder.join(path);
        match path.file_name().and_then(|name| name.to_str()) {
            Some(pattern) if is_pattern(pattern) => files.extend(matching(&path, pattern)?),
            _ => files.push(path),
        }
    }
    Ok(files)
}

/// The files in its folder whose names fit the pattern. Hidden files and companions of
/// others are none of them unless the pattern says so itself.
fn matching(path: &Path, pattern: &str) -> Result<Vec<PathBuf>, ReleaseError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let unreadable = ReleaseError::io("read the folder of the list", folder);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>(),
        Err(error) => Err(error),
    };
    let mut names = Vec::new();
    for entry in entries.map_err(unreadable)? {
        let own_name = entry.file_name();
        // Of a name that is not Unicode the rest may fit: a part of a list is never left out.
        let name = own_name.to_string_lossy();
        let is_hidden = name.starts_with('.') && !pattern.starts_with('.');
        let is_companion = COMPANIONS.iter().any(|end| name.ends_with(end) && !pattern.ends_with(end));
        if !is_hidden && !is_companion && fits(&name, pattern) {
            drop(name);
            names.push(own_name);
        }
    }
    if names.is_empty() {
        return Err(ReleaseError::NoListFile { pattern: shown(path).to_string() });
    }
    names.sort_unstable();
    Ok(names.into_iter().map(|name| path.with_file_name(name)).collect())
}

/// Whether a name fits a pattern: `*` is any text, `?` one character, and every other
/// character itself.
fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    // Which beginnings of the name fit the beginning of the pattern.
    let mut fitting = vec![false; name.len() + 1];
    if let Some(none) = fitting.first_mut() {
        *none = true;
    }
    for sign in pattern {
        let mut next = vec![false; name.len() + 1];
        for place in 0..=name.len() {
            let at = |fitting: &[bool], place: usize| fitting.get(place).copied().unwrap_or(false);
            let before = place.checked_sub(1);
            let is_one = before.is_some_and(|before| {
                at(&fitting, before) && (sign == '?' || sign != '*' && name.get(before) == Some(&sign))
            });
            let is_any = sign == '*' && (at(&fitting, place) || before.is_some_and(|before| at(&next, before)));
            if let Some(fits) = next.get_mut(place) {
                *fits = is_one || is_any;
            }
        }
        fitting = next;
    }
    fitting.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_is_any_text_or_one_character_at_its_signs() {
        for (name, pattern, expected) in [
            ("tps-1.csv", "tps-*.csv", true),
            ("tps-.csv", "tps-*.csv", true),
            ("tps-1.csv.gz", "tps-*.csv", false),
            ("tps-12.csv", "tps-?.csv", false),
            ("tps-é.csv", "tps-?.csv", true),
            ("a.b.c", "*.*", true),
            ("ab", "a*b*", true),
            ("a[1].csv", "a[1].csv", true),
            ("a1.csv", "a[1].csv", false),
            ("", "*", true),
            ("", "?", false),
        ] {
            assert_eq!(fits(name, pattern), expected, "{name} {pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_fits_as_a_regular_expression_does(name in "[ab.]{0,6}", pattern in "[ab.*?]{0,5}") {
            let expression = format!("^{}$", pattern.replace('.', "[.]").replace('*', ".*").replace('?', "."));
            prop_assert_eq!(fits(&name, &pattern), regex::Regex::new(&expression).unwrap().is_match(&name));
        }
    }
}
