//! What was measured, as documents and people are told it (`schemas/risk.schema.json`):
//! counts, shares and names of columns, never a cell.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::RiskTable;
use super::{ReadPopulation, RiskJob};
use crate::engine::risk::{LooseK, ReadCounts, RiskFindings, SeenValues, SensitiveFinding};
use crate::model::outcome::structure_fault::StructureFault;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::risk::population_risk::PopulationRisk;
use crate::privacy::risk::subset_sizes::SubsetSizes;

/// The `format` of the document.
pub(crate) const RISK_FORMAT: &str = "scant-risk/1";

/// What is counted as one member of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CountedAs {
    /// Each person once a class.
    Persons,
    /// Each record.
    Records,
}

/// The whole document.
#[derive(Debug, Serialize)]
pub(crate) struct RiskReport {
    pub(crate) format: &'static str,
    pub(crate) records: RecordsMeasured,
    pub(crate) counted: CountedAs,
    /// The column that says whose record it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// Whether that column is the only pseudonym of a delivery, which nobody named.
    #[serde(skip)]
    pub(crate) is_by_pseudonym: bool,
    pub(crate) quasi_identifiers: Vec<QuasiMeasured>,
    pub(crate) threshold: f64,
    pub(crate) classes: ClassesMeasured,
    pub(crate) k_if_missing_matches: LooseMeasured,
    pub(crate) prosecutor: Risks,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) population: Option<PopulationMeasured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journalist: Option<Risks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) marketer: Option<MarketerRisk>,
    pub(crate) subsets_of: usize,
    pub(crate) subsets: Vec<SubsetMeasured>,
    pub(crate) sensitive: Vec<SensitiveMeasured>,
}

/// The records that were read.
#[derive(Debug, Serialize)]
pub(crate) struct RecordsMeasured {
    /// All, malformed ones counted.
    pub(crate) read: u64,
    /// In no class, since their cells cannot be read.
    pub(crate) malformed: BTreeMap<&'static str, u64>,
    /// These, and those of a subject that cannot be read, count as one person together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) without_subject: Option<u64>,
    /// See `without_subject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unreadable_subject: Option<u64>,
}

/// A quasi-identifier.
#[derive(Debug, Serialize)]
pub(crate) struct QuasiMeasured {
    pub(crate) name: String,
    /// Missing cells, which are a value of their own.
    pub(crate) missing: u64,
}

/// The classes of all quasi-identifiers.
#[derive(Debug, Serialize)]
pub(crate) struct ClassesMeasured {
    pub(crate) classes: u64,
    /// Persons, each once a class, or records.
    pub(crate) members: u64,
    pub(crate) k: u64,
    pub(crate) largest: u64,
    pub(crate) average_size: f64,
    /// The share of the members that are alone in their class.
    pub(crate) uniqueness: f64,
    pub(crate) histogram: Vec<SizeCount>,
}

/// How many classes have one size.
#[derive(Debug, Serialize)]
pub(crate) struct SizeCount {
    pub(crate) size: u64,
    pub(crate) classes: u64,
}

/// k where a missing cell is like any other, or why it was not measured.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum LooseMeasured {
    Measured { k: u64 },
    NotMeasured { not_measured: &'static str, found: u64, most: u64 },
}

/// The risks of being found by somebody who looks for one person.
#[derive(Debug, Serialize)]
pub(crate) struct Risks {
    /// The share of the members whose risk is above the threshold.
    pub(crate) at_risk: f64,
    pub(crate) highest: f64,
    /// The success rate.
    pub(crate) average: f64,
}

/// The share of all members that somebody finds who looks for everybody.
#[derive(Debug, Serialize)]
pub(crate) struct MarketerRisk {
    pub(crate) average: f64,
}

/// The population.
#[derive(Debug, Serialize)]
pub(crate) struct PopulationMeasured {
    pub(crate) file: String,
    pub(crate) records: u64,
    pub(crate) malformed: BTreeMap<&'static str, u64>,
    /// Records whose number of persons cannot be read.
    pub(crate) unreadable: u64,
    pub(crate) persons: u64,
    /// Of those, how many are in a class of the data.
    pub(crate) in_classes: u64,
    /// Classes with fewer persons in the population than in the data, which count as if
    /// they had as many.
    pub(crate) smaller_classes: u64,
}

/// The classes of some of the columns.
#[derive(Debug, Serialize)]
pub(crate) struct SubsetMeasured {
    pub(crate) columns: Vec<String>,
    pub(crate) distinction: f64,
    pub(crate) separation: f64,
    pub(crate) classes: u64,
    pub(crate) k: u64,
    pub(crate) uniqueness: f64,
}

/// A sensitive column.
#[derive(Debug, Serialize)]
pub(crate) struct SensitiveMeasured {
    pub(crate) column: String,
    pub(crate) missing: u64,
    #[serde(flatten)]
    pub(crate) measured: ValuesMeasured,
}

/// What the worst classes tell of it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ValuesMeasured {
    /// It was measured.
    Measured {
        /// Different values, a missing cell among them.
        different: usize,
        distinct_l: u64,
        entropy_l: f64,
        recursive: Vec<RecursiveMeasured>,
        t_equal: f64,
        /// Where every value is a number.
        #[serde(skip_serializing_if = "Option::is_none")]
        t_ordered: Option<f64>,
        /// Values that are no numbers.
        not_numbers: usize,
    },
    /// It was not.
    NotMeasured { not_measured: &'static str },
}

/// The c of recursive (c, l)-diversity that every class is below.
#[derive(Debug, Serialize)]
pub(crate) struct RecursiveMeasured {
    pub(crate) l: u64,
    pub(crate) c: f64,
}

/// Malformed records by the name of the fault.
fn by_fault(malformed: &BTreeMap<StructureFault, u64>) -> BTreeMap<&'static str, u64> {
    let name = |fault| StructureFault::ALL.iter().find(|(own, ..)| own == fault).map_or("", |(_, name, _)| *name);
    malformed.iter().map(|(fault, count)| (name(fault), *count)).collect()
}

impl RiskReport {
    /// What was found.
    pub(super) fn of(
        job: &RiskJob<'_>,
        table: &RiskTable,
        (read, counts): (u64, &ReadCounts),
        population: Option<&ReadPopulation>,
        mut findings: RiskFindings,
    ) -> Self {
        findings.subsets.sort_by(SubsetSizes::order);
        let names: Vec<String> = table.quasi_identifiers.iter().map(ToString::to_string).collect();
        let by_person = |count| table.subject.as_ref().map(|_| count);
        let sizes = &findings.sizes;
        let by_population = findings.population.as_ref();
        let sensitive = table.sensitive.iter().zip(&counts.values).zip(&findings.sensitive);
        Self {
            format: RISK_FORMAT,
            records: RecordsMeasured {
                read,
                malformed: by_fault(&counts.malformed),
                without_subject: by_person(counts.without_subject),
                unreadable_subject: by_person(counts.unreadable_subject),
            },
            counted: if table.subject.is_some() { CountedAs::Persons } else { CountedAs::Records },
            subject: table.subject.as_ref().map(ToString::to_string),
            is_by_pseudonym: table.is_by_pseudonym,
            quasi_identifiers: names
                .iter()
                .zip(&counts.missing)
                .map(|(name, missing)| QuasiMeasured { name: name.clone(), missing: *missing })
                .collect(),
            threshold: job.threshold,
            classes: ClassesMeasured::of(sizes),
            k_if_missing_matches: LooseMeasured::of(findings.loose),
            prosecutor: Risks {
                at_risk: sizes.at_risk(job.threshold),
                highest: sizes.highest_risk(),
                average: sizes.average_risk(),
            },
            population: population.zip(by_population).map(|(read, risk)| PopulationMeasured {
                file: job.population_file().unwrap_or_default(),
                records: read.records,
                malformed: by_fault(&read.counts.malformed),
                unreadable: read.counts.unreadable,
                persons: read.counts.persons,
                in_classes: risk.population(),
                smaller_classes: risk.smaller,
            }),
            journalist: by_population.map(|risk| Risks {
                at_risk: risk.at_risk(job.threshold),
                highest: risk.highest(),
                average: risk.journalist(),
            }),
            marketer: by_population.map(PopulationRisk::marketer).map(|average| MarketerRisk { average }),
            subsets_of: job.subsets_of.min(names.len()),
            subsets: findings.subsets.iter().map(|subset| SubsetMeasured::of(subset, &names)).collect(),
            sensitive: sensitive
                .map(|((column, seen), found)| SensitiveMeasured {
                    column: column.to_string(),
                    missing: seen.missing,
                    measured: ValuesMeasured::of(seen, found),
                })
                .collect(),
        }
    }
}

impl ClassesMeasured {
    fn of(sizes: &ClassSizes) -> Self {
        Self {
            classes: sizes.classes(),
            members: sizes.persons(),
            k: sizes.smallest().unwrap_or(0),
            largest: sizes.largest().unwrap_or(0),
            average_size: sizes.average_class_size(),
            uniqueness: sizes.uniqueness(),
            histogram: sizes.iter().map(|(size, classes)| SizeCount { size, classes }).collect(),
        }
    }
}

impl LooseMeasured {
    fn of(loose: LooseK) -> Self {
        match loose {
            LooseK::Exact(k) => Self::Measured { k: k.unwrap_or(0) },
            LooseK::TooManyClasses { classes, most } => {
                Self::NotMeasured { not_measured: "too_many_classes", found: classes, most }
            }
            LooseK::TooManyComparisons { comparisons, most } => {
                Self::NotMeasured { not_measured: "too_many_comparisons", found: comparisons, most }
            }
        }
    }
}

impl SubsetMeasured {
    fn of(subset: &SubsetSizes, names: &[String]) -> Self {
        Self {
            columns: subset.columns.iter().filter_map(|column| names.get(*column).cloned()).collect(),
            distinction: subset.distinction(),
            separation: subset.separation(),
            classes: subset.sizes.classes(),
            k: subset.sizes.smallest().unwrap_or(0),
            uniqueness: subset.sizes.uniqueness(),
        }
    }
}

impl ValuesMeasured {
    fn of(seen: &SeenValues, found: &SensitiveFinding) -> Self {
        let Some(worst) = &found.worst else { return Self::NotMeasured { not_measured: "too_many_values" } };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of values")]
        let distinct_l = worst.distinct() as u64;
        Self::Measured {
            different: found.different,
            distinct_l,
            entropy_l: worst.entropy(),
            recursive: worst.recursive().into_iter().map(|(l, c)| RecursiveMeasured { l, c }).collect(),
            t_equal: worst.equal(),
            t_ordered: worst.ordered,
            not_numbers: seen.not_numbers(),
        }
    }
}
