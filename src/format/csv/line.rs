//! The texts of the fields of one line, in the grammar of a record: of a header, and
//! of an id that stands alone in a line.

use super::scan::index::after;
use super::scan::reference::{RecordReading, read, trimmed};
use super::scan::syntax::Syntax;
use crate::model::dialect::Dialect;

/// The one cell of a line; `None` if there are several. A line that is no record and
/// holds no delimiter, such as `5" disk`, is its own cell.
pub(crate) fn only_cell(line: &str, dialect: &Dialect) -> Option<String> {
    let syntax = Syntax::of(&Dialect { newline_in_fields: false, ..dialect.clone() });
    let (mut ends, mut escaped) = (Vec::new(), Vec::new());
    let reading = read(syntax, line.as_bytes(), 0, true, &mut ends, &mut escaped);
    let is_record = matches!(reading, RecordReading::Complete(shape) if shape.quote.is_none());
    if is_record {
        let mut cells = field_texts(syntax, line.as_bytes(), &ends);
        return cells.next().flatten().filter(|_| cells.next().is_none());
    }
    (!line.contains(dialect.delimiter.as_str())).then(|| line.to_owned())
}

/// The texts of the fields of one record, by where they end; `None` for one that is
/// not UTF-8.
pub(super) fn field_texts(syntax: Syntax, bytes: &[u8], ends: &[u32]) -> impl Iterator<Item = Option<String>> {
    let behind_first = syntax.delimiter_bytes() - 1;
    ends.windows(2).enumerate().map(move |(field, pair)| {
        let start = after(pair[0]) + if field == 0 { 0 } else { behind_first };
        cell(syntax, bytes.get(start..pair[1] as usize).unwrap_or_default())
    })
}

/// The text of a cell: without blanks, quotes, doubled quotes, escapes.
fn cell(syntax: Syntax, field: &[u8]) -> Option<String> {
    let field = trimmed(syntax, field);
    let text = match field {
        [first, inner @ .., last] if Some(*first) == syntax.quote && last == first => {
            let mut value = String::new();
            syntax.push_value(std::str::from_utf8(inner).ok()?, &mut value);
            return Some(syntax.quoted_value(&value).to_owned());
        }
        plain if syntax.escape.is_some_and(|escape| escape.only_in_quotes) => {
            return Some(std::str::from_utf8(plain).ok()?.to_owned());
        }
        plain => plain,
    };
    let mut value = String::new();
    syntax.push_value(std::str::from_utf8(text).ok()?, &mut value);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dialect::{Delimiter, Escape};

    #[test]
    fn a_cell_is_one_or_none() {
        let cell = |line| only_cell(line, &Dialect::default());
        for (line, expected) in [
            ("S1", Some("S1")),
            ("a b;c|d\te", Some("a b;c|d\te")),
            ("O'Neil", Some("O'Neil")),
            ("5\" disk", Some("5\" disk")),
            ("\"Smith, John\"", Some("Smith, John")),
            ("\"a \"\"b\"\", c\"", Some("a \"b\", c")),
            ("\"\"\"a\"\"\"", Some("\"a\"")),
            ("\"", Some("\"")),
            ("\"open", Some("\"open")),
            ("a,b", None),
            ("a,", None),
            (",", None),
            ("\"a\",\"b\"", None),
            ("\"a\",b", None),
            ("\"open, and not closed", None),
        ] {
            assert_eq!(cell(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn a_cell_is_written_as_the_extract_says() {
        let dialect = Dialect {
            delimiter: Delimiter::of("||").unwrap(),
            quote: None,
            escape: Some(Escape { byte: b'\\', letters: false, only_in_quotes: false }),
            ..Dialect::default()
        };
        for (line, expected) in [
            ("a|b", Some("a|b")),
            ("a\\||b", Some("a||b")),
            ("a\\|\\|b", Some("a||b")),
            ("\"a\"", Some("\"a\"")),
            ("a\\\\b", Some("a\\b")),
            ("a||b", None),
        ] {
            assert_eq!(only_cell(line, &dialect).as_deref(), expected, "{line}");
        }
        let in_quotes = Escape { byte: b'\\', letters: false, only_in_quotes: true };
        let dialect = Dialect { escape: Some(in_quotes), ..Dialect::default() };
        for (line, expected) in [("\"a\\\"b, c\"", Some("a\"b, c")), ("a\\b", Some("a\\b")), ("a\\,b", None)] {
            assert_eq!(only_cell(line, &dialect).as_deref(), expected, "{line}");
        }
    }
}
