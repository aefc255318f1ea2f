//! The columns of NDJSON: the keys of its first record, and what a policy asks for
//! besides.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::plain::PlainKeys;
use super::pointer::{self, PointerTree};
use crate::format::asked_columns::AskedColumns;
use crate::model::dialect::MissingKeys;

/// What the policy says of keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyRules<'a> {
    /// What a record is that lacks one.
    pub(crate) missing: MissingKeys,
    pub(crate) asked: &'a AskedColumns,
}

/// The columns: the keys of the first record, in order, then what the policy asks
/// for besides, pointers and keys that records may lack.
#[derive(Debug, Default)]
pub(super) struct Keys {
    names: Vec<String>,
    /// How many are keys of the first record.
    of_first: usize,
    positions: HashMap<String, usize>,
    pointers: PointerTree,
    plain: PlainKeys,
    /// The columns with a comma before the decimals of their numbers.
    with_decimal_comma: Vec<usize>,
    /// Whether records may lack keys, and have others than the first.
    may_differ: bool,
    /// Keys that only the first record may have, and whether all others are such.
    known_if_first: HashSet<String>,
    refuses_others: bool,
}

impl Keys {
    /// Reads the keys of a record; `None` if it is no JSON object, or if it is an
    /// empty one and says nothing.
    pub(super) fn of_first(line: &str, rules: &KeyRules<'_>) -> Option<Self> {
        let keys = serde_json::from_str::<KeyList>(line).ok()?.0;
        let KeyRules { missing, asked } = rules;
        let may_differ = *missing == MissingKeys::Null;
        if keys.is_empty() && (!may_differ || asked.names.is_empty()) {
            return None;
        }
        let positions = keys.iter().enumerate().map(|(position, key)| (key.clone(), position));
        let mut positions: HashMap<_, _> = positions.collect();
        let are_different = positions.len() == keys.len();
        let mut pointers = PointerTree::default();
        let plain = PlainKeys::new(&keys, are_different);
        let of_first = keys.len();
        let mut names: Vec<String> = keys.into_iter().map(pointer::name_of_key).collect();
        for name in &asked.names {
            if names.contains(name) {
                continue;
            }
            if pointer::is_pointer(name) {
                if !pointers.add(name, names.len()) {
                    continue;
                }
            } else if may_differ {
                positions.insert(name.clone(), names.len());
            } else {
                continue;
            }
            names.push(name.clone());
        }
        let commas = asked.uses.iter().filter(|used| used.has_decimal_comma);
        let with_decimal_comma: Vec<usize> =
            commas.filter_map(|used| names.iter().position(|name| *name == used.name)).collect();
        // What a pointer leads into is no plain value, nor is a number with another mark.
        let are_plain = pointers.is_empty() && with_decimal_comma.is_empty();
        let plain = if are_plain { plain } else { PlainKeys::default() };
        let known_if_first = asked.known_if_first.iter().cloned().collect();
        let refuses_others = asked.refuses_others;
        Some(Self {
            names,
            of_first,
            positions,
            pointers,
            plain,
            with_decimal_comma,
            may_differ,
            known_if_first,
            refuses_others,
        })
    }

    /// The names of the columns, in order; one may be there twice.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns that are no keys of the first record.
    pub(super) fn asked(&self) -> impl Iterator<Item = &str> {
        self.names.iter().skip(self.of_first).map(String::as_str)
    }

    /// How many columns are keys of the first record.
    pub(super) fn of_first_record(&self) -> usize {
        self.of_first
    }

    /// What reads records that are written as the first.
    pub(super) fn plain(&self) -> &PlainKeys {
        &self.plain
    }

    /// Where the pointers go on that begin with a key.
    pub(super) fn branch(&self, key: &str) -> Option<&PointerTree> {
        self.pointers.branch(key)
    }

    /// Whether a comma stands before the decimals of the numbers of a column.
    pub(super) fn have_decimal_comma(&self, column: usize) -> bool {
        self.with_decimal_comma.contains(&column)
    }

    /// Whether every record must have the keys of the first.
    pub(super) fn are_fixed(&self) -> bool {
        !self.may_differ
    }

    /// The position of a key, which is most likely the expected one.
    pub(super) fn position(&self, key: &str, expected: usize) -> Option<usize> {
        // A name that begins with `/` is not the key it shows.
        if self.names.get(expected).is_some_and(|name| name == key) && !pointer::is_pointer(key) {
            return Some(expected);
        }
        self.positions.get(key).copied()
    }

    /// Whether a record may have a key that is no column.
    pub(super) fn lets_pass(&self, key: &str) -> bool {
        self.may_differ && !self.refuses_others && !self.known_if_first.contains(key)
    }
}

/// The keys of an object, in order.
struct KeyList(Vec<String>);

impl<'de> serde::Deserialize<'de> for KeyList {
    fn deserialize<D: Deserializer<'de>>(object: D) -> Result<Self, D::Error> {
        struct KeyListVisitor;

        impl<'de> Visitor<'de> for KeyListVisitor {
            type Value = KeyList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<KeyList, M::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = fields.next_entry()? {
                    keys.push(key);
                }
                Ok(KeyList(keys))
            }
        }

        object.deserialize_map(KeyListVisitor)
    }
}
