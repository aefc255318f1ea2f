//! `scant sign`: one more signature on a delivery.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::verify::{document, in_words};
use crate::cli::exit::Exit;
use crate::cli::show::Speaker;
use crate::cli::show::progress::RunProgress;
use crate::cli::world;
use crate::format::io::opening::shown;
use crate::model::number::counted::counted;
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset;
use crate::release::verify::VerifyJob;
use crate::release::verify::sign::Signed;

/// Sign a delivery, such as after a data protection officer looked at it
///
/// Verifies the delivery first, and signs it only if no check fails. Adds a signature to the
/// attestation, or makes one; changes nothing else. `scant run --sign` signs at once.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant sign delivery --key officer.json")]
pub(in crate::cli) struct Sign {
    /// The folder of the delivery
    folder: PathBuf,
    /// The keyset that signs, made with `scant key new --signing`
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl Sign {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        match self.sign(speaker) {
            Ok(Signed::Done(key, signatures)) => {
                let signatures_told = counted(signatures as u64, "signature");
                speaker.say(&format!("signed {}; it has {signatures_told}", shown(&self.folder)));
                speaker.document(|| json!({ "exit": 0, "key_id": key.id(), "signatures": signatures }));
                Exit::Done
            }
            Ok(Signed::NotVerified(verified)) => {
                speaker.product(&in_words(&verified));
                speaker.document(|| document(&verified, Exit::NotVerified));
                speaker.insist("error: not signed: the delivery is not what its manifest says");
                Exit::NotVerified
            }
            Err(error) => speaker.fail(&error),
        }
    }

    fn sign(&self, speaker: Speaker) -> Result<Signed, ReleaseError> {
        let key = keyset::open_signing(&self.key)?;
        let stop = world::stop_signal();
        let bar = RunProgress::new(speaker.quiet);
        VerifyJob {
            folder: &self.folder,
            account: None,
            public_keys: &[],
            may_be_unchecked: true,
            as_of: None,
            observer: &bar,
            stop: &stop,
            scratch: &std::env::temp_dir(),
        }
        .sign(&key)
    }
}
