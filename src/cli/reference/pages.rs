//! The keys of policy and register as pages: for `man`, and as Markdown for the manual.

use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::keys::{DocumentKey, keys};
use super::ordered::OrderedValue;

/// A document that people write.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenDocument {
    /// Its name, which is that of its page.
    pub(super) name: &'static str,
    schema: &'static str,
    /// What the page is for.
    about: &'static str,
}

/// Both of them.
pub(super) const DOCUMENTS: [WrittenDocument; 2] = [
    WrittenDocument {
        name: "policy",
        schema: include_str!("../../../schemas/policy.schema.json"),
        about: "the keys of a policy, which says what one recipient gets for one purpose",
    },
    WrittenDocument {
        name: "register",
        schema: include_str!("../../../schemas/register.schema.json"),
        about: "the keys of a register of purposes, parties, sources and privacy notices",
    },
];

const NOTE: &str = "Both are TOML 1.0. A key that is not listed is a fault, and so is a value of another kind: `scant check` names every one with its line. NAME stands for a name of your own.";

impl WrittenDocument {
    fn keys(self) -> Vec<DocumentKey> {
        serde_json::from_str::<OrderedValue>(self.schema).map(|schema| keys(&schema)).unwrap_or_default()
    }

    /// A page of section 5 of the manual.
    pub(super) fn roff(self) -> String {
        let mut page = Roff::default();
        let title = format!("scant-{}", self.name);
        page.control("TH", [title.as_str(), "5", "", concat!("scant ", env!("CARGO_PKG_VERSION")), ""]);
        page.control("SH", ["NAME"]).text([roman(format!("{title} - {}", self.about))]);
        page.control("SH", ["DESCRIPTION"]).text([roman(NOTE.replace('`', ""))]);
        let mut table = None;
        for key in self.keys() {
            if table.as_ref() != Some(&key.table) {
                let title = if key.table.is_empty() { "BEFORE THE FIRST TABLE" } else { &key.table };
                page.control("SH", [title]);
                table = Some(key.table.clone());
            }
            page.control("TP", []);
            let mut head: Vec<Inline> = vec![bold(&key.name), roman("  "), italic(&key.kind)];
            head.push(roman(format!(" ({})", key.without())));
            page.text(head);
            page.text([roman(&key.meaning)]);
            if let Some(example) = &key.example {
                page.control("br", []);
                page.text([bold(example)]);
            }
        }
        page.control("SH", ["SEE ALSO"]);
        page.text([roman("scant-check(1), scant-explain(1), scant-schema(1)")]);
        page.render()
    }

    /// A page of the manual.
    pub(super) fn markdown(self) -> String {
        let mut page = format!("# The keys of a {}\n\n", self.name);
        page += "Made from its schema; `scant man ";
        page += self.name;
        page += "` shows the same in a terminal, and `scant schema ";
        page += self.name;
        page += "` gives the schema to an editor. ";
        page += NOTE;
        page.push('\n');
        let mut table = None;
        for key in self.keys() {
            if table.as_ref() != Some(&key.table) {
                let title =
                    if key.table.is_empty() { "Before the first table".to_owned() } else { format!("`{}`", key.table) };
                page += &format!(
                    "\n## {title}\n\n| key | what belongs there | without it | what it means | example |\n|---|---|---|---|---|\n"
                );
                table = Some(key.table.clone());
            }
            let cells = [
                format!("`{}`", key.name),
                escaped(&key.kind),
                escaped(&key.without()),
                escaped(&key.meaning),
                key.example.as_ref().map(|example| format!("`{}`", example.replace('|', "\\|"))).unwrap_or_default(),
            ];
            page += &format!("| {} |\n", cells.join(" | "));
        }
        page
    }
}

impl DocumentKey {
    fn without(&self) -> String {
        match (&self.default, self.is_required) {
            (Some(default), _) => format!("default {default}"),
            (None, true) => "must be given".to_owned(),
            (None, false) => "may be left out".to_owned(),
        }
    }
}

/// A text in a cell of a table, in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if "|[]<>*_`\\".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> String {
        format!("{}/src/manual/{name}-keys.md", env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn the_pages_of_the_manual_are_those_of_the_schemas() {
        for document in DOCUMENTS {
            let page = std::fs::read_to_string(file(document.name)).unwrap_or_default();
            assert!(page == document.markdown(), "write it again: cargo nextest run --run-ignored only pages::rewrite");
        }
    }

    #[test]
    #[ignore = "writes the pages again"]
    fn rewrite() {
        for document in DOCUMENTS {
            std::fs::write(file(document.name), document.markdown()).unwrap();
        }
    }

    #[test]
    fn every_key_has_a_kind_a_meaning_and_an_example() {
        for document in DOCUMENTS {
            let keys = document.keys();
            assert!(keys.len() > 30, "{}", keys.len());
            for key in keys {
                assert!(!key.kind.is_empty() && !key.meaning.is_empty(), "{key:?}");
                // A parameter of an action is in the example of the action.
                let is_shown = key.example.is_some()
                    || key.kind.contains("table")
                    || key.kind.starts_with("as in")
                    || key.name.contains('.');
                assert!(is_shown, "{key:?}");
            }
        }
    }

    #[test]
    fn a_page_of_man_holds_every_key() {
        let page = DOCUMENTS[1].roff();
        for word in ["[[notices]]", "max_delivered", "because", "scant-check(1)", "own_form"] {
            assert!(page.contains(&word.replace('-', "\\-")) || page.contains(word), "{word}: {page}");
        }
    }
}
