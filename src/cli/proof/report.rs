//! `scant report`: the page for the data protection officer.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::show::Speaker;
use crate::format::io::opening::shown;
use crate::release::report_folder::{MadeReport, ReportJob};

/// The `format` of the document.
const REPORT_FORMAT: &str = "scant-report/1";

/// Write a page about a delivery for the data protection officer
///
/// One page of HTML that needs no network and no script, and two tables for spreadsheets: a
/// row for the record of processing activities (GDPR Art. 30) and an extract for an impact
/// assessment (Art. 35). Made of the account that the sender keeps, or of the manifest alone
/// with its rounded counts. `scant run` writes the same three files beside the account.
///
/// It reads the documents, not the data: `scant verify` says whether they belong together.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant report delivery -o for-the-officer")]
pub(in crate::cli) struct Report {
    /// The folder of the delivery
    folder: PathBuf,
    /// The account that the sender kept [default: that of the folder .internal beside it]
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// The folder to make, which must not exist [default: the delivery's name and .report]
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Report {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        let job = ReportJob { folder: &self.folder, account: self.account.as_deref(), output: self.output.as_deref() };
        match job.make() {
            Ok(made) => {
                speaker.say(&in_words(&made));
                speaker.document(|| document(&made));
                Exit::Done
            }
            Err(error) => speaker.fail(&error),
        }
    }
}

fn in_words(made: &MadeReport) -> String {
    let page = made.files.first().copied().unwrap_or_default();
    let rests_on = if made.has_account {
        "it has exact counts, as the account has: keep it, and do not send it"
    } else {
        "there was no account, so it rests on the manifest and its rounded counts"
    };
    format!("wrote {}\n  {rests_on}", shown(&made.folder.join(page)))
}

fn document(made: &MadeReport) -> Value {
    json!({
        "format": REPORT_FORMAT,
        "exit": 0,
        "folder": shown(&made.folder).to_string(),
        "files": made.files,
        "account": made.has_account,
    })
}
