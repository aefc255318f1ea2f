//! The form of the deletion lists of California's Delete Request and Opt-out
//! Platform (DROP): an identifier is standardised and hashed, and lists hold the
//! hash. Several identifiers are hashed one by one, and their hashes together.
//!
//! Written from the published rules (California's privacy agency, DROP technical specifications,
//! 1.2.0 of 2026-07-02, "Working with the data") and tested with the published
//! examples. A hash that differs in one letter finds nobody, so a cell of which
//! the rules do not say what it becomes has no hash: it is unreadable.

mod names;
mod published;
mod standardise;

use sha2::{Digest as _, Sha256};

pub(crate) use self::published::self_test;
use super::base64::{push_base64, read_base64};
use super::unread::{Unread, is_blank};
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

/// An identifier that is standardised; in the order in which several are hashed
/// together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Identifier {
    /// An e-mail address: no blanks, lower case.
    Email,
    /// A telephone number: its digits, the last ten of them.
    Phone,
    /// A first name: Latin letters without accents, lower case, letters and
    /// digits only.
    FirstName,
    /// A last name, likewise.
    LastName,
    /// A birth date, as `YYYYMMDD`.
    BirthDate,
    /// A postcode: letters and digits, lower case, without the four digits after
    /// the hyphen, without leading zeros, the first five of what is left.
    Zip,
    /// A vehicle identification number: 17 letters and digits, lower case.
    Vin,
    /// An advertising id of a telephone: 32 hexadecimal digits, lower case.
    Maid,
    /// The id of a connected television: 8 to 32 letters and digits, lower case.
    Ctvid,
}

impl Identifier {
    /// Every identifier, with the word a policy uses for it.
    pub const ALL: [(&'static str, Self); 9] = [
        ("birth_date", Self::BirthDate),
        ("ctvid", Self::Ctvid),
        ("email", Self::Email),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("maid", Self::Maid),
        ("phone", Self::Phone),
        ("vin", Self::Vin),
        ("zip", Self::Zip),
    ];

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BirthDate => "birth_date",
            Self::Ctvid => "ctvid",
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Maid => "maid",
            Self::Phone => "phone",
            Self::Vin => "vin",
            Self::Zip => "zip",
        }
    }

    /// Writes the standardised form to `out`, which is emptied first.
    ///
    /// # Errors
    /// Why the cell has none.
    ///
    /// ```
    /// use scant::internals::DayReader;
    /// use scant::internals::ColumnType;
    /// use scant::internals::DateFormat;
    /// use scant::internals::Identifier;
    /// let dates = DayReader::new(&DateFormat::iso(), ColumnType::Text);
    /// let mut out = String::new();
    /// Identifier::Phone.standardise("+1(415)555-9317", &dates, &mut out).unwrap();
    /// assert_eq!(out, "4155559317");
    /// assert!(Identifier::Phone.standardise("415 555 9317 ext 2", &dates, &mut out).is_err());
    /// ```
    pub fn standardise(self, cell: &str, dates: &DayReader, out: &mut String) -> Result<(), Unreadable> {
        out.clear();
        match self {
            Self::BirthDate => standardise::birth_date(cell.trim(), dates, out),
            Self::Ctvid => standardise::ctvid(cell, out),
            Self::Email => standardise::email(cell, out),
            Self::FirstName | Self::LastName => names::name(cell, out),
            Self::Maid => standardise::maid(cell, out),
            Self::Phone => standardise::phone(cell, out),
            Self::Vin => standardise::vin(cell, out),
            Self::Zip => standardise::zip(cell, out),
        }
    }
}

/// The identifiers of each kind of list, in the order in which they are hashed.
const LISTS: [&[Identifier]; 6] = [
    &[Identifier::Email],
    &[Identifier::Phone],
    &[Identifier::Maid],
    &[Identifier::Ctvid],
    &[Identifier::FirstName, Identifier::LastName, Identifier::BirthDate, Identifier::Zip],
    &[Identifier::FirstName, Identifier::LastName, Identifier::Vin],
];

/// Letters of a hash: 43 of its bytes, and one `=`.
const HASH_LENGTH: usize = 44;

/// How the cells of a record become the hash that a deletion list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropForm {
    /// One of [`LISTS`].
    identifiers: &'static [Identifier],
    dates: DayReader,
}

impl DropForm {
    /// For a list of these identifiers, sorted; `None` where there is no such
    /// list. `dates` is how birth dates are written.
    #[must_use]
    pub fn new(identifiers: &[Identifier], dates: &DateFormat) -> Option<Self> {
        let identifiers = LISTS.into_iter().find(|list| *list == identifiers)?;
        Some(Self { identifiers, dates: DayReader::new(dates, ColumnType::Text) })
    }

    /// The place of the birth date among the cells of a record, and its format, where
    /// one is declared.
    #[must_use]
    pub fn declared_date(&self) -> Option<(usize, &DateFormat)> {
        let place = self.identifiers.iter().position(|identifier| *identifier == Identifier::BirthDate)?;
        Some((place, self.dates.declared()?))
    }

    /// The same for columns of these types, in the order of the identifiers.
    #[must_use]
    pub fn of_types(&self, types: &[ColumnType]) -> Self {
        let birth_date = self.identifiers.iter().position(|identifier| *identifier == Identifier::BirthDate);
        match birth_date.and_then(|place| types.get(place)) {
            Some(&typed @ (ColumnType::Date | ColumnType::Timestamp)) => {
                Self { dates: DayReader::new(&DateFormat::iso(), typed), ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// The identifiers, in the order in which [`DropForm::hash`] takes their
    /// cells.
    #[must_use]
    pub fn identifiers(&self) -> &'static [Identifier] {
        self.identifiers
    }

    /// Writes the hash of a record's cells to `out`; `Missing` where one of them
    /// is missing or blank, and all others can be standardised.
    ///
    /// # Errors
    /// The first cell that cannot be standardised.
    pub fn hash<'a>(
        &self,
        cells: impl Iterator<Item = Option<&'a str>>,
        scratch: &mut String,
        out: &mut Vec<u8>,
    ) -> Result<Read<()>, Unread> {
        out.clear();
        let mut there = 0;
        for (column, (identifier, cell)) in self.identifiers.iter().zip(cells).enumerate() {
            let Some(cell) = cell.filter(|cell| !is_blank(cell)) else { continue };
            let standardised = identifier.standardise(cell, &self.dates, scratch);
            standardised.map_err(|reason| Unread { column, reason })?;
            push_base64(&Sha256::digest(scratch.as_bytes()), out);
            there += 1;
        }
        if there < self.identifiers.len() {
            return Ok(Read::Missing);
        }
        if there > 1 {
            let together = Sha256::digest(out.as_slice());
            out.clear();
            push_base64(&together, out);
        }
        Ok(Read::Value(()))
    }
}

/// Whether a cell can be a hash: Base64 of 32 bytes, as the platform writes it.
#[must_use]
pub(crate) fn is_hash(cell: &str) -> bool {
    cell.len() == HASH_LENGTH && cell.ends_with('=') && !cell.contains(['-', '_']) && read_base64(cell, &mut Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(identifiers: &[Identifier], cells: &[&str]) -> Option<String> {
        let form = DropForm::new(identifiers, &DateFormat::iso()).unwrap();
        let mut out = Vec::new();
        match form.hash(cells.iter().copied().map(Some), &mut String::new(), &mut out) {
            Ok(Read::Value(())) => Some(String::from_utf8(out).unwrap()),
            Ok(_) => None,
            Err(unread) => panic!("{unread:?}"),
        }
    }

    fn hash_of(text: &str) -> String {
        let mut out = Vec::new();
        push_base64(&Sha256::digest(text), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_published_examples_of_several() {
        use Identifier::{BirthDate, FirstName, LastName, Vin, Zip};
        assert_eq!(
            hash(&[FirstName, LastName, BirthDate, Zip], &["Danielle", "Johnson", "1985-07-04", "91790"]).as_deref(),
            Some("PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA=")
        );
        assert_eq!(
            hash(&[FirstName, LastName, Vin], &["Eve", "Genesis", "1HGCM82633A004352"]).as_deref(),
            Some("rtnDuXIe63jXYQQXW5r07GJ7lSsrib8+46QuKFwkOmk=")
        );
    }

    #[test]
    fn the_published_examples_of_devices() {
        for (identifier, cell, hash_of_it) in [
            (Identifier::Ctvid, "SmartTV_9F8E7D6C", "d9fxuTIrKksBXYDlaWsvQbcyUUfCbUx7v78gd+KP+tc="),
            (Identifier::Maid, "a3f1c2d4-5678-90ab-cdef-1234567890ab", "250KY6lOgzYUB3EHrkbDCE2kMEZQE69SF38muhoDudI="),
        ] {
            assert_eq!(hash(&[identifier], &[cell]).as_deref(), Some(hash_of_it));
        }
    }

    #[test]
    fn what_cannot_be_standardised_is_told_from_what_is_missing() {
        use Identifier::{BirthDate, FirstName, LastName, Zip};
        let form = DropForm::new(&[FirstName, LastName, BirthDate, Zip], &DateFormat::iso()).unwrap();
        let hash = |cells: [Option<&str>; 4]| form.hash(cells.into_iter(), &mut String::new(), &mut Vec::new());
        let whole = [Some("Danielle"), Some("Johnson"), Some("1985-07-04"), Some("91790")];
        assert_eq!(hash(whole), Ok(Read::Value(())));
        assert_eq!(hash([whole[0], None, whole[2], whole[3]]), Ok(Read::Missing));
        assert_eq!(hash([whole[0], Some("  "), whole[2], whole[3]]), Ok(Read::Missing));
        let unread = Err(Unread { column: 2, reason: Unreadable::Date });
        assert_eq!(hash([whole[0], whole[1], Some("04/07/1985"), whole[3]]), unread);
        assert_eq!(hash([None, whole[1], Some("04/07/1985"), None]), unread, "whatever else is missing");
    }

    #[test]
    fn only_lists_that_exist_can_be_asked_for() {
        use Identifier::{Email, FirstName, Phone, Zip};
        for identifiers in [&[][..], &[FirstName], &[Zip], &[Email, Phone]] {
            assert_eq!(DropForm::new(identifiers, &DateFormat::iso()), None, "{identifiers:?}");
        }
        for list in LISTS {
            assert!(list.is_sorted(), "{list:?}");
            assert!(DropForm::new(list, &DateFormat::iso()).is_some());
        }
    }

    #[test]
    fn every_identifier_is_listed_under_its_word() {
        for (word, identifier) in Identifier::ALL {
            assert_eq!(identifier.as_str(), word);
        }
    }

    #[test]
    fn what_is_no_hash_is_seen() {
        let good = hash_of("x");
        assert!(is_hash(&good));
        for bad in
            ["", "=", &good[..43], &format!("{good}="), &good.replace('=', "A"), &good.replacen(&good[..1], "-", 1)]
        {
            assert!(!is_hash(bad), "{bad}");
        }
        assert!(!is_hash(&format!("{}B=", &good[..42])), "two bits too many");
    }

    proptest! {
        #[test]
        fn every_hash_is_one(text in ".{0,20}") {
            prop_assert!(is_hash(&hash_of(&text)));
        }
    }
}
