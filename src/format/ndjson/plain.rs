//! Records as programs write them: the keys of the first record in their order,
//! strings without escapes, whole or decimal numbers. Accepts nothing that
//! `record.rs` would not, and leaves every other line to it.

use wide::u8x16;

use super::span::{LONGEST_FIELD, LONGEST_RECORD, Span};
use crate::model::number::json::text_without_exponent;

/// The keys of a plain record.
#[derive(Debug, Default)]
pub(super) struct PlainKeys {
    keys: Vec<PlainKey>,
}

/// A key as it is written, with its colon.
#[derive(Debug)]
struct PlainKey {
    text: Box<[u8]>,
    /// Its first sixteen bytes, and which of them count.
    head: u128,
    mask: u128,
    /// Its last sixteen bytes, of more.
    tail: Option<u128>,
}

impl PlainKey {
    fn new(name: &str) -> Self {
        let text = format!("\"{name}\":").into_bytes();
        let (mut head, mut mask) = ([0; 16], [0; 16]);
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(&text) {
            (*head, *mask) = (*byte, 0xFF);
        }
        let [head, mask] = [head, mask].map(u128::from_le_bytes);
        let tail = if text.len() > 16 { text.last_chunk().copied().map(u128::from_le_bytes) } else { None };
        Self { text: text.into(), head, mask, tail }
    }

    /// Whether the key is there. Most have at most 32 bytes, and are compared
    /// without a call.
    #[inline(always)]
    fn starts(&self, rest: &[u8]) -> bool {
        let Some(head) = rest.first_chunk() else { return rest.starts_with(&self.text) };
        let has_head = u128::from_le_bytes(*head) & self.mask == self.head;
        let (Some(tail), true) = (self.tail, has_head) else { return has_head };
        match rest.get(..self.text.len()).and_then(<[u8]>::last_chunk) {
            Some(found) if self.text.len() <= 32 => u128::from_le_bytes(*found) == tail,
            _ => rest.starts_with(&self.text),
        }
    }
}

impl PlainKeys {
    /// Of keys that are all different; others have no plain records, nor have keys
    /// that cannot be written as they are.
    pub(super) fn new(names: &[String], are_different: bool) -> Self {
        let needs_escape = |byte: u8| matches!(byte, 0..0x20 | b'"' | b'\\');
        let is_plain = are_different && !names.iter().any(|name| name.bytes().any(needs_escape));
        Self { keys: if is_plain { names.iter().map(|name| PlainKey::new(name)).collect() } else { Vec::new() } }
    }

    /// Where the values of the line that begins at `at` in its block are, put into
    /// `spans` by the slots of their columns. `None` if the line is not plain; what
    /// was put there by then means nothing.
    #[inline]
    pub(super) fn find(&self, line: &str, at: usize, slots: &[Option<usize>], spans: &mut [Span]) -> Option<()> {
        let bytes = line.as_bytes();
        let at = u32::try_from(at).ok()?;
        at.checked_add(u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= LONGEST_RECORD)?)?;
        let mut next = 0;
        let mut before = b'{';
        for (key, slot) in self.keys.iter().zip(slots) {
            if *bytes.get(next)? != before {
                return None;
            }
            next += 1;
            // Some write a blank behind commas and colons.
            next += usize::from(before == b',' && bytes.get(next) == Some(&b' '));
            if !key.starts(bytes.get(next..)?) {
                return None;
            }
            next += key.text.len();
            next += usize::from(bytes.get(next) == Some(&b' '));
            let is_missing = bytes.get(next) == Some(&b'n');
            let (start, end) = match bytes.get(next)? {
                b'"' => {
                    let (start, end) = (next + 1, string_end(bytes, next + 1)?);
                    next = end + 1;
                    (start, end)
                }
                b'n' | b't' | b'f' => {
                    let start = next;
                    next = word_end(bytes, next)?;
                    (start, next)
                }
                _ => {
                    let start = next;
                    next = number_end(bytes, next)?;
                    let text = text_without_exponent(bytes.get(start..next)?);
                    (start + text.start, start + text.end)
                }
            };
            if end - start > LONGEST_FIELD {
                return None;
            }
            if let Some(slot) = slot {
                #[expect(clippy::cast_possible_truncation, reason = "the length of a line was looked at")]
                let place = |place: usize| at + place as u32;
                let span = Span::Block { start: place(start), end: place(end) };
                *spans.get_mut(*slot)? = if is_missing { Span::Missing } else { span };
            }
            before = b',';
        }
        let is_whole = before == b',' && bytes.get(next..) == Some(b"}");
        is_whole.then_some(())
    }
}

/// Where the string that goes on at `from` ends: at its closing quote, if neither an
/// escape nor a control character comes before.
#[inline(always)]
fn string_end(bytes: &[u8], mut from: usize) -> Option<usize> {
    let all = |byte: u8| u8x16::new([byte; 16]);
    while let Some(chunk) = bytes.get(from..)?.first_chunk::<16>() {
        let lanes = u8x16::new(*chunk);
        let is_control = lanes.min(all(0x1F)).simd_eq(lanes);
        let found = (lanes.simd_eq(all(b'"')) | lanes.simd_eq(all(b'\\')) | is_control).to_bitmask();
        if found != 0 {
            let end = from + found.trailing_zeros() as usize;
            return (bytes.get(end) == Some(&b'"')).then_some(end);
        }
        from += 16;
    }
    let rest = bytes.get(from..)?;
    let end = from + rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'))?;
    (bytes.get(end) == Some(&b'"')).then_some(end)
}

/// Where `null`, `true` or `false` ends.
fn word_end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let word = [&b"null"[..], b"true", b"false"].into_iter().find(|word| rest.starts_with(word))?;
    Some(from + word.len())
}

/// Where a number without an exponent ends, as RFC 8259 writes them. What follows it
/// is looked at by the caller.
fn number_end(bytes: &[u8], from: usize) -> Option<usize> {
    let digits_end = |from: usize| {
        let digits = bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (digits > 0).then_some(from + digits)
    };
    let whole = from + usize::from(bytes.get(from) == Some(&b'-'));
    let end = digits_end(whole)?;
    if bytes.get(whole) == Some(&b'0') && end > whole + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') { digits_end(end + 1) } else { Some(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn cells<'l>(plain: &PlainKeys, line: &'l str) -> Option<[Option<&'l str>; 2]> {
        let mut spans = [Span::Missing; 2];
        plain.find(line, 7, &[Some(1), Some(0)], &mut spans)?;
        Some(spans.map(|span| match span {
            Span::Block { start, end } => line.get(start as usize - 7..end as usize - 7),
            Span::Missing | Span::Made { .. } => None,
        }))
    }

    #[test]
    fn a_plain_line_is_found_whatever_its_values_and_whoever_wrote_it() {
        let plain = PlainKeys::new(&names(&["a", "a key of more than sixteen"]), true);
        let text = "x".repeat(40);
        for length in 0..40 {
            let (text, key) = (&text[..length], "a key of more than sixteen");
            for (value, cell) in [
                ("null", None),
                ("true", Some("true")),
                ("false", Some("false")),
                ("0", Some("0")),
                ("-0", Some("0")),
                ("-12", Some("-12")),
                ("3.50", Some("3.5")),
                ("1001.0", Some("1001")),
                ("-0.00", Some("0")),
                ("\"1001.0\"", Some("1001.0")),
                ("\"\"", Some("")),
                ("\"é\"", Some("é")),
                ("\"a,b}\"", Some("a,b}")),
            ] {
                let expected = [cell, Some(text)];
                for line in [
                    format!("{{\"a\":\"{text}\",\"{key}\":{value}}}"),
                    format!("{{\"a\": \"{text}\", \"{key}\": {value}}}"),
                ] {
                    assert_eq!(cells(&plain, &line), Some(expected), "{line}");
                }
            }
        }
    }

    #[test]
    fn keys_of_any_length_are_themselves_and_nothing_else() {
        for length in 1..50 {
            let name = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"[..length].to_owned();
            let plain = PlainKeys::new(&[name.clone(), "b".to_owned()], true);
            assert!(cells(&plain, &format!("{{\"{name}\":1,\"b\":2}}")).is_some());
            for at in 0..length {
                let mut other = name.clone();
                other.replace_range(at..=at, "#");
                assert_eq!(cells(&plain, &format!("{{\"{other}\":1,\"b\":2}}")), None);
                assert_eq!(cells(&plain, &format!("{{\"{}\":1,\"b\":2}}", &name[..at])), None);
            }
        }
    }

    #[test]
    fn any_other_line_is_not() {
        let plain = PlainKeys::new(&names(&["a", "b"]), true);
        assert!(cells(&plain, r#"{"a":1,"b":2}"#).is_some());
        for line in [
            "",
            "{}",
            "{",
            r#"{"a":1,"b":2"#,
            r#"{"a":1,"b":2} "#,
            r#" {"a":1,"b":2}"#,
            r#"{"a":1,"b":2}}"#,
            r#"{"a":1}"#,
            r#"{"a":1,}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"b":2,"c":3}"#,
            r#"{"a":1  ,"b":2}"#,
            r#"{"a":1,"b":02}"#,
            r#"{"a":1,"b":-}"#,
            r#"{"a":1,"b":1.}"#,
            r#"{"a":1,"b":1e2}"#,
            r#"{"a":1,"b":nul}"#,
            r#"{"a":1,"b":nulls}"#,
            r#"{"a":1,"b":[]}"#,
            r#"{"a":1,"b":"\n"}"#,
            "{\"a\":1,\"b\":\"\u{1f}\"}",
            "{\"a\":1,\"b\":\"\0\"}",
            r#"{"a":1,"b":"x}"#,
            r#"{"a":1,"b":"a string that is longer than a lane \" and goes on"}"#,
        ] {
            assert_eq!(cells(&plain, line), None, "{line}");
        }
        let long = format!(r#"{{"a":1,"b":"{}"}}"#, "x".repeat(LONGEST_FIELD + 1));
        assert_eq!(cells(&plain, &long), None);
        assert_eq!(cells(&PlainKeys::new(&names(&["a", "a"]), false), r#"{"a":1,"a":2}"#), None);
        assert_eq!(cells(&PlainKeys::new(&names(&["a", "\\"]), true), r#"{"a":1,"\":2}"#), None);
    }
}
