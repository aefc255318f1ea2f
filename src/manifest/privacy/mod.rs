//! What the privacy models of the policy demanded and what the delivery reaches: exact in
//! the account, rounded in the manifest. Sizes of classes are numbers of persons.

pub(crate) mod size_range;
pub(crate) mod utility;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};

use self::size_range::SizeRange;
use self::utility::UtilitySection;
use super::rounding::RoundedCount;
use crate::model::digest::Digest;
use crate::policy::plan::Plan;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::findings::ClassFindings;

/// The classes of the records, and the models; `C` is the type of its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub struct PrivacySection<C> {
    /// The columns of the delivery whose equal cells make a class.
    pub quasi_identifiers: Vec<String>,
    /// The models of the policy, in the order in which a class is judged by them.
    pub models: Vec<ModelSection>,
    /// The file of the population, where a model asks for one. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<PopulationSection>,
    /// What happens to the records of a class that does not meet one.
    pub on_violation: String,
    /// The largest share of the records that this may happen to.
    pub max_suppressed: String,
    /// What became of the records that passed every other test. In the account only: beside
    /// the delivered rows, which anybody can count, it would tell how few are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<JudgedRecords<C>>,
    /// The classes of these records. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admitted: Option<ClassSection<C>>,
    /// The classes of the delivered records.
    pub delivered: ClassSection<C>,
    /// What the delivered records have lost of their quasi-identifiers.
    pub utility: UtilitySection<C>,
}

/// What one model demanded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSection {
    /// Its key in the policy.
    pub model: String,
    /// Its parameters.
    pub demanded: Map<String, Value>,
    /// The number that its condition is about, of the delivered class that is worst by it.
    /// Absent where no class is delivered; and in the manifest where the delivery alone
    /// does not show it: it counts persons whom no pseudonym tells apart, or a population.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<MeasuredNumber>,
    /// Persons with a value that the order of the policy does not have, whose classes
    /// therefore do not meet it. In the account only, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_order: Option<u64>,
    /// The reason for which it drops records.
    pub reason: String,
}

/// The file of the population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationSection {
    /// Its own name, without its folder.
    pub file: String,
    /// Bytes as stored.
    pub bytes: u64,
    /// BLAKE3 of the file as stored.
    pub blake3: Digest,
    /// Its records.
    pub records: u64,
    /// The persons that these stand for.
    pub persons: u64,
    /// Records that cannot be read, and so stand for nobody.
    pub unreadable: u64,
}

/// What the models did to records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub struct JudgedRecords<C> {
    /// Records that passed every other test.
    pub judged: C,
    /// Of those, how many were dropped.
    pub dropped: C,
    /// Of the others, how many are delivered without their quasi-identifiers.
    pub cells_suppressed: C,
}

/// Sizes of classes, what they mean for the people in them, and what the data is still
/// good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "C: Deserialize<'de>"))]
pub struct ClassSection<C> {
    /// Classes.
    pub classes: C,
    /// Persons, each once for every class with a record of theirs. Like all that counts
    /// persons, in the manifest only where the delivery has a pseudonym by which anybody
    /// can count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persons: Option<C>,
    /// Persons of the smallest class. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest: Option<u64>,
    /// Persons of the largest class. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<u64>,
    /// The classes by their size. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes: Option<Vec<SizeRange>>,
    /// The average risk of a person to be told from the others of the class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_risk: Option<MeasuredNumber>,
    /// The highest risk of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest_risk: Option<MeasuredNumber>,
    /// The share of persons who are alone in their class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uniqueness: Option<MeasuredNumber>,
    /// Persons of a class on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_class_size: Option<MeasuredNumber>,
    /// The sum of the squares of the sizes, and the number of all persons for each that is
    /// not delivered or has no quasi-identifier left. In the account only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discernibility: Option<u64>,
}

/// How many decimal places are told.
const EXACT: i32 = 9;
const ROUNDED: i32 = 2;

impl PrivacySection<u64> {
    /// What was found under a plan with privacy models.
    pub(crate) fn exact(plan: &Plan, found: &ClassFindings) -> Option<Self> {
        let gone = found.before.persons().saturating_sub(found.after.persons());
        let classes = |sizes: &ClassSizes, gone| ClassSection {
            smallest: sizes.smallest(),
            largest: sizes.largest(),
            sizes: Some(SizeRange::all(sizes)),
            discernibility: u64::try_from(sizes.discernibility(gone)).ok(),
            ..ClassSection::new(sizes, |count| count, EXACT)
        };
        let mut exact = section(plan, found, classes(&found.after, gone), UtilitySection::exact(plan, found, EXACT))?;
        exact.admitted = Some(classes(&found.before, 0));
        exact.records =
            Some(JudgedRecords { judged: found.records, dropped: found.dropped, cells_suppressed: found.suppressed });
        for (model, outside) in exact.models.iter_mut().zip(&found.unordered) {
            model.outside_order = Some(*outside).filter(|outside| *outside > 0);
        }
        Some(exact)
    }
}

impl PrivacySection<RoundedCount> {
    /// The same for the recipient.
    pub(super) fn rounded(plan: &Plan, found: &ClassFindings) -> Option<Self> {
        let mut classes = ClassSection::new(&found.after, RoundedCount::of, ROUNDED);
        let shows_persons = plan.subject_pseudonym().is_some();
        if !shows_persons {
            classes = ClassSection::of_classes(classes.classes);
        }
        let mut rounded = section(plan, found, classes, UtilitySection::rounded(plan, found))?;
        for (model, rule) in rounded.models.iter_mut().zip(plan.privacy.iter().flat_map(|rules| &rules.models)) {
            if !shows_persons || rule.model.needs_population() {
                model.reached = None;
            }
        }
        Some(rounded)
    }
}

fn section<C>(
    plan: &Plan,
    found: &ClassFindings,
    delivered: ClassSection<C>,
    utility: UtilitySection<C>,
) -> Option<PrivacySection<C>> {
    let rules = plan.privacy.as_ref()?;
    let names: Vec<_> = plan.output_names().collect();
    let name = |position: &usize| names.get(*position).map(ToString::to_string);
    let models = rules.models.iter().zip(&found.worst).map(|(rule, worst)| ModelSection {
        model: rule.model.word().to_owned(),
        demanded: rule.model.demanded(),
        reached: worst.map(|worst| MeasuredNumber::new(worst, EXACT)),
        outside_order: None,
        reason: rule.reason_name(),
    });
    Some(PrivacySection {
        quasi_identifiers: rules.quasi_identifiers.iter().filter_map(name).collect(),
        models: models.collect(),
        population: None,
        on_violation: rules.on_violation.as_str().to_owned(),
        max_suppressed: rules.max_suppressed.to_string(),
        records: None,
        admitted: None,
        delivered,
        utility,
    })
}

impl<C> ClassSection<C> {
    /// Nothing but how many there are.
    fn of_classes(classes: C) -> Self {
        Self {
            classes,
            persons: None,
            smallest: None,
            largest: None,
            sizes: None,
            average_risk: None,
            highest_risk: None,
            uniqueness: None,
            average_class_size: None,
            discernibility: None,
        }
    }

    fn new(sizes: &ClassSizes, count: impl Fn(u64) -> C, places: i32) -> Self {
        let number = |value| Some(MeasuredNumber::new(value, places));
        Self {
            classes: count(sizes.classes()),
            persons: Some(count(sizes.persons())),
            smallest: None,
            largest: None,
            sizes: None,
            average_risk: number(sizes.average_risk()),
            highest_risk: number(sizes.highest_risk()),
            uniqueness: number(sizes.uniqueness()),
            average_class_size: number(sizes.average_class_size()),
            discernibility: None,
        }
    }
}

/// A number that was measured, from 0, with a fixed number of decimal places at most, and
/// whole where it is: the same number gives the same text on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasuredNumber(Number);

impl MeasuredNumber {
    pub(super) fn new(value: f64, places: i32) -> Self {
        let factor = 10_f64.powi(places);
        let rounded = (value * factor).round() / factor;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and in the range")]
        if rounded.fract() == 0.0 && (0.0..1e15).contains(&rounded) {
            return Self(Number::from(rounded as u64));
        }
        Self(Number::from_f64(rounded).unwrap_or_else(|| Number::from(0)))
    }
}

impl MeasuredNumber {
    /// The number.
    pub(crate) fn value(&self) -> Option<f64> {
        self.0.as_f64()
    }
}

impl std::fmt::Display for MeasuredNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Accepts only what is written.
impl<'de> Deserialize<'de> for MeasuredNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(from)?;
        let written = number.as_f64().filter(|value| *value >= 0.0).map(|value| Self::new(value, EXACT));
        written.filter(|written| written.0 == number).ok_or_else(|| D::Error::custom("not a measured number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_whole_ones_have_no_fraction() {
        let told = |value, places| MeasuredNumber::new(value, places).to_string();
        assert_eq!(told(5.0, 9), "5");
        assert_eq!(told(0.123_456_789_4, 9), "0.123456789");
        assert_eq!(told(0.646_575, 2), "0.65");
        assert_eq!(told(0.0, 2), "0");
    }
}
