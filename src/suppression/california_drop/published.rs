//! The published examples of every form, as a test that a run makes of itself before it
//! compares anybody: a hash that differs in one letter finds nobody, and no error tells.

use sha2::{Digest as _, Sha256};

use super::super::base64::push_base64;
use super::{DropForm, Identifier};
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::time::date::DateFormat;

/// An example: the identifiers of a list with their cells, and the hash.
type PublishedHash = (&'static [(Identifier, &'static str)], &'static str);

/// Of every kind of list.
const LISTS: [PublishedHash; 6] = [
    (&[(Identifier::Email, "Anna.Smith@Domain.com")], "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="),
    (&[(Identifier::Phone, "+1(415)555-9317")], "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E="),
    (&[(Identifier::Maid, "a3f1c2d4-5678-90ab-cdef-1234567890ab")], "250KY6lOgzYUB3EHrkbDCE2kMEZQE69SF38muhoDudI="),
    (&[(Identifier::Ctvid, "SmartTV_9F8E7D6C")], "d9fxuTIrKksBXYDlaWsvQbcyUUfCbUx7v78gd+KP+tc="),
    (
        &[
            (Identifier::FirstName, "Danielle"),
            (Identifier::LastName, "Johnson"),
            (Identifier::BirthDate, "1985-07-04"),
            (Identifier::Zip, "91790"),
        ],
        "PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA=",
    ),
    (
        &[(Identifier::FirstName, "Eve"), (Identifier::LastName, "Genesis"), (Identifier::Vin, "1HGCM82633A004352")],
        "rtnDuXIe63jXYQQXW5r07GJ7lSsrib8+46QuKFwkOmk=",
    ),
];

/// Of identifiers that are hashed with others, before that.
const PARTS: [(Identifier, &str, &str); 2] = [
    (Identifier::Zip, "91790", "2FPZucR4x7U8KlM+SFAX4LPGhwNz/PIZUCSUdDh0o/s="),
    (Identifier::FirstName, "Juan-Pablo", "91hIbrbzNeqHs3o81O5yNrXUj7wDd2shvZ6THKi9qz8="),
];

/// Makes every published example.
///
/// # Errors
/// The first that comes to another hash: the words of its identifiers.
pub(crate) fn self_test() -> Result<(), String> {
    PARTS.iter().try_for_each(check_part)?;
    LISTS.iter().try_for_each(check_list)
}

fn check_part((identifier, cell, hash): &(Identifier, &str, &str)) -> Result<(), String> {
    let dates = DayReader::new(&DateFormat::iso(), ColumnType::Text);
    let (mut standardised, mut out) = (String::new(), Vec::new());
    let read = identifier.standardise(cell, &dates, &mut standardised);
    push_base64(&Sha256::digest(standardised.as_bytes()), &mut out);
    if read.is_ok() && out == hash.as_bytes() { Ok(()) } else { Err(identifier.as_str().to_owned()) }
}

fn check_list((cells, hash): &PublishedHash) -> Result<(), String> {
    let identifiers: Vec<Identifier> = cells.iter().map(|(identifier, _)| *identifier).collect();
    let mut out = Vec::new();
    let made = DropForm::new(&identifiers, &DateFormat::iso())
        .map(|form| form.hash(cells.iter().map(|(_, cell)| Some(*cell)), &mut String::new(), &mut out));
    if made == Some(Ok(Read::Value(()))) && out == hash.as_bytes() {
        return Ok(());
    }
    let words: Vec<&str> = identifiers.iter().map(|identifier| identifier.as_str()).collect();
    Err(words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_list_has_a_published_example_that_is_made() {
        assert_eq!(self_test(), Ok(()));
        for list in super::super::LISTS {
            let has = |(cells, _): &PublishedHash| cells.iter().map(|(identifier, _)| identifier).eq(list);
            assert!(LISTS.iter().any(has), "{list:?}");
        }
    }

    #[test]
    fn an_example_that_is_not_made_is_named() {
        let other = "250KY6lOgzYUB3EHrkbDCE2kMEZQE69SF38muhoDudI=";
        assert_eq!(check_list(&(LISTS[5].0, other)), Err("first_name, last_name, vin".to_owned()));
        assert_eq!(check_list(&(&[(Identifier::Maid, "a3f1")], other)), Err("maid".to_owned()), "unreadable");
        assert_eq!(check_part(&(Identifier::Zip, "91791", PARTS[0].2)), Err("zip".to_owned()));
    }
}
