//! `scant hierarchy`: the values of a column, and what each is at coarser levels.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::arguments::values;
use super::exit::Exit;
use super::show::Speaker;
use super::world;
use crate::format::io::opening::shown;
use crate::model::name::ColumnName;
use crate::model::number::counted::counted;
use crate::model::number::decimal::Decimal;
use crate::release::error::ReleaseError;
use crate::release::hierarchy::{HierarchyJob, MadeHierarchy, ValueKind};

/// Write what each value of a column becomes at coarser levels
///
/// The file is a hierarchy as ARX writes it: `;` between fields, no header, one row a
/// value, field 0 the value and field N what it is at level N. A policy applies it with
/// the action `map_hierarchy`. It holds values of the extract, so it is personal data too: keep it
/// where the extract is kept, and never send it with a delivery.
///
/// Cells that are missing or cannot be read are counted and have no row.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct HierarchyArguments {
    #[command(subcommand)]
    verb: HierarchyVerb,
}

const EXAMPLE: &str = "Example:\n  scant hierarchy date extract.csv --column dob -o dob.csv";

#[derive(Debug, Subcommand)]
enum HierarchyVerb {
    /// Dates: month, quarter, year, decade, all
    ///
    /// Dates are ISO 8601 unless a policy says otherwise. Of a column of months the first
    /// level is the quarter, of a column of years the decade.
    #[command(after_help = EXAMPLE)]
    Date {
        #[command(flatten)]
        column: ColumnArguments,
        /// The last day that a date may be [default: today in UTC]
        #[arg(long, value_name = "DATE", value_parser = values::date)]
        as_of: Option<Date>,
        /// Dates may lie up to 100 years ahead, such as the end of a contract
        #[arg(long)]
        future: bool,
    },
    /// Numbers: bands, each level twice as wide as the one before, all
    ///
    /// A band is written [10,20): 10 is in it and 20 is not.
    #[command(after_help = "Example:\n  scant hierarchy number extract.csv --column age --width 5 -o age.csv")]
    Number {
        #[command(flatten)]
        column: ColumnArguments,
        /// How wide the bands of level 1 are
        #[arg(long, value_name = "N", value_parser = values::positive_decimal)]
        width: Decimal,
        /// A number at which bands of every level begin
        #[arg(long, value_name = "N", default_value = "0", value_parser = values::decimal, allow_negative_numbers = true)]
        origin: Decimal,
        /// How many levels have bands [default: until one would hold all values]
        ///
        /// Say it where a policy names a level: the next extract may have greater numbers.
        #[arg(long, value_name = "N", value_parser = values::band_levels)]
        levels: Option<u8>,
    },
    /// Postcodes of the United Kingdom: sector, district, area, all
    #[command(after_help = "Example:\n  scant hierarchy postcode extract.csv --column postcode -o postcode.csv")]
    Postcode {
        #[command(flatten)]
        column: ColumnArguments,
    },
    /// Codes that read from coarse to fine: one character less at each level, all
    #[command(after_help = "Example:\n  scant hierarchy prefix extract.csv --column zip --length 5 -o zip.csv")]
    Prefix {
        #[command(flatten)]
        column: ColumnArguments,
        /// Level 1 keeps one character less than this [default: than the longest value has]
        ///
        /// Say it where a policy names a level: the next extract may have longer values.
        #[arg(long, value_name = "N", value_parser = values::prefix_length)]
        length: Option<usize>,
    },
}

/// Which column, and where its hierarchy goes.
#[derive(Debug, Args)]
struct ColumnArguments {
    /// A file of the extract (can be repeated)
    #[arg(required = true)]
    extract: Vec<PathBuf>,
    /// The column
    #[arg(long, value_name = "NAME", value_parser = values::column)]
    column: ColumnName,
    /// A policy whose [extract] and [columns.NAME] say how the file is written
    ///
    /// Nothing else of it is judged: it need not be finished. Without one, files are
    /// CSV as RFC 4180 has it, in UTF-8 with a header, or what their names say.
    #[arg(long, value_name = "POLICY")]
    policy: Option<PathBuf>,
    /// The file to write, which must not exist
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

impl HierarchyArguments {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        match self.make(speaker) {
            Ok(()) => Exit::Done,
            Err(error) => speaker.fail(&error),
        }
    }

    fn make(&self, speaker: Speaker) -> Result<(), ReleaseError> {
        let (column, kind) = match &self.verb {
            HierarchyVerb::Date { column, as_of, future } => {
                let as_of = as_of.map_or_else(world::today, Ok)?;
                (column, ValueKind::Date { as_of, future: *future })
            }
            HierarchyVerb::Number { column, width, origin, levels } => {
                (column, ValueKind::Number { width: *width, origin: *origin, levels: *levels })
            }
            HierarchyVerb::Postcode { column } => (column, ValueKind::Postcode),
            HierarchyVerb::Prefix { column, length } => (column, ValueKind::Prefix { length: *length }),
        };
        let stop = world::stop_signal();
        let made = HierarchyJob {
            extract: &column.extract,
            policy: column.policy.as_deref(),
            column: &column.column,
            kind,
            output: &column.output,
            stop: &stop,
        }
        .make()?;
        let file = shown(&column.output).to_string();
        speaker.say(&in_words(&made, &file));
        speaker.document(|| document(&made, &file));
        Ok(())
    }
}

/// What was made, and what is not in it.
fn in_words(made: &MadeHierarchy, file: &str) -> String {
    let levels: Vec<String> = (1..).zip(&made.levels).map(|(level, name)| format!("{level} {name}")).collect();
    let records = counted(made.records, "record");
    let mut lines = vec![
        format!("wrote {file}: {} of {records}", counted(made.values as u64, "value")),
        format!("  levels: 0 the value, {}", levels.join(", ")),
    ];
    let without_row = |count: u64, why: &str| format!("  without a row: {}, {why}", counted(count, "cell"));
    if made.missing > 0 {
        lines.push(without_row(made.missing, "missing"));
    }
    let unreadable = made.unreadable.iter();
    lines.extend(unreadable.map(|(why, count)| without_row(*count, &format!("unreadable ({})", why.as_str()))));
    if made.malformed > 0 {
        lines.push(format!("  not read: {}, malformed", counted(made.malformed, "record")));
    }
    lines.push("  it holds values of the extract: personal data, to be kept as the extract is".to_owned());
    lines.join("\n")
}

fn document(made: &MadeHierarchy, file: &str) -> Value {
    json!({
        "exit": 0,
        "file": file,
        "values": made.values,
        "levels": made.levels,
        "records": made.records,
        "malformed": made.malformed,
        "missing": made.missing,
        "unreadable": made.unreadable,
    })
}
