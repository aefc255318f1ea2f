//! Looks at 64 bytes at a time and says, as one bit a byte, where fields and
//! records end and where something is not plain. How bytes are compared is
//! `simd.rs`; what a record is, is said in `reference.rs`.

use super::classify::Grammar;
use super::simd::{SimdBackend, SoughtBytes};
use super::syntax::Syntax;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needles {
    sought: SoughtBytes,
    crlf: bool,
    /// All bits where a newline inside quotes is suspicious, or none.
    newlines_inside: u64,
    /// All bits where every quote is suspicious, or none.
    all_quotes: u64,
    /// Makes what is behind it text, where there are quotes too; always suspicious.
    escape: Option<u8>,
}

/// Looked for where there are no quotes: no text in UTF-8 holds it.
pub(crate) const NO_QUOTE: u8 = 0xFF;

/// What is carried from one chunk to the next. The lowest bit, or all bits for
/// `inside`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carry {
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
    pub(crate) fn at_record_start() -> Self {
        Self { inside: 0, boundary: 1, closed: 0, cr: 0 }
    }
}

/// What 64 bytes hold, up to the first suspicious byte if there is any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkMasks {
    /// Ends of fields and records.
    pub(crate) ends: u64,
    /// Those of them that end records.
    pub(crate) newlines: u64,
    /// Quotes.
    pub(crate) quotes: u64,
    /// The second of two quotes inside quotes.
    pub(crate) doubled: u64,
    /// Suspicious bytes: the record the first is in must be judged carefully,
    /// and everything behind it looked at again.
    pub(crate) suspect: u64,
}

impl ChunkMasks {
    /// What is before the first suspicious byte.
    pub(crate) fn before_suspect(self) -> Self {
        let sure = (self.suspect & self.suspect.wrapping_neg()).wrapping_sub(1);
        Self { ends: self.ends & sure, newlines: self.newlines & sure, ..self }
    }
}

impl Needles {
    pub(crate) fn new(grammar: &Grammar) -> Self {
        let Syntax { delimiter, quote, escape, newline_in_fields, trim, .. } = grammar.syntax;
        let escape = escape.map(|escape| escape.byte);
        // Without quotes the escape is looked for in their place.
        let rare = [quote.or(escape).unwrap_or(NO_QUOTE), b'\r', 0];
        let all = |wanted: bool| if wanted { u64::MAX } else { 0 };
        Self {
            sought: SoughtBytes { delimiter: delimiter.parts().0, newline: b'\n', rare },
            crlf: grammar.crlf,
            newlines_inside: all(!newline_in_fields),
            all_quotes: all(trim || quote.is_none()),
            escape: escape.filter(|_| quote.is_some()),
        }
    }

    /// Whether an escape must be looked for besides.
    pub(crate) fn has_escape(&self) -> bool {
        self.escape.is_some()
    }

    /// The last bytes of a buffer, padded with bytes that are not looked for.
    pub(crate) fn padded(&self, tail: &[u8]) -> [u8; 64] {
        let SoughtBytes { delimiter, rare: [quote, ..], .. } = self.sought;
        let padding = b"xyz".iter().find(|&&byte| byte != delimiter && byte != quote);
        let mut padded = [padding.copied().unwrap_or(b'x'); 64];
        padded.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        padded
    }

    /// Looks at 64 bytes. Where quotes are expected, chunks without any are weighed
    /// like the others: which it will be cannot be foreseen, and a wrong guess costs
    /// more.
    /// `ESCAPES` says whether there is an escape to look for.
    #[inline(always)]
    pub(crate) fn look<const ESCAPES: bool>(
        &self,
        lanes: impl SimdBackend,
        bytes: &[u8; 64],
        expects_quotes: bool,
        carry: &mut Carry,
    ) -> ChunkMasks {
        let (delimiters, newlines, has_rare) = lanes.common(self.sought, bytes);
        let escapes = match self.escape {
            Some(escape) if ESCAPES => lanes.find(escape, bytes),
            _ => 0,
        };
        let plain = !expects_quotes && escapes == 0 && !has_rare && (carry.inside | carry.closed | carry.cr) == 0;
        if plain && (!self.crlf || newlines == 0) {
            carry.boundary = (delimiters | newlines) >> 63;
            return ChunkMasks { ends: delimiters | newlines, newlines, quotes: 0, doubled: 0, suspect: 0 };
        }
        let [quotes, crs, nuls] = lanes.rare(self.sought, bytes);
        // A bit is set from each opening quote to the byte before its closing one.
        let inside = prefix_xor(quotes) ^ carry.inside;
        let ends = (delimiters | newlines) & !inside;
        let opening = quotes & inside;
        let closing = quotes & !inside;
        let after_end = ends << 1 | carry.boundary;
        let after_closing = closing << 1 | carry.closed;

        // Quotes open at the start of a field, or as the second of a pair.
        let mut suspect = opening & !(after_end | after_closing);
        // After closing quotes comes the end of the field, or the second of a pair.
        suspect |= after_closing & !(delimiters | newlines | crs | quotes);
        suspect |= newlines & inside & self.newlines_inside;
        suspect |= (quotes & self.all_quotes) | escapes;
        if self.crlf || (crs | nuls | carry.cr) != 0 {
            let after_cr = crs << 1 | carry.cr;
            // A CR without LF; and a line that ends otherwise than the header's.
            suspect |= nuls | (after_cr & !newlines);
            suspect |= if self.crlf { newlines & !inside & !after_cr } else { crs & !inside };
            carry.cr = crs >> 63;
        }
        carry.inside = 0u64.wrapping_sub(inside >> 63);
        carry.boundary = ends >> 63;
        carry.closed = closing >> 63;
        ChunkMasks { ends, newlines: newlines & ends, quotes, doubled: opening & after_closing, suspect }
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
