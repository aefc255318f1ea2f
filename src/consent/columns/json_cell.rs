//! Values inside a cell that is JSON (RFC 8259), by pointers into it (RFC 6901).
//!
//! The whole cell is looked at, whatever the pointers lead to: one that is no JSON,
//! or has an object with a key twice, says two things at once, and none of its
//! values is read.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::evidence::EvidenceText;
use crate::model::json_pointer::JsonPointer;
use crate::model::number::json::text as number_text;
use crate::model::outcome::detail::Why;

/// Objects and lists in each other beyond this are not followed: nobody's consents
/// are so deep, and a cell must not cost more than its length.
const MOST_LEVELS: usize = 32;

/// What a pointer leads to in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonValue<'c> {
    /// A string without its escapes, a number in its one text, or `true` or `false`.
    Text(Cow<'c, str>),
    /// Nothing is there, or `null`.
    Missing,
    /// Something is there that is no such value.
    Unreadable(Why),
}

impl JsonValue<'_> {
    /// The same for the gate.
    #[must_use]
    pub(crate) fn as_text(&self) -> EvidenceText<'_> {
        match self {
            Self::Text(text) => EvidenceText::Text(text),
            Self::Missing => EvidenceText::MISSING,
            Self::Unreadable(why) => EvidenceText::Unreadable(*why),
        }
    }
}

/// What each of the pointers leads to in the cell. An empty cell has no values.
#[must_use]
pub(crate) fn read_json<'c>(cell: &'c str, pointers: &[&JsonPointer]) -> Vec<JsonValue<'c>> {
    let mut found = vec![JsonValue::Missing; pointers.len()];
    if cell.is_empty() {
        return found;
    }
    let whole = serde_json::from_str::<&RawValue>(cell).map_err(|_| NoJson);
    let mut reader = Reader { pointers, found: &mut found };
    let active: Vec<usize> = (0..pointers.len()).collect();
    if whole.and_then(|whole| reader.walk(whole.get(), 0, &active)).is_err() {
        found.fill(JsonValue::Unreadable(Why::NotJson));
    }
    found
}

/// The cell is no JSON, or has a key twice.
struct NoJson;

struct Reader<'r, 'c> {
    pointers: &'r [&'r JsonPointer],
    found: &'r mut [JsonValue<'c>],
}

impl<'c> Reader<'_, 'c> {
    /// Looks at one value, to which the first `level` steps of the pointers `active`
    /// lead.
    fn walk(&mut self, value: &'c str, level: usize, active: &[usize]) -> Result<(), NoJson> {
        let is_inner = matches!(value.as_bytes().first(), Some(b'{' | b'['));
        for &index in active {
            let Some(pointer) = self.pointers.get(index) else { continue };
            let ends_here = pointer.steps().len() == level;
            let found = match value.as_bytes().first() {
                Some(b'n') => JsonValue::Missing,
                _ if is_inner && !ends_here => continue,
                _ if is_inner || !ends_here => JsonValue::Unreadable(Why::OtherShape),
                _ => scalar(value)?,
            };
            self.put(index, found);
        }
        if !is_inner {
            // A string has escapes that only its reader knows.
            return scalar(value).map(|_| ());
        }
        if level == MOST_LEVELS {
            return Err(NoJson);
        }
        let inner = Inner { reader: self, level, active };
        serde_json::Deserializer::from_str(value).deserialize_any(inner).map_err(|_| NoJson)
    }

    fn put(&mut self, index: usize, value: JsonValue<'c>) {
        if let Some(place) = self.found.get_mut(index) {
            *place = value;
        }
    }

    /// Those of the pointers whose next step is `step`.
    fn leading(&self, active: &[usize], level: usize, step: &str) -> Vec<usize> {
        let leads = |index: &&usize| {
            let next = self.pointers.get(**index).and_then(|pointer| pointer.steps().get(level));
            next.is_some_and(|next| next == step)
        };
        active.iter().filter(leads).copied().collect()
    }
}

/// A string, a number, `true` or `false`.
fn scalar(value: &str) -> Result<JsonValue<'_>, NoJson> {
    Ok(match value.as_bytes().first() {
        Some(b'"') => match value.get(1..value.len() - 1) {
            Some(plain) if !plain.contains('\\') => JsonValue::Text(Cow::Borrowed(plain)),
            // A lone half of a surrogate pair is an escape of no character.
            _ => JsonValue::Text(Cow::Owned(serde_json::from_str(value).map_err(|_| NoJson)?)),
        },
        Some(b'-' | b'0'..=b'9') => {
            number_text(value).map_or(JsonValue::Unreadable(Why::Unreadable), |text| JsonValue::Text(Cow::Owned(text)))
        }
        Some(b'n') => JsonValue::Missing,
        _ => JsonValue::Text(Cow::Borrowed(value)),
    })
}

/// Goes through one object or list.
struct Inner<'i, 'r, 'c> {
    reader: &'i mut Reader<'r, 'c>,
    level: usize,
    active: &'i [usize],
}

impl<'c> Visitor<'c> for Inner<'_, '_, 'c> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<M: MapAccess<'c>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            let value: &'c RawValue = fields.next_value()?;
            let leading = self.reader.leading(self.active, self.level, &key);
            if !keys.insert(key) {
                return Err(M::Error::custom("a key twice"));
            }
            let walked = self.reader.walk(value.get(), self.level + 1, &leading);
            walked.map_err(|_| M::Error::custom("a key twice"))?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'c>>(self, mut items: S) -> Result<(), S::Error> {
        for &index in self.active {
            let step = self.reader.pointers.get(index).and_then(|pointer| pointer.steps().get(self.level));
            if step.is_some_and(|step| !is_index(step)) {
                self.reader.put(index, JsonValue::Unreadable(Why::OtherShape));
            }
        }
        let mut position = 0_u64;
        while let Some(value) = items.next_element::<&'c RawValue>()? {
            let leading = self.reader.leading(self.active, self.level, &position.to_string());
            let walked = self.reader.walk(value.get(), self.level + 1, &leading);
            walked.map_err(|_| S::Error::custom("a key twice"))?;
            position += 1;
        }
        Ok(())
    }
}

/// Whether a step can lead into a list: a number without leading zeros.
fn is_index(step: &str) -> bool {
    step == "0" || (!step.starts_with('0') && !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(cell: &str, pointer: &str) -> String {
        let pointer = JsonPointer::parse(pointer).unwrap();
        match &read_json(cell, &[&pointer])[0] {
            JsonValue::Text(text) => format!("={text}"),
            JsonValue::Missing => "missing".to_owned(),
            JsonValue::Unreadable(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn every_kind_of_value_has_one_text() {
        let cell = r#"{"a":{"s":"y","e":"\u0079\n","n":1.50e1,"z":-0.0,"t":true,"f":false,"u":null,"o":{},"l":[7,{"k":"v"}]},"":"nameless","a/b":"slash"}"#;
        for (pointer, found) in [
            ("/a/s", "=y"),
            ("/a/e", "=y\n"),
            ("/a/n", "=15"),
            ("/a/z", "=0"),
            ("/a/t", "=true"),
            ("/a/f", "=false"),
            ("/a/u", "missing"),
            ("/a/u/deeper", "missing"),
            ("/a/o", "OtherShape"),
            ("/a/o/x", "missing"),
            ("/a/l", "OtherShape"),
            ("/a/l/0", "=7"),
            ("/a/l/1/k", "=v"),
            ("/a/l/2", "missing"),
            ("/a/l/00", "OtherShape"),
            ("/a/l/-", "OtherShape"),
            ("/a/l/k", "OtherShape"),
            ("/a/s/deeper", "OtherShape"),
            ("/a/missing", "missing"),
            ("/A/s", "missing"),
            ("/", "=nameless"),
            ("/a~1b", "=slash"),
            ("", "OtherShape"),
        ] {
            assert_eq!(one(cell, pointer), found, "{pointer}");
        }
        assert_eq!((one("\"y\"", ""), one(" 1.0 ", "")), ("=y".to_owned(), "=1".to_owned()));
        assert_eq!(
            (one("null", "/a"), one("", "/a"), one("{}", "/a")),
            ("missing".into(), "missing".into(), "missing".into())
        );
    }

    #[test]
    fn a_cell_that_is_no_json_or_says_two_things_is_not_read() {
        for cell in [
            "yes please",
            "y",
            " ",
            "{",
            r#"{"a":"y""#,
            r#"{"a":"y"}}"#,
            r#"{"a":"y"} {"a":"y"}"#,
            r#"{"a":"y",}"#,
            "{'a':'y'}",
            r#"{a:"y"}"#,
            r#"{"a":"y","b":NaN}"#,
            r#"{"a":"y","b":01}"#,
            r#"{"a":"y","b":"\ud800"}"#,
            r#"{"a":"y","a":"n"}"#,
            r#"{"a":"y","\u0061":"n"}"#,
            r#"{"a":"y","b":{"c":1,"c":1}}"#,
            r#"{"a":"y","b":[[{"c":1,"c":1}]]}"#,
        ] {
            assert_eq!(one(cell, "/a"), "NotJson", "{cell}");
        }
        let deep = |levels: usize| format!(r#"{{"a":"y","b":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert_eq!((one(&deep(30), "/a").as_str(), one(&deep(40), "/a").as_str()), ("=y", "NotJson"));
        assert_eq!(one(&deep(100_000), "/a"), "NotJson");
    }

    #[test]
    fn several_pointers_are_read_at_once() {
        let pointers = ["/a/x", "/a", "/a/y", "/a/x", "/b"].map(|text| JsonPointer::parse(text).unwrap());
        let pointers: Vec<&JsonPointer> = pointers.iter().collect();
        let text = |text| JsonValue::Text(Cow::Borrowed(text));
        let other = JsonValue::Unreadable(Why::OtherShape);
        let found = read_json(r#"{"a":{"y":"2","x":"1"}}"#, &pointers);
        assert_eq!(found, [text("1"), other, text("2"), text("1"), JsonValue::Missing]);
    }
}
