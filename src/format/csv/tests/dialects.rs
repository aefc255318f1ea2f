//! Every dialect: what is written in it is read again, at any block size, stored or
//! compressed; and what is no record is not taken for one.

use proptest::prelude::*;

use super::support::{Reading, Record, accepted, fault_kind, read, read_file, read_in_blocks};
use crate::engine::fault::InputFaultKind as Kind;
use crate::model::dialect::{Delimiter, Dialect, Escape, NullWords, SkippedLines, TextEncoding};
use crate::model::outcome::structure_fault::StructureFault as Fault;

const ESCAPE: Escape = Escape { byte: b'\\', letters: false, only_in_quotes: false };

/// A dialect and how a table is written in it.
#[derive(Debug, Clone)]
struct Writing {
    dialect: Dialect,
    newline: &'static str,
    /// Whether every cell is in quotes.
    all_quoted: bool,
    with_mark: bool,
}

impl Writing {
    fn cell(&self, cell: &str) -> String {
        let Dialect { delimiter, quote, escape, .. } = &self.dialect;
        let is_delimiter = |c: char| delimiter.as_str().contains(c);
        let needs_quotes = cell.contains(|c| is_delimiter(c) || c == '\n' || Some(c) == quote.map(char::from));
        let is_escaped_outside = escape.is_some_and(|escape| !escape.only_in_quotes);
        let quote = quote.map(char::from).filter(|_| self.all_quoted || (!is_escaped_outside && needs_quotes));
        let escape = escape.filter(|_| is_escaped_outside || quote.is_some());
        let mut text = String::new();
        for c in cell.chars() {
            match escape {
                Some(Escape { byte, letters, .. }) => match c {
                    '\n' | '\t' if letters => {
                        text.extend([char::from(byte), if c == '\n' { 'n' } else { 't' }]);
                        continue;
                    }
                    // In quotes neither needs to be escaped.
                    '\n' if quote.is_none() => text.push(char::from(byte)),
                    c if is_delimiter(c) && quote.is_none() => text.push(char::from(byte)),
                    c if c == char::from(byte) || Some(c) == self.dialect.quote.map(char::from) => {
                        text.push(char::from(byte));
                    }
                    _ => {}
                },
                None if Some(c) == quote => text.push(c),
                None => {}
            }
            text.push(c);
        }
        quote.map_or(text.clone(), |quote| format!("{quote}{text}{quote}"))
    }

    fn table(&self, rows: &[Vec<String>]) -> Vec<u8> {
        let delimiter = self.dialect.delimiter.as_str();
        let line = |cells: Vec<String>| cells.join(delimiter) + self.newline;
        let mut text = String::new();
        for number in 0..self.dialect.skip_lines.count {
            text += &format!("title {number}{}", self.newline);
        }
        if self.dialect.header.is_none() {
            text += &line(["id", "one", "two"].map(|name| self.cell(name)).to_vec());
        }
        for row in rows {
            text += &line(row.iter().map(|cell| self.cell(cell)).collect());
        }
        for _ in 0..self.dialect.skip_footer.count {
            text += &format!("total{}", self.newline);
        }
        self.encoded(&text)
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        let encoding = self.dialect.encoding;
        if encoding.is_utf16() {
            let is_little = encoding.encoding() == encoding_rs::UTF_16LE;
            let bytes = |unit: u16| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let mark = (self.with_mark || encoding.is_by_mark()).then_some(0xFEFF);
            return mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect();
        }
        let (stored, _, has_unmapped) = encoding.encoding().encode(text);
        assert!(!has_unmapped, "{text}");
        stored.into_owned()
    }
}

fn writings() -> impl Strategy<Value = Writing> {
    let delimiter = prop::sample::select(vec![",", ";", "\t", "|", "||", "\u{1}", "|~|"]);
    let quote = prop::sample::select(vec![Some(b'"'), Some(b'\''), None]);
    let escape = prop::sample::select(vec![
        None,
        Some(ESCAPE),
        Some(Escape { letters: true, ..ESCAPE }),
        Some(Escape { only_in_quotes: true, ..ESCAPE }),
    ]);
    let encoding = prop::sample::select(vec!["utf-8", "utf-8", "windows-1252", "utf-16", "utf-16be", "iso-8859-15"]);
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    (delimiter, quote, escape, encoding, newline, any::<[bool; 5]>(), (0u32..3, 0u32..3)).prop_map(
        |(delimiter, quote, escape, encoding, newline, choices, (before, behind))| {
            let [newline_in_fields, all_quoted, has_header, with_mark, also_quoted] = choices;
            let escape = escape.filter(|escape| quote.is_some() || !escape.only_in_quotes);
            let dialect = Dialect {
                delimiter: Delimiter::of(delimiter).unwrap(),
                quote,
                escape,
                newline_in_fields: newline_in_fields && (quote.is_some() || escape.is_some()),
                encoding: TextEncoding::of_label(encoding).unwrap(),
                null_values: NullWords { words: vec!["-".to_owned()], also_quoted: also_quoted && quote.is_some() },
                header: (!has_header).then(|| ["id", "one", "two"].map(str::to_owned).to_vec()),
                skip_lines: SkippedLines { count: before, starts_with: None },
                skip_footer: SkippedLines { count: behind, starts_with: None },
                ..Dialect::default()
            };
            Writing { dialect, newline, all_quoted, with_mark }
        },
    )
}

/// Cells that every writing can hold, with what it has to mark.
fn cells(writing: &Writing) -> impl Strategy<Value = String> + use<> {
    let Dialect { delimiter, quote, escape, newline_in_fields, .. } = &writing.dialect;
    let mut alphabet = vec!['a', 'b', ' ', 'é', 'ÿ', 'n', 'N'];
    let is_marked = quote.is_some() || escape.is_some();
    if is_marked {
        alphabet.extend(delimiter.as_str().chars());
    }
    match quote {
        Some(quote) => alphabet.push(char::from(*quote)),
        None => alphabet.extend(['"', '\'']),
    }
    if escape.is_some() || !writing.all_quoted {
        alphabet.push('\\');
    }
    if *newline_in_fields {
        alphabet.push('\n');
    }
    prop::collection::vec(prop::sample::select(alphabet), 0..8).prop_map(|chars| chars.into_iter().collect())
}

fn tables() -> impl Strategy<Value = (Writing, Vec<Vec<String>>)> {
    writings().prop_flat_map(|writing| {
        let row = prop::collection::vec(cells(&writing), 3);
        (Just(writing), prop::collection::vec(row, 1..12))
    })
}

fn expected(writing: &Writing, rows: &[Vec<String>]) -> Vec<Record> {
    let is_missing = |cell: &str| {
        cell == "-"
            && (!writing.all_quoted || writing.dialect.quote.is_none() || writing.dialect.null_values.also_quoted)
    };
    rows.iter()
        .map(|row| Record::Accepted(row.iter().map(|cell| (!is_missing(cell)).then(|| cell.clone())).collect()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_written_is_read((writing, mut rows) in tables(), block_bytes in 1usize..120, compressed in any::<bool>()) {
        // A record must not be a blank line, nor begin with what no record begins with.
        rows.iter_mut().enumerate().for_each(|(number, row)| row[0].insert_str(0, &number.to_string()));
        let stored = writing.table(&rows);
        let reading = if compressed {
            read_file("x.csv.zst", &zstd::stream::encode_all(&stored[..], 1).unwrap(), &writing.dialect, block_bytes)
        } else {
            read_in_blocks(&stored, &writing.dialect, block_bytes)
        };
        let Reading { columns, records, evidence } = reading.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(columns, ["id", "one", "two"]);
        prop_assert_eq!(&records, &expected(&writing, &rows), "{}", stored.escape_ascii());
        let skipped = writing.dialect.skip_lines.count + writing.dialect.skip_footer.count;
        prop_assert_eq!(evidence.skipped_lines, u64::from(skipped));
    }

    /// Read with a dialect that differs in delimiter, header or lines to skip, a table
    /// is refused or every record that comes out otherwise is malformed.
    #[test]
    fn nothing_is_read_otherwise_by_another_dialect((writing, mut rows) in tables(), other in writings()) {
        rows.iter_mut().enumerate().for_each(|(number, row)| row[0].insert_str(0, &format!("{number}x")));
        let dialect = Dialect {
            delimiter: other.dialect.delimiter,
            skip_lines: other.dialect.skip_lines.clone(),
            skip_footer: other.dialect.skip_footer.clone(),
            header: other.dialect.header.clone(),
            ..writing.dialect.clone()
        };
        // Without a header nothing tells a delimiter from a part of it.
        let shares = dialect.delimiter.as_bytes().iter().any(|&byte| writing.dialect.delimiter.holds(byte));
        prop_assume!(dialect.delimiter == writing.dialect.delimiter || !shares || writing.dialect.header.is_none());
        let stored = writing.table(&rows);
        let Some(reading) = with_its_columns(&stored, &dialect) else { return Ok(()) };
        let right = expected(&writing, &rows);
        let lost = right.len().saturating_sub(reading.records.len()) as u64;
        prop_assert!(lost <= reading.evidence.skipped_lines, "{} lost in silence", lost);
        for record in &reading.records {
            let is_malformed = matches!(record, Record::Malformed { .. });
            prop_assert!(is_malformed || right.contains(record), "{:?} of {}", record, stored.escape_ascii());
        }
    }

    /// Read with an escape where there is none, or without one where there is, a table
    /// has a malformed record, which refuses the run, or is read as it is; as long as
    /// no cell holds the escape, for then nothing tells what it is, nor a line break that
    /// is escaped: with delimiters as data it may divide a record into two whole ones.
    #[test]
    fn an_escape_that_is_wrongly_declared_is_noticed((writing, mut rows) in tables(), letters in any::<bool>()) {
        prop_assume!(writing.dialect.delimiter.as_bytes().len() == 1);
        let has_letters = writing.dialect.escape.is_some_and(|escape| escape.letters);
        for (number, row) in rows.iter_mut().enumerate() {
            let is_told = |c: char| {
                c != '\\' && (c != '\n' || writing.dialect.escape.is_none()) && (c != '\t' || !has_letters)
            };
            row.iter_mut().for_each(|cell| cell.retain(is_told));
            row[0].insert_str(0, &format!("{number}x"));
        }
        let escape = match writing.dialect.escape {
            None => Some(Escape { letters, ..ESCAPE }),
            Some(_) => None,
        };
        let dialect = Dialect { escape, ..writing.dialect.clone() };
        let stored = writing.table(&rows);
        let Some(reading) = with_its_columns(&stored, &dialect) else { return Ok(()) };
        let is_refused = reading.records.iter().any(|record| matches!(record, Record::Malformed { .. }));
        prop_assert!(is_refused || reading.records == expected(&writing, &rows), "{}", stored.escape_ascii());
    }
}

/// What is read, unless it is refused or a policy would not find its columns.
fn with_its_columns(stored: &[u8], dialect: &Dialect) -> Option<Reading> {
    read(stored, dialect).ok().filter(|reading| reading.columns == ["id", "one", "two"])
}

fn escaping(text: &[u8], change: impl FnOnce(&mut Dialect)) -> Vec<Record> {
    let mut dialect = Dialect {
        escape: Some(ESCAPE),
        null_values: NullWords { words: vec!["\\N".to_owned()], also_quoted: false },
        ..Dialect::default()
    };
    change(&mut dialect);
    read(&[b"a,b\n", text].concat(), &dialect).unwrap().records
}

#[test]
fn an_escape_stands_before_what_needs_one() {
    let one = |text: &[u8]| escaping(text, |_| ()).remove(0);
    assert_eq!(one(b"\"x \\\"y\\\"\",z\n"), accepted(&[Some("x \"y\""), Some("z")]));
    assert_eq!(one(b"x\\,y,\\\\z\n"), accepted(&[Some("x,y"), Some("\\z")]));
    assert_eq!(one(b"\\N,x\n"), accepted(&[None, Some("x")]));
    assert_eq!(one(b"x,\\N"), accepted(&[Some("x"), None]));
    assert_eq!(one(b"\"a\"\"b\",\\\"\n"), accepted(&[Some("a\"b"), Some("\"")]));
    let fault = |text: &[u8]| match one(text) {
        Record::Malformed { fault, column, .. } => (fault, column),
        record @ Record::Accepted(_) => panic!("{record:?}"),
    };
    assert_eq!(fault(b"x,\\Nx\n"), (Fault::BadEscape, Some(2)));
    assert_eq!(fault(b"C:\\temp,x\n"), (Fault::BadEscape, Some(1)));
    assert_eq!(fault(b"x,y\\\n"), (Fault::BadEscape, Some(2)));
    assert_eq!(fault(b"x,y\\"), (Fault::BadEscape, Some(2)));
    assert_eq!(fault(b"\"a\\tb\",y\n"), (Fault::BadEscape, Some(1)));
}

/// Some writers escape in quotes alone, and quote no cell because of a backslash.
#[test]
fn outside_quotes_a_backslash_may_be_text() {
    let records = escaping(b"C:\\temp\\,\\N\nx\\\\,\"\\\"\\\\\"\n\"\\x\",y\n", |dialect| {
        dialect.escape = Some(Escape { only_in_quotes: true, ..ESCAPE });
    });
    assert_eq!(records[..2], [accepted(&[Some("C:\\temp\\"), None]), accepted(&[Some("x\\\\"), Some("\"\\")])]);
    assert!(matches!(records[2], Record::Malformed { fault: Fault::BadEscape, column: Some(1), .. }), "{records:?}");
    let dialect = Dialect { escape: Some(Escape { only_in_quotes: true, ..ESCAPE }), ..Dialect::default() };
    let columns = read(b"a\\\\b,\"c\\\\d\"\n1,2\n", &dialect).unwrap().columns;
    assert_eq!(columns, ["a\\\\b", "c\\d"]);
}

#[test]
fn letters_behind_an_escape_are_control_characters_where_the_policy_says_so() {
    let records = escaping(b"a\\tb,\\n\nc,\\x\n", |dialect| {
        dialect.escape = Some(Escape { letters: true, ..ESCAPE });
        dialect.quote = None;
    });
    assert_eq!(records[0], accepted(&[Some("a\tb"), Some("\n")]));
    assert!(matches!(records[1], Record::Malformed { fault: Fault::BadEscape, .. }));
}

#[test]
fn without_quotes_a_quotation_mark_is_text() {
    let dialect = Dialect { quote: None, ..Dialect::default() };
    let records = read(b"a,b\n5\" pipe,\"x\"\n\"open,y\n", &dialect).unwrap().records;
    assert_eq!(records, [accepted(&[Some("5\" pipe"), Some("\"x\"")]), accepted(&[Some("\"open"), Some("y")])]);
}

#[test]
fn a_declared_header_is_none_of_the_records() {
    let dialect = Dialect { header: Some(vec!["a".to_owned(), "b".to_owned()]), ..Dialect::default() };
    let records = |content: &[u8]| read(content, &dialect).unwrap().records;
    assert_eq!(records(b"1,2\r\n3,4\r\n"), [accepted(&[Some("1"), Some("2")]), accepted(&[Some("3"), Some("4")])]);
    for header in [b"a,b\n1,2\n".as_slice(), b"\"a\",\"b\"\n1,2\n", b"\xEF\xBB\xBF\"a\",b\n1,2\n"] {
        let records = records(header);
        assert!(matches!(records[0], Record::Malformed { fault: Fault::RepeatedHeader, .. }), "{records:?}");
        assert_eq!(records[1], accepted(&[Some("1"), Some("2")]));
    }
    assert!(matches!(records(b"1\n")[0], Record::Malformed { fault: Fault::MissingField, .. }));
    assert_eq!(fault_kind(read(b"", &dialect)), Some(Kind::EmptyInput));
}

#[test]
fn lines_that_are_skipped_are_no_records() {
    let skip = |count, starts_with: Option<&str>| SkippedLines { count, starts_with: starts_with.map(str::to_owned) };
    let read = |content: &[u8], skip_lines: SkippedLines, skip_footer: SkippedLines, header: Option<&[&str]>| {
        let header = header.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        let dialect = Dialect { header, skip_lines, skip_footer, ..Dialect::default() };
        let stored = read(content, &dialect);
        let compressed = read_file("x.csv.zst", &zstd::stream::encode_all(content, 1).unwrap(), &dialect, 3);
        let kinds = (fault_kind(stored), fault_kind(compressed));
        assert_eq!(kinds.0, kinds.1, "{}", content.escape_ascii());
        kinds.0
    };
    let none = || skip(0, None);
    assert_eq!(read(b"sep=,\na,b\n1,2\n", skip(1, None), none(), None), None);
    assert_eq!(read(b"a,b\n1,2\ntotal 1\n", none(), skip(1, None), None), None);
    assert_eq!(read(b"a,b\n1,2\n3,4\n", none(), skip(1, None), None), Some(Kind::SkippedRecord));
    assert_eq!(read(b"a,b\n1,2\nTotal,1\n", none(), skip(1, Some("Total,")), None), None);
    assert_eq!(read(b"a,b\n1,2\n3,4\n", none(), skip(1, Some("Total,")), None), Some(Kind::SkippedLinesDiffer));
    assert_eq!(read(b"1,2\n3,4\n", skip(1, None), none(), Some(&["a", "b"])), Some(Kind::SkippedRecord));
    assert_eq!(read(b"A,A\n3,4\n", skip(1, Some("A,A")), none(), Some(&["a", "b"])), None);
    assert_eq!(read(b"a,b\n", skip(3, None), none(), None), Some(Kind::FewerLines));
    assert_eq!(read(b"a,b\n1,2\n", none(), skip(9, None), None), Some(Kind::FewerLines));
    assert_eq!(read(b"a,b\ntotal\n", none(), skip(1, None), None), Some(Kind::EmptyInput));
    assert_eq!(read(b"mail\nx@y.z\nw@y.z\n", none(), skip(1, None), None), Some(Kind::SkippedRecord));
}

#[test]
fn what_an_encoding_does_not_have_is_malformed_and_located() {
    let dialect = |label: &str| Dialect { encoding: TextEncoding::of_label(label).unwrap(), ..Dialect::default() };
    let records = read(b"a,b\n1,caf\xE9\n2,\x81\n3,x\n", &dialect("windows-1252")).unwrap().records;
    assert_eq!((&records[0], &records[2]), (&accepted(&[Some("1"), Some("café")]), &accepted(&[Some("3"), Some("x")])));
    assert!(matches!(records[1], Record::Malformed { fault: Fault::BadEncoding, column: Some(2), .. }));
    let cut: Vec<u8> = "a,b\n1,2\n3,4".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let records = read(&cut[..cut.len() - 1], &dialect("utf-16le")).unwrap().records;
    assert!(matches!(records[1], Record::Malformed { fault: Fault::BadEncoding, column: Some(2), .. }));
    assert_eq!(fault_kind(read(b"a,\x81\n1,2\n", &dialect("windows-1252"))), Some(Kind::BadEncoding));
    assert_eq!(fault_kind(read(b"a,b\n1,2\n", &dialect("utf-16"))), Some(Kind::NoByteOrderMark));
    assert_eq!(fault_kind(read(b"\xFF\xFEa\0,\0b\0\n\0", &dialect("windows-1252"))), Some(Kind::Utf16));
    assert_eq!(fault_kind(read(b"\xEF\xBB\xBFa,b\n1,2\n", &dialect("latin1"))), Some(Kind::OtherByteOrderMark));
}

#[test]
fn quoted_cells_are_missing_where_the_policy_says_so() {
    let nulls = |also_quoted| NullWords { words: vec![String::new(), "NULL".to_owned()], also_quoted };
    let records = |also_quoted, trim| {
        let dialect = Dialect { null_values: nulls(also_quoted), trim, ..Dialect::default() };
        read(b"a,b\n\"\",\"NULL\"\n,NULL\n", &dialect).unwrap().records
    };
    for trim in [false, true] {
        assert_eq!(records(false, trim), [accepted(&[Some(""), Some("NULL")]), accepted(&[None, None])]);
        assert_eq!(records(true, trim), [accepted(&[None, None]), accepted(&[None, None])]);
    }
}

#[test]
fn blanks_in_quotes_are_no_data_where_the_policy_says_so() {
    let null_values = NullWords { words: vec![String::new()], also_quoted: true };
    let dialect = Dialect { trim_quoted: true, null_values, ..Dialect::default() };
    let reading = read(b"\"a  \",b\n\" Y\t\",\"   \"\n\"x \"\" \", y \n", &dialect).unwrap();
    assert_eq!(reading.columns, ["a", "b"]);
    assert_eq!(reading.records, [accepted(&[Some("Y"), None]), accepted(&[Some("x \""), Some(" y ")])]);
}
