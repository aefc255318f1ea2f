//! How a file of records is written: one type for extracts, consent logs and lists,
//! said by the policy and used by every format. Nothing is guessed: what is not
//! declared has one default, RFC 4180 in UTF-8 with a header.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::file_format::FileFormat;

/// How the records of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made from the policy, field by field")]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the policy")]
pub struct Dialect {
    /// The format; `None`: from the file's name.
    pub format: Option<FileFormat>,
    /// What the bytes of a text file mean.
    pub encoding: TextEncoding,
    /// What is between two fields.
    pub delimiter: Delimiter,
    /// Encloses a field. ASCII; `None`: quotation marks are text like any other.
    pub quote: Option<u8>,
    /// What makes the character behind it text.
    pub escape: Option<Escape>,
    /// Whether fields may hold line breaks: in quotes, or escaped.
    pub newline_in_fields: bool,
    /// Whether blanks around unquoted fields are no data.
    pub trim: bool,
    /// Whether blanks at the ends of quoted fields are no data either.
    pub trim_quoted: bool,
    /// Cells that stand for a missing one.
    pub null_values: NullWords,
    /// The columns of a file without a header.
    pub header: Option<Vec<String>>,
    /// Lines before the header, or before the first record.
    pub skip_lines: SkippedLines,
    /// Lines behind the last record.
    pub skip_footer: SkippedLines,
    /// What a record is that lacks a key, where records have keys.
    pub missing_keys: MissingKeys,
    /// Whether a file among several may have no record.
    pub may_be_empty: bool,
    /// Of a workbook, the sheet that is read.
    pub sheet: Option<String>,
    /// What a workbook is that has other sheets which nobody sees.
    pub hidden_sheets: HiddenSheets,
}

impl Dialect {
    /// How scant writes the files of a delivery: texts may hold line breaks.
    pub(crate) fn of_delivery() -> Self {
        Self { newline_in_fields: true, ..Self::default() }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            format: None,
            encoding: TextEncoding::default(),
            delimiter: Delimiter::default(),
            quote: Some(b'"'),
            escape: None,
            newline_in_fields: false,
            trim: false,
            trim_quoted: false,
            null_values: NullWords::default(),
            header: None,
            skip_lines: SkippedLines::default(),
            skip_footer: SkippedLines::default(),
            missing_keys: MissingKeys::Malformed,
            may_be_empty: false,
            sheet: None,
            hidden_sheets: HiddenSheets::Refused,
        }
    }
}

/// Cells that stand for a missing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NullWords {
    /// The cells, as written. The empty text stands for an empty cell.
    pub words: Vec<String>,
    /// Whether cells in quotes are compared with them too.
    pub also_quoted: bool,
}

impl Default for NullWords {
    fn default() -> Self {
        Self { words: vec![String::new()], also_quoted: false }
    }
}

/// What a record of keys and values is that lacks a key the policy needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingKeys {
    /// It is malformed.
    Malformed,
    /// The cell is missing.
    Null,
}

/// What a workbook is that has hidden sheets besides the one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenSheets {
    /// It is read, and they are not.
    Ignored,
    /// It is refused.
    Refused,
}

/// One to four ASCII characters between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter {
    bytes: [u8; 4],
    length: u8,
}

impl Default for Delimiter {
    fn default() -> Self {
        Self { bytes: [b',', 0, 0, 0], length: 1 }
    }
}

impl Delimiter {
    /// The delimiter `text`; `None` unless it has one to four characters that can
    /// separate fields.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut bytes = [0; 4];
        let is_fit = (1..=bytes.len()).contains(&text.len()) && text.bytes().all(separates);
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        is_fit.then_some(Self { bytes, length: u8::try_from(text.len()).ok()? })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or(",")
    }

    /// Its first byte, and all but that.
    #[must_use]
    pub fn parts(&self) -> (u8, &[u8]) {
        match self.as_bytes() {
            [first, rest @ ..] => (*first, rest),
            [] => (b',', &[]),
        }
    }

    /// Whether it has a byte.
    #[must_use]
    pub fn holds(self, byte: u8) -> bool {
        self.as_bytes().contains(&byte)
    }
}

/// Whether a byte can stand between fields, or around one: an ASCII character that
/// is no letter, digit, line break or NUL.
#[must_use]
pub(crate) fn separates(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\r\n\0".contains(&byte)
}

/// What makes the character behind it text: a quote, the delimiter, itself, and a
/// line break where fields may hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escape {
    /// The character. ASCII.
    pub byte: u8,
    /// Whether `b f n r t v` behind it stand for the control characters of C.
    pub letters: bool,
    /// Whether it is text like any other outside quotes.
    pub only_in_quotes: bool,
}

/// Lines at the start or the end of a file that are no records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkippedLines {
    /// How many.
    pub count: u32,
    /// How the first of them starts, where the policy says so.
    pub starts_with: Option<String>,
}

/// What the bytes of a text file mean, by the WHATWG Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding {
    encoding: &'static Encoding,
    /// Whether the byte-order mark says which half of a unit comes first.
    by_mark: bool,
}

impl Default for TextEncoding {
    fn default() -> Self {
        Self { encoding: UTF_8, by_mark: false }
    }
}

impl TextEncoding {
    /// The encoding of a label of the standard, such as `windows-1252`, `latin1`
    /// (which the standard takes for the same) or `utf-16le`. `utf-16` is what the
    /// byte-order mark at the start of the file says. `None` for any other text, and
    /// for the labels that stand for no encoding of files.
    #[must_use]
    pub fn of_label(label: &str) -> Option<Self> {
        if label.trim().eq_ignore_ascii_case("utf-16") {
            return Some(Self { encoding: UTF_16LE, by_mark: true });
        }
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        // Not an encoding of files: it maps bytes to private characters.
        (encoding.name() != "x-user-defined").then_some(Self { encoding, by_mark: false })
    }

    /// Whether bytes are the text itself.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// Whether every unit has two bytes.
    #[must_use]
    pub fn is_utf16(self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    /// Whether the byte-order mark decides between the two orders.
    #[must_use]
    pub fn is_by_mark(self) -> bool {
        self.by_mark
    }

    /// The encoding of the library.
    #[must_use]
    pub fn encoding(self) -> &'static Encoding {
        self.encoding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_one_to_four_characters_that_no_word_has() {
        assert_eq!(Delimiter::of("||").map(|both| both.as_bytes().to_vec()), Some(b"||".to_vec()));
        assert_eq!(Delimiter::of("\u{1}").map(|one| one.parts().0), Some(1));
        assert_eq!(Delimiter::of("|~;\t").map(|four| four.parts().1.to_vec()), Some(b"~;\t".to_vec()));
        for text in ["", "a", "|a", "\n", "|\r", "\0", "|||||", "þ", "§"] {
            assert_eq!(Delimiter::of(text), None, "{text:?}");
        }
        assert_eq!(Delimiter::default().as_bytes(), b",");
    }

    #[test]
    fn encodings_are_those_of_the_standard() {
        let name = |label| TextEncoding::of_label(label).map(|found| found.encoding().name());
        assert_eq!(name("latin1"), Some("windows-1252"));
        assert_eq!(name(" CP1252 "), Some("windows-1252"));
        assert_eq!(name("utf-16be"), Some("UTF-16BE"));
        for label in ["", "latin-one", "replacement", "iso-2022-kr", "x-user-defined", "utf-32", "utf-7"] {
            assert_eq!(name(label), None, "{label}");
        }
        let by_mark = |label| TextEncoding::of_label(label).is_some_and(TextEncoding::is_by_mark);
        assert!(by_mark("UTF-16") && !by_mark("utf-16le"));
        assert!(TextEncoding::default().is_utf8() && TextEncoding::of_label("utf8").is_some_and(TextEncoding::is_utf8));
    }
}
