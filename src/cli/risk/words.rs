//! What was measured, in lines for people. Names of columns and counts, never a cell.

use std::collections::BTreeMap;

use crate::model::number::counted::{are, counted, number};
use crate::model::outcome::structure_fault::StructureFault;
use crate::release::risk::report::{
    ClassesMeasured, CountedAs, LooseMeasured, PopulationMeasured, RiskReport, Risks, SensitiveMeasured,
    SubsetMeasured, ValuesMeasured,
};

/// The upper ends of the bands of sizes that are shown.
const BANDS: [u64; 9] = [1, 2, 4, 9, 19, 49, 99, 999, u64::MAX];
/// How wide the bar of all members is.
const BAR: u64 = 40;
/// How many subsets are shown.
const SUBSETS: usize = 12;

/// The report in words.
pub(super) fn in_words(report: &RiskReport) -> String {
    let mut lines = records(report);
    lines.push(String::new());
    lines.extend(classes(report));
    lines.push(String::new());
    lines.extend(risks(report));
    lines.push(String::new());
    lines.extend(histogram(report));
    lines.push(String::new());
    lines.extend(subsets(report));
    for sensitive in &report.sensitive {
        lines.push(String::new());
        lines.extend(of_sensitive(sensitive));
    }
    lines.join("\n") + "\n"
}

/// The word for one of what is counted.
fn member(report: &RiskReport) -> &'static str {
    match report.counted {
        CountedAs::Persons => "person",
        CountedAs::Records => "record",
    }
}

fn of_classes(count: u64) -> String {
    if count == 1 { "1 class".to_owned() } else { format!("{} classes", number(count)) }
}

fn records(report: &RiskReport) -> Vec<String> {
    let records = &report.records;
    let mut lines = vec![format!("{} read", counted(records.read, "record"))];
    lines.extend(malformed(&records.malformed));
    match (&report.subject, report.is_by_pseudonym) {
        (Some(subject), true) => {
            lines.push(format!("a class counts each person once, by {subject}, the one pseudonym of the delivery"));
        }
        (Some(subject), false) => lines.push(format!("a class counts each person once, by {subject}")),
        (None, _) => lines.push(
            "records are counted, not persons: whoever has several hides behind them (--subject names whose they are)"
                .to_owned(),
        ),
    }
    let nameless = [
        (records.without_subject, "without a subject"),
        (records.unreadable_subject, "of a subject that cannot be read"),
    ];
    let nameless = nameless.into_iter().filter_map(|(count, what)| Some((count.filter(|count| *count > 0)?, what)));
    let nameless: Vec<String> = nameless.map(|(count, what)| format!("{} {what}", counted(count, "record"))).collect();
    if !nameless.is_empty() {
        lines.push(format!("  {}: counted as one person together", nameless.join(", ")));
    }
    let names: Vec<&str> = report.quasi_identifiers.iter().map(|column| column.name.as_str()).collect();
    lines.push(format!("quasi-identifiers: {}", names.join(", ")));
    for column in report.quasi_identifiers.iter().filter(|column| column.missing > 0) {
        let cells = counted(column.missing, "cell");
        lines.push(format!(
            "  {}: {cells} missing, which {} a value of {} own",
            column.name,
            are(column.missing),
            its(column.missing)
        ));
    }
    lines
}

fn its(count: u64) -> &'static str {
    if count == 1 { "its" } else { "their" }
}

fn malformed(malformed: &BTreeMap<&'static str, u64>) -> Option<String> {
    let all: u64 = malformed.values().sum();
    let words =
        |name: &str| StructureFault::ALL.iter().find(|(_, own, _)| *own == name).map_or("", |(.., words)| *words);
    let by_fault: Vec<String> =
        malformed.iter().map(|(name, count)| format!("{} {}", number(*count), words(name))).collect();
    (all > 0).then(|| format!("  {} malformed, and in no class: {}", counted(all, "record"), by_fault.join(", ")))
}

fn classes(report: &RiskReport) -> Vec<String> {
    let ClassesMeasured { classes, members, k, largest, average_size, uniqueness, .. } = &report.classes;
    let mut lines = vec![
        format!("k = {}: the smallest class has {}", number(*k), counted(*k, member(report))),
        format!(
            "{} of {}, the largest of {}, {average_size:.2} on average",
            of_classes(*classes),
            counted(*members, member(report)),
            number(*largest)
        ),
        format!("alone in a class: {}", percent(*uniqueness)),
    ];
    if report.quasi_identifiers.iter().all(|column| column.missing == 0) {
        return lines;
    }
    lines.push(match &report.k_if_missing_matches {
        LooseMeasured::Measured { k } => format!("if a missing cell matches any other: k = {}", number(*k)),
        LooseMeasured::NotMeasured { not_measured, found, most } => {
            let (what, hint) = match *not_measured {
                "too_many_classes" => (of_classes(*found), "; more would fit with more --memory"),
                _ => (counted(*found, "comparison"), ""),
            };
            let most = number(*most);
            format!(
                "if a missing cell matches any other: not measured, for it takes {what} and the limit is {most}{hint}"
            )
        }
    });
    lines
}

fn risks(report: &RiskReport) -> Vec<String> {
    let at_risk = format!("at risk (> {})", report.threshold);
    let mut lines = vec![format!("{:<12}{at_risk:>18}{:>12}{:>12}", "", "highest", "average")];
    let row = |name: &str, risks: &Risks| {
        let [highest, average] = [risks.highest, risks.average].map(figure);
        format!("{name:<12}{:>18}{highest:>12}{average:>12}", percent(risks.at_risk))
    };
    lines.push(row("prosecutor", &report.prosecutor));
    lines.extend(report.journalist.iter().map(|risks| row("journalist", risks)));
    let marketer = report.marketer.iter();
    lines.extend(marketer.map(|risk| format!("{:<12}{:>18}{:>12}{:>12}", "marketer", "", "", figure(risk.average))));
    match &report.population {
        Some(population) => lines.extend(of_population(population)),
        None => lines.push("--population names a file of all people, for a journalist and a marketer".to_owned()),
    }
    lines
}

fn of_population(population: &PopulationMeasured) -> Vec<String> {
    let mut lines = vec![format!(
        "population: {} in {}, {} in classes of the data",
        counted(population.persons, "person"),
        counted(population.records, "record"),
        number(population.in_classes)
    )];
    lines.extend(malformed(&population.malformed));
    if population.unreadable > 0 {
        let records = counted(population.unreadable, "record");
        lines.push(format!("  {records} whose number of persons cannot be read: they stand for nobody"));
    }
    if population.smaller_classes > 0 {
        lines.push(format!(
            "  with fewer persons in the population than in the data: {}, taken to have as many; is it the population of this data, in the same values?",
            of_classes(population.smaller_classes)
        ));
    }
    lines
}

fn histogram(report: &RiskReport) -> Vec<String> {
    let members = format!("{}s", member(report));
    let mut lines = vec![format!("{:<12}{:>12}{members:>12}", "class size", "classes")];
    let mut from = 1;
    for to in BANDS {
        let sizes = report.classes.histogram.iter().filter(|known| (from..=to).contains(&known.size));
        let (classes, held) = sizes
            .fold((0, 0), |(classes, members), known| (classes + known.classes, members + known.classes * known.size));
        if classes > 0 {
            let band = if from == to {
                number(from)
            } else if to == u64::MAX {
                format!("{} or more", number(from))
            } else {
                format!("{} to {}", number(from), number(to))
            };
            let width = (u128::from(held) * u128::from(BAR)).div_ceil(u128::from(report.classes.members.max(1)));
            let bar = "#".repeat(usize::try_from(width).unwrap_or(0));
            lines.push(format!("{band:<12}{:>12}{:>12}  {bar}", number(classes), number(held)));
        }
        from = to.saturating_add(1);
    }
    lines
}

fn subsets(report: &RiskReport) -> Vec<String> {
    let all = report.subsets.len();
    let shown = if all > SUBSETS {
        format!(" ({SUBSETS} of {} subsets, --json has all)", number(all as u64))
    } else {
        String::new()
    };
    let mut lines = vec![
        format!("the columns that identify most{shown}"),
        format!("{:>12}{:>12}{:>8}  columns", "distinction", "separation", "k"),
    ];
    let row = |subset: &SubsetMeasured| {
        let [distinction, separation] = [subset.distinction, subset.separation].map(figure);
        format!("{distinction:>12}{separation:>12}{:>8}  {}", number(subset.k), subset.columns.join(", "))
    };
    lines.extend(report.subsets.iter().take(SUBSETS).map(row));
    lines
}

fn of_sensitive(sensitive: &SensitiveMeasured) -> Vec<String> {
    let mut lines = Vec::new();
    match &sensitive.measured {
        ValuesMeasured::Measured { different, distinct_l, entropy_l, recursive, t_equal, t_ordered, not_numbers } => {
            lines.push(format!("{}: {}", sensitive.column, counted(*different as u64, "value")));
            lines.push(format!("  l: distinct {}, entropy {}", number(*distinct_l), figure(*entropy_l)));
            if recursive.is_empty() {
                lines.push("  recursive: a class has one value only, so it is known of all in it".to_owned());
            } else {
                let each: Vec<String> =
                    recursive.iter().map(|one| format!("c > {} for l = {}", figure(one.c), one.l)).collect();
                lines.push(format!("  recursive: {}", each.join(", ")));
            }
            let order = t_ordered.map_or_else(
                || {
                    let none = *not_numbers as u64;
                    format!(" (no order: {} {} no number)", counted(none, "value"), are(none))
                },
                |ordered| format!(", ordered {}", figure(ordered)),
            );
            lines.push(format!("  t: equal {}{order}", figure(*t_equal)));
        }
        ValuesMeasured::NotMeasured { .. } => {
            lines.push(format!("{}: not measured, for it has more than 1,000,000 values", sensitive.column));
        }
    }
    if sensitive.missing > 0 {
        let missing = counted(sensitive.missing, "cell");
        lines.push(format!(
            "  {missing} missing, which {} a value of {} own",
            are(sensitive.missing),
            its(sensitive.missing)
        ));
    }
    lines
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A number to six places, without noughts at its end.
fn figure(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
