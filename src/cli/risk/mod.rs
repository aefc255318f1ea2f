//! `scant risk`: how likely the people in a table are found, and by which columns.

mod words;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::words::in_words;
use super::arguments::values;
use super::exit::Exit;
use super::show::Speaker;
use super::show::progress::RunProgress;
use super::world;
use crate::model::name::ColumnName;
use crate::release::error::ReleaseError;
use crate::release::risk::RiskJob;
use crate::release::risk::report::RiskReport;

/// Measure how likely the people in an extract or a delivery are found
///
/// For somebody who knows that a person is in the data (prosecutor), who knows a
/// population (journalist), and who wants to find as many as possible (marketer): with the
/// sizes of the classes, k, the columns that identify most, and l and t of sensitive
/// columns. Of a delivery, the folder is enough: its manifest says what the columns are.
///
/// A missing cell is a value of its own; k is measured also as if it matched any. Records
/// that cannot be read are counted and in no class. Writes nothing and needs no key.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  scant risk extract.csv --quasi sex,dob,postcode --subject id\n  scant risk delivery"
)]
pub(super) struct Risk {
    /// The files of an extract, or the folder of a delivery
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// The quasi-identifiers: columns that a stranger may know of a person
    ///
    /// Of a delivery: in place of those that its manifest names.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = values::column)]
    quasi: Vec<ColumnName>,
    /// The sensitive columns, of which l and t are measured
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = values::column)]
    sensitive: Vec<ColumnName>,
    /// The column that says whose record it is: then a class counts each person once
    ///
    /// Without it records are counted, and whoever has several hides behind them. Of a
    /// delivery with one column of pseudonyms it is that column.
    #[arg(long, value_name = "COLUMN", value_parser = values::column)]
    subject: Option<ColumnName>,
    /// A file of all people among whom one would search, with the quasi-identifiers
    ///
    /// One row a person, or --persons. Written as the other files are, and with the same
    /// values: of a delivery, in the values of the delivery.
    #[arg(long, value_name = "FILE")]
    population: Option<PathBuf>,
    /// The column of the population that says how many persons a row stands for
    #[arg(long, value_name = "COLUMN", value_parser = values::column, requires = "population")]
    persons: Option<ColumnName>,
    /// A policy whose [extract] says how the files are written
    ///
    /// Nothing else of it is judged: it need not be finished. Without one, files are
    /// CSV as RFC 4180 has it, in UTF-8 with a header, or what their names say.
    #[arg(long, value_name = "POLICY")]
    policy: Option<PathBuf>,
    /// A person whose risk is higher than this is at risk
    #[arg(long, value_name = "RISK", default_value = "0.2", value_parser = values::risk)]
    threshold: f64,
    /// Subsets of up to so many quasi-identifiers are measured, and all of them together
    #[arg(long, value_name = "N", default_value = "3", value_parser = values::subset_size)]
    subsets_of: u8,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = values::threads)]
    threads: Option<u16>,
    /// Memory to keep to, such as 512M [default: 128M]
    ///
    /// What does not fit lies in temporary files. At least 32M.
    #[arg(long, value_name = "SIZE", value_parser = values::memory)]
    memory: Option<usize>,
}

impl Risk {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        match self.measure(speaker) {
            Ok(report) => {
                speaker.product(&in_words(&report));
                speaker.document(|| document(&report));
                Exit::Done
            }
            Err(error) => speaker.fail(&error),
        }
    }

    fn measure(&self, speaker: Speaker) -> Result<RiskReport, ReleaseError> {
        let stop = world::stop_signal();
        let bar = RunProgress::new(speaker.quiet);
        RiskJob {
            files: &self.file,
            policy: self.policy.as_deref(),
            quasi_identifiers: &self.quasi,
            sensitive: &self.sensitive,
            subject: self.subject.as_ref(),
            population: self.population.as_deref().map(|path| (path, self.persons.as_ref())),
            threshold: self.threshold,
            subsets_of: usize::from(self.subsets_of),
            memory: self.memory,
            threads: self.threads.map(usize::from),
            observer: &bar,
            stop: &stop,
            scratch: &std::env::temp_dir(),
        }
        .measure()
    }
}

fn document(report: &RiskReport) -> Value {
    let mut document = json!(report);
    document["exit"] = 0.into();
    document
}
