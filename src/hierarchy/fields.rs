//! The rows of a hierarchy's text as their fields, one row at a time; and fields as
//! text again.

use std::borrow::Cow;

use super::fault::{HierarchyFault, HierarchyFaultKind};

const SEPARATOR: char = ';';
const QUOTE: char = '"';
const MARK: char = '\u{feff}';

/// Goes through a text row by row.
pub(super) struct FieldReader<'a> {
    rest: &'a str,
    /// The line on which `rest` begins, from 1.
    line: usize,
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowPlace {
    /// The line on which it begins.
    pub(super) line: usize,
    /// Whether the line has no character, so that its one field is none.
    pub(super) is_blank: bool,
}

impl<'a> FieldReader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.strip_prefix(MARK).unwrap_or(text), line: 1 }
    }

    /// Reads the fields of the next row, if there is one. Adds what is wrong with the
    /// quotes.
    pub(super) fn row(
        &mut self,
        fields: &mut Vec<Cow<'a, str>>,
        faults: &mut impl Extend<HierarchyFault>,
    ) -> Option<RowPlace> {
        fields.clear();
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let is_blank = self.rest.starts_with('\n') || self.rest.starts_with("\r\n");
        loop {
            let field = self.field(fields.len(), faults);
            fields.push(field);
            if let Some(rest) = self.rest.strip_prefix(SEPARATOR) {
                self.rest = rest;
                continue;
            }
            self.rest = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n')).unwrap_or(self.rest);
            self.line += 1;
            return Some(RowPlace { line, is_blank });
        }
    }

    /// One field. What is left begins with what ends it.
    fn field(&mut self, level: usize, faults: &mut impl Extend<HierarchyFault>) -> Cow<'a, str> {
        let line = self.line;
        let mut wrong = |kind| faults.extend([HierarchyFault { line, level: Some(level), kind }]);
        let Some(quoted) = self.rest.strip_prefix(QUOTE) else {
            let plain = self.plain();
            if plain.contains(QUOTE) {
                wrong(HierarchyFaultKind::StrayQuote);
            }
            if plain.contains('\r') {
                wrong(HierarchyFaultKind::StrayReturn);
            }
            return Cow::Borrowed(plain);
        };
        let mut end = None;
        let mut from = 0;
        while let Some(at) = quoted.get(from..).and_then(|rest| rest.find(QUOTE)).map(|at| from + at) {
            if quoted.get(at + 1..).is_some_and(|rest| rest.starts_with(QUOTE)) {
                from = at + 2;
            } else {
                end = Some(at);
                break;
            }
        }
        let Some((inner, behind)) = end.and_then(|end| quoted.split_at_checked(end)) else {
            wrong(HierarchyFaultKind::OpenQuote);
            // It ends nowhere, so nothing behind it can be told apart.
            self.rest = "";
            return Cow::Borrowed(quoted);
        };
        self.line += inner.matches('\n').count();
        self.rest = behind.strip_prefix(QUOTE).unwrap_or(behind);
        if !self.plain().is_empty() {
            wrong(HierarchyFaultKind::StrayQuote);
        }
        if from == 0 { Cow::Borrowed(inner) } else { Cow::Owned(inner.replace("\"\"", "\"")) }
    }

    /// Everything before the next separator or end of a line.
    fn plain(&mut self) -> &'a str {
        let end = self.rest.find([SEPARATOR, '\n']).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at(end);
        let plain = match plain.strip_suffix('\r') {
            Some(line) if rest.starts_with('\n') => line,
            _ => plain,
        };
        self.rest = self.rest.get(plain.len()..).unwrap_or_default();
        plain
    }
}

/// Writes a row, so that it is read as it is.
pub(super) fn write_row<'a>(fields: impl IntoIterator<Item = &'a str>, out: &mut String) {
    for (level, field) in fields.into_iter().enumerate() {
        if level > 0 {
            out.push(SEPARATOR);
        }
        if field.contains([SEPARATOR, QUOTE, '\n', '\r']) || field.starts_with(MARK) {
            out.push(QUOTE);
            out.push_str(&field.replace('"', "\"\""));
            out.push(QUOTE);
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    type ReadRow = (usize, Vec<String>);

    fn rows(text: &str) -> (Vec<ReadRow>, Vec<(usize, usize, HierarchyFaultKind)>) {
        let mut reader = FieldReader::new(text);
        let (mut fields, mut faults, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(place) = reader.row(&mut fields, &mut faults) {
            rows.push((place.line, fields.iter().map(ToString::to_string).collect()));
        }
        (rows, faults.iter().map(|fault| (fault.line, fault.level.unwrap(), fault.kind)).collect())
    }

    fn read(text: &str) -> Vec<ReadRow> {
        let (rows, faults) = rows(text);
        assert_eq!(faults, []);
        rows
    }

    #[test]
    fn lines_end_in_either_way_and_the_last_need_not() {
        let expected = [(1, vec!["a".to_owned(), "*".to_owned()]), (2, vec!["b".to_owned(), "*".to_owned()])];
        for text in ["a;*\nb;*\n", "a;*\r\nb;*\r\n", "a;*\nb;*", "\u{feff}a;*\nb;*\r\n", "\"a\";\"*\"\r\n\"b\";*"] {
            assert_eq!(read(text), expected, "{text:?}");
        }
        assert_eq!(read(""), []);
        assert_eq!(read("a;"), [(1, vec!["a".to_owned(), String::new()])]);
    }

    #[test]
    fn a_quoted_field_holds_everything() {
        let expected = vec!["a;b".to_owned(), "say \"x\"".to_owned(), "one\ntwo".to_owned()];
        let text = "\"a;b\";\"say \"\"x\"\"\";\"one\ntwo\"\nb;*;*\n";
        assert_eq!(read(text), [(1, expected), (3, ["b", "*", "*"].map(str::to_owned).to_vec())]);
        assert_eq!(read("\"\"\"\";\"\"\n"), [(1, vec!["\"".to_owned(), String::new()])]);
    }

    #[test]
    fn a_quote_that_says_nothing_certain_is_a_fault() {
        let faults = |text: &str| rows(text).1;
        assert_eq!(faults("a;*\nb\"c;*\n"), [(2, 0, HierarchyFaultKind::StrayQuote)]);
        assert_eq!(faults("a;*\n\"b\"c;*\nd;\"*\" \n").len(), 2);
        assert_eq!(faults("a;*\nb;\"*\nc;*\n"), [(2, 1, HierarchyFaultKind::OpenQuote)]);
        assert_eq!(faults("a;*\rb;*\r\n"), [(1, 1, HierarchyFaultKind::StrayReturn)]);
        assert_eq!(faults("a;*\r\nb;*\r"), [(2, 1, HierarchyFaultKind::StrayReturn)]);
    }
}
