//! `scant completions`: for the shells people use.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::exit::Exit;
use crate::cli::show::Speaker;

/// Write a completion script to stdout
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant completions bash > ~/.local/share/bash-completion/completions/scant")]
pub(in crate::cli) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::cli::Arguments::command(), "scant", &mut script);
        speaker.out(&String::from_utf8_lossy(&script));
        Exit::Done
    }
}
