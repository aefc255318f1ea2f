//! `scant key`: pseudonym keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::Exit;
use super::show::Speaker;
use super::world;
use crate::format::io::opening::shown;
use crate::release::inputs::keyset;
use crate::release::publish::target::refuse_inside_delivery;

/// Make and keep pseudonym keys
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
    #[command(after_help = "Example:\n  scant key new key.json")]
    New {
        /// The file, which must not exist
        file: PathBuf,
    },
}

impl KeyArguments {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let KeyVerb::New { file } = &self.verb;
        // What is in the folder of a delivery is sent with it.
        let made = refuse_inside_delivery(file)
            .and_then(|()| world::today())
            .and_then(|today| Ok(keyset::create(file, today)?));
        match made {
            Ok(key) => {
                speaker.say(&format!("made the keyset {} with key {}", shown(file), key.id()));
                speaker.document(|| json!({ "exit": 0, "file": shown(file).to_string(), "key_id": key.id() }));
                Exit::Done
            }
            Err(error) => speaker.fail(&error),
        }
    }
}
