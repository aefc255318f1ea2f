//! What `scant suggest` found, in words and as a document.
//! Names of columns and files that were given, levels and counts; never a value.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::format::io::opening::shown;
use crate::model::name::ColumnName;
use crate::model::number::counted::{are, counted, number};
use crate::model::number::share::Share;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::search::classes::facts::ClassLimit;
use crate::privacy::search::explorer::{Found, Solution};
use crate::privacy::search::local::Recoded;
use crate::privacy::utility::metric::Metric;
use crate::release::suggest::{CountedExtract, LevelSource, LevelledColumn};

/// Other choices that are shown to people.
const OTHERS_SHOWN: usize = 5;

/// What was asked, and what was found.
pub(in crate::cli) struct Suggested<'a> {
    pub(in crate::cli) extract: &'a [PathBuf],
    pub(in crate::cli) policy: Option<&'a Path>,
    pub(in crate::cli) counted: &'a CountedExtract,
    pub(in crate::cli) subject: Option<&'a ColumnName>,
    pub(in crate::cli) limit: ClassLimit,
    pub(in crate::cli) share: Share,
    pub(in crate::cli) metric: Metric,
    pub(in crate::cli) seconds: Option<u32>,
    pub(in crate::cli) found: &'a Found,
    pub(in crate::cli) best: &'a Solution,
    pub(in crate::cli) recoded: Option<&'a Recoded>,
}

impl Suggested<'_> {
    /// For people, without the piece of a policy.
    pub(in crate::cli) fn in_words(&self) -> String {
        let mut out = self.of_what();
        out += &rows(&self.columns());
        for column in &self.counted.columns {
            for (reason, cells) in &column.unreadable {
                let cells = counted(*cells, "cell");
                let _ =
                    writeln!(out, "  {}: {cells} unreadable ({}), missing above level 0", column.name, reason.as_str());
            }
        }
        out += &format!("\n{}\n", self.how_found());
        out += &rows(&self.choices());
        out += "\n";
        out += &rows(&self.risks());
        if let Some(recoded) = self.recoded {
            out += &format!("\n{}\n", self.recoded_in_words(recoded));
        }
        out.trim_end().to_owned()
    }

    fn of_what(&self) -> String {
        let CountedExtract { records, malformed, subjects, without_subject, .. } = self.counted;
        let files: Vec<String> = self.extract.iter().map(|path| shown(path).to_string()).collect();
        let mut out = format!("{}: {}", files.join(", "), counted(*records, "record"));
        match (subjects, self.subject) {
            (Some(subjects), Some(column)) => {
                // Writing to a String cannot fail.
                let _ = writeln!(out, " of {}, by {column}, who count once in a class", counted(*subjects, "subject"));
            }
            _ => out += ", each counted as a person: --subject names the column that says whom they are about\n",
        }
        if *without_subject > 0 {
            let verb = if *without_subject == 1 { "names" } else { "name" };
            let records = counted(*without_subject, "record");
            let _ = writeln!(out, "  {records} {verb} nobody: one person together");
        }
        if *malformed > 0 {
            let _ = writeln!(out, "  {} {} not counted: malformed", counted(*malformed, "record"), are(*malformed));
        }
        out
    }

    /// Each column, where its levels come from, and how much it tells apart.
    fn columns(&self) -> Vec<Vec<String>> {
        let head = ["column", "values", "missing", "levels", "pairs it tells apart"].map(str::to_owned).to_vec();
        let row = |column: &LevelledColumn| {
            let top = self.counted.table.tops().get(self.place(column)).copied().unwrap_or_default();
            let found = if column.is_found { ", as its values are" } else { "" };
            vec![
                column.name.to_string(),
                number(column.values as u64),
                number(column.missing),
                format!("0 to {top}, {}{found}", source_in_words(&column.source)),
                per_cent(column.separation),
            ]
        };
        std::iter::once(head).chain(self.counted.columns.iter().map(row)).collect()
    }

    fn place(&self, column: &LevelledColumn) -> usize {
        self.counted.columns.iter().position(|other| other.name == column.name).unwrap_or_default()
    }

    fn how_found(&self) -> String {
        let Found { nodes, looked_at, is_proven, .. } = self.found;
        let ClassLimit { k, max_suppressed } = self.limit;
        let nodes = u64::try_from(*nodes).map_or_else(|_| format!("{nodes}"), number);
        let asked = format!("k = {k}, at most {} suppressed", counted(max_suppressed, "record"));
        let looked = format!("{} of {nodes} choices of levels looked at", number(*looked_at));
        let metric = self.metric.word();
        match (is_proven, self.seconds) {
            (true, _) => format!("{asked}: no choice has less {metric} ({looked})"),
            (false, Some(seconds)) => format!(
                "{asked}: the least {metric} found within {}, not proven to be the least ({looked})",
                counted(seconds.into(), "second")
            ),
            (false, None) => format!("{asked}: the least {metric} found, not proven to be the least ({looked})"),
        }
    }

    /// The suggestion and others that suppress less.
    fn choices(&self) -> Vec<Vec<String>> {
        let is_by_loss = self.metric == Metric::Loss;
        let mut head = vec![String::new()];
        head.extend(self.counted.columns.iter().map(|column| column.name.to_string()));
        head.push("loss".to_owned());
        if !is_by_loss {
            head.push(self.metric.word().to_owned());
        }
        head.extend(["suppressed", "smallest class", "classes"].map(str::to_owned));
        let row = |name: &str, choice: &Solution| {
            let mut row = vec![name.to_owned()];
            row.extend(choice.levels.iter().map(u8::to_string));
            row.push(decimal(choice.loss));
            if !is_by_loss {
                row.push(of_metric(self.metric, choice));
            }
            row.push(number(choice.facts.suppressed));
            row.push(choice.facts.people.map_or_else(|| "none".to_owned(), |(least, _)| number(least.into())));
            row.push(number(choice.facts.classes));
            row
        };
        let others = self.found.others.iter().take(OTHERS_SHOWN).map(|other| row("suppressing less", other));
        [head, row("suggested", self.best)].into_iter().chain(others).collect()
    }

    fn sizes(&self) -> (ClassSizes, ClassSizes) {
        let table = &self.counted.table;
        let bottom = vec![0; self.best.levels.len()];
        (table.sizes(&bottom, 0), table.sizes(&self.best.levels, self.limit.k))
    }

    fn risks(&self) -> Vec<Vec<String>> {
        let (before, after) = self.sizes();
        let row = |name: &str, risk: &dyn Fn(&ClassSizes) -> String| vec![name.to_owned(), risk(&before), risk(&after)];
        let k = u64::from(self.limit.k);
        vec![
            ["risk that somebody is found", "before", "after"].map(str::to_owned).to_vec(),
            row("average", &|sizes| decimal(sizes.average_risk())),
            row("highest", &|sizes| decimal(sizes.highest_risk())),
            row("alone in a class", &|sizes| per_cent(sizes.uniqueness())),
            row(&format!("in a class below {k}"), &|sizes| per_cent(part(sizes.persons_below(k), sizes.persons()))),
        ]
    }

    fn recoded_in_words(&self, recoded: &Recoded) -> String {
        let before = self.best.facts.suppressed;
        let kept = before - recoded.suppressed.min(before);
        if recoded.rounds.is_empty() {
            return format!(
                "local recoding: none of the {} suppressed can be kept by levels of its own",
                number(before)
            );
        }
        let mut out = format!(
            "local recoding, in {}: {} of the {} suppressed kept by levels of their own, loss {} instead of {}\n",
            counted(recoded.rounds.len() as u64, "round"),
            number(kept),
            number(before),
            decimal(recoded.loss),
            decimal(recoded.loss_before)
        );
        let names = self.counted.columns.iter().map(|column| column.name.to_string());
        let mut table = vec![std::iter::once(String::new()).chain(names).chain(["kept".to_owned()]).collect()];
        table.extend((1..).zip(&recoded.rounds).take(OTHERS_SHOWN).map(|(index, round)| {
            let levels = round.levels.iter().map(u8::to_string);
            let name: String = format!("round {index}");
            std::iter::once(name).chain(levels).chain([number(round.facts.kept)]).collect::<Vec<_>>()
        }));
        out += &rows(&table);
        out += "a policy has one level a column, so this cannot be pasted; what can is the suggestion above";
        out
    }

    /// For programs, with the piece of a policy.
    pub(in crate::cli) fn document(&self, policy: &str) -> Value {
        let (before, after) = self.sizes();
        let k = u64::from(self.limit.k);
        let risk = |sizes: &ClassSizes| {
            json!({
                "counted": sizes.persons(),
                "classes": sizes.classes(),
                "average": sizes.average_risk(),
                "highest": sizes.highest_risk(),
                "unique": sizes.uniqueness(),
                "below_k": part(sizes.persons_below(k), sizes.persons()),
                "average_class_size": sizes.average_class_size(),
            })
        };
        let columns: Vec<Value> = self.counted.columns.iter().map(|column| self.column_document(column)).collect();
        json!({
            "exit": 0,
            "records": self.counted.records,
            "malformed": self.counted.malformed,
            "counts": if self.subject.is_some() { "subjects" } else { "records" },
            "subjects": self.counted.subjects,
            "records_without_subject": self.counted.without_subject,
            "k": self.limit.k,
            "max_suppressed": self.limit.max_suppressed,
            "metric": self.metric.word(),
            "columns": columns,
            "proven": self.found.is_proven,
            "choices": u64::try_from(self.found.nodes).ok(),
            "looked_at": self.found.looked_at,
            "suggested": choice_document(self.best),
            "suppressing_less": self.found.others.iter().map(choice_document).collect::<Vec<_>>(),
            "risk": { "before": risk(&before), "after": risk(&after) },
            "local_recoding": self.recoded.map(|recoded| json!({
                "rounds": recoded.rounds.iter().map(|round| json!({
                    "levels": round.levels,
                    "kept": round.facts.kept,
                })).collect::<Vec<_>>(),
                "suppressed": recoded.suppressed,
                "loss": recoded.loss,
                "loss_before": recoded.loss_before,
            })),
            "policy": policy,
        })
    }

    fn column_document(&self, column: &LevelledColumn) -> Value {
        json!({
            "column": column.name.as_str(),
            "levels_of": source_in_words(&column.source),
            "highest_level": self.counted.table.tops().get(self.place(column)),
            "values": column.values,
            "missing": column.missing,
            "unreadable": column.unreadable,
            "separation": column.separation,
        })
    }
}

fn choice_document(choice: &Solution) -> Value {
    json!({
        "levels": choice.levels,
        "loss": choice.loss,
        "non_uniform_entropy": choice.non_uniform_entropy,
        "discernibility": u64::try_from(choice.discernibility).ok(),
        "precision": choice.precision,
        "suppressed": choice.facts.suppressed,
        "kept": choice.facts.kept,
        "classes": choice.facts.classes,
        "smallest_class": choice.facts.people.map(|(least, _)| least),
        "largest_class": choice.facts.people.map(|(_, most)| most),
    })
}

fn source_in_words(source: &LevelSource) -> String {
    match source {
        LevelSource::File(path) => format!("of {}", shown(path)),
        LevelSource::Date => "of dates".to_owned(),
        LevelSource::Number(width) => format!("of numbers in bands of {width}"),
        LevelSource::Postcode => "of postcodes".to_owned(),
        LevelSource::Prefix(_) => "of codes by their beginnings".to_owned(),
        LevelSource::Whole => "kept or dropped whole".to_owned(),
    }
}

fn of_metric(metric: Metric, choice: &Solution) -> String {
    match metric {
        Metric::Loss => decimal(choice.loss),
        Metric::NonUniformEntropy => format!("{:.1}", choice.non_uniform_entropy),
        Metric::Discernibility => {
            u64::try_from(choice.discernibility).map_or_else(|_| choice.discernibility.to_string(), number)
        }
        Metric::Precision => decimal(choice.precision),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown to some digits")]
fn part(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn decimal(value: f64) -> String {
    format!("{value:.4}")
}

fn per_cent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A table: the first column to the left, the others to the right.
fn rows(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in table {
        let mut line = String::from(" ");
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if index == 0 { write!(line, " {cell:<width$}") } else { write!(line, "  {cell:>width$}") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let table = [vec![String::new(), "loss".to_owned()], vec!["suggested".to_owned(), "1".to_owned()]];
        assert_eq!(rows(&table), "             loss\n  suggested     1\n");
    }
}
