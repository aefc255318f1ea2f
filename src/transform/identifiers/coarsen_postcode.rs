//! `coarsen_postcode`: cuts UK postcodes to the area, district or sector.
//!
//! Checks which characters are letters and digits, not whether a postcode is in
//! use. So no list of postcodes is needed, a misspelt postcode cannot become a
//! district of its own, and a shifted column is noticed. The manual's page
//! *postcodes* says what each writing becomes.
//!
//! *Removes* the last two letters, which with a house number are an address; with
//! `district` the sector, with `area` all but the town or city.
//! *Keeps* the region: an area holds some 500,000 people, a district some 20,000, a
//! sector some 6,000. Postcodes of the forces and of the overseas territories
//! become one code: `BFPO`, `BF1`, `ASCN`.
//! *Parameters* `to`: `area` (`AB`), `district` (`AB10`), `sector` (`AB10 1`).
//! Required.
//! *Types* text → text, in capitals.
//! *Missing cells* stay missing.
//! *Errors* a cell that does not follow the published grammar (any case; any number
//! of blanks before the last three characters, or none) is unreadable (`postcode`),
//! and so is a part of a postcode that is coarser than `to`. A pseudo-postcode that
//! means no place, `ZZ99 3VZ`, is unreadable too (`no_place`).
//!
//! | before | `to = "district"` | `to = "sector"` |
//! |---|---|---|
//! | AB10 1XG | AB10 | AB10 1 |
//! | w1a1aa | W1A | W1A 1 |
//! | AB10 | AB10 | (missing) |
//! | SO1O 1AA | (missing) | (missing) |
//!
//! *Limits* some districts have a handful of addresses, and a district with a
//! birth date singles out most people: let a privacy model judge.
//!
//! Source: generalisation, ISO/IEC 20889:2018; the grammar of BS 7666.

use crate::document::TableReader;
use crate::identifier::postcode::Postcode;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

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
    /// The district and the digit after it, `AB10 1`.
    Sector,
}

impl PostcodeUnit {
    /// Every unit, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("area", Self::Area), ("district", Self::District), ("sector", Self::Sector)];
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "UK postcodes are cut to the area, district or sector.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The unit that is kept.", "enum": ["area", "district", "sector"] }
        }
    }"#,
    documents: r#"{
        "description": "Parts of UK postcodes.",
        "type": "object", "additionalProperties": false, "required": ["to"],
        "properties": {
            "to": { "description": "The part.", "enum": ["area", "district", "sector"] }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"coarsen_postcode = { to = "area" }"#,
        input: ColumnType::Text,
        before: &[Some("AB10 1XG"), Some("w1a1aa"), None, Some("GIR 0AA")],
        after: &[Some("AB"), Some("W"), None, Some("GIR")],
    },
    Example {
        policy: r#"coarsen_postcode = { to = "district" }"#,
        input: ColumnType::Text,
        before: &[Some("AB10 1XG"), Some("w1a1aa"), Some("AB10"), Some("BFPO 61"), Some("SO1O 1AA"), None],
        after: &[Some("AB10"), Some("W1A"), Some("AB10"), Some("BFPO"), None, None],
    },
    Example {
        policy: r#"coarsen_postcode = { to = "sector" }"#,
        input: ColumnType::Text,
        before: &[Some(" ab1 2XD "), Some("w1a1aa"), Some("M1   1AE"), Some("AB10"), Some("ZZ99 3VZ"), None],
        after: &[Some("AB1 2"), Some("W1A 1"), Some("M1 1"), None, None, None],
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
        Ok(Box::new(CoarsenPostcodeKernel { to: self.to }))
    }
}

/// Appends one unit of the postcode in a cell to `out`. Allocates only to grow
/// `out`.
///
/// # Errors
/// [`Unreadable::NoPlace`] for a pseudo-postcode; [`Unreadable::Postcode`] for what
/// is not a postcode, or is coarser than the unit. Then nothing is appended.
///
/// ```
/// use scant::internals::{PostcodeUnit, coarsen};
/// let mut out = String::new();
/// coarsen("ec1a 1bb", PostcodeUnit::Sector, &mut out).unwrap();
/// assert_eq!(out, "EC1A 1");
/// ```
pub fn coarsen(text: &str, unit: PostcodeUnit, out: &mut String) -> Result<(), Unreadable> {
    let postcode = Postcode::read(text)?;
    let part = match unit {
        PostcodeUnit::Area => Some(postcode.area()),
        PostcodeUnit::District => postcode.district(),
        PostcodeUnit::Sector => postcode.sector(),
    };
    out.push_str(part.ok_or(Unreadable::Postcode)?);
    Ok(())
}

#[derive(Debug)]
struct CoarsenPostcodeKernel {
    to: PostcodeUnit,
}

impl ColumnTransform for CoarsenPostcodeKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| coarsen(text, self.to, out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::run;

    #[test]
    fn no_place_is_counted_apart_from_misspelt() {
        let cells = [Some("ZZ99 3VZ"), Some("ZZ99 3CZ"), Some("SO1O 1AA"), None, Some("M1 1AE")];
        for to in ["area", "district", "sector"] {
            let run = run(&format!("coarsen_postcode = {{ to = \"{to}\" }}"), ColumnType::Text, &cells);
            assert_eq!(run.unreadable, [0, 1, 2], "{to}");
            assert_eq!(run.tally.unreadable.get(&Unreadable::NoPlace), Some(&2), "{to}");
            assert_eq!(run.tally.unreadable.get(&Unreadable::Postcode), Some(&1), "{to}");
        }
    }
}
