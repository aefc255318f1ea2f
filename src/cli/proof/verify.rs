//! `scant verify`: whether a delivery is what its manifest says.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::cli::arguments::values;
use crate::cli::exit::Exit;
use crate::cli::show::Speaker;
use crate::cli::show::progress::RunProgress;
use crate::cli::world;
use crate::model::number::counted::counted;
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset;
use crate::release::publish::target::refuse_inside_delivery;
use crate::release::publish::whole_file::{refuse_existing, write_closed};
use crate::release::verify::checks::{CheckFinding, DeliveryCheck};
use crate::release::verify::{Verified, VerifyJob};

/// The `format` of the document.
const VERIFY_FORMAT: &str = "scant-verify/1";
/// Places of the longest name of a check.
const NAME: usize = 10;

/// Check that a delivery is whole and what its manifest says
///
/// Makes every check that can be made of the folder alone: the manifest is as scant writes
/// it, every file is there and no other, the bag and the Data Package follow from it, the
/// data has its digests, rows and columns, and the classes reach what it says of k, l and
/// t; with public keys, that each has signed it. With the account that the sender keeps: that it balances to the record and is the one
/// of this delivery. Anybody can do it: it needs no key and writes nothing.
///
/// Ends with exit code 6 if a check fails, and names every one that did.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant verify delivery --as-of 2027-01-01")]
pub(in crate::cli) struct Verify {
    /// The folder of the delivery
    folder: PathBuf,
    /// The account that the sender kept [default: that of the folder .internal beside it]
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// A public key that must have signed it (can be repeated: each of them)
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// Pass a signed delivery without a public key
    ///
    /// Otherwise that is a failure: whoever changes a delivery can sign it, too.
    #[arg(long, conflicts_with = "public_key")]
    no_signature: bool,
    /// Write what passed to FILE, for programs: an in-toto statement (svr/v0.2)
    ///
    /// A new file; none of a delivery that fails.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Sign that file with this keyset, made with `scant key new --signing` (DSSE)
    #[arg(long, value_name = "FILE", requires = "summary")]
    summary_key: Option<PathBuf>,
    /// A day: after the one by which the delivery is to be erased, that is a failure
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    as_of: Option<Date>,
}

impl Verify {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        match self.verify(speaker) {
            Ok(verified) => {
                let exit = if verified.has_passed() { Exit::Done } else { Exit::NotVerified };
                if let Err(error) = self.summarise(&verified) {
                    return speaker.fail(&error);
                }
                speaker.product(&in_words(&verified));
                speaker.document(|| document(&verified, exit));
                exit
            }
            Err(error) => speaker.fail(&error),
        }
    }

    fn summarise(&self, verified: &Verified) -> Result<(), ReleaseError> {
        let Some(path) = &self.summary else { return Ok(()) };
        let key = self.summary_key.as_deref().map(keyset::open_signing).transpose()?;
        match verified.summary(&world::time()?, key.as_ref()) {
            Some(bytes) => write_closed(path, &bytes),
            None => Ok(()),
        }
    }

    fn verify(&self, speaker: Speaker) -> Result<Verified, ReleaseError> {
        if let Some(path) = &self.summary {
            refuse_inside_delivery(path)?;
            refuse_existing(path)?;
        }
        let stop = world::stop_signal();
        let bar = RunProgress::new(speaker.quiet);
        VerifyJob {
            folder: &self.folder,
            account: self.account.as_deref(),
            public_keys: &self.public_key,
            may_be_unchecked: self.no_signature,
            as_of: self.as_of,
            observer: &bar,
            stop: &stop,
            scratch: &std::env::temp_dir(),
        }
        .verify()
    }
}

pub(super) fn in_words(verified: &Verified) -> String {
    let mut lines = Vec::new();
    if let Some(release) = &verified.release {
        lines.push(format!("release {release}, {}", counted(verified.rows, "row")));
    }
    for DeliveryCheck { name, finding } in &verified.checks {
        let result = match finding {
            CheckFinding::Passed(_) => "passed",
            CheckFinding::Failed(_) => "FAILED",
            CheckFinding::NotMade(_) => "not checked",
        };
        for (number, line) in finding.lines().iter().enumerate() {
            let (name, result) = if number == 0 { (name.replace('_', " "), result) } else { (String::new(), "") };
            lines.push(format!("  {name:NAME$}  {result:11}  {line}"));
        }
    }
    let is_not_made = |check: &&DeliveryCheck| matches!(check.finding, CheckFinding::NotMade(_));
    let not_made = verified.checks.iter().filter(is_not_made).count() as u64;
    let failed: Vec<String> = verified
        .checks
        .iter()
        .filter(|check| matches!(check.finding, CheckFinding::Failed(_)))
        .map(|check| check.name.replace('_', " "))
        .collect();
    lines.push(match failed.as_slice() {
        [] if not_made > 0 => format!("no check failed; {} not made", counted(not_made, "check")),
        [] => "no check failed".to_owned(),
        failed => format!("failed: {}", failed.join(", ")),
    });
    lines.join("\n") + "\n"
}

pub(super) fn document(verified: &Verified, exit: Exit) -> Value {
    let check = |check: &DeliveryCheck| json!({ "check": check.name, "result": check.finding.word(), "what": check.finding.lines() });
    let mut document = json!({
        "format": VERIFY_FORMAT,
        "exit": exit.code(),
        "checks": verified.checks.iter().map(check).collect::<Vec<_>>(),
    });
    if let Some(release) = &verified.release {
        document["release"] = json!(release);
        document["rows"] = json!(verified.rows);
    }
    if let Some(day) = &verified.erase_by {
        document["erase_by"] = json!(day);
    }
    document
}
