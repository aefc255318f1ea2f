//! Texts that stand for "no value": `0`, `n/a`, `unknown`.
//!
//! A pseudonym of such a text would tie strangers together and is recognised at
//! sight, so it gets none; as a subject it names nobody. Judges whole cells
//! only: `0123` is an identifier.

use super::canonical::trimmed;
use super::text::whole_number::{is_nought, may_be_nought};
use super::text::{compatible, folded};

/// A set of such texts. Matched after trimming, in any case and width; with `0`
/// in the set, every writing of nought stands for no value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Sentinels {
    texts: Vec<String>,
    /// Bit n is set when a text of n bytes is in the set. Nearly every
    /// identifier is longer than every sentinel and is done after this one test.
    #[serde(skip)]
    lengths: u64,
}

/// What stands for "no value" unless a policy says otherwise.
const BUILT_IN: [&str; 7] = ["0", "n/a", "na", "null", "none", "unknown", "test"];

/// Bit 63 stands for every length from 63 on.
fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

impl Sentinels {
    /// The set of these texts. The empty text is always among them: nothing can
    /// be the identifier of nobody.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts: Vec<String> = texts.into_iter().map(|text| folded(&compatible(text.trim()))).collect();
        texts.push(String::new());
        texts.sort_unstable();
        texts.dedup();
        let lengths = texts.iter().fold(0, |lengths, text| lengths | length_bit(text));
        Self { texts, lengths }
    }

    /// The texts of the set that is meant where a policy names none, without the
    /// empty one: to be told where they strike.
    #[must_use]
    pub fn built_in() -> &'static [&'static str] {
        &BUILT_IN
    }

    /// The texts of both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::of(self.texts.iter().chain(&other.texts).map(String::as_str))
    }

    /// Whether a text of visible ASCII may be one of them; by far the most are too
    /// long, and no number.
    #[inline]
    pub(super) fn may_hold(&self, visible: &str) -> bool {
        may_be_nought(visible) || self.lengths & length_bit(visible) != 0
    }

    /// Whether the cell stands for "no value".
    ///
    /// ```
    /// use scant::internals::Sentinels;
    /// let sentinels = Sentinels::default();
    /// assert!(sentinels.contains(" N/A "));
    /// assert!(sentinels.contains("0.0"));
    /// assert!(!sentinels.contains("0123"));
    /// ```
    #[must_use]
    pub fn contains(&self, cell: &str) -> bool {
        let trimmed = trimmed(cell);
        if is_nought(trimmed) {
            return self.has("0");
        }
        if trimmed.is_ascii() {
            return self.lengths & length_bit(trimmed) != 0 && self.has(trimmed);
        }
        let folded = folded(&compatible(trimmed));
        self.has(folded.trim()) || (is_nought(&folded) && self.has("0"))
    }

    /// `text` is trimmed, and folded where it is not ASCII.
    fn has(&self, text: &str) -> bool {
        self.texts.iter().any(|own| own.eq_ignore_ascii_case(text))
    }
}

impl Default for Sentinels {
    fn default() -> Self {
        Self::of(BUILT_IN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_match_in_any_case_between_blanks() {
        let sentinels = Sentinels::default();
        for none in [
            "",
            "  ",
            "0",
            " 0",
            "N/A",
            "na",
            "NULL",
            "None",
            "unKnown\t",
            "TEST",
            "\u{a0}0\u{a0}",
            "００",
            "Ｎ／Ａ",
            "000",
            "-0.0",
            "0E0",
        ] {
            assert!(sentinels.contains(none), "{none:?}");
        }
        for some in ["01", "tests", "n / a", "0.01", "a", "nulls", "nü"] {
            assert!(!sentinels.contains(some), "{some:?}");
        }
    }

    #[test]
    fn a_policys_own_list_replaces_the_default_but_for_the_empty_cell() {
        let long = "x".repeat(80);
        let sentinels = Sentinels::of(["Leer", "KEINE Größe", long.as_str()]);
        assert!(
            sentinels.contains("LEER")
                && sentinels.contains("keine grösse")
                && sentinels.contains("")
                && sentinels.contains(&long)
        );
        assert!(!sentinels.contains("0") && !sentinels.contains("0.0") && !sentinels.contains(&"x".repeat(70)));
    }
}
