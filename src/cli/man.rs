//! `scant man`: manual pages, from the same words as the help.

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use super::exit::Exit;
use super::show::Speaker;

/// Write a manual page to stdout
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant man run | man -l -")]
pub(super) struct Man {
    /// The verb whose page to write; without one the page of scant
    verb: Option<String>,
}

impl Man {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let mut command = super::Arguments::command();
        command.build();
        let page = match &self.verb {
            None => Some(command),
            Some(verb) => command.find_subcommand(verb).cloned(),
        };
        let Some(page) = page else {
            speaker.insist("error: there is no such verb\n  hint: `scant help` lists them");
            return Exit::Usage;
        };
        let mut roff = Vec::new();
        // Writing to memory cannot fail.
        let _ = Page::new(page).render(&mut roff);
        speaker.out(&String::from_utf8_lossy(&roff));
        Exit::Done
    }
}
