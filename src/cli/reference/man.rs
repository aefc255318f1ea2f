//! `scant man`: manual pages, from the same words as the help.

use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use super::pages::DOCUMENTS;
use super::reasons;
use crate::cli::exit::Exit;
use crate::cli::show::Speaker;

/// Write a manual page to stdout
///
/// Of scant, of a verb, of every key of a policy or a register, or of the reasons
/// why records are not delivered.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  scant man run | man -l -\n  scant man policy | man -l -")]
pub(in crate::cli) struct Man {
    /// A verb, `policy`, `register` or `reasons`; without one the page of scant
    verb: Option<String>,
    /// One of these three as Markdown
    #[arg(long, requires = "verb")]
    markdown: bool,
}

impl Man {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        let named = DOCUMENTS.iter().find(|document| Some(document.name) == self.verb.as_deref());
        if let Some(document) = named {
            speaker.out(&if self.markdown { document.markdown() } else { document.roff() });
            return Exit::Done;
        }
        if self.verb.as_deref() == Some("reasons") {
            speaker.out(&if self.markdown { reasons::markdown() } else { reasons::roff() });
            return Exit::Done;
        }
        if self.markdown {
            speaker.insist("error: only the pages policy, register and reasons are there as Markdown");
            return Exit::Usage;
        }
        let mut command = crate::cli::Arguments::command();
        command.build();
        let page = match &self.verb {
            None => Some(command),
            Some(verb) => command.find_subcommand(verb).cloned(),
        };
        let Some(page) = page else {
            speaker.insist("error: there is no such page\n  hint: `scant help` lists the verbs; `policy`, `register` and `reasons` have pages, too");
            return Exit::Usage;
        };
        let mut roff = Vec::new();
        // Writing to memory cannot fail.
        let _ = Page::new(page).render(&mut roff);
        speaker.out(&String::from_utf8_lossy(&roff));
        Exit::Done
    }
}
