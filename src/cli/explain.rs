//! `scant explain`: in words, what a policy does; with an extract, a rehearsal.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::exit::Exit;
use super::progress::Bar;
use super::show::{Voice, counts};
use super::world;
use crate::policy::words::explain;
use crate::release::delivering::{Order, rehearse};
use crate::release::error::ReleaseError;
use crate::release::loading::load;

/// Say in words what a policy does and what is lost
///
/// With an extract: a rehearsal that gives the same counts as `run` and writes
/// no delivery. Needs no key.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant explain policy.toml extract.csv --as-of 2018-07-01")]
pub(super) struct Explain {
    /// The policy
    policy: PathBuf,
    /// A file of the extract (can be repeated)
    extract: Vec<PathBuf>,
    /// The day at which consent and age are judged [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = world::parse_date)]
    as_of: Option<Date>,
    /// A consent log, beside those the policy names (can be repeated)
    ///
    /// For a policy with [consent.events]. A log the policy names is read all the
    /// same: it may hold the withdrawals.
    #[arg(long, value_name = "FILE")]
    consent: Vec<PathBuf>,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Memory to keep to, such as 512M [default: 128M, and 512M for consent logs]
    ///
    /// What does not fit lies in temporary files. Never changes what is
    /// delivered. At least 32M; row groups of Parquet and record batches of IPC
    /// are held whole whatever it says.
    #[arg(long, value_name = "SIZE", value_parser = world::parse_memory)]
    memory: Option<usize>,
}

impl Explain {
    pub(super) fn run(&self, voice: Voice) -> Exit {
        match self.explain(voice) {
            Ok(()) => Exit::Done,
            Err(error) => voice.fail(&error),
        }
    }

    fn explain(&self, voice: Voice) -> Result<(), ReleaseError> {
        let stop = world::stop_signal();
        let loaded = load(&self.policy, self.as_of.unwrap_or_else(world::today))?;
        let words = explain(&loaded.compiled.plan);
        voice.product(&format!("{}\n", words.join("\n\n")));
        let mut report = None;
        if !self.extract.is_empty() {
            let bar = Bar::new(voice.quiet);
            let order = Order {
                loaded: &loaded,
                extracts: &self.extract,
                consent: &self.consent,
                key: None,
                max_malformed: None,
                expect_records: None,
                threads: self.threads.map_or_else(world::cores, usize::from),
                memory_bytes: self.memory,
                block_bytes: None,
                observer: &bar,
                stop: &stop,
            };
            let counted = rehearse(&order, &std::env::temp_dir())?;
            drop(bar);
            voice.product(&format!("\nWith this extract:\n\n{}", counts(&counted)));
            report = Some(counted);
        }
        voice.document(|| json!({ "exit": 0, "words": words, "counts": report }));
        Ok(())
    }
}
