//! `scant check`: every fault of a policy at once.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::arguments::values;
use super::exit::Exit;
use super::show::Speaker;
use super::show::warnings::Warnings;
use super::world;
use crate::format::io::opening::shown;
use crate::release::check::fits;
use crate::release::error::ReleaseError;
use crate::release::inputs::policy::load;

/// Report every fault of a policy at once
///
/// Compiles the policy with its register, reads its lists, and binds it to the
/// headers of the extract and of the consent log when one is given. Reads no
/// record of them, and does not ask how old a list is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant check policy.toml extract.csv")]
pub(super) struct Check {
    /// The policy
    policy: PathBuf,
    /// A file of the extract, for its header (can be repeated)
    extract: Vec<PathBuf>,
    /// The day at which consent and age are judged [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    as_of: Option<Date>,
    /// A consent log, beside those the policy names (can be repeated)
    ///
    /// For a policy with [consent.events]. A log the policy names is read all the
    /// same: it may hold the withdrawals.
    #[arg(long, value_name = "FILE")]
    consent: Vec<PathBuf>,
    /// Read FILE as the list NAME, in place of the file the policy names (can be
    /// repeated; for one list again: several files)
    ///
    /// For a list that has another name every night. FILE is relative to the working
    /// folder.
    #[arg(long, value_name = "NAME=FILE", value_parser = values::list_file)]
    list: Vec<(String, PathBuf)>,
}

impl Check {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let mut warned = Value::Null;
        match self.check(speaker, &mut warned) {
            Ok(()) => Exit::Done,
            Err(error) => speaker.fail_after(&error, &warned),
        }
    }

    fn check(&self, speaker: Speaker, warned: &mut Value) -> Result<(), ReleaseError> {
        let (as_of, today) = world::days(self.as_of, false)?;
        let policy = values::with_lists(load(&self.policy, as_of)?, &self.list)?;
        let mut warnings = Warnings::of(&policy, today);
        *warned = warnings.document();
        let fits_all = fits(&policy, &self.extract, &self.consent);
        warnings.show(speaker, &policy);
        warnings.asked(&policy, &fits_all?).show(speaker, &policy);
        let fits = match (self.extract.is_empty(), policy.compiled.plan.log_rules()) {
            (true, _) if self.consent.is_empty() => "",
            (true, _) => ", and it fits the consent log",
            (false, None) => ", and it fits the extract",
            (false, Some(_)) => ", and it fits the extract and the consent log",
        };
        // Where the policy says the columns, nothing of the file was compared with them.
        let says_columns = policy.compiled.plan.extract.dialect.header.is_some();
        let unread = if says_columns && !self.extract.is_empty() {
            "; its columns are those of extract.header, and `scant explain` reads its records"
        } else {
            ""
        };
        speaker.say(&format!("{}: no faults{fits}{unread}", shown(&self.policy)));
        speaker.document(|| json!({ "exit": 0, "faults": [], "warnings": warnings.document() }));
        Ok(())
    }
}
