//! What columns of yes and no say, one by one and together.

use super::evidence::{EvidenceText, FlagColumn, Need};
use crate::consent::finding::PurposesSaid;
use crate::model::outcome::detail::Why;

/// What one cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlagSays {
    /// A word of `yes`.
    Yes,
    /// A word of `no`.
    No,
    /// Neither: there is no word, or one that nobody declared.
    Nothing(Why),
}

impl FlagColumn {
    /// What a place says.
    pub(super) fn says(&self, text: EvidenceText<'_>) -> FlagSays {
        match text {
            EvidenceText::Text(cell) => self.says_cell(cell),
            EvidenceText::Unreadable(why) => FlagSays::Nothing(why),
        }
    }

    /// What a cell says; an empty one is missing, unless it is a word of the policy.
    #[inline]
    pub(super) fn says_cell(&self, cell: &str) -> FlagSays {
        if self.yes.iter().any(|word| word == cell) {
            FlagSays::Yes
        } else if self.no.iter().any(|word| word == cell) {
            FlagSays::No
        } else {
            FlagSays::Nothing(if cell.is_empty() { Why::Missing } else { Why::Unreadable })
        }
    }
}

impl Need {
    /// What several columns say of a grant. A no that was read counts before what
    /// cannot be read where all must say yes. Where one is enough, a yes counts
    /// before a no and before nothing, but not before what cannot be read.
    pub(super) fn said(self, mut cells: impl Iterator<Item = FlagSays> + Clone) -> PurposesSaid {
        let has = |wanted: fn(FlagSays) -> bool| cells.clone().any(wanted);
        let yes = has(|says| says == FlagSays::Yes);
        let no = has(|says| says == FlagSays::No);
        let missing = has(|says| says == FlagSays::Nothing(Why::Missing));
        let unreadable = cells.any(is_unreadable);
        match self {
            Self::All if no => PurposesSaid::No,
            Self::All if yes && !missing && !unreadable => PurposesSaid::Covers,
            Self::Any if !unreadable && yes => PurposesSaid::Covers,
            Self::Any if !unreadable && no => PurposesSaid::No,
            Self::All | Self::Any => PurposesSaid::Unknown,
        }
    }

    /// Which of several columns leaves in doubt what they say together, and why.
    pub(super) fn doubt(self, cells: impl Iterator<Item = FlagSays> + Clone) -> Option<(usize, Why)> {
        let all = cells.enumerate();
        let unreadable = all.clone().find(|(_, says)| is_unreadable(*says));
        let first = all.clone().find(|(_, says)| matches!(says, FlagSays::Nothing(_)));
        let found = match self {
            Self::All => first,
            // One that is missing does no harm beside another that says something.
            Self::Any => unreadable.or(first),
        };
        found.and_then(nothing)
    }
}

/// Whether several columns say that a person objected: any yes does; `None` if that
/// cannot be said of one of them, and none is a yes.
pub(super) fn objected(mut cells: impl Iterator<Item = FlagSays> + Clone) -> Option<bool> {
    if cells.clone().any(|says| says == FlagSays::Yes) {
        return Some(true);
    }
    cells.all(|says| says == FlagSays::No).then_some(false)
}

/// The first column that says nothing, and why.
pub(super) fn first_doubt(cells: impl Iterator<Item = FlagSays>) -> Option<(usize, Why)> {
    cells.enumerate().find_map(nothing)
}

/// Whether there is a value that cannot be read.
pub(super) fn is_unreadable(says: FlagSays) -> bool {
    matches!(says, FlagSays::Nothing(why) if why != Why::Missing)
}

fn nothing((index, says): (usize, FlagSays)) -> Option<(usize, Why)> {
    match says {
        FlagSays::Nothing(why) => Some((index, why)),
        FlagSays::Yes | FlagSays::No => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YES: FlagSays = FlagSays::Yes;
    const NO: FlagSays = FlagSays::No;
    const GONE: FlagSays = FlagSays::Nothing(Why::Missing);
    const ODD: FlagSays = FlagSays::Nothing(Why::Unreadable);

    /// Every pair, written out.
    #[test]
    fn two_columns_say_together_what_the_table_of_the_manual_says() {
        use PurposesSaid::{Covers, No, Unknown};
        for (one, other, all, any, refused) in [
            (YES, YES, Covers, Covers, Some(true)),
            (YES, NO, No, Covers, Some(true)),
            (YES, GONE, Unknown, Covers, Some(true)),
            (YES, ODD, Unknown, Unknown, Some(true)),
            (NO, NO, No, No, Some(false)),
            (NO, GONE, No, No, None),
            (NO, ODD, No, Unknown, None),
            (GONE, GONE, Unknown, Unknown, None),
            (GONE, ODD, Unknown, Unknown, None),
            (ODD, ODD, Unknown, Unknown, None),
        ] {
            for pair in [[one, other], [other, one]] {
                assert_eq!(Need::All.said(pair.into_iter()), all, "all of {pair:?}");
                assert_eq!(Need::Any.said(pair.into_iter()), any, "any of {pair:?}");
                assert_eq!(objected(pair.into_iter()), refused, "refused by {pair:?}");
            }
        }
    }

    #[test]
    fn the_doubt_is_about_the_column_that_makes_it() {
        assert_eq!(Need::All.doubt([YES, GONE, ODD].into_iter()), Some((1, Why::Missing)));
        assert_eq!(Need::Any.doubt([GONE, YES, ODD].into_iter()), Some((2, Why::Unreadable)));
        assert_eq!(Need::Any.doubt([GONE, GONE].into_iter()), Some((0, Why::Missing)));
        assert_eq!(first_doubt([NO, ODD].into_iter()), Some((1, Why::Unreadable)));
        assert_eq!(first_doubt([NO, NO].into_iter()), None);
    }
}
