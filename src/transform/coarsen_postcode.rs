//! `coarsen_postcode`: cuts UK postcodes to the area, district or sector.
//!
//! Checks the form, not whether a postcode is in use: no list of postcodes is
//! needed, and a shifted column is still noticed.
//!
//! *Removes* the last two letters, which with a house number are an address; with
//! `district` the sector, with `area` all but the town or city.
//! *Keeps* the region: an area holds some 500,000 people, a district some
//! 20,000, a sector some 6,000.
//! *Parameters* `to`: `area` (`AB`), `district` (`AB10`), `sector` (`AB10 1`).
//! Required.
//! *Types* text → text, in capitals.
//! *Missing cells* stay missing.
//! *Errors* a cell that is no full postcode (`A9 9AA`, `A99 9AA`, `AA9 9AA`,
//! `AA99 9AA`, `A9A 9AA`, `AA9A 9AA`, `GIR 0AA`; any case, the blank optional,
//! none of C I K M O V among the last two letters) is unreadable (`postcode`).
//!
//! | before | `to = "district"` | `to = "sector"` |
//! |---|---|---|
//! | AB10 1XG | AB10 | AB10 1 |
//! | w1a1aa | W1A | W1A 1 |
//! | AB10 | (missing) | (missing) |
//!
//! *Limits* some districts have a handful of addresses, and a district with a
//! birth date singles out most people: let a privacy model judge.
//!
//! Source: generalisation, ISO/IEC 20889:2018; the form after BS 7666.

use super::{Action, BuildContext, ColumnTransform, Example, Inapplicable, Rewritten};
use crate::model::column_type::ColumnType;
use crate::model::document::TableReader;
use crate::model::loss::Loss;
use crate::model::tally::Unreadable;

/// The parameters of `coarsen_postcode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CoarsenPostcode {
    /// What a postcode becomes.
    pub to: PostcodeUnit,
}

/// A part of the postcode system, from coarse to fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PostcodeUnit {
    /// The letters at the start, `AB`.
    Area,
    /// The part before the blank, `AB10`.
    District,
    /// And the digit after it, `AB10 1`.
    Sector,
}

impl PostcodeUnit {
    /// Every unit, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("area", Self::Area), ("district", Self::District), ("sector", Self::Sector)];
}

/// Documented cases; see [`super::examples`].
pub const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"coarsen_postcode = { to = "area" }"#,
        input: ColumnType::Text,
        before: &[Some("AB10 1XG"), Some("w1a1aa"), None, Some("GIR 0AA")],
        after: &[Some("AB"), Some("W"), None, Some("GIR")],
    },
    Example {
        policy: r#"coarsen_postcode = { to = "district" }"#,
        input: ColumnType::Text,
        before: &[Some("AB10 1XG"), Some("w1a1aa"), Some("AB10"), None],
        after: &[Some("AB10"), Some("W1A"), None, None],
    },
    Example {
        policy: r#"coarsen_postcode = { to = "sector" }"#,
        input: ColumnType::Text,
        before: &[Some(" ab1 2XD "), Some("w1a1aa"), Some("AB10  1XG"), None],
        after: &[Some("AB1 2"), Some("W1A 1"), None, None],
    },
];

impl CoarsenPostcode {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        if !parameters.has("to") {
            parameters.missing("to", Some("say to = \"area\", \"district\" or \"sector\""));
        }
        let to = parameters.choice("to", &PostcodeUnit::ALL);
        parameters.finish();
        Some(Self { to: to? })
    }
}

impl Action for CoarsenPostcode {
    fn loss(&self) -> Loss {
        Loss::new(match self.to {
            PostcodeUnit::Area => "everything but the postcode area",
            PostcodeUnit::District => "the sector and the unit of the postcode",
            PostcodeUnit::Sector => "the unit of the postcode",
        })
    }

    fn technique(&self) -> &'static str {
        "generalisation (hierarchy)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("coarsen_postcode", "text", &[ColumnType::Text])?;
        Ok(Box::new(Runs { to: self.to }))
    }
}

/// Appends the canonical form of one unit of a full postcode to `out`. `false`,
/// and nothing appended, where the text is no full postcode. Allocates nothing
/// but what `out` needs.
///
/// ```
/// use scant::transform::coarsen_postcode::{PostcodeUnit, coarsen};
/// let mut out = String::new();
/// assert!(coarsen("ec1a 1bb", PostcodeUnit::Sector, &mut out));
/// assert_eq!(out, "EC1A 1");
/// ```
pub fn coarsen(text: &str, unit: PostcodeUnit, out: &mut String) -> bool {
    let Some((outward, inward)) = text.trim().as_bytes().split_last_chunk::<3>() else { return false };
    let outward = outward.strip_suffix(b" ").unwrap_or(outward);
    let [sector, last @ ..] = inward;
    let is_unit_letter = |byte: &u8| byte.is_ascii_alphabetic() && !b"CIKMOV".contains(&byte.to_ascii_uppercase());
    if !sector.is_ascii_digit() || !last.iter().all(is_unit_letter) {
        return false;
    }
    let area = outward.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_girobank = outward.eq_ignore_ascii_case(b"GIR") && inward.eq_ignore_ascii_case(b"0AA");
    let (letters, rest) = outward.split_at(area);
    let fits = match rest {
        [digit] => digit.is_ascii_digit(),
        [digit, last] => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
        _ => false,
    };
    if !(is_girobank || fits && (1..=2).contains(&area)) {
        return false;
    }
    let kept = if unit == PostcodeUnit::Area { letters } else { outward };
    out.extend(kept.iter().map(|byte| char::from(byte.to_ascii_uppercase())));
    if unit == PostcodeUnit::Sector {
        out.push(' ');
        out.push(char::from(*sector));
    }
    true
}

#[derive(Debug)]
struct Runs {
    to: PostcodeUnit,
}

impl ColumnTransform for Runs {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| if coarsen(text, self.to, out) { Ok(()) } else { Err(Unreadable::Postcode) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sector(text: &str) -> Option<String> {
        let mut out = String::new();
        coarsen(text, PostcodeUnit::Sector, &mut out).then_some(out)
    }

    #[test]
    fn every_form_of_the_grammar_is_read() {
        for (text, expected) in [
            ("M1 1AE", "M1 1"),
            ("M60 1NW", "M60 1"),
            ("CR2 6XH", "CR2 6"),
            ("DN55 1PT", "DN55 1"),
            ("W1P 1HQ", "W1P 1"),
            ("EC1A 1BB", "EC1A 1"),
            ("gir0aa", "GIR 0"),
            (" m11ae\u{a0}", "M1 1"),
        ] {
            assert_eq!(sector(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_full_postcode_is_refused() {
        for text in [
            "", "M1", "1AE", "M 1AE", "ABC1 1AE", "M1 AAE", "M1 1A", "M1 1A1", "M1  1AE", "M1\t1AE", "M1-1AE",
            "M111 1AE", "M1AA 1AE", "MA 1AE", "GIR 1AA", "GIR 0AB", "M1 1CE", "M1 1AV", "12345", "É1 1AE", "M1 1AÉ",
            "Ｍ1 1AE", "M1 1AE x",
        ] {
            assert_eq!(sector(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_grammar_is_the_documented_one(text in "[A-Za-z0-9 ]{0,9}|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}") {
            let pattern = r"^ *([A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}|GIR ?0AA) *$";
            let pattern = regex::Regex::new(pattern).unwrap();
            prop_assert_eq!(sector(&text).is_some(), pattern.is_match(&text.to_ascii_uppercase()));
        }

        #[test]
        fn a_coarser_unit_starts_every_finer_one(text in "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][ABD]{2}") {
            let mut units = PostcodeUnit::ALL.map(|(_, unit)| {
                let mut out = String::new();
                assert!(coarsen(&text, unit, &mut out));
                out
            });
            units.sort();
            prop_assert!(units[1].starts_with(&units[0]) && units[2].starts_with(&units[1]));
        }
    }
}
