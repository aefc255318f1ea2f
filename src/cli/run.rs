//! `scant run`: the main job.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use serde_json::Value;

use super::arguments::values::{self, with};
use super::exit::Exit;
use super::show::progress::RunProgress;
use super::show::warnings::Warnings;
use super::show::{Speaker, compared, counts, error_document};
use super::world;
use crate::format::io::opening::shown;
use crate::model::number::counted::counted;
use crate::release::deliver::deliver;
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset;
use crate::release::inputs::policy::{Policy, load};
use crate::release::interface::job::Job;
use crate::release::publish::access::FileMode;
use crate::release::publish::target;
use crate::release::report::{Delivery, RunReport};

/// Minimise an extract and deliver it
///
/// Writes two folders: DIR to send, with data and manifest, and DIR.internal to
/// keep, with the exact account. Both appear complete, or neither does; nothing
/// is ever overwritten.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  scant run policy.toml extract.csv -o delivery --key key.json --as-of 2018-07-01\n  \
    scant run policy.toml extract.csv -o delivery --key key.json --list tps=tps-2018-07-01.csv\n\n\
    Exit codes: 0 delivered, 1 environment, 2 usage, 3 policy, 4 extract, 5 refused, 70 bug, 130 interrupted"
)]
pub(super) struct Run {
    /// The policy
    policy: PathBuf,
    /// A file of the extract (can be repeated: parts of one table)
    #[arg(required = true)]
    extract: Vec<PathBuf>,
    /// The folder of the delivery, which must not exist
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
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
    /// The keyset that makes the pseudonyms
    #[arg(long, value_name = "FILE", conflicts_with = "new_key")]
    key: Option<PathBuf>,
    /// The keyset that signs the delivery, made with `scant key new --signing`
    ///
    /// Adds an attestation (in-toto, in a DSSE envelope), which whoever has the public key
    /// verifies.
    #[arg(long, value_name = "FILE")]
    sign: Option<PathBuf>,
    /// Like --key, but make the keyset first if there is none
    ///
    /// For a first try. Another key gives other pseudonyms, so a scheduled run
    /// should name a keyset with --key and fail without it.
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
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
    /// Malformed records to allow, in place of the policy's `max_quarantined`; one may
    /// be the withdrawal of a person whom another record delivers
    #[arg(long, value_name = "N", value_parser = values::count)]
    max_malformed: Option<u64>,
    /// Refuse an extract that does not have exactly N records
    #[arg(long, value_name = "N", value_parser = values::count)]
    expect_records: Option<u64>,
    /// Compare with this account, in place of the last delivery
    ///
    /// For `guards.max_change`: the account.json of an earlier run of this policy.
    /// The manifest of the recipient will not do: its counts are rounded.
    #[arg(long, value_name = "ACCOUNT")]
    against: Option<PathBuf>,
    /// Deliver although these counts changed more than `guards.max_change` allows
    ///
    /// `read`, `delivered`, `quarantined` or reasons, as the refusal names them,
    /// separated by commas. Recorded in the account. For one night: in a scheduled
    /// run it would take the guard away.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', value_parser = values::count_name)]
    accept_change: Vec<String>,
    /// Write the exact counts to FILE, also when the run is refused
    ///
    /// A new file outside the delivery. A delivery has the same counts, and more, in
    /// DIR.internal/account.json.
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// Where to keep what is not sent [default: DIR.internal]
    ///
    /// A folder that must not exist, on any file system. Appears complete, or not
    /// at all, like DIR.
    #[arg(long, value_name = "DIR")]
    internal: Option<PathBuf>,
    /// Who may read the files of the delivery, such as 640 [default: 600]
    ///
    /// Octal digits. 640 lets the group of the files read them, such as the one that
    /// transfers them; folders likewise. What is kept is its owner's alone.
    #[arg(long, value_name = "MODE", value_parser = FileMode::parse)]
    mode: Option<FileMode>,
}

impl Run {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let opened = self.account.as_deref().map(|path| AccountFile::create(path, self)).transpose();
        let account = match opened {
            Ok(account) => account,
            Err(error) => return self.failed(speaker, &error, &Value::Null),
        };
        let mut warned = Value::Null;
        match self.deliver(speaker, &mut warned) {
            Ok((delivery, warnings)) => {
                let unwritten = account.and_then(|account| account.write(&delivery.report).err());
                let exit = unwritten.as_ref().map_or(Exit::Done, |error| speaker.tell(error));
                speaker.document(|| {
                    let mut document = serde_json::to_value(&delivery).unwrap_or_default();
                    document["exit"] = exit.code().into();
                    document["delivery_complete"] = true.into();
                    document["warnings"] = warnings;
                    if let Some(error) = &unwritten {
                        document["error"] = error.to_string().into();
                    }
                    document
                });
                let exit = if exit == Exit::Done { speaker.done() } else { exit };
                if exit != Exit::Done {
                    speaker.insist(&format!("  the delivery {} is complete", shown(&delivery.folder)));
                }
                exit
            }
            Err(error) => {
                let report = error.report();
                if let (Some(account), Some(report)) = (account, report)
                    && let Err(unwritten) = account.write(report)
                {
                    speaker.tell(&unwritten);
                }
                self.failed(speaker, &error, &warned)
            }
        }
    }

    /// Shows an error, with the one document, which says whether there is a delivery.
    #[expect(clippy::unused_self, reason = "of this verb alone")]
    fn failed(&self, speaker: Speaker, error: &ReleaseError, warned: &Value) -> Exit {
        let exit = speaker.tell(error);
        speaker.document(|| {
            let mut document = error_document(error, exit, warned);
            document["delivery_complete"] = matches!(error, ReleaseError::AfterCommit { .. }).into();
            document
        });
        exit
    }

    /// What is asked for.
    fn job<'a>(&self, policy: &'a Policy) -> Job<'a> {
        let mut job = Job::new(policy);
        job = self.extract.iter().fold(job, Job::extract);
        job = self.consent.iter().fold(job, Job::consent_log);
        job = self.accept_change.iter().fold(job, Job::accept_change);
        job = with(job, self.key.as_ref().or(self.new_key.as_ref()), Job::key);
        job = with(job, self.sign.as_ref(), Job::sign);
        job = with(job, self.internal.as_ref(), Job::internal);
        job = with(job, self.mode, Job::mode);
        job = with(job, self.max_malformed, Job::max_malformed);
        job = with(job, self.expect_records, Job::expect_records);
        job = with(job, self.against.as_ref(), Job::against);
        job = with(job, self.threads.map(usize::from), Job::threads);
        with(job, self.memory, Job::memory)
    }

    /// The delivery, and what was warned of.
    fn deliver(&self, speaker: Speaker, warned: &mut Value) -> Result<(Delivery, Value), ReleaseError> {
        let (as_of, today) = world::days(self.as_of, false)?;
        let policy = values::with_lists(load(&self.policy, as_of)?, &self.list)?;
        let mut warnings = Warnings::of(&policy, today);
        warnings.show(speaker, &policy);
        *warned = warnings.document();
        // Work begins: from here on there is something to clean up.
        let stop = world::stop_signal();
        if let Some(path) = &self.new_key
            && path.symlink_metadata().is_err()
        {
            target::refuse_beside(path, &self.output, self.internal.as_deref())?;
            let key = keyset::create(path, today)?;
            speaker.say(&format!("made the keyset {} with key {}", shown(path), key.id()));
        }
        let bar = RunProgress::new(speaker.quiet);
        let job = self.job(&policy).today(today).observer(&bar).stop(&stop);
        let delivered = deliver(&job, &self.output);
        warnings.said(bar.take_said());
        drop(bar);
        let delivery = match delivered {
            Ok(delivery) => delivery,
            Err(error) => {
                warnings.refused(speaker, &policy, &error);
                *warned = warnings.document();
                return Err(error);
            }
        };
        let release = &policy.compiled.plan.release;
        let behind: Vec<&str> = release.on_behalf_of.iter().map(crate::model::name::PartyId::as_str).collect();
        let behind = if behind.is_empty() { String::new() } else { format!(" on behalf of {}", behind.join(", ")) };
        let report = &delivery.report;
        speaker.say(&format!(
            "{} for {}{behind}: {}, as of {}\n\n{}",
            report.policy,
            report.recipient,
            report.purpose,
            report.as_of,
            counts(report)
        ));
        warnings.counted(&policy, report).show(speaker, &policy);
        if let Some(changes) = &delivery.changes {
            speaker.say(&compared(changes));
        }
        let erase = delivery.erase_by.as_ref().map_or_else(String::new, |day| format!(", to be erased by {day}"));
        speaker.say(&format!(
            "delivered {} ({}) to {}{erase}\nsend only that folder; keep {}, which holds the exact account",
            counted(report.delivered, "record"),
            counted(delivery.bytes, "byte"),
            shown(&delivery.folder),
            shown(&delivery.kept)
        ));
        Ok((delivery, warnings.document()))
    }
}

/// The file of `--account`: made before the run, so that one that cannot be made
/// ends it at once; removed again where there is nothing to write into it.
struct AccountFile {
    path: PathBuf,
    file: Option<File>,
}

impl AccountFile {
    fn create(path: &Path, run: &Run) -> Result<Self, ReleaseError> {
        target::refuse_beside(path, &run.output, run.internal.as_deref())?;
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => ReleaseError::OutputExists { path: path.to_owned() },
            _ => ReleaseError::Io { doing: "create", path: path.to_owned(), source },
        })?;
        Ok(Self { path: path.to_owned(), file: Some(file) })
    }

    fn write(mut self, report: &RunReport) -> Result<(), ReleaseError> {
        let mut json = serde_json::to_vec_pretty(report).map_err(|_| ReleaseError::Bug { step: "the account" })?;
        json.push(b'\n');
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(&json).map_err(|source| ReleaseError::Io { doing: "write", path: self.path.clone(), source })?;
        self.file = None;
        Ok(())
    }
}

impl Drop for AccountFile {
    fn drop(&mut self) {
        if self.file.is_some() {
            // Empty, or half an account: what cannot be removed is seen to be none.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
