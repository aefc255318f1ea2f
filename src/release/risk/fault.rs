//! Why no risk can be measured.

use crate::model::number::counted::{counted, number};

/// The most quasi-identifiers.
pub(crate) const MOST_COLUMNS: usize = 64;

/// Why there is no measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoRisk {
    /// Every record is malformed.
    #[error("every record is malformed, so there is nothing to measure")]
    NothingRead,
    /// The rows of a delivery are not those of its manifest.
    #[error("the files of the delivery have {}, and its manifest says {}", counted(*found, "record"), number(*told))]
    NotAsManifest {
        /// Records found.
        found: u64,
        /// Records by the manifest.
        told: u64,
    },
    /// A folder without a manifest of ours.
    #[error("the folder is no delivery: it has no manifest.json that scant wrote")]
    NotADelivery,
    /// A policy was named for a delivery.
    #[error("--policy says how an extract is written, and a delivery is as scant writes it")]
    PolicyForDelivery,
    /// Nobody says which columns are quasi-identifiers.
    #[error("no quasi-identifier is named")]
    NoQuasiIdentifiers,
    /// The delivery has none.
    #[error("the delivery has no quasi-identifier")]
    DeliveryWithout,
    /// One column is named twice.
    #[error("one column is named twice among --quasi, --sensitive and --subject")]
    NamedTwice,
    /// Too many quasi-identifiers.
    #[error("there are more than {MOST_COLUMNS} quasi-identifiers")]
    TooManyColumns,
    /// Nobody is in the population.
    #[error("the population has no person that could be read")]
    NobodyInPopulation,
}

impl NoRisk {
    /// What to try.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::NothingRead | Self::NobodyInPopulation => {
                "is it written otherwise? --policy names a policy whose [extract] says how"
            }
            Self::NotAsManifest { .. } => "was it changed? compare its files with the digests in its manifest",
            Self::NotADelivery => "name the folder of a delivery, or the files of an extract",
            Self::PolicyForDelivery => "leave --policy out",
            Self::NoQuasiIdentifiers => {
                "--quasi a,b,c names the columns that a stranger may know of a person, such as age, sex and postcode"
            }
            Self::DeliveryWithout => "--quasi a,b,c names delivered columns that a stranger may know of a person",
            Self::NamedTwice => "a column is one of these, or none",
            Self::TooManyColumns => "name those that a stranger may know of a person",
        }
    }
}
