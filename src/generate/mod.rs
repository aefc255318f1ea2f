//! Floor 10: a synthetic UK subscriber extract, of any size, with its consent log,
//! register and two policies: the story of the manual, to try scant on.
//!
//! Every value is drawn from a seed: no real person's record went into it, no
//! statistics of one either. It is made for tests, benches and first steps, not
//! for judging how risky a real extract is.
//!
//! The mixture is such that the policy of 2017 delivers nobody, because no
//! notice names the party for direct marketing, and the later policy delivers
//! about a fifth, as of 2018-07-01. The rest holds every defect that the gate
//! has to stop: consents withdrawn, too old, for other purposes, under unknown
//! notices or such as were not in force, spoilt dates, missing ids, and
//! subjects whose records contradict each other.
//!
//! [`write_extract`] is the kernel: from `(seed, row number)` to bytes.
//! [`generate`] runs it on threads and writes a folder.

mod draw;
pub(crate) mod folder;
mod history;
mod person;
mod row;
mod text;
#[cfg(test)]
mod verdicts;
mod words;

pub(crate) use crate::generate::folder::generate;
pub use crate::generate::row::{events_header, extract_header, write_events, write_extract};

/// What to generate. The same recipe gives the same bytes, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "another setting is another recipe, and callers should choose it")]
pub struct Recipe {
    /// How many records.
    pub rows: u64,
    /// What all draws depend on.
    pub seed: u64,
    /// How many of a thousand records belong to a subject who has another
    /// record: most of those say something else about consent. Above 1000 is
    /// as 1000.
    pub duplicates_per_thousand: u16,
}

impl Recipe {
    /// A recipe where 30 records of a thousand share their subject with another.
    #[must_use]
    pub const fn new(rows: u64, seed: u64) -> Self {
        Self { rows, seed, duplicates_per_thousand: 30 }
    }
}
