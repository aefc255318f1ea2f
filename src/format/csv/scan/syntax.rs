//! What the bytes of a record mean by the dialect: which separate and enclose fields,
//! what stands behind an escape, and the value of a field that has some. Reads no
//! record.

use crate::model::dialect::{Delimiter, Dialect, Escape};

/// What separates fields and records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    pub(crate) delimiter: Delimiter,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<Escape>,
    /// The byte that makes, behind an escape, a whole cell a missing value.
    pub(crate) null_letter: Option<u8>,
    pub(crate) newline_in_fields: bool,
    pub(crate) trim: bool,
    pub(crate) trim_quoted: bool,
    /// A bit for each byte that is not simply text inside a field.
    special: [u64; 4],
}

impl Syntax {
    /// The syntax of a dialect.
    pub(crate) fn of(dialect: &Dialect) -> Self {
        let Dialect { delimiter, quote, escape, newline_in_fields, trim, trim_quoted, .. } = *dialect;
        let null_letter = dialect.null_values.words.iter().find_map(|word| match (word.as_bytes(), escape) {
            ([first, letter], Some(escape)) if *first == escape.byte => Some(*letter),
            _ => None,
        });
        let mut special = [0; 4];
        let marks = [delimiter.parts().0, b'\n', b'\r', 0];
        for byte in marks.into_iter().chain(quote).chain(escape.map(|escape| escape.byte)) {
            if let Some(bits) = special.get_mut(usize::from(byte / 64)) {
                *bits |= 1 << (byte % 64);
            }
        }
        Self { delimiter, quote, escape, null_letter, newline_in_fields, trim, trim_quoted, special }
    }

    /// Whether `byte` is a blank that `trim` drops.
    #[inline(always)]
    pub(crate) fn is_blank(self, byte: u8) -> bool {
        self.trim && (byte == b' ' || byte == b'\t') && byte != self.delimiter.parts().0
    }

    /// The value of a quoted field, given what is between its quotes.
    #[inline]
    pub(crate) fn quoted_value(self, content: &str) -> &str {
        if self.trim_quoted { content.trim_matches([' ', '\t']) } else { content }
    }

    /// Whether a byte inside a field may be more than text.
    #[inline(always)]
    pub(super) fn is_special(&self, byte: u8) -> bool {
        self.special[usize::from(byte / 64)] >> (byte % 64) & 1 != 0
    }

    /// The bytes of a delimiter.
    pub(crate) fn delimiter_bytes(self) -> usize {
        self.delimiter.as_bytes().len()
    }

    /// What the escape makes of the bytes behind it, at the start of a field or not.
    pub(super) fn escaped(self, behind: &[u8], at_end: bool, starts_field: bool) -> Escaped {
        let Some(escape) = self.escape else { return Escaped::Fault };
        let delimiter = self.delimiter.as_bytes();
        let is_cut = |wanted: usize| behind.len() < wanted && !at_end;
        let Some(&next) = behind.first() else { return if at_end { Escaped::Fault } else { Escaped::Unknown } };
        let is_marked = next == escape.byte || Some(next) == self.quote || self.delimiter.holds(next);
        if is_marked || (escape.letters && control(next).is_some()) {
            return Escaped::Text { bytes: 1 };
        }
        if self.newline_in_fields {
            match behind {
                [b'\n', ..] => return Escaped::Text { bytes: 1 },
                [b'\r', b'\n', ..] => return Escaped::Text { bytes: 2 },
                [b'\r'] if !at_end => return Escaped::Unknown,
                _ => {}
            }
        }
        if starts_field && Some(next) == self.null_letter {
            let rest = behind.get(1..).unwrap_or_default();
            if is_cut(1 + delimiter.len().max(2)) {
                return Escaped::Unknown;
            }
            if rest.is_empty() || rest.starts_with(delimiter) || rest.starts_with(b"\n") || rest.starts_with(b"\r\n") {
                return Escaped::Null;
            }
        }
        Escaped::Fault
    }

    /// Appends the value of a field with escapes or doubled quotes to `value`; `text`
    /// is what is between its quotes, or all of it where it has none.
    pub(crate) fn push_value(self, text: &str, value: &mut String) {
        let escape = self.escape.map(|escape| char::from(escape.byte));
        let quote = self.quote.map(char::from);
        let letters = self.escape.is_some_and(|escape| escape.letters);
        let is_marked = |c: char| Some(c) == quote || Some(c) == escape;
        let mut rest = text;
        while let Some(at) = rest.find(is_marked) {
            let (before, marked) = rest.split_at(at);
            value.push_str(before);
            let mut chars = marked.chars();
            let mark = chars.next();
            match chars.next() {
                Some(next) if mark == escape => {
                    let control = u8::try_from(next).ok().filter(|_| letters).and_then(control);
                    value.push(control.map_or(next, char::from));
                }
                // The second of two quotes, or the one behind text that is at fault.
                _ => value.extend(mark),
            }
            rest = chars.as_str();
        }
        value.push_str(rest);
    }
}

/// The control character that a letter behind an escape stands for, as in C.
fn control(letter: u8) -> Option<u8> {
    Some(match letter {
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0B,
        _ => return None,
    })
}

/// What an escape makes of what is behind it.
pub(super) enum Escaped {
    /// So many bytes are text.
    Text { bytes: usize },
    /// With the byte behind it it is a declared missing value.
    Null,
    /// Nothing it may stand before.
    Fault,
    /// More bytes are needed to know.
    Unknown,
}
