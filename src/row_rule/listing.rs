//! The words or values of a selection, laid out for one look-up per record.

use std::collections::HashSet;

use crate::model::word::is_same;

/// What is listed. A few are compared one by one, which is faster than hashing
/// every cell of the column.
#[derive(Debug)]
pub(super) enum Listing {
    Few(Vec<String>),
    Many(HashSet<String>),
}

const FEW: usize = 8;

impl Listing {
    pub(super) fn new(listed: Vec<String>) -> Self {
        if listed.len() > FEW {
            return Self::Many(listed.into_iter().collect());
        }
        Self::Few(listed)
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        match self {
            Self::Few(listed) => listed.iter().any(|word| is_same(word, text)),
            Self::Many(listed) => listed.contains(text),
        }
    }
}
