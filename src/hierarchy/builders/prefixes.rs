//! Texts whose characters read from coarse to fine, such as codes: one character less
//! at each level. The texts are those of `truncate_text`.

use super::{ALL, BuiltHierarchy, LeafRows, NotBuilt};
use crate::identifier::canonical::nfc;
use crate::model::outcome::tally::Unreadable;

/// What has more characters is no code, and would have a level for each of them.
pub(crate) const MOST_CHARACTERS: usize = 64;

/// How many characters the levels begin with.
#[derive(Debug)]
pub(crate) struct PrefixLevels {
    /// Level 1 keeps one character less than this; `None`: than the longest value has.
    pub(crate) length: Option<usize>,
}

impl PrefixLevels {
    pub(super) fn of<'v>(&self, values: &[&'v str]) -> Result<BuiltHierarchy<'v>, NotBuilt> {
        let canonical = |value: &str| nfc(value, &mut String::new()).to_owned();
        let longest = || values.iter().map(|value| canonical(value).chars().count()).max().unwrap_or(0);
        let length = self.length.unwrap_or_else(longest);
        if length > MOST_CHARACTERS {
            return Err(NotBuilt::TooLong);
        }
        let kept = || (1..length).rev();
        let row = |value: &'v str| {
            // No row of a hierarchy has an empty field.
            if value.is_empty() {
                return Err(Unreadable::Unmapped);
            }
            let text = canonical(value);
            let prefixes = kept().map(|kept| text.chars().take(kept).collect());
            let fields = std::iter::once(value.to_owned()).chain(prefixes).chain([ALL.to_owned()]).collect();
            Ok(((), fields))
        };
        let names = kept().map(|kept| format!("first {kept}")).chain([ALL.to_owned()]).collect();
        LeafRows::of(values, row).built(names)
    }
}
