//! `scant schema`: the JSON Schemas of the documents that scant reads and writes, for
//! editors and for programs, out of the binary that reads them so.

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::show::Speaker;

/// Every schema by its name.
const SCHEMAS: [(&str, &str); 12] = [
    ("account", include_str!("../../../schemas/account.schema.json")),
    ("error", include_str!("../../../schemas/error.schema.json")),
    ("keyset", include_str!("../../../schemas/keyset.schema.json")),
    ("last", include_str!("../../../schemas/last.schema.json")),
    ("manifest", include_str!("../../../schemas/manifest.schema.json")),
    ("policy", include_str!("../../../schemas/policy.schema.json")),
    ("register", include_str!("../../../schemas/register.schema.json")),
    ("report", include_str!("../../../schemas/report.schema.json")),
    ("risk", include_str!("../../../schemas/risk.schema.json")),
    ("run", include_str!("../../../schemas/run.schema.json")),
    ("trace", include_str!("../../../schemas/trace.schema.json")),
    ("verify", include_str!("../../../schemas/verify.schema.json")),
];

/// Write the JSON Schema of a document to stdout
///
/// Without a name: which there are. An editor that reads `#:schema` in a TOML file (taplo,
/// Even Better TOML, Tombi) completes and checks a policy by its schema.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scant schema policy > policy.schema.json\n  \
    then the first line of the policy: #:schema ./policy.schema.json")]
pub(in crate::cli) struct Schema {
    /// The document
    #[arg(value_parser = PossibleValuesParser::new(SCHEMAS.map(|(name, _)| name)), hide_possible_values = true)]
    name: Option<String>,
}

impl Schema {
    pub(in crate::cli) fn run(&self, speaker: Speaker) -> Exit {
        let wanted = |(name, _): &&(&str, &str)| Some(*name) == self.name.as_deref();
        if let Some((_, schema)) = SCHEMAS.iter().find(wanted) {
            speaker.out(schema);
        } else {
            speaker.product(&listed());
            speaker.document(|| json!({ "exit": 0, "schemas": SCHEMAS.map(|(name, _)| name) }));
        }
        Exit::Done
    }
}

/// The names, and what each describes.
fn listed() -> String {
    let line = |(name, schema): &(&str, &str)| {
        let schema: Value = serde_json::from_str(schema).unwrap_or_default();
        format!("{name:10}{}\n", schema["description"].as_str().unwrap_or_default())
    };
    SCHEMAS.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_of_the_folder_is_there_and_says_what_it_describes() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).unwrap();
        let mut names: Vec<String> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".schema.json", "")).collect();
        names.sort();
        assert_eq!(names, SCHEMAS.map(|(name, _)| name));
        assert!(listed().lines().all(|line| line.len() > 20 && line.ends_with('.')), "{}", listed());
    }
}
