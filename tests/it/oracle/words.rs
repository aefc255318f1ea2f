//! What cells say by their words: flags, tokens, and words however they are written.

use super::policy::Flag;
use super::verdict::Record;

/// Whether a flag says yes or no; `None` if it says neither.
pub(super) fn says(flag: &Flag, cell: &str) -> Option<bool> {
    let among = |words: &[String]| words.iter().any(|word| word == cell);
    if among(&flag.yes) { Some(true) } else { among(&flag.no).then_some(false) }
}

/// What columns of a grant say together, or the one that leaves it in doubt.
pub(super) fn granted(flags: &[Flag], need: &str, record: &Record) -> Result<bool, String> {
    let cell = |flag: &Flag| record[&flag.column].clone();
    let found = |wanted: Option<bool>| flags.iter().find(|flag| says(flag, &cell(flag)) == wanted);
    let unreadable = flags.iter().find(|flag| says(flag, &cell(flag)).is_none() && !cell(flag).is_empty());
    let doubt = |flag: &Flag| Err(flag.column.clone());
    if need == "all" {
        return match (found(Some(false)), found(None)) {
            (Some(_), _) => Ok(false),
            (None, Some(silent)) => doubt(silent),
            (None, None) => Ok(true),
        };
    }
    match (unreadable, found(Some(true)), found(Some(false)), found(None)) {
        (Some(unreadable), ..) => doubt(unreadable),
        (None, Some(_), ..) => Ok(true),
        (None, None, Some(_), _) => Ok(false),
        (None, None, None, silent) => doubt(silent.expect("cannot fail: there is a column")),
    }
}

pub(super) fn tokens(cell: &str, separator: Option<&String>) -> Vec<String> {
    match separator {
        Some(separator) => {
            cell.split(separator.as_str()).map(|word| word.trim_matches([' ', '\t']).to_owned()).collect()
        }
        None => vec![cell.to_owned()],
    }
}

/// A word without what its writings differ in: blanks, zero-width characters,
/// capitals, width, and the noughts behind the point of a whole number.
pub(super) fn loose(word: &str) -> String {
    let narrow = word.chars().map(|char| match u32::from(char) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap(),
        _ => char,
    });
    let kept: String = narrow.filter(|char| !char.is_whitespace() && *char != '\u{200b}').collect();
    let small = kept.to_lowercase();
    match small.split_once('.') {
        Some((whole, noughts)) if whole.parse::<u64>().is_ok() && noughts.chars().all(|char| char == '0') => {
            whole.to_owned()
        }
        _ => small,
    }
}
