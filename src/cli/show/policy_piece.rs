//! Levels as a piece of a policy, to be pasted.

use std::fmt::Write as _;
use std::path::Path;

use super::suggested::Suggested;
use crate::format::io::opening::shown;
use crate::model::number::counted::{are, counted, number};
use crate::release::suggest::{LevelSource, LevelledColumn};

/// The piece of a policy.
pub(in crate::cli) fn policy_text(suggested: &Suggested<'_>) -> String {
    let suppressed = suggested.best.facts.suppressed;
    let mut out = format!(
        "# k = {} at these levels: of {}, {} in smaller classes, which [privacy] drops.\n# Paths begin at the folder of the policy.\n",
        suggested.limit.k,
        counted(suggested.counted.records, "record"),
        format_args!("{} {}", number(suppressed), are(suppressed)),
    );
    let tops = suggested.counted.table.tops();
    for ((column, level), top) in suggested.counted.columns.iter().zip(&suggested.best.levels).zip(tops) {
        let _ = write!(out, "\n[columns.{}]\nrole = \"quasi_identifier\"\n", key(column.name.as_str()));
        out += &action(suggested, column, (*level, *top));
    }
    let _ = write!(
        out,
        "\n[privacy]\nk_anonymity = {}\non_violation = \"drop_record\"\nmax_suppressed = {}\n",
        suggested.limit.k, suggested.share,
    );
    out
}

fn action(suggested: &Suggested<'_>, column: &LevelledColumn, (level, top): (u8, u8)) -> String {
    if level == 0 {
        return format!("keep = {{ because = \"with the other columns, k = {}\" }}\n", suggested.limit.k);
    }
    if column.is_dropped_last && level == top {
        return format!("drop = true # level {level}, at which all its values are one\n");
    }
    let name = column.level_names.get(usize::from(level) - 1).map(|name| format!(" # {name}")).unwrap_or_default();
    let (file, made) = match &column.source {
        LevelSource::File(path) => (path.to_string_lossy().into_owned(), None),
        other => {
            let file = format!("{}.csv", column.name.as_str().replace(['/', '\\'], "_"));
            let made = command(suggested, column, other, &file);
            (file, Some(made))
        }
    };
    let made = made.map(|command| format!("# made by: {command}\n")).unwrap_or_default();
    format!("{made}map_hierarchy = {{ file = {}, level = {level} }}{name}\n", text(&file))
}

/// The command that makes the levels of a column.
fn command(suggested: &Suggested<'_>, column: &LevelledColumn, source: &LevelSource, file: &str) -> String {
    let (kind, option) = match source {
        LevelSource::Date => ("date", String::new()),
        LevelSource::Number(width) => ("number", format!(" --width {width}")),
        LevelSource::Postcode => ("postcode", String::new()),
        LevelSource::Prefix(None) | LevelSource::File(_) | LevelSource::Whole => ("prefix", String::new()),
        LevelSource::Prefix(Some(length)) => ("prefix", format!(" --length {length}")),
    };
    let extract: Vec<String> = suggested.extract.iter().map(|path| word(path)).collect();
    let policy = suggested.policy.map(|path| format!(" --policy {}", word(path))).unwrap_or_default();
    let (name, file) = (word(Path::new(column.name.as_str())), word(Path::new(file)));
    format!("scant hierarchy {kind} {} --column {name}{option}{policy} -o {file}", extract.join(" "))
}

/// A word of a command line, on one line whatever is in it.
fn word(text: &Path) -> String {
    let text = shown(text).to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+,:@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A text of TOML.
fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out + "\""
}

/// A key of TOML.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { name.to_owned() } else { text(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Value as TomlValue;
    use crate::document::toml::read_toml;

    #[test]
    fn names_and_files_are_written_as_toml_reads_them() {
        assert_eq!((key("dob"), key("marital-status")), ("dob".to_owned(), "marital-status".to_owned()));
        for odd in ["first name", "a\"b", "x.y", "Straße", "\\", "tab\tand\nline"] {
            let (table, faults) = read_toml(&format!("{} = {}\n", key(odd), text(odd)));
            assert_eq!(faults, []);
            let [(name, _, node)] = &table.entries[..] else { panic!("one entry") };
            assert_eq!(name, odd);
            assert!(matches!(&node.value, TomlValue::Text(text) if text == odd));
        }
    }

    #[test]
    fn a_word_of_a_command_stays_one_word_on_one_line() {
        let words = ["dob", "a/b-c.csv", "first name", "o'clock", "two\nlines", ""].map(|text| word(Path::new(text)));
        assert_eq!(words, ["dob", "a/b-c.csv", "'first name'", "'o'\\''clock'", "'two\\u{a}lines'", "''"]);
    }
}
