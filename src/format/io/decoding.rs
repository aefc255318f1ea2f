//! Decodes text of a declared encoding to UTF-8, as it is read. Strict: what the
//! encoding does not have becomes a byte that no text in UTF-8 holds, so that the
//! reader behind finds the record it is in to be malformed. Drops a byte-order mark
//! of its own.

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use crate::engine::fault::InputFaultKind;
use crate::model::dialect::TextEncoding;

/// Stands for what cannot be decoded.
const NO_TEXT: u8 = 0xFF;
/// Bytes taken at a time.
const PIECE: usize = 64 << 10;
/// The first byte of U+0080 to U+009F in UTF-8: control characters that no text
/// holds. The standard gives them to the bytes of a Windows code page that mean
/// nothing, so that every byte means something.
const CONTROLS: u8 = 0xC2;

/// Text being decoded.
pub(crate) struct Decoding {
    encoding: TextEncoding,
    /// Made once the first bytes are known.
    decoder: Option<Decoder>,
    /// Read and not yet decoded.
    stored: Vec<u8>,
    /// Decoded, and from where on it was not yet given out.
    text: Vec<u8>,
    given: usize,
    is_at_end: bool,
}

impl Decoding {
    /// For a file in `encoding`.
    pub(crate) fn new(encoding: TextEncoding) -> Self {
        Self { encoding, decoder: None, stored: Vec::new(), text: Vec::new(), given: 0, is_at_end: false }
    }

    /// Fills the start of `buffer` with text; 0 means the end. `read` gives the stored
    /// bytes in the same way.
    ///
    /// # Errors
    /// What `read` says; a fault where the file begins with the mark of another
    /// encoding, or lacks the one that is needed.
    pub(crate) fn read<E: From<InputFaultKind>>(
        &mut self,
        buffer: &mut [u8],
        mut read: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        while self.given == self.text.len() {
            if self.is_at_end {
                return Ok(0);
            }
            let held = self.stored.len();
            self.stored.resize(held + PIECE, 0);
            let count = read(self.stored.get_mut(held..).unwrap_or_default())?;
            self.stored.truncate(held + count);
            self.is_at_end = count == 0;
            if self.decoder.is_none() && self.stored.len() < LONGEST_MARK && !self.is_at_end {
                continue;
            }
            if self.decoder.is_none() && self.stored.is_empty() {
                return Ok(0);
            }
            self.decode()?;
        }
        let text = self.text.get(self.given..).unwrap_or_default();
        let count = text.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), text.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }

    fn decode(&mut self) -> Result<(), InputFaultKind> {
        if self.decoder.is_none() {
            self.decoder = Some(decoder(self.encoding, &self.stored)?);
        }
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        self.text.clear();
        self.given = 0;
        let mut from = self.stored.as_slice();
        loop {
            let filled = self.text.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(from.len()).unwrap_or(from.len());
            self.text.resize(filled + room, 0);
            let to = self.text.get_mut(filled..).unwrap_or_default();
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(from, to, self.is_at_end);
            self.text.truncate(filled + written);
            from = from.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.text.push(NO_TEXT),
            }
        }
        self.stored.clear();
        blot_controls(&mut self.text);
        Ok(())
    }
}

/// The longest byte-order mark, that of UTF-8.
const LONGEST_MARK: usize = 3;

/// The decoder of a file that begins with these bytes.
fn decoder(encoding: TextEncoding, head: &[u8]) -> Result<Decoder, InputFaultKind> {
    let marked = encoding_rs::Encoding::for_bom(head).map(|(marked, _)| marked);
    let of_file = match (encoding.is_by_mark(), marked) {
        (true, Some(marked)) if marked == UTF_16LE || marked == UTF_16BE => marked,
        (true, _) => return Err(InputFaultKind::NoByteOrderMark),
        (false, Some(marked)) if marked != encoding.encoding() => return Err(InputFaultKind::OtherByteOrderMark),
        (false, _) => encoding.encoding(),
    };
    Ok(of_file.new_decoder_with_bom_removal())
}

/// Overwrites the control characters that stand for bytes without a meaning.
fn blot_controls(text: &mut [u8]) {
    let mut from = 0;
    while let Some(at) = memchr::memchr(CONTROLS, text.get(from..).unwrap_or_default()) {
        if let Some(character @ [_, 0x80..=0x9F]) = text.get_mut(from + at..from + at + 2) {
            character.fill(NO_TEXT);
        }
        from += at + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(label: &str, stored: &[u8], pieces: usize, room: usize) -> Result<Vec<u8>, InputFaultKind> {
        let mut decoding = Decoding::new(TextEncoding::of_label(label).unwrap());
        let mut left = stored;
        let (mut text, mut buffer) = (Vec::new(), vec![0; room]);
        loop {
            let count = decoding.read(&mut buffer, |to: &mut [u8]| {
                let count = pieces.min(left.len()).min(to.len());
                to[..count].copy_from_slice(&left[..count]);
                left = &left[count..];
                Ok::<_, InputFaultKind>(count)
            })?;
            if count == 0 {
                return Ok(text);
            }
            text.extend_from_slice(&buffer[..count]);
        }
    }

    #[test]
    fn a_byte_without_a_meaning_is_no_text() {
        let all: Vec<u8> = (0..=255).collect();
        let text = decoded("windows-1252", &all, 7, 5).unwrap();
        // 81, 8D, 8F, 90 and 9D: two bytes of no text each.
        assert_eq!(memchr::memchr_iter(NO_TEXT, &text).count(), 10);
        assert_eq!(
            decoded("windows-1252", b"\x80\xe9\x81", 1, 1).unwrap(),
            "€é".bytes().chain([0xFF; 2]).collect::<Vec<_>>()
        );
        assert_eq!(decoded("iso-8859-2", b"\xb1\x85", 1, 9).unwrap(), "ą".bytes().chain([0xFF; 2]).collect::<Vec<_>>());
        assert_eq!(
            decoded("shift_jis", b"\x83\x5c\x82", 9, 9).unwrap(),
            "ソ".bytes().chain([0xFF]).collect::<Vec<_>>()
        );
    }

    #[test]
    fn utf_16_is_read_by_its_mark_or_as_declared() {
        assert_eq!(decoded("utf-16", b"\xff\xfea\0\xe9\0", 1, 1).unwrap(), "aé".as_bytes());
        assert_eq!(decoded("utf-16", b"\xfe\xff\0a\0\xe9", 3, 2).unwrap(), "aé".as_bytes());
        assert_eq!(decoded("utf-16le", b"a\0\xe9\0", 1, 9).unwrap(), "aé".as_bytes());
        assert_eq!(decoded("utf-16le", b"\xff\xfea\0", 1, 9).unwrap(), b"a");
        assert_eq!(decoded("utf-16", b"a\0b\0", 4, 9), Err(InputFaultKind::NoByteOrderMark));
        assert_eq!(decoded("utf-16be", b"\xff\xfea\0", 4, 9), Err(InputFaultKind::OtherByteOrderMark));
        assert_eq!(decoded("windows-1252", b"\xef\xbb\xbfa", 1, 9), Err(InputFaultKind::OtherByteOrderMark));
        // A unit cut in two, and half a pair.
        assert_eq!(decoded("utf-16le", b"a\0b", 1, 9).unwrap(), b"a\xff");
        assert_eq!(decoded("utf-16le", b"a\0\x00\xd8b\0", 2, 9).unwrap(), b"a\xffb");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_whatever_the_pieces(text in "[a-zé€ąソ\n,\"]{0,40}", pieces in 1usize..9, room in 1usize..9) {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let marked = [b"\xfe\xff".as_slice(), &units].concat();
            prop_assert_eq!(decoded("utf-16", &marked, pieces, room).unwrap_or_default(), text.as_bytes());
            for label in ["windows-1252", "iso-8859-15", "gb18030", "shift_jis", "euc-kr"] {
                let encoding = TextEncoding::of_label(label).unwrap().encoding();
                let (stored, _, has_unmapped) = encoding.encode(&text);
                if !has_unmapped {
                    prop_assert_eq!(decoded(label, &stored, pieces, room).unwrap(), text.as_bytes(), "{}", label);
                }
            }
        }
    }
}
