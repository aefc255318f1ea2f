//! Column names that begin with `/`: JSON pointers (RFC 6901) into each record.
//! `/user/id` is the value of `id` in the object `user`, `/tags/0` the first of a
//! list; in a name, `~1` stands for `/` and `~0` for `~`. So a key that itself begins
//! with `/` has a name too: `/~1key`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::json_pointer::JsonPointer;

/// Whether a column of that name is a pointer.
pub(super) fn is_pointer(name: &str) -> bool {
    name.starts_with('/')
}

/// The name of the column for a key of a record.
pub(super) fn name_of_key(key: String) -> String {
    if is_pointer(&key) { format!("/{}", key.replace('~', "~0").replace('/', "~1")) } else { key }
}

/// The pointers of a policy as one tree: where two begin alike they have one branch,
/// so that no value is walked twice.
#[derive(Debug, Default)]
pub(super) struct PointerTree {
    /// The column whose pointer ends here.
    column: Option<usize>,
    branches: BTreeMap<String, Self>,
}

/// Why what a pointer leads to cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RepeatedKey;

impl PointerTree {
    /// Adds the pointer of a column. Returns whether the name is one.
    pub(super) fn add(&mut self, name: &str, column: usize) -> bool {
        let Some(pointer) = JsonPointer::parse(name).ok().filter(|_| is_pointer(name)) else { return false };
        let end = pointer.steps().iter().fold(self, |node, step| node.branches.entry(step.clone()).or_default());
        end.column = Some(column);
        true
    }

    /// Whether no pointer goes on from here.
    pub(super) fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    /// Where the pointers go on that begin with a key.
    pub(super) fn branch(&self, key: &str) -> Option<&Self> {
        self.branches.get(key)
    }

    /// Calls `found` with the column and the value of each pointer that ends in
    /// `value`, which is whole JSON.
    ///
    /// # Errors
    /// [`RepeatedKey`], where an object that a pointer leads through has a key twice
    /// that it needs.
    pub(super) fn walk<'de>(&self, value: &'de str, found: &mut dyn FnMut(usize, &'de str)) -> Result<(), RepeatedKey> {
        if let Some(column) = self.column {
            found(column, value);
        }
        if self.branches.is_empty() || !matches!(value.as_bytes().first(), Some(b'{' | b'[')) {
            return Ok(());
        }
        let mut json = serde_json::Deserializer::from_str(value);
        json.deserialize_any(Walk { tree: self, found }).map_err(|_| RepeatedKey)
    }
}

/// Goes through one object or list.
struct Walk<'t, 'f, 'de> {
    tree: &'t PointerTree,
    found: &'f mut dyn FnMut(usize, &'de str),
}

impl<'de> Visitor<'de> for Walk<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut seen: Vec<&str> = Vec::new();
        while let Some(PointerKey(key)) = fields.next_key::<PointerKey<'de>>()? {
            let value: &'de RawValue = fields.next_value()?;
            let Some((step, branch)) = self.tree.branches.get_key_value(key.as_ref()) else { continue };
            if seen.contains(&step.as_str()) {
                return Err(M::Error::custom("a key twice"));
            }
            seen.push(step);
            branch.walk(value.get(), self.found).map_err(|_| M::Error::custom("a key twice"))?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        let mut index = 0_u64;
        while let Some(value) = items.next_element::<&'de RawValue>()? {
            // An index is written without leading zeros, so its text is its only name.
            if let Some(branch) = self.tree.branches.get(&index.to_string()) {
                branch.walk(value.get(), self.found).map_err(|_| S::Error::custom("a key twice"))?;
            }
            index += 1;
        }
        Ok(())
    }
}

/// A key, copied only where it has escapes.
#[derive(serde::Deserialize)]
struct PointerKey<'k>(#[serde(borrow)] Cow<'k, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], value: &str) -> Result<Vec<(usize, String)>, RepeatedKey> {
        let mut tree = PointerTree::default();
        for (column, name) in names.iter().enumerate() {
            assert!(tree.add(name, column), "{name}");
        }
        let mut all = Vec::new();
        tree.walk(value, &mut |column, value| all.push((column, value.to_owned())))?;
        all.sort();
        Ok(all)
    }

    /// The examples of RFC 6901, section 5.
    #[test]
    fn the_examples_of_the_standard() {
        let document = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
        for (pointer, value) in [
            ("/foo", r#"["bar","baz"]"#),
            ("/foo/0", "\"bar\""),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(found(&[pointer], document), Ok(vec![(0, value.to_owned())]), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let document = r#"{"a":{"b":[1,{"c":2}]},"n":null,"s":"a"}"#;
        for pointer in ["/a/c", "/a/b/2", "/a/b/01", "/a/b/-", "/a/b/+1", "/s/0", "/n/x", "/a/b/0/0", "/b"] {
            assert_eq!(found(&[pointer], document), Ok(Vec::new()), "{pointer}");
        }
        assert_eq!(found(&["/a/b/1/c", "/a/b/0"], document), Ok(vec![(0, "2".to_owned()), (1, "1".to_owned())]));
    }

    #[test]
    fn a_name_that_is_no_pointer_is_refused() {
        for name in ["a", "", "/~", "/a~2b", "/~é"] {
            assert!(!PointerTree::default().add(name, 0), "{name}");
        }
        assert_eq!(name_of_key("/a~b/c".to_owned()), "/~1a~0b~1c");
        assert_eq!(found(&[&name_of_key("/a~b/c".to_owned())], r#"{"/a~b/c":1}"#), Ok(vec![(0, "1".to_owned())]));
        assert_eq!(name_of_key("a/b".to_owned()), "a/b");
    }

    #[test]
    fn a_key_twice_matters_where_a_pointer_leads_through_it() {
        assert_eq!(found(&["/a/b"], r#"{"a":{"b":1,"\u0062":2}}"#), Err(RepeatedKey));
        assert_eq!(found(&["/a/b"], r#"{"a":{"b":1},"a":{"b":2}}"#), Err(RepeatedKey));
        assert_eq!(found(&["/a/b"], r#"{"a":{"b":1,"c":2,"c":3}}"#), Ok(vec![(0, "1".to_owned())]));
    }
}
