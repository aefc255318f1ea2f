//! Writes the documents of a delivery and reads them back. The reader is strict: a
//! guard or a proof cannot rest on a guess.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::outcome::reason::MALFORMED;
use crate::model::outcome::structure_fault::StructureFault;
use crate::model::outcome::tally::Unreadable;

/// The text is not a document of the expected format as scant writes it. Holds
/// nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ForeignDocument;

/// The first field of every document.
#[derive(Deserialize)]
struct Opening {
    format: String,
}

/// The bytes of a document.
#[must_use]
pub(crate) fn write<T: Serialize>(document: &T) -> Vec<u8> {
    // Panics rather than return an empty document, which would be published.
    let json = serde_json::to_vec_pretty(document);
    let mut json = json.expect("cannot fail: plain structs, texts and numbers, and every key of a map is a text");
    json.push(b'\n');
    json
}

/// The format that a document names.
pub(super) fn format_of(bytes: &[u8]) -> Result<String, ForeignDocument> {
    parse(bytes).map(|opening: Opening| opening.format)
}

/// Reads a document of a format. Refuses what scant would not write, apart from
/// spacing and the order of keys: a field that is unknown, missing or `null`, or
/// present though it has its default value.
///
/// # Errors
/// [`ForeignDocument`].
pub(crate) fn read<T: Serialize + DeserializeOwned>(bytes: &[u8], format: &str) -> Result<T, ForeignDocument> {
    if format_of(bytes)? != format {
        return Err(ForeignDocument);
    }
    let document: T = parse(bytes)?;
    let written = serde_json::to_value(&document).map_err(|_| ForeignDocument)?;
    if parse::<Value>(bytes)? == written { Ok(document) } else { Err(ForeignDocument) }
}

/// The error of the parser quotes the text, so it is dropped.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ForeignDocument> {
    serde_json::from_slice(bytes).map_err(|_| ForeignDocument)
}

/// Counts by why a value cannot be read.
type ByReason = BTreeMap<Unreadable, u64>;

fn in_words(counts: ByReason) -> BTreeMap<&'static str, u64> {
    counts.into_iter().map(|(reason, count)| (reason.as_str(), count)).collect()
}

/// Reads the counts of one column, and accepts only the reasons the code knows.
pub(super) fn reasons<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<&'static str, u64>, D::Error> {
    ByReason::deserialize(from).map(in_words)
}

/// Reads such counts of several columns, by column.
pub(super) fn reasons_by_column<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, BTreeMap<&'static str, u64>>, D::Error> {
    let counts = BTreeMap::<String, ByReason>::deserialize(from)?;
    Ok(counts.into_iter().map(|(column, counts)| (column, in_words(counts))).collect())
}

/// Reads counts of malformed records, by fault, or by the one word for all faults.
pub(super) fn faults<'de, D: Deserializer<'de>, C: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<&'static str, C>, D::Error> {
    let word = |name: String| {
        let names = StructureFault::ALL.iter().map(|(_, name, _)| *name);
        let known = names.chain([MALFORMED]).find(|known| *known == name);
        known.ok_or_else(|| D::Error::custom("not the name of a fault"))
    };
    let counts = BTreeMap::<String, C>::deserialize(from)?;
    counts.into_iter().map(|(name, count)| Ok((word(name)?, count))).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(super) fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
#[path = "tests/json.rs"]
mod tests;
