//! `map_hierarchy`: replaces values by what they are at one level of a hierarchy.
//!
//! The hierarchy is a file beside the policy in the CSV form of ARX; the manual's page
//! *hierarchies* describes it, and `scant hierarchy` makes one. Matches whole cells
//! exactly, blanks and case included.
//!
//! There is no word for a value that the hierarchy does not have, as there is in
//! `map_values`: to put it under `*` would call it known. It is unreadable, and the
//! column's `unreadable` says what then becomes of its record.
//!
//! *Removes* the difference between values that are one value at that level.
//! *Keeps* the value at that level.
//! *Parameters* `file`: the hierarchy, relative to the policy; `level`: from 1, the
//! first level above the value, to the last. Both required.
//! *Types* any → text. A typed cell is matched in the form a CSV file would show.
//! *Missing cells* stay missing.
//! *Errors* a value that is in no row of the hierarchy is unreadable (`unmapped`).
//!
//! | before | `level = 1` | `level = 2` |
//! |---|---|---|
//! | Ipswich | Suffolk | East of England |
//! | Gloucester | Gloucestershire | South West |
//! | Atlantis | (missing) | (missing) |
//! | (missing) | (missing) | (missing) |
//!
//! *Limits* a value at a level that few people share singles them out as well as the
//! value itself did: give the column the role `quasi_identifier` and let a privacy
//! model judge. The file holds values of the extract: keep it with the extract.
//!
//! Source: generalisation, ISO/IEC 20889:2018; the form of the file, ARX.

use std::sync::Arc;

use crate::document::TableReader;
use crate::hierarchy::Hierarchy;
use crate::hierarchy::files::{FoundHierarchy, HierarchyFiles, ReadHierarchy};
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::tally::Unreadable;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `map_hierarchy`. The file's name and digest are no parameters for
/// the recipient: who has a guess of its values could confirm it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MapHierarchy {
    /// The level that is delivered, from 1.
    pub level: usize,
    /// How many levels there are above the value.
    pub levels: usize,
    /// The hierarchy.
    #[serde(skip)]
    pub(crate) hierarchy: Arc<Hierarchy>,
    /// BLAKE3 of its file.
    #[serde(skip)]
    pub(crate) blake3: Digest,
    /// The entry of the policy, such as `columns.town.map_hierarchy`.
    #[serde(skip)]
    pub(crate) rule: String,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r##"{
        "description": "Each value becomes what it is at one level of a hierarchy; what is in none of its rows is unreadable.",
        "type": "object", "additionalProperties": false, "required": ["file", "level"],
        "properties": {
            "file": { "description": "The hierarchy, relative to the policy: CSV as ARX has it, with `;` and no header, field 0 the value and field N what it is at level N.",
                "$ref": "#/$defs/path" },
            "level": { "description": "The level, from 1, the first above the value.", "type": "integer", "minimum": 1 }
        }
    }"##,
    documents: r#"{
        "description": "One level of a hierarchy.",
        "type": "object", "additionalProperties": false, "required": ["level", "levels"],
        "properties": {
            "level": { "description": "The level; 1 is the first above the value.", "type": "integer", "minimum": 1 },
            "levels": { "description": "Levels above the value.", "type": "integer", "minimum": 1 }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"map_hierarchy = { file = "towns.csv", level = 1 }"#,
        input: ColumnType::Text,
        before: &[Some("Ipswich"), Some("Gloucester"), Some("Atlantis"), None, Some("ipswich")],
        after: &[Some("Suffolk"), Some("Gloucestershire"), None, None, None],
    },
    Example {
        policy: r#"map_hierarchy = { file = "towns.csv", level = 2 }"#,
        input: ColumnType::Text,
        before: &[Some("Ipswich"), Some("Norwich"), Some("Lower Thornaby; Suffolk")],
        after: &[Some("East of England"), Some("East of England"), Some("East of England")],
    },
];

impl MapHierarchy {
    /// Reads the parameters from a policy.
    #[must_use]
    pub(crate) fn read(parameters: &TableReader<'_>, files: &HierarchyFiles) -> Option<Self> {
        if !parameters.has("file") {
            parameters.missing("file", Some("name the hierarchy; `scant hierarchy` makes one"));
        }
        if !parameters.has("level") {
            parameters.missing("level", Some("say level = 1 for the first level above the value"));
        }
        let found = parameters.text("file").map(|path| files.get(path));
        let level = parameters.integer("level", 1..=i64::from(u16::MAX)).and_then(|level| usize::try_from(level).ok());
        parameters.finish();
        let ReadHierarchy { hierarchy, blake3 } = match found? {
            Some(FoundHierarchy::Read(read)) => read.clone(),
            Some(FoundHierarchy::Faulty) => return None,
            Some(FoundHierarchy::Unusable(why)) => {
                let hint = "a hierarchy is looked for relative to the policy's own file; `scant hierarchy` makes one";
                parameters.fault("file", why.clone(), Some(hint));
                return None;
            }
            None => {
                let hint = "paths are relative to the policy's own file";
                parameters.fault("file", "must be a relative path of a file beside a policy", Some(hint));
                return None;
            }
        };
        let levels = hierarchy.height().saturating_sub(1);
        let level = level?;
        if level > levels {
            parameters.fault("level", format!("is above {levels}, the last level of the hierarchy"), None);
            return None;
        }
        Some(Self { level, levels, hierarchy, blake3, rule: parameters.path().to_owned() })
    }
}

impl Action for MapHierarchy {
    fn loss(&self) -> Loss {
        if self.hierarchy.codes_at(self.level) == 1 {
            return Loss::new("everything: the level has one value for all".to_owned());
        }
        Loss::new(format!("everything finer than level {} of {} of the hierarchy", self.level, self.levels))
    }

    fn technique(&self) -> &'static str {
        "generalisation (hierarchy)"
    }

    fn build(&self, _: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        Ok(Box::new(MapHierarchyKernel { hierarchy: Arc::clone(&self.hierarchy), level: self.level }))
    }
}

#[derive(Debug)]
struct MapHierarchyKernel {
    hierarchy: Arc<Hierarchy>,
    level: usize,
}

impl ColumnTransform for MapHierarchyKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            let row = self.hierarchy.find(text).ok_or(Unreadable::Unmapped)?;
            out.push_str(self.hierarchy.value(row, self.level));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn what_is_wrong_with_the_parameters_is_told() {
        for (bad, what) in [
            ("{ level = 1 }", "must be given"),
            ("{ file = \"towns.csv\" }", "must be given"),
            ("{ file = \"towns.csv\", level = 0 }", "must be from 1 to"),
            ("{ file = \"towns.csv\", level = 4 }", "is above 3, the last level of the hierarchy"),
            ("{ file = \"elsewhere.csv\", level = 1 }", "must be a relative path of a file beside a policy"),
            ("{ file = \"towns.csv\", level = 1, unmapped = \"null\" }", "is not a known key"),
        ] {
            let faults = faults_of(&format!("map_hierarchy = {bad}"));
            assert!(faults.iter().any(|fault| fault.what.starts_with(what)), "{bad} {faults:?}");
        }
    }

    #[test]
    fn what_is_in_no_row_is_not_under_the_star() {
        let run = run(
            "map_hierarchy = { file = \"towns.csv\", level = 3 }",
            ColumnType::Text,
            &[Some("Ipswich"), Some("Atlantis"), None, Some(" Ipswich")],
        );
        assert_eq!(run.cells.rendered(0).as_deref(), Some("*"));
        assert_eq!(run.unreadable, [1, 3]);
        assert_eq!(run.tally.unreadable.get(&Unreadable::Unmapped), Some(&2));
    }
}
