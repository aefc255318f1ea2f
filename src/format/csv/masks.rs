//! Looks at 64 bytes at a time and says, as one bit a byte, where fields and
//! records end and where something is not plain. How bytes are compared is
//! `lanes.rs`; what a record is, is said in `careful.rs`.

use super::lanes::{Lanes, Sought};
use super::verdict::Grammar;

/// What is looked for.
pub(super) struct Needles {
    sought: Sought,
    crlf: bool,
    newline_in_fields: bool,
    trim: bool,
}

/// What is carried from one chunk to the next. The lowest bit, or all bits for
/// `inside`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carry {
    /// Inside quotes.
    inside: u64,
    /// The byte before ended a field or a record.
    boundary: u64,
    /// The byte before closed quotes.
    closed: u64,
    /// The byte before was CR.
    cr: u64,
}

impl Carry {
    /// At the start of a record.
    pub(super) fn at_record_start() -> Self {
        Self { inside: 0, boundary: 1, closed: 0, cr: 0 }
    }
}

/// What 64 bytes hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    /// Ends of fields and records, up to the first suspicious byte.
    pub(super) ends: u64,
    /// Those of them that end records.
    pub(super) newlines: u64,
    /// The second of two quotes inside quotes.
    pub(super) doubled: u64,
    /// Whether there is a quote.
    pub(super) has_quotes: bool,
    /// Whether a byte is suspicious: the record it stands in must be judged
    /// carefully, and everything behind it looked at again.
    pub(super) is_suspect: bool,
}

impl Needles {
    pub(super) fn new(grammar: &Grammar) -> Self {
        let rare = [grammar.syntax.quote, b'\r', 0];
        Self {
            sought: Sought { delimiter: grammar.syntax.delimiter, newline: b'\n', rare },
            crlf: grammar.crlf,
            newline_in_fields: grammar.syntax.newline_in_fields,
            trim: grammar.syntax.trim,
        }
    }

    /// Looks at 64 bytes of which the `valid` ones count; the others are none that
    /// is looked for.
    #[inline(always)]
    pub(super) fn look(&self, lanes: impl Lanes, bytes: &[u8; 64], valid: u64, carry: &mut Carry) -> Chunk {
        let (delimiters, newlines, has_rare) = lanes.common(self.sought, bytes);
        let (delimiters, newlines) = (delimiters & valid, newlines & valid);
        // Most chunks hold no quote, no CR and no NUL.
        let plain = !has_rare && (carry.inside | carry.closed | carry.cr) == 0;
        if plain && (!self.crlf || newlines == 0) {
            carry.boundary = (delimiters | newlines) >> 63;
            return Chunk { ends: delimiters | newlines, newlines, doubled: 0, has_quotes: false, is_suspect: false };
        }
        let [quotes, crs, nuls] = lanes.rare(self.sought, bytes).map(|bits| bits & valid);
        self.weigh(delimiters, newlines, quotes, crs, nuls, valid, carry)
    }

    #[expect(clippy::too_many_arguments, reason = "seven masks of one chunk")]
    #[inline(always)]
    fn weigh(
        &self,
        delimiters: u64,
        newlines: u64,
        quotes: u64,
        crs: u64,
        nuls: u64,
        valid: u64,
        carry: &mut Carry,
    ) -> Chunk {
        // A bit is set from each opening quote to the byte before its closing one.
        let inside = prefix_xor(quotes) ^ carry.inside;
        let ends = (delimiters | newlines) & !inside;
        let opening = quotes & inside;
        let closing = quotes & !inside;
        let after_end = ends << 1 | carry.boundary;
        let after_closing = closing << 1 | carry.closed;
        let after_cr = crs << 1 | carry.cr;

        let mut suspect = nuls;
        // Quotes open at the start of a field, or as the second of a pair.
        suspect |= opening & !(after_end | after_closing);
        // After closing quotes comes the end of the field, or the second of a pair.
        suspect |= after_closing & !(delimiters | newlines | crs | quotes) & valid;
        // A CR without LF; and a line that ends otherwise than the header's.
        suspect |= after_cr & !newlines & valid;
        suspect |= if self.crlf { newlines & !inside & !after_cr } else { crs & !inside };
        if !self.newline_in_fields {
            suspect |= newlines & inside;
        }
        if self.trim {
            suspect |= quotes;
        }
        // The bits below the first suspicious one; all when there is none.
        let sure = (suspect & suspect.wrapping_neg()).wrapping_sub(1);

        carry.inside = 0u64.wrapping_sub(inside >> 63);
        carry.boundary = ends >> 63;
        carry.closed = closing >> 63;
        carry.cr = crs >> 63;
        Chunk {
            ends: ends & sure,
            newlines,
            doubled: opening & after_closing,
            has_quotes: quotes != 0,
            is_suspect: suspect != 0,
        }
    }
}

/// Each bit becomes the parity of the bits up to and including it.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for distance in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << distance;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::prefix_xor;

    #[test]
    fn parity_runs_from_an_opening_quote_to_the_byte_before_its_closing_one() {
        assert_eq!(prefix_xor(0b0100_0010), 0b0011_1110);
        assert_eq!(prefix_xor(1), u64::MAX);
        assert_eq!(prefix_xor(0), 0);
        assert_eq!(prefix_xor(1 << 63), 1 << 63);
    }
}
