//! Floor 12: the speaker of the tool, and the only place that knows a terminal, a
//! clock, the environment and the signals. One verb a file: its arguments, whose
//! comments are the help, and `run`, which asks the library and says what came
//! of it.
//!
//! Data goes to files, text for people to stderr, and with `--json` one document
//! to stdout.

mod arguments;
mod check;
mod exit;
mod explain;
mod generate;
mod hierarchy;
mod key;
mod proof;
mod reference;
mod risk;
mod run;
mod show;
mod suggest;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::show::Speaker;

/// Minimise and pseudonymise a subscriber extract, and prove it
///
/// Drops every record without a consent that covers the purpose, every recipient
/// and a privacy notice in force at the time; strips or coarsens what the purpose
/// does not need; publishes what is left with a manifest that balances to the
/// record. What it delivers is minimised and pseudonymised, and still personal
/// data.
#[derive(Debug, Parser)]
#[command(name = "scant", version, max_term_width = 100, disable_help_subcommand = false)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    // Without an order of their own they would move among the options of every verb
    // with each verb that is added.
    /// Put one machine-readable document on stdout
    #[arg(long, global = true, display_order = 7)]
    json: bool,
    /// Say nothing but errors
    #[arg(long, short, global = true, display_order = 8)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Check),
    Completions(reference::completions::Completions),
    Explain(explain::Explain),
    Generate(generate::Generate),
    Hierarchy(hierarchy::HierarchyArguments),
    Key(key::KeyArguments),
    Man(reference::man::Man),
    Report(proof::report::Report),
    Risk(risk::Risk),
    Run(run::Run),
    Schema(reference::schema::Schema),
    Sign(proof::sign::Sign),
    Suggest(suggest::Suggest),
    Verify(proof::verify::Verify),
}

/// Runs the command line and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    world::harden(show::say_bug);
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes.
            let is_usage = error.use_stderr();
            return match arguments::usage::without_arguments(error).print() {
                Ok(()) if !is_usage => Exit::Done.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    let speaker = Speaker::new(arguments.quiet, arguments.json);
    // The panic hook has said where; what a panic carries is never shown.
    let outcome = std::panic::catch_unwind(|| match &arguments.verb {
        Verb::Check(verb) => verb.run(speaker),
        Verb::Completions(verb) => verb.run(speaker),
        Verb::Explain(verb) => verb.run(speaker),
        Verb::Generate(verb) => verb.run(speaker),
        Verb::Hierarchy(verb) => verb.run(speaker),
        Verb::Key(verb) => verb.run(speaker),
        Verb::Man(verb) => verb.run(speaker),
        Verb::Report(verb) => verb.run(speaker),
        Verb::Risk(verb) => verb.run(speaker),
        Verb::Run(verb) => verb.run(speaker),
        Verb::Schema(verb) => verb.run(speaker),
        Verb::Sign(verb) => verb.run(speaker),
        Verb::Suggest(verb) => verb.run(speaker),
        Verb::Verify(verb) => verb.run(speaker),
    });
    match outcome.unwrap_or(Exit::Bug) {
        Exit::Done => speaker.done().into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_shows_an_example() {
        for verb in Arguments::command().get_subcommands() {
            if verb.get_name() == "help" {
                continue;
            }
            let shown = verb.clone().render_long_help().to_string();
            assert!(shown.contains("Example"), "{}", verb.get_name());
        }
    }
}
