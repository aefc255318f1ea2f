//! A buffer that was found to be text, and stays where it is. std validates a
//! `String` as fast only where all of it is ASCII; with other letters strewn in,
//! as in names, it takes four times as long.

use std::fmt;
use std::ops::Deref;

use yoke::Yoke;

/// Bytes that are UTF-8.
pub(crate) struct TextBuffer(Yoke<&'static str, Vec<u8>>);

impl TextBuffer {
    /// Validates the bytes.
    ///
    /// # Errors
    /// Gives them back where they are no text.
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let mut is_text = true;
        let text = Yoke::attach_to_cart(bytes, |bytes| {
            simdutf8::basic::from_utf8(bytes).unwrap_or_else(|_| {
                is_text = false;
                ""
            })
        });
        if is_text { Ok(Self(text)) } else { Err(text.into_backing_cart()) }
    }

    /// The bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_backing_cart()
    }
}

impl Default for TextBuffer {
    fn default() -> Self {
        Self(Yoke::attach_to_cart(Vec::new(), |_| ""))
    }
}

impl Deref for TextBuffer {
    type Target = str;

    #[inline(always)]
    fn deref(&self) -> &str {
        self.0.get()
    }
}

/// Cells are not shown.
impl fmt::Debug for TextBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextBuffer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_stays_where_it_is_and_what_is_not_comes_back() {
        for text in ["", "CANARY", "Siân £5 🙂"] {
            let bytes = text.as_bytes().to_vec();
            let place = bytes.as_ptr();
            let buffer = TextBuffer::new(bytes).unwrap();
            assert_eq!(&*buffer, text);
            assert_eq!(buffer.as_ptr(), place);
            assert!(!format!("{buffer:?}").contains("CANARY"));
            let bytes = buffer.into_bytes();
            assert_eq!((bytes.as_ptr(), &*bytes), (place, text.as_bytes()));
        }
        for bytes in [b"\xFF".to_vec(), b"a\xC3".to_vec(), b"\xED\xA0\x80".to_vec()] {
            assert_eq!(TextBuffer::new(bytes.clone()).unwrap_err(), bytes);
        }
        assert_eq!(&*TextBuffer::default(), "");
    }
}
