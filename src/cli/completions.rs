//! `scant completions`: for the shells people use.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::exit::Exit;
use super::show::Speaker;

/// Write a completion script to stdout
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant completions bash > ~/.local/share/bash-completion/completions/scant")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "scant", &mut script);
        speaker.out(&String::from_utf8_lossy(&script));
        Exit::Done
    }
}
