//! A count as a document tells it: exact in the account, rounded in the manifest.

use serde::{Deserialize, Serialize};

use crate::manifest::rounding::{FewRecords, RoundedCount};
use crate::model::number::counted::number;

/// How many counts a rounded one may stand for, less one.
const BEYOND: u64 = 4;

/// A count of either document. Which of them it is of, the reader of the document knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum ToldCount {
    Number(u64),
    Few(FewRecords),
}

impl ToldCount {
    /// The exact count, or the least that a rounded one may be.
    pub(super) fn at_least(self) -> u64 {
        match self {
            Self::Number(count) => count,
            Self::Few(_) => 0,
        }
    }

    /// The count in words.
    pub(super) fn in_words(self, is_exact: bool) -> String {
        match self {
            Self::Number(count) if is_exact || RoundedCount::of(count) == RoundedCount::FEW => number(count),
            Self::Number(count) => format!("{} to {}", number(count), number(count + BEYOND)),
            Self::Few(_) => "less than 10".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_count_says_from_where_to_where() {
        let told = |json: &str, is_exact| serde_json::from_str::<ToldCount>(json).unwrap().in_words(is_exact);
        assert_eq!(told("1085", true), "1,085");
        assert_eq!(told("1085", false), "1,085 to 1,089");
        assert_eq!(told("\"<10\"", false), "less than 10");
        assert!(serde_json::from_str::<ToldCount>("\"<20\"").is_err());
    }
}
