//! `scant explain`: in words, what a policy does; with an extract, a dry run.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::arguments::values::{self, with};
use super::exit::Exit;
use super::show::progress::RunProgress;
use super::show::warnings::Warnings;
use super::show::{Speaker, compared, counts};
use super::world;
use crate::format::io::opening::shown;
use crate::model::number::counted::{counted, number};
use crate::policy::explain::explain;
use crate::release::check::other_words_pass;
use crate::release::dry_run::dry_run;
use crate::release::error::ReleaseError;
use crate::release::inputs::policy::{Policy, load};
use crate::release::interface::job::Job;
use crate::release::publish::target::refuse_inside_delivery;
use crate::release::trace::subject_file::read_ids;
use crate::release::trace::trace;

/// Say in words what a policy does and what is lost
///
/// With an extract: a dry run that gives the same counts as `run` and writes
/// no delivery. Needs no key.
///
/// With --subject-file: the answer to "why was I in that delivery?". For each id
/// in the file, each of its records and each test the record went through, written
/// to --output, which only its owner may read. Ids are shown nowhere else.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  scant explain policy.toml extract.csv --as-of 2018-07-01\n  \
    scant explain policy.toml extract.csv --as-of 2018-07-01 --subject-file ids.txt -o answer.txt")]
pub(super) struct Explain {
    /// The policy
    policy: PathBuf,
    /// A file of the extract (can be repeated)
    extract: Vec<PathBuf>,
    /// The day at which consent and age are judged [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    as_of: Option<Date>,
    /// Allow an as-of day that has not come yet
    ///
    /// For a dry run. Whoever withdraws until then is not known, and nothing is
    /// delivered as of such a day.
    #[arg(long)]
    allow_future: bool,
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
    /// Say whether `guards.max_change` would refuse the run, compared with this
    ///
    /// The account.json of an earlier run of this policy, or the state file
    /// .NAME.last.json beside its deliveries.
    #[arg(long, value_name = "ACCOUNT", requires = "extract")]
    against: Option<PathBuf>,
    /// Say how the records of these people are judged: a file with one id a line
    #[arg(long, value_name = "FILE", requires_all = ["extract", "output"], conflicts_with = "against")]
    subject_file: Option<PathBuf>,
    /// Where to write that: a new file, JSON if its name ends in .json, else text
    #[arg(long, short, value_name = "FILE", requires = "subject_file")]
    output: Option<PathBuf>,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", value_parser = values::threads)]
    threads: Option<u16>,
    /// Memory to keep to, such as 512M [default: 128M, and 512M for consent logs]
    ///
    /// What does not fit lies in temporary files. Never changes what is
    /// delivered. At least 32M; row groups of Parquet and record batches of IPC
    /// are held whole whatever it says.
    #[arg(long, value_name = "SIZE", value_parser = values::memory)]
    memory: Option<usize>,
}

impl Explain {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let mut warned = Value::Null;
        match self.explain(speaker, &mut warned) {
            Ok(()) => Exit::Done,
            Err(error) => speaker.fail_after(&error, &warned),
        }
    }

    fn explain(&self, speaker: Speaker, warned: &mut Value) -> Result<(), ReleaseError> {
        let (as_of, today) = world::days(self.as_of, self.allow_future)?;
        let policy = values::with_lists(load(&self.policy, as_of)?, &self.list)?;
        let stop = world::stop_signal();
        let mut warnings = Warnings::of(&policy, today);
        *warned = warnings.document();
        if let (Some(subjects), Some(output)) = (&self.subject_file, &self.output) {
            refuse_inside_delivery(output)?;
            warnings.show(speaker, &policy);
            return self.trace(speaker, (&policy, today), (&mut warnings, warned), (subjects, output));
        }
        let words = explain(&policy.compiled.plan);
        speaker.product(&format!("{}\n", words.join("\n\n")));
        warnings.show(speaker, &policy);
        let mut done = None;
        if self.extract.is_empty() {
            warnings.asked(&policy, &other_words_pass(&policy.compiled.plan)).show(speaker, &policy);
        } else {
            let bar = RunProgress::new(speaker.quiet);
            let job = self.job(&policy).today(today).observer(&bar).stop(&stop);
            let counted_now = dry_run(&job, &std::env::temp_dir());
            warnings.said(bar.take_said());
            drop(bar);
            let dry_run = counted_now.inspect_err(|error| {
                warnings.refused(speaker, &policy, error);
                *warned = warnings.document();
            })?;
            speaker.product(&format!("\nWith this extract:\n\n{}", counts(&dry_run.report)));
            warnings.counted(&policy, &dry_run.report).show(speaker, &policy);
            match &dry_run.changes {
                Some(changes) => speaker.product(&format!("{}\n", compared(changes))),
                None if policy.compiled.plan.guards.max_change.is_some() => {
                    speaker
                        .product("guards.max_change was not looked at: give --against, the account of the last run\n");
                }
                None => {}
            }
            if let Some(refused) = &dry_run.refused {
                speaker.product(&format!("A run would be refused: {refused}\n"));
            }
            done = Some(dry_run);
        }
        speaker.document(|| {
            let done = done.as_ref();
            let mut document =
                json!({ "exit": 0, "words": words, "counts": done.map(|dry_run| &dry_run.report), "warnings": warnings.document() });
            if let Some(refused) = done.and_then(|dry_run| dry_run.refused.as_ref()) {
                document["refused"] = refused.as_str().into();
            }
            if let Some(changes) = done.and_then(|dry_run| dry_run.changes.as_ref()) {
                document["changes"] = json!(changes);
            }
            document
        });
        Ok(())
    }

    /// What is asked for.
    fn job<'a>(&self, policy: &'a Policy) -> Job<'a> {
        let mut job = Job::new(policy);
        job = self.extract.iter().fold(job, Job::extract);
        job = self.consent.iter().fold(job, Job::consent_log);
        job = with(job, self.against.as_ref(), Job::against);
        job = with(job, self.threads.map(usize::from), Job::threads);
        with(job, self.memory, Job::memory)
    }

    /// Says no more than counts: what was asked is in one file, the answer in the
    /// other.
    fn trace(
        &self,
        speaker: Speaker,
        (policy, today): (&Policy, Date),
        (warnings, warned): (&mut Warnings, &mut Value),
        (subjects, output): (&Path, &Path),
    ) -> Result<(), ReleaseError> {
        let stop = world::stop_signal();
        let bar = RunProgress::new(speaker.quiet);
        let job = self.job(policy).today(today).observer(&bar).stop(&stop);
        let ids = read_ids(subjects, &job)?;
        let traced = trace(&job, &ids, output, &std::env::temp_dir());
        warnings.said(bar.take_said());
        drop(bar);
        let traced = traced.inspect_err(|error| {
            warnings.refused(speaker, policy, error);
            *warned = warnings.document();
        })?;
        warnings.counted(policy, &traced.report).show(speaker, policy);
        speaker.say(&format!(
            "{} asked for, {} with {}, of which {} would be delivered\nwrote {}: personal data, for the person asked about",
            counted(traced.ids as u64, "id"),
            traced.found,
            counted(traced.records as u64, "record"),
            number(traced.delivered as u64),
            shown(output)
        ));
        speaker.document(|| {
            json!({
                "exit": 0,
                "ids": traced.ids,
                "found": traced.found,
                "records": traced.records,
                "delivered": traced.delivered,
                "output": shown(output).to_string(),
                "counts": traced.report,
                "warnings": warnings.document(),
            })
        });
        Ok(())
    }
}
