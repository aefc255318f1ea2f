//! `scant generate`: a synthetic extract of any size.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::arguments::values;
use super::exit::Exit;
use super::show::Speaker;
use super::show::progress::Counter;
use crate::format::io::opening::shown;
use crate::generate::{Recipe, generate};
use crate::model::number::counted::counted;
use crate::release::interface::clock::cores;
use crate::release::publish::target::refuse_inside_delivery;

/// Make a synthetic UK subscriber extract of any size
///
/// Writes extract.csv, consent-events.csv, register.toml, policy-2017.toml and
/// policy-later.toml into DIR. The same rows and seed give the same bytes. All
/// people are invented.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant generate --rows 1000000 --seed 1 -o synthetic")]
pub(super) struct Generate {
    /// How many records
    #[arg(long, value_name = "N", value_parser = values::rows)]
    rows: u64,
    /// What all draws depend on
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = values::count)]
    seed: u64,
    /// The folder, made if it does not exist; no file in it is overwritten
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Records of a thousand that share their subject with another
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = values::per_thousand)]
    duplicates: u16,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = values::threads)]
    threads: Option<u16>,
}

impl Generate {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let recipe = Recipe { rows: self.rows, seed: self.seed, duplicates_per_thousand: self.duplicates };
        let threads = self.threads.map_or_else(cores, usize::from);
        let counter = Counter::new(self.rows, speaker.quiet);
        // What is in the folder of a delivery is sent with it.
        if let Err(error) = refuse_inside_delivery(&self.output.join("extract.csv")) {
            return speaker.fail(&error);
        }
        let made = generate(&recipe, &self.output, threads, &|records| counter.at(records));
        drop(counter);
        match made {
            Ok(made) => {
                speaker.say(&format!(
                    "wrote {} ({}) and their consent log to {}",
                    counted(made.rows, "record"),
                    counted(made.extract_bytes, "byte"),
                    shown(&self.output)
                ));
                speaker.document(|| {
                    json!({ "exit": 0, "rows": made.rows, "extract_bytes": made.extract_bytes,
                            "events_bytes": made.events_bytes })
                });
                Exit::Done
            }
            Err(error) => {
                speaker.insist(&format!("error: {error}"));
                if let Some(cause) = std::error::Error::source(&error) {
                    speaker.insist(&format!("  caused by: {cause}"));
                }
                speaker.document(|| json!({ "exit": Exit::Environment.code(), "error": error.to_string() }));
                Exit::Environment
            }
        }
    }
}
