//! A canonical form with all it needs, made once and read many times: the one
//! way in which a cell becomes what is hashed, joined or compared. Both sides of
//! a comparison hold the same form, so that they cannot read a cell differently.

use super::canonical::{Normalise, trimmed};
use super::phone::Region;
use super::sentinels::Sentinels;
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;

/// A rule, the region in which telephone numbers without a country are read, and
/// the texts that stand for "no value".
///
/// ```
/// use scant::internals::Form;
/// use scant::internals::Normalise;
/// use scant::internals::Sentinels;
/// use scant::Read;
/// use scant::Unreadable;
/// let mut scratch = String::new();
/// let form = Form::new(Normalise::Digits).with_sentinels(&Sentinels::default());
/// assert_eq!(form.read(Some("(0)12-3"), &mut scratch), Read::Value("0123"));
/// assert_eq!(form.read(None, &mut scratch), Read::Missing);
/// assert_eq!(form.read(Some("(0)"), &mut scratch), Read::Unreadable(Unreadable::Sentinel));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    rule: Normalise,
    region: Region,
    sentinels: Option<Sentinels>,
    /// Cells are numbers of a type that rounds: whole ones below this are read.
    exact_below: Option<u64>,
}

impl Form {
    /// The form of a rule in the default region; no text stands for "no value".
    #[must_use]
    pub fn new(rule: Normalise) -> Self {
        Self { rule, ..Self::default() }
    }

    /// The same in another region.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    /// The same under another rule.
    #[must_use]
    pub fn with_rule(self, rule: Normalise) -> Self {
        Self { rule, ..self }
    }

    /// The same, where these texts stand for "no value" too.
    #[must_use]
    pub fn with_sentinels(self, more: &Sentinels) -> Self {
        let sentinels = self.sentinels.map_or_else(|| more.clone(), |own| own.and(more));
        Self { sentinels: Some(sentinels), ..self }
    }

    /// The same for a column of this type. Of a type that rounds, only whole numbers
    /// are identifiers that are exact in it: two others may have been two people and
    /// be one number.
    #[must_use]
    pub fn of_type(self, column_type: ColumnType) -> Self {
        Self { exact_below: column_type.exact_below(), ..self }
    }

    /// The region in which telephone numbers without a country are read.
    #[must_use]
    pub fn region(&self) -> Region {
        self.region
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> Normalise {
        self.rule
    }

    /// Reads a cell: its canonical form, borrowed from the cell where it is
    /// canonical already, otherwise built in `scratch`. A text that stands for
    /// "no value" is unreadable: it was written into the cell and names nobody. A
    /// cell of blanks is missing where no such texts are known, else one of them.
    #[inline]
    pub fn read<'a>(&self, cell: Option<&'a str>, scratch: &'a mut String) -> Read<&'a str> {
        match cell {
            Some(cell) if self.is_canonical(cell) => Read::Value(cell),
            _ => self.read_any(cell, scratch),
        }
    }

    #[inline(never)]
    fn read_any<'a>(&self, cell: Option<&'a str>, scratch: &'a mut String) -> Read<&'a str> {
        let is_blank = |cell: &str| self.sentinels.is_none() && trimmed(cell).is_empty();
        Read::of(cell.filter(|cell| !is_blank(cell)), |cell| self.canonical_of(cell, scratch))
    }

    /// Whether a look at eight bytes at once tells that a cell is its own canonical
    /// form, as of nearly every identifier. What it does not tell is read with care.
    #[inline(always)]
    #[must_use]
    pub fn is_canonical(&self, cell: &str) -> bool {
        self.exact_below.is_none()
            && self.rule.keeps(cell)
            && self.sentinels.as_ref().is_none_or(|sentinels| !sentinels.may_hold(cell))
    }

    /// The canonical form of a cell that is there.
    ///
    /// # Errors
    /// The reason why the cell has none.
    #[inline]
    pub fn canonical<'a>(&self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        if self.is_canonical(cell) { Ok(cell) } else { self.canonical_of(cell, scratch) }
    }

    #[inline(never)]
    fn canonical_of<'a>(&self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        self.refuse_sentinel(cell)?;
        if let Some(limit) = self.exact_below {
            refuse_rounded(cell, limit)?;
        }
        let canonical = self.rule.canonical(cell, self.region, scratch)?;
        // The rule may lay one bare: `(0)` has the digits `0`.
        if !std::ptr::eq(canonical, cell) {
            self.refuse_sentinel(canonical)?;
        }
        Ok(canonical)
    }

    fn refuse_sentinel(&self, text: &str) -> Result<(), Unreadable> {
        let is_sentinel = self.sentinels.as_ref().is_some_and(|sentinels| sentinels.contains(text));
        if is_sentinel { Err(Unreadable::Sentinel) } else { Ok(()) }
    }
}

/// Refuses the text of a number that is not whole, or not exact.
fn refuse_rounded(number: &str, limit: u64) -> Result<(), Unreadable> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_exact = is_whole && digits.parse::<u64>().is_ok_and(|number| number < limit);
    if is_exact { Ok(()) } else { Err(Unreadable::Number) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_look_at_eight_bytes_agrees_with_the_reading(
            cell in r"[ -~]{0,20}|[+0]{0,2}[0-9.eE]{0,9}|[0-9]{15,19}|(?i)n/a|test[0-9]?|.{0,9}",
            with_sentinels in any::<bool>(),
            rounds in any::<bool>(),
        ) {
            let (mut one, mut other) = (String::new(), String::new());
            for (_, rule) in Normalise::ALL {
                let form = Form::new(rule).of_type(if rounds { ColumnType::Double } else { ColumnType::Text });
                let form = if with_sentinels { form.with_sentinels(&Sentinels::default()) } else { form };
                prop_assert_eq!(form.read(Some(&cell), &mut one), form.read_any(Some(&cell), &mut other), "{:?}", rule);
            }
        }
    }

    #[test]
    fn of_a_type_that_rounds_only_exact_whole_numbers_are_read() {
        let mut scratch = String::new();
        for (column_type, largest, next) in [
            (ColumnType::Double, "9007199254740991", 9_007_199_254_740_992_f64.to_string()),
            (ColumnType::Float, "16777215", 16_777_216_f32.to_string()),
        ] {
            for rule in [Normalise::None, Normalise::Trim, Normalise::Lower, Normalise::Digits] {
                let form = Form::new(rule).of_type(column_type);
                for exact in ["1001", "0", largest] {
                    assert_eq!(form.read(Some(exact), &mut scratch), Read::Value(exact), "{column_type:?}");
                }
                for other in [next.as_str(), "1001.5", "NaN", "inf", "-inf", "-", &f64::MAX.to_string(), "0.1"] {
                    let read = form.read(Some(other), &mut scratch);
                    assert_eq!(read, Read::Unreadable(Unreadable::Number), "{column_type:?} {other}");
                }
            }
        }
        let text = Form::new(Normalise::None).of_type(ColumnType::Text);
        assert_eq!(text.read(Some("9007199254740993"), &mut scratch), Read::Value("9007199254740993"));
    }

    #[test]
    fn a_cell_is_read_missing_or_unreadable() {
        let mut scratch = String::new();
        let form = Form::new(Normalise::Email);
        assert_eq!(form.read(Some(" A@b.org"), &mut scratch), Read::Value("a@b.org"));
        assert_eq!(form.read(None, &mut scratch), Read::Missing);
        assert_eq!(form.read(Some("n/a"), &mut scratch), Read::Unreadable(Unreadable::Email));
        assert_eq!(form.read(Some(" \u{a0}"), &mut scratch), Read::Missing);
        let form = form.with_sentinels(&Sentinels::default());
        assert_eq!(form.read(Some(" "), &mut scratch), Read::Unreadable(Unreadable::Sentinel));
        assert_eq!(form.read(Some("n/a"), &mut scratch), Read::Unreadable(Unreadable::Sentinel));
    }

    #[test]
    fn a_text_that_stands_for_no_value_does_so_before_and_after_the_rule() {
        let mut scratch = String::new();
        let form =
            Form::new(Normalise::Digits).with_sentinels(&Sentinels::of(["0"])).with_sentinels(&Sentinels::of(["none"]));
        for none in ["0", " 0 ", "(0)", "NONE", "", "0-"] {
            assert_eq!(form.read(Some(none), &mut scratch), Read::Unreadable(Unreadable::Sentinel), "{none:?}");
        }
        assert_eq!(form.read(Some("01"), &mut scratch), Read::Value("01"));
    }
}
