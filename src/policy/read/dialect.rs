//! Reads how a file of records is written: the same keys for an extract, a consent
//! log and a list. Keys that contradict each other are faults.

use std::collections::BTreeSet;

use crate::document::{TableReader, Value};
use crate::identifier::text::loose::push_loose;
use crate::model::dialect::{
    Delimiter, Dialect, Escape, HiddenSheets, MissingKeys, NullWords, SkippedLines, TextEncoding, separates,
};
use crate::model::file_format::FileFormat;
use crate::model::name::ColumnName;

/// More lines of a preamble than any report has.
const MOST_SKIPPED: i64 = 1000;

/// Reads the entries of a table that say so. What is at fault has its default.
pub(crate) fn read_dialect(table: &TableReader<'_>) -> Dialect {
    let dialect = Dialect {
        format: format(table),
        encoding: encoding(table).unwrap_or_default(),
        delimiter: delimiter(table),
        quote: quote(table),
        escape: escape(table),
        newline_in_fields: table.boolean("newline_in_fields").unwrap_or(false),
        trim: table.boolean("trim").unwrap_or(false),
        trim_quoted: table.boolean("trim_quoted").unwrap_or(false),
        null_values: null_words(table),
        header: header(table),
        skip_lines: skipped(table, "skip_lines"),
        skip_footer: skipped(table, "skip_footer"),
        missing_keys: table.choice("missing_keys", &MISSING_KEYS).unwrap_or(MissingKeys::Malformed),
        may_be_empty: table.boolean("may_be_empty").unwrap_or(false),
        sheet: table.text("sheet").map(str::to_owned),
        hidden_sheets: table.choice("hidden_sheets", &HIDDEN_SHEETS).unwrap_or(HiddenSheets::Refused),
    };
    contradictions(table, &dialect);
    sheets(table, &dialect);
    dialect
}

const MISSING_KEYS: [(&str, MissingKeys); 2] = [("malformed", MissingKeys::Malformed), ("null", MissingKeys::Null)];

const HIDDEN_SHEETS: [(&str, HiddenSheets); 2] = [("ignore", HiddenSheets::Ignored), ("refuse", HiddenSheets::Refused)];

/// The format, which must be one that this build reads.
fn format(table: &TableReader<'_>) -> Option<FileFormat> {
    let format = table.choice("format", FileFormat::ALL)?;
    if !format.is_built() {
        let hint = "build scant with `--features xlsx`; or have the sheet exported as CSV in UTF-8";
        table.fault("format", "is a format that this build of scant does not read", Some(hint));
    }
    Some(format)
}

/// Adds faults for a sheet that is not said, and for keys without effect.
fn sheets(table: &TableReader<'_>, dialect: &Dialect) {
    match (dialect.format.map(FileFormat::has_sheets), dialect.sheet.as_deref()) {
        (_, Some("")) => table.fault("sheet", "must not be empty", None),
        (Some(true), None) if !table.has("sheet") => {
            table.missing("sheet", Some("name the sheet that is read, also where there is one"));
        }
        (Some(false), Some(_)) => table.fault("sheet", "has no effect: files of that format have no sheets", None),
        _ => {}
    }
    if table.has("hidden_sheets") && !table.has("sheet") {
        table.fault("hidden_sheets", "has no effect without `sheet`", None);
    }
}

/// Adds faults for bytes that cannot be distinguished, and for keys without effect.
fn contradictions(table: &TableReader<'_>, dialect: &Dialect) {
    let Dialect { delimiter, quote, escape, .. } = dialect;
    if quote.is_some_and(|quote| delimiter.holds(quote)) {
        table.fault("quote", "must differ from the delimiter", None);
    }
    if let Some(escape) = escape {
        if delimiter.holds(escape.byte) {
            table.fault("escape", "must differ from the delimiter", None);
        }
        if *quote == Some(escape.byte) {
            let hint = "leave `escape` out: two quotes inside quotes are read as one";
            table.fault("escape", "must differ from the quote", Some(hint));
        }
        if escape.only_in_quotes && quote.is_none() {
            table.fault("escape_only_in_quotes", "needs `quote`: nothing is in quotes", None);
        }
        if dialect.trim && (escape.byte == b' ' || escape.byte == b'\t') {
            table.fault("escape", "must not be a blank where `trim` drops blanks", None);
        }
    }
    if dialect.newline_in_fields && quote.is_none() && escape.is_none() {
        let what = "needs `quote` or `escape`: without either, a line break always ends a record";
        table.fault("newline_in_fields", what, None);
    }
    if dialect.trim_quoted && quote.is_none() {
        table.fault("trim_quoted", "needs `quote`: nothing is in quotes", None);
    }
    if dialect.null_values.also_quoted && quote.is_none() {
        table.fault("quoted_nulls", "needs `quote`: nothing is in quotes", None);
    }
}

fn delimiter(table: &TableReader<'_>) -> Delimiter {
    let Some(text) = table.text("delimiter") else { return Delimiter::default() };
    Delimiter::of(text).unwrap_or_else(|| {
        let what = "must be one to four ASCII characters, no letters, digits, line breaks or NUL";
        table.fault("delimiter", what, None);
        Delimiter::default()
    })
}

fn quote(table: &TableReader<'_>) -> Option<u8> {
    match table.text("quote").map_or(&b"\""[..], str::as_bytes) {
        [] => None,
        [byte] if separates(*byte) => Some(*byte),
        _ => {
            let what = "must be one ASCII character, no letter, digit, line break or NUL; or \"\" for none";
            table.fault("quote", what, None);
            None
        }
    }
}

fn escape(table: &TableReader<'_>) -> Option<Escape> {
    let letters = table.boolean("escape_letters").unwrap_or(false);
    let only_in_quotes = table.boolean("escape_only_in_quotes").unwrap_or(false);
    let escape = table.text("escape").map(str::as_bytes);
    match escape {
        Some([byte]) if separates(*byte) => return Some(Escape { byte: *byte, letters, only_in_quotes }),
        Some(_) => {
            let what = "must be one ASCII character, no letter, digit, line break or NUL";
            table.fault("escape", what, Some("a backslash is written '\\', in single quotes"));
        }
        None => {
            for (key, is_said) in [("escape_letters", letters), ("escape_only_in_quotes", only_in_quotes)] {
                if is_said {
                    table.fault(key, "needs `escape`", Some("such as escape = '\\'"));
                }
            }
        }
    }
    None
}

fn encoding(table: &TableReader<'_>) -> Option<TextEncoding> {
    let encoding = TextEncoding::of_label(table.text("encoding")?);
    if encoding.is_none() {
        let hint = "such as \"windows-1252\", \"utf-16\" or \"iso-8859-2\"";
        table.fault("encoding", "must be a label of the WHATWG Encoding Standard", Some(hint));
    }
    encoding
}

fn null_words(table: &TableReader<'_>) -> NullWords {
    let words = table.texts("null_values").unwrap_or_else(|| vec![""]);
    NullWords {
        words: words.into_iter().map(str::to_owned).collect(),
        also_quoted: table.boolean("quoted_nulls").unwrap_or(false),
    }
}

fn header(table: &TableReader<'_>) -> Option<Vec<String>> {
    let names = table.texts("header")?;
    if names.is_empty() {
        table.fault("header", "must name every column of the file, in order", None);
    }
    let mut seen = BTreeSet::new();
    for (position, name) in (1..).zip(&names) {
        let mut loose = String::new();
        push_loose(name, &mut loose);
        if loose.is_empty() || ColumnName::parse(name).is_err() {
            let hint = "each column needs a name, also one that is not needed";
            table.fault("header", format!("cannot be a column's name in position {position}"), Some(hint));
        } else if !seen.insert(loose) {
            let what = format!("names a column twice: position {position} reads as one before it");
            table.fault("header", what, Some("give each column a name of its own"));
        }
    }
    Some(names.into_iter().map(str::to_owned).collect())
}

/// A number of lines, or a table that also says how they start.
fn skipped(table: &TableReader<'_>, key: &'static str) -> SkippedLines {
    let count = |count: Option<i64>| u32::try_from(count.unwrap_or(0)).unwrap_or(0);
    if !matches!(table.peek(key).map(|node| &node.value), Some(Value::Table(_))) {
        return SkippedLines { count: count(table.integer(key, 0..=MOST_SKIPPED)), starts_with: None };
    }
    let Some(said) = table.table(key) else { return SkippedLines::default() };
    if !said.has("lines") {
        said.missing("lines", Some("say how many lines are skipped"));
    }
    let lines = said.integer("lines", 1..=MOST_SKIPPED);
    let starts_with = said.required_text("starts_with").map(str::to_owned);
    if starts_with.as_deref() == Some("") {
        said.fault("starts_with", "must not be empty: every line starts with nothing", None);
    }
    said.finish();
    SkippedLines { count: count(lines), starts_with }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Faults;
    use crate::document::toml::read_toml;

    fn read(text: &str) -> (Dialect, Vec<String>) {
        let (table, syntax) = read_toml(text);
        assert!(syntax.is_empty(), "{text}");
        let faults = Faults::default();
        let reader = TableReader::new(&table, 0..0, "", &faults);
        let dialect = read_dialect(&reader);
        reader.finish();
        (dialect, faults.into_sorted().into_iter().map(|fault| format!("{} {}", fault.path, fault.what)).collect())
    }

    #[test]
    fn what_is_not_said_has_one_default() {
        assert_eq!(read(""), (Dialect::default(), Vec::new()));
    }

    #[test]
    fn every_key_is_read() {
        let (dialect, faults) = read(
            "format = 'csv'\nencoding = 'windows-1252'\ndelimiter = '||'\nquote = ''\nescape = '\\'\n\
            escape_letters = true\nnewline_in_fields = true\ntrim = true\nnull_values = ['', 'NA']\n\
            header = ['a', 'b']\nskip_lines = 2\nskip_footer = { lines = 1, starts_with = 'Total' }\n\
            missing_keys = 'null'\nmay_be_empty = true",
        );
        assert_eq!(faults, Vec::<String>::new());
        let expected = Dialect {
            format: Some(FileFormat::Csv),
            encoding: TextEncoding::of_label("windows-1252").unwrap(),
            delimiter: Delimiter::of("||").unwrap(),
            quote: None,
            escape: Some(Escape { byte: b'\\', letters: true, only_in_quotes: false }),
            newline_in_fields: true,
            trim: true,
            trim_quoted: false,
            null_values: NullWords { words: vec![String::new(), "NA".to_owned()], also_quoted: false },
            header: Some(vec!["a".to_owned(), "b".to_owned()]),
            skip_lines: SkippedLines { count: 2, starts_with: None },
            skip_footer: SkippedLines { count: 1, starts_with: Some("Total".to_owned()) },
            missing_keys: MissingKeys::Null,
            may_be_empty: true,
            sheet: None,
            hidden_sheets: HiddenSheets::Refused,
        };
        assert_eq!(dialect, expected);
        assert!(read("quoted_nulls = true").0.null_values.also_quoted);
        assert!(read("trim_quoted = true").0.trim_quoted);
        let escape = Escape { byte: b'\\', letters: false, only_in_quotes: true };
        assert_eq!(read("escape = '\\'\nescape_only_in_quotes = true").0.escape, Some(escape));
    }

    #[test]
    fn a_sheet_may_be_said_for_files_whose_names_say_the_format() {
        let (dialect, faults) = read("sheet = 'Members'\nhidden_sheets = 'ignore'");
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((dialect.sheet.as_deref(), dialect.hidden_sheets), (Some("Members"), HiddenSheets::Ignored));
        let not_built = read("format = 'xlsx'\nsheet = 'Members'").1;
        assert_eq!(not_built.is_empty(), cfg!(feature = "xlsx"), "{not_built:?}");
    }

    #[test]
    fn what_contradicts_itself_is_a_fault() {
        for (text, fault) in [
            ("quote = ','", "quote must differ from the delimiter"),
            ("delimiter = '|;'\nquote = ';'", "quote must differ from the delimiter"),
            ("escape = '\"'", "escape must differ from the quote"),
            ("escape = ','", "escape must differ from the delimiter"),
            ("escape = 'x'", "escape must be one ASCII character"),
            ("escape_letters = true", "escape_letters needs `escape`"),
            ("escape_only_in_quotes = true", "escape_only_in_quotes needs `escape`"),
            ("quote = ''\nescape = '\\'\nescape_only_in_quotes = true", "escape_only_in_quotes needs `quote`"),
            ("escape = ' '\ntrim = true", "escape must not be a blank"),
            ("quote = 'ab'", "quote must be one ASCII character"),
            ("delimiter = 'þ'", "delimiter must be one to four ASCII characters"),
            ("quote = ''\nnewline_in_fields = true", "newline_in_fields needs `quote` or `escape`"),
            ("quote = ''\ntrim_quoted = true", "trim_quoted needs `quote`"),
            ("quote = ''\nquoted_nulls = true", "quoted_nulls needs `quote`"),
            ("encoding = 'latin-one'", "encoding must be a label"),
            ("header = []", "header must name every column"),
            ("header = ['a', ' A ']", "header names a column twice: position 2"),
            ("header = ['a', '']", "header cannot be a column's name in position 2"),
            ("skip_lines = -1", "skip_lines must be from 0 to 1000"),
            ("skip_footer = { starts_with = 'x' }", "skip_footer.lines must be given"),
            ("skip_footer = { lines = 1 }", "skip_footer.starts_with must be given"),
            ("skip_footer = { lines = 1, starts_with = '' }", "skip_footer.starts_with must not be empty"),
            ("missing_keys = 'no'", "missing_keys "),
            ("format = 'xlsx'", "sheet must be given"),
            ("format = 'csv'\nsheet = 'Members'", "sheet has no effect"),
            ("sheet = ''", "sheet must not be empty"),
            ("hidden_sheets = 'ignore'", "hidden_sheets has no effect without `sheet`"),
            ("sheet = 'a'\nhidden_sheets = 'no'", "hidden_sheets "),
        ] {
            let faults = read(text).1;
            assert!(faults.iter().any(|found| found.starts_with(fault)), "{text}: {faults:?}");
        }
    }
}
