//! Why a column matters for identification.

use serde::{Deserialize, Serialize};

/// What a column can do to a person (ISO/IEC 20889:2018 calls it the
/// attribute's type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the four roles of the field; a fifth is a new format version")]
pub enum AttributeRole {
    /// Singles a person out alone: a telephone number, an e-mail address.
    DirectIdentifier,
    /// None of the others.
    Insensitive,
    /// Identifies in combination with others: birth year, district.
    QuasiIdentifier,
    /// What must not be inferred about a person.
    Sensitive,
}

impl AttributeRole {
    /// Every role, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("direct_identifier", Self::DirectIdentifier),
        ("insensitive", Self::Insensitive),
        ("quasi_identifier", Self::QuasiIdentifier),
        ("sensitive", Self::Sensitive),
    ];

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DirectIdentifier => "direct_identifier",
            Self::Insensitive => "insensitive",
            Self::QuasiIdentifier => "quasi_identifier",
            Self::Sensitive => "sensitive",
        }
    }
}
