//! What was counted in the consent logs of a run, for the account: how much
//! evidence there was, never whose it is. Counts of several logs are merged in any
//! order.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::json;
use crate::model::digest::Digest;

/// Counts over all logs of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogCounts {
    /// Rows that were read as events.
    pub events: u64,
    /// Of those, how many concerned the purpose of the release.
    pub concerning: u64,
    /// Of those, how many had a time, a state or a duration that cannot be read.
    pub unreadable: u64,
    /// Of those, how many named no subject.
    pub without_subject: u64,
    /// Of those, how many name a subject whose id cannot be read, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::reasons")]
    pub unreadable_subject: BTreeMap<&'static str, u64>,
    /// Malformed rows, by fault.
    #[serde(deserialize_with = "json::faults")]
    pub quarantined: BTreeMap<&'static str, u64>,
    /// Subjects with an event in the logs.
    pub subjects: u64,
    /// Of those, how many no event restricts.
    pub subjects_permitted: u64,
    /// The day of the newest event that is not after the as-of day. Only for
    /// `max_log_age`: it is the date of a person's event, so it is not written to
    /// any file.
    #[serde(skip)]
    pub newest: Option<Date>,
}

impl LogCounts {
    /// Adds other counts to these.
    pub fn merge(&mut self, other: &Self) {
        self.events += other.events;
        self.concerning += other.concerning;
        self.unreadable += other.unreadable;
        self.without_subject += other.without_subject;
        for (reason, count) in &other.unreadable_subject {
            *self.unreadable_subject.entry(reason).or_default() += count;
        }
        for (fault, count) in &other.quarantined {
            *self.quarantined.entry(fault).or_default() += count;
        }
        self.subjects += other.subjects;
        self.subjects_permitted += other.subjects_permitted;
        self.newest = self.newest.max(other.newest);
    }
}

/// One log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFileSection {
    /// The file's own name, without its folder.
    pub file: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// Rows, malformed ones counted.
    pub rows: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// U+FFFD characters found: a sign of an earlier bad conversion.
    pub replacement_characters: u64,
    /// Lines that the policy says are no rows, where it says so.
    #[serde(default, skip_serializing_if = "json::is_zero")]
    pub skipped_lines: u64,
}

/// The logs of a run, in its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSection {
    /// The logs.
    pub files: Vec<LogFileSection>,
    /// What was counted in all of them.
    #[serde(flatten)]
    pub counts: LogCounts,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn counts_add_up_in_any_order() {
        let one = LogCounts {
            events: 2,
            concerning: 1,
            quarantined: [("Nul", 1)].into(),
            unreadable_subject: [("email", 1)].into(),
            newest: Some(date(2018, 1, 1)),
            ..LogCounts::default()
        };
        let other = LogCounts {
            events: 1,
            unreadable: 1,
            quarantined: [("Nul", 2)].into(),
            unreadable_subject: [("email", 3)].into(),
            ..LogCounts::default()
        };
        let (mut left, mut right) = (one.clone(), other.clone());
        left.merge(&other);
        right.merge(&one);
        assert_eq!(left, right);
        assert_eq!(left.unreadable_subject["email"], 4);
        assert_eq!((left.events, left.quarantined["Nul"], left.newest), (3, 3, one.newest));
    }
}
