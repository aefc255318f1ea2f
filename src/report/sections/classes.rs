//! The classes of people who are alike in every quasi-identifier: how many of which size,
//! what that means for the people in them, what was demanded, and what the data lost for it.

use crate::manifest::privacy::{ClassSection, MeasuredNumber, PrivacySection};
use crate::model::number::counted::number;
use crate::report::documents::Documents;
use crate::report::text::{foreign, foreign_list, measured_per_cent, width};
use crate::report::told_count::ToldCount;
use crate::report::words::models;

/// The classes, or why there is nothing to tell of them.
#[derive(Debug)]
pub(in crate::report) struct ClassReport {
    /// The columns that make a class.
    pub(in crate::report) quasi_identifiers: String,
    /// What was measured; `None` where the policy has no privacy models.
    pub(in crate::report) measured: Option<MeasuredClasses>,
}

/// What was measured of the classes.
#[derive(Debug)]
pub(in crate::report) struct MeasuredClasses {
    pub(in crate::report) models: Vec<ModelLine>,
    pub(in crate::report) what_happened: String,
    pub(in crate::report) sizes: Vec<SizeLine>,
    pub(in crate::report) risks: Vec<RiskLine>,
    pub(in crate::report) utility: Vec<UtilityLine>,
    pub(in crate::report) columns: Vec<ColumnLoss>,
}

/// A model.
#[derive(Debug)]
pub(in crate::report) struct ModelLine {
    pub(in crate::report) name: String,
    pub(in crate::report) demand: String,
    pub(in crate::report) reached: String,
    pub(in crate::report) dropped: String,
}

/// Classes of a range of sizes, before and after.
#[derive(Debug)]
pub(in crate::report) struct SizeLine {
    pub(in crate::report) range: String,
    pub(in crate::report) before: SizeShare,
    pub(in crate::report) after: SizeShare,
}

/// The classes of a range of sizes, and their share of the people.
#[derive(Debug)]
pub(in crate::report) struct SizeShare {
    pub(in crate::report) classes: String,
    pub(in crate::report) persons: String,
    pub(in crate::report) width: String,
}

/// A measure of risk, before and after.
#[derive(Debug)]
pub(in crate::report) struct RiskLine {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) meaning: &'static str,
    pub(in crate::report) before: String,
    pub(in crate::report) after: String,
}

/// A measure of what was lost.
#[derive(Debug)]
pub(in crate::report) struct UtilityLine {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) meaning: &'static str,
    pub(in crate::report) value: String,
}

/// What was lost of a column.
#[derive(Debug)]
pub(in crate::report) struct ColumnLoss {
    pub(in crate::report) name: String,
    pub(in crate::report) loss: String,
    pub(in crate::report) entropy_lost: String,
    pub(in crate::report) width: String,
}

impl ClassReport {
    pub(in crate::report) fn of(documents: &Documents) -> Self {
        Self {
            quasi_identifiers: foreign_list(documents.quasi_identifiers()),
            measured: documents.told.privacy.as_ref().map(|privacy| measured(documents, privacy)),
        }
    }
}

fn measured(documents: &Documents, privacy: &PrivacySection<ToldCount>) -> MeasuredClasses {
    let model = |model: &crate::manifest::privacy::ModelSection| ModelLine {
        name: models::name(&model.model),
        demand: models::demand(&model.model, &model.demanded),
        reached: match &model.reached {
            Some(reached) => reached.to_string(),
            None if documents.is_exact => "no class is delivered".to_owned(),
            None => "not told".to_owned(),
        },
        dropped: documents
            .told
            .records
            .dropped
            .get(&model.reason)
            .map_or_else(|| "0".to_owned(), |count| documents.count(*count)),
    };
    let verb = match privacy.on_violation.as_str() {
        "drop_record" => "their records are dropped",
        "suppress_cells" => "their records lose these columns",
        "refuse" => "the run is refused",
        _ => "the policy says what happens",
    };
    let what_happened = format!(
        "Where a class does not meet them, {verb}, of at most a share of {} of the records that passed every other test.",
        foreign(&privacy.max_suppressed),
    );
    let what_happened = match &privacy.records {
        Some(records) => format!(
            "{what_happened} Of {} such records {} were dropped and {} lost the cells of their quasi-identifiers.",
            documents.count(records.judged),
            documents.count(records.dropped),
            documents.count(records.cells_suppressed),
        ),
        None => what_happened,
    };
    MeasuredClasses {
        models: privacy.models.iter().map(model).collect(),
        what_happened,
        sizes: privacy.admitted.as_ref().map_or_else(Vec::new, |admitted| sizes(admitted, &privacy.delivered)),
        risks: risks(documents, privacy.admitted.as_ref(), &privacy.delivered),
        utility: utility(privacy),
        columns: privacy.utility.columns.iter().map(column_loss).collect(),
    }
}

fn sizes(before: &ClassSection<ToldCount>, after: &ClassSection<ToldCount>) -> Vec<SizeLine> {
    let (Some(own), Some(left)) = (&before.sizes, &after.sizes) else { return Vec::new() };
    let share = |range: &crate::manifest::privacy::size_range::SizeRange, all: ToldCount| SizeShare {
        classes: number(range.classes),
        persons: number(range.persons),
        width: width(range.persons, all.at_least()),
    };
    let ranges = own.iter().zip(left).map(|(own, left)| SizeLine {
        range: match own.to {
            Some(to) if to == own.from => number(to),
            Some(to) => format!("{} to {to}", own.from),
            None => format!("{} or more", own.from),
        },
        before: share(own, before.persons.unwrap_or(ToldCount::Number(0))),
        after: share(left, after.persons.unwrap_or(ToldCount::Number(0))),
    });
    ranges.collect()
}

fn risks(
    documents: &Documents,
    before: Option<&ClassSection<ToldCount>>,
    after: &ClassSection<ToldCount>,
) -> Vec<RiskLine> {
    let line = |name, meaning, told: &dyn Fn(&ClassSection<ToldCount>) -> String| RiskLine {
        name,
        meaning,
        before: before.map_or_else(|| "not told".to_owned(), told),
        after: told(after),
    };
    let mut lines = vec![
        line("Classes", "groups of people who are alike", &|of| documents.count(of.classes)),
        line("Persons", "each once for every class they are in", &|of| {
            of.persons.map_or_else(|| "not told".to_owned(), |persons| documents.count(persons))
        }),
    ];
    if documents.is_exact {
        let size = |size: Option<u64>| size.map_or_else(|| "no class".to_owned(), number);
        lines.push(line("Smallest class", "persons in it", &|of| size(of.smallest)));
        lines.push(line("Largest class", "persons in it", &|of| size(of.largest)));
    }
    lines.extend([
        line("Average class", "persons in a class, on average", &|of| value(of.average_class_size.as_ref()).map_or_else(|| "not told".to_owned(), |size| format!("{size:.1}"))),
        line("Average risk", "of a person to be told from the others of the class, by somebody who knows that the person is in the data (prosecutor)", &|of| measured_per_cent(value(of.average_risk.as_ref()))),
        line("Highest risk", "the same, of the person who is found most easily", &|of| measured_per_cent(value(of.highest_risk.as_ref()))),
        line("Alone in a class", "share of the persons with whom nobody is alike", &|of| measured_per_cent(value(of.uniqueness.as_ref()))),
    ]);
    lines
}

fn value(told: Option<&MeasuredNumber>) -> Option<f64> {
    told.and_then(MeasuredNumber::value)
}

fn utility(privacy: &PrivacySection<ToldCount>) -> Vec<UtilityLine> {
    let told = |value: &Option<MeasuredNumber>| measured_per_cent(value.as_ref().and_then(MeasuredNumber::value));
    let own = &privacy.utility;
    vec![
        UtilityLine {
            name: "Loss",
            meaning: "the share of the values read for which a delivered one may stand, over all columns: 0 % nothing is lost, 100 % everything (Iyengar 2002)",
            value: told(&own.loss),
        },
        UtilityLine {
            name: "Entropy lost",
            meaning: "the share of the bits that would tell which value was read, and that are lost: 0 % none, 100 % all (Gionis and Tassa 2009)",
            value: told(&own.entropy_lost),
        },
        UtilityLine {
            name: "Precision",
            meaning: "how far down their hierarchies the values stay: 100 % nothing is lost; told only where every column is kept or at a level of a hierarchy (Sweeney 2002)",
            value: told(&own.precision),
        },
    ]
}

fn column_loss(column: &crate::manifest::privacy::utility::LostColumn<ToldCount>) -> ColumnLoss {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
    let thousandths = (value(column.loss.as_ref()).unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0).round() as u64;
    ColumnLoss {
        name: foreign(&column.column),
        loss: measured_per_cent(value(column.loss.as_ref())),
        entropy_lost: measured_per_cent(value(column.entropy_lost.as_ref())),
        width: width(thousandths, 1000),
    }
}
