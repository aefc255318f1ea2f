//! `scant key`: keys that make pseudonyms, and keys that sign.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::Exit;
use super::show::Speaker;
use super::world;
use crate::format::io::opening::shown;
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset;
use crate::release::inputs::public_key::public_key_file;
use crate::release::publish::target::refuse_inside_delivery;

/// Make the keys of pseudonyms and of signatures
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant key new key.json")]
pub(super) struct KeyArguments {
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Debug, Subcommand)]
enum KeyVerb {
    /// Make a keyset with one new key, closed to everybody else
    ///
    /// Whoever has the file can join pseudonyms back to identifiers: keep it
    /// apart from every delivery, and keep a copy in a safe.
    #[command(after_help = "Examples:\n  scant key new key.json\n  scant key new --signing sign.json")]
    New {
        /// Make a key that signs deliveries, and beside it FILE.pub, the public key
        ///
        /// Whoever has the public key can check who signed. Give it to recipients another
        /// way than the deliveries.
        #[arg(long)]
        signing: bool,
        /// The file, which must not exist
        file: PathBuf,
    },
}

impl KeyArguments {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let KeyVerb::New { signing, file } = &self.verb;
        let made = if *signing { make_signing_key(speaker, file) } else { make_pseudonym_key(speaker, file) };
        match made {
            Ok(()) => Exit::Done,
            Err(error) => speaker.fail(&error),
        }
    }
}

fn make_pseudonym_key(speaker: Speaker, file: &Path) -> Result<(), ReleaseError> {
    // What is in the folder of a delivery is sent with it.
    refuse_inside_delivery(file)?;
    let key = keyset::create(file, world::today()?)?;
    speaker.say(&format!("made the keyset {} with key {}", shown(file), key.id()));
    speaker.document(|| json!({ "exit": 0, "file": shown(file).to_string(), "key_id": key.id() }));
    Ok(())
}

fn make_signing_key(speaker: Speaker, file: &Path) -> Result<(), ReleaseError> {
    refuse_inside_delivery(file)?;
    let public = public_key_file(file);
    let key = keyset::create_signing(file, &public, world::today()?)?;
    speaker.say(&format!("made the keyset {}, which signs, and its public key {}", shown(file), shown(&public)));
    speaker.say("give the public key to recipients, another way than the deliveries; keep the keyset to yourself");
    speaker.document(|| {
        let (file, public) = (shown(file).to_string(), shown(&public).to_string());
        json!({ "exit": 0, "file": file, "public_key": public, "key_id": key.id() })
    });
    Ok(())
}
