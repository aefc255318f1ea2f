//! Arguments that cannot be used. clap quotes them back, and what is in the
//! wrong place may be somebody's data: only the names of our own options are shown.

use clap::error::{ContextKind, ContextValue};

/// What is shown in place of an argument.
const NOT_SHOWN: &str = "…";

/// An error of the command line without the arguments it is about.
pub(in crate::cli) fn without_arguments(mut error: clap::Error) -> clap::Error {
    let hide = |error: &mut clap::Error, kind| {
        if error.get(kind).is_some() {
            error.insert(kind, ContextValue::String(NOT_SHOWN.to_owned()));
        }
    };
    hide(&mut error, ContextKind::InvalidValue);
    hide(&mut error, ContextKind::InvalidSubcommand);
    // Of our own arguments it holds the name, as `--as-of <DATE>`; of others what
    // was typed. A misspelt option is shown: nobody's name begins with a dash.
    let unknown = error.kind() == clap::error::ErrorKind::UnknownArgument;
    if unknown && !matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(text)) if is_option(text)) {
        hide(&mut error, ContextKind::InvalidArg);
    }
    // Advice such as "to pass 'X' as a value, use '-- X'".
    error.remove(ContextKind::Suggested);
    error
}

fn is_option(text: &str) -> bool {
    let name = text.strip_prefix("--").unwrap_or_default();
    (2..=24).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn no_argument_is_quoted_but_a_misspelt_option() {
        const DATA: &str = "Anna Smith <anna@example.org>";
        let calls: &[&[&str]] = &[
            &[DATA],
            &["check", "p", "x", "--as-of", DATA],
            &["check", "p", &format!("--as-of={DATA}")],
            &["check", "p", &format!("--json={DATA}")],
            &["check", "p", &format!("--{DATA}")],
            &["check", "p", &format!("-{DATA}")],
            &["explain", "p", "x", "--memory", DATA],
            &["run", "p", "x", "-o", "d", "--threads", DATA],
            &["run", "p", "x", "-o", "d", "--threads", "99999"],
            &["run", "p", "x", "-o", "d", "--max-malformed", DATA],
            &["run", "p", "x", "-o", "d", "--expect-records", DATA],
            &["run", "p", "x", "-o", "d", "--accept-change", DATA],
            &["run", "p", "x", "-o", "d", "-o", DATA],
            &["generate", "-o", "d", "--rows", DATA],
            &["generate", "-o", "d", "--rows", "1", "--seed", DATA],
            &["generate", "-o", "d", "--rows", "1", "--duplicates", DATA],
            &["generate", "-o", "d", "--rows", "1", DATA],
            &["key", DATA],
            &["key", "new", "k", DATA],
            &["completions", DATA],
            &["help", DATA],
        ];
        for call in calls {
            let parsed = Arguments::try_parse_from([&["scant"][..], call].concat());
            let Err(error) = parsed else { panic!("{call:?} was taken") };
            let shown = without_arguments(error).render().to_string();
            assert!(shown.starts_with("error: "), "{shown}");
            for part in ["Anna", "anna", "Smith", "99999"] {
                assert!(!shown.contains(part), "{call:?}: {shown}");
            }
        }
        let error = Arguments::try_parse_from(["scant", "check", "p", "--asof", "x"]).unwrap_err();
        let shown = without_arguments(error).render().to_string();
        assert!(shown.contains("'--asof'") && shown.contains("'--as-of'"), "{shown}");
    }
}
