//! What is reported of a list whose entries cannot be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::number::counted::{are, counted, number};

/// Entries of a list that its rule cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error(
    "{}: {} of the list {list} cannot be read, and {} {} allowed: whoever they name would be missed",
    file_of(files, first), counted(*found, "entry"), number(*allowed), are(*allowed)
)]
pub struct UnreadableEntries {
    /// The list, by its name in the policy.
    pub list: String,
    /// Its files.
    pub files: Vec<Arc<str>>,
    /// How many.
    pub found: u64,
    /// How many the policy allows.
    pub allowed: u64,
    /// How many by the column of the list, which the policy names, and by what
    /// they should have been.
    pub by_column: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Where the first few are.
    pub first: Vec<EntryPlace>,
}

impl UnreadableEntries {
    /// The file of the first of them.
    #[must_use]
    pub fn file(&self) -> &str {
        file_of(&self.files, &self.first)
    }

    /// The records of the first few, in their files.
    #[must_use]
    pub fn first_records(&self) -> Vec<u64> {
        self.first.iter().map(|place| place.record).collect()
    }

    /// The same with their files, where there are several.
    #[must_use]
    pub fn by_file(&self) -> Vec<(&str, Vec<u64>)> {
        let mut told: Vec<(&str, Vec<u64>)> = Vec::new();
        for place in &self.first {
            let file = self.files.get(place.file).map_or("", |file| file);
            match told.last_mut() {
                Some((same, records)) if *same == file => records.push(place.record),
                _ => told.push((file, vec![place.record])),
            }
        }
        told
    }
}

fn file_of<'a>(files: &'a [Arc<str>], first: &[EntryPlace]) -> &'a str {
    files.get(first.first().map_or(0, |place| place.file)).map_or("", |file| file)
}

/// The place of an entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPlace {
    /// The number of its file among those of the list, from 0.
    pub file: usize,
    /// Its record, counted from 1 after the header.
    pub record: u64,
}
