//! The sections of the page, each a small struct of texts that its template lays out: a
//! section more is a file here, a template beside the others, and a line in `page.rs`.

pub(super) mod assessment;
pub(super) mod classes;
pub(super) mod columns;
pub(super) mod guards;
pub(super) mod head;
pub(super) mod provenance;
pub(super) mod records;
pub(super) mod registers;
pub(super) mod sources;
pub(super) mod warnings;

/// What is said where the documents do not say it.
pub(super) const TO_BE_FILLED_IN: &str = "to be filled in";

/// A fact: its name, and what is told.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) told: String,
    /// Whether it is a digest or an id, which are long and read character by character.
    pub(super) is_digest: bool,
}

impl Fact {
    fn new(name: &'static str, told: impl Into<String>) -> Self {
        Self { name, told: told.into(), is_digest: false }
    }

    fn digest(name: &'static str, told: impl ToString) -> Self {
        Self { name, told: told.to_string(), is_digest: true }
    }
}
