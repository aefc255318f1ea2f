//! What of a record is compared with a list: its cells, each in the canonical
//! form of its column, or the hash a deletion list holds. Both sides go through
//! the same forms. Knows no list.
//!
//! A value that its form cannot read is neither the same as another nor another:
//! it cannot be compared, and nothing here makes "not found" of that.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::california_drop::{DropForm, is_hash};
pub(crate) use super::unread::Unread;
use super::unread::is_blank;
use crate::identifier::day_reader::DayReader;
use crate::identifier::form::Form;
use crate::identifier::postcode::Postcode;
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

/// How cells become what is compared. All of them must be there: an entry of
/// several columns is matched by a record that agrees in every one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two forms of the format")]
pub enum Comparison {
    /// The list holds hashes of standardised values.
    Drop(DropForm),
    /// The list holds values; one form a column.
    Values {
        /// How the cells of a record are read.
        record: Vec<CellForm>,
        /// How those of an entry are: the same forms, but for how dates are written.
        entry: Vec<CellForm>,
    },
}

/// What one cell becomes before it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "one form a kind of value")]
pub enum CellForm {
    /// The day that it names.
    Day(DayReader),
    /// A whole postcode, however it is spaced.
    Postcode,
    /// An identifier.
    Text(Form),
}

impl CellForm {
    /// The form of a date in this format, in a column of text.
    #[must_use]
    pub fn day(format: &DateFormat) -> Self {
        Self::Day(DayReader::new(format, ColumnType::Text))
    }

    /// The same of a column of this type.
    #[must_use]
    pub fn of_type(&self, column_type: ColumnType) -> Self {
        match (self, column_type) {
            (Self::Day(_), ColumnType::Date | ColumnType::Timestamp) => {
                Self::Day(DayReader::new(&DateFormat::iso(), column_type))
            }
            (Self::Text(form), column_type) => Self::Text(form.clone().of_type(column_type)),
            _ => self.clone(),
        }
    }

    fn read<'a>(&self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        match self {
            Self::Text(form) => form.canonical(cell, scratch),
            Self::Postcode => {
                let postcode = Postcode::read(cell)?;
                scratch.clear();
                scratch.push_str(postcode.canonical().ok_or(Unreadable::Postcode)?);
                Ok(scratch)
            }
            Self::Day(reader) => {
                let day = reader.day(cell.trim())?;
                scratch.clear();
                // Writing to a String cannot fail.
                let _ = write!(scratch, "{}", Date::from(day));
                Ok(scratch)
            }
        }
    }
}

/// What the cells of a record or of an entry come to. Whoever asks has to say
/// what each of the three means.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "three states, and everybody matches on all of them")]
pub enum Compared<'r> {
    /// All of them were read: this is looked up.
    Value(&'r [u8]),
    /// All of them are missing or empty: nobody is named.
    Missing,
    /// Some are missing or empty, and the others can be read: nothing is the same
    /// as that, though somebody may be named. The place of the first that is missing.
    Incomplete(usize),
    /// One of them cannot be read, whether others are missing or not.
    Unreadable(Unread),
}

/// Room for the forms, used again from record to record.
#[derive(Debug, Default)]
pub struct CanonicalBuffers {
    scratch: String,
    comparable: Vec<u8>,
}

impl Comparison {
    /// The same for an extract whose compared columns are of these types.
    #[must_use]
    pub fn of_record_types(&self, types: &[ColumnType]) -> Self {
        match self {
            Self::Drop(form) => Self::Drop(form.of_types(types)),
            Self::Values { record, entry } => Self::Values { record: of_types(record, types), entry: entry.clone() },
        }
    }

    /// The same for a list whose compared columns are of these types.
    #[must_use]
    pub fn of_entry_types(&self, types: &[ColumnType]) -> Self {
        match self {
            Self::Drop(form) => Self::Drop(form.clone()),
            Self::Values { record, entry } => Self::Values { record: record.clone(), entry: of_types(entry, types) },
        }
    }

    /// The places of a record's cells that are read as dates of a declared format.
    pub fn declared_dates(&self) -> impl Iterator<Item = (usize, &DateFormat)> {
        let (of_drop, of_values) = match self {
            Self::Drop(form) => (form.declared_date(), &[][..]),
            Self::Values { record, .. } => (None, record.as_slice()),
        };
        let of_values = of_values.iter().enumerate().filter_map(|(place, form)| match form {
            CellForm::Day(reader) => Some((place, reader.declared()?)),
            CellForm::Postcode | CellForm::Text(_) => None,
        });
        of_drop.into_iter().chain(of_values)
    }

    /// What is compared of a record.
    pub fn of_record<'r>(&self, cells: &[Option<&str>], room: &'r mut CanonicalBuffers) -> Compared<'r> {
        match self {
            Self::Drop(form) => {
                let read = form.hash(cells.iter().copied(), &mut room.scratch, &mut room.comparable);
                match read {
                    Ok(Read::Value(())) => Compared::Value(&room.comparable),
                    Ok(Read::Missing | Read::Unreadable(_)) => {
                        let mut missing = cells.iter().map(|cell| cell.is_none_or(is_blank));
                        match missing.clone().position(|is_missing| is_missing) {
                            Some(column) if !missing.all(|is_missing| is_missing) => Compared::Incomplete(column),
                            _ => Compared::Missing,
                        }
                    }
                    Err(unread) => Compared::Unreadable(unread),
                }
            }
            Self::Values { record, .. } => values(record, cells, room),
        }
    }

    /// What is compared of an entry. One that has some of its values names somebody
    /// who would be missed, so it cannot be read; so does an entry of a deletion list
    /// without a hash.
    pub fn of_entry<'r>(&self, cells: &[Option<&str>], room: &'r mut CanonicalBuffers) -> Compared<'r> {
        match self {
            Self::Drop(_) => {
                let Some(hash) = cells.first().copied().flatten().filter(|cell| is_hash(cell)) else {
                    return Compared::Unreadable(Unread { column: 0, reason: Unreadable::Digest });
                };
                room.comparable.clear();
                room.comparable.extend_from_slice(hash.as_bytes());
                Compared::Value(&room.comparable)
            }
            Self::Values { entry, .. } => match values(entry, cells, room) {
                Compared::Incomplete(column) => Compared::Unreadable(Unread { column, reason: Unreadable::Missing }),
                compared => compared,
            },
        }
    }
}

fn of_types(forms: &[CellForm], types: &[ColumnType]) -> Vec<CellForm> {
    let types = types.iter().copied().chain(std::iter::repeat(ColumnType::Text));
    forms.iter().zip(types).map(|(form, column_type)| form.of_type(column_type)).collect()
}

fn values<'r>(forms: &[CellForm], cells: &[Option<&str>], room: &'r mut CanonicalBuffers) -> Compared<'r> {
    room.comparable.clear();
    let (mut first_missing, mut is_there) = (None, false);
    for (column, (form, cell)) in forms.iter().zip(cells).enumerate() {
        match value(form, *cell, &mut room.scratch) {
            Read::Value(value) => {
                is_there = true;
                // With its length, so that no two rows of cells look alike.
                room.comparable.extend_from_slice(&(value.len() as u64).to_le_bytes());
                room.comparable.extend_from_slice(value.as_bytes());
            }
            Read::Missing => first_missing = first_missing.or(Some(column)),
            Read::Unreadable(reason) => return Compared::Unreadable(Unread { column, reason }),
        }
    }
    match first_missing {
        None => Compared::Value(&room.comparable),
        Some(column) if is_there => Compared::Incomplete(column),
        Some(_) => Compared::Missing,
    }
}

/// A cell in its form. Blanks alone are no value under any rule that takes
/// blanks away.
fn value<'a>(form: &CellForm, cell: Option<&'a str>, scratch: &'a mut String) -> Read<&'a str> {
    let Some(cell) = cell else { return Read::Missing };
    match form.read(cell, scratch) {
        Ok("") => Read::Missing,
        Ok(value) => Read::Value(value),
        Err(_) if is_blank(cell) => Read::Missing,
        Err(reason) => Read::Unreadable(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::canonical::Normalise;
    use crate::suppression::california_drop::Identifier;

    /// The bytes that are compared; fails for what cannot be.
    #[track_caller]
    fn of(comparison: &Comparison, cells: &[Option<&str>]) -> Option<Vec<u8>> {
        match comparison.of_record(cells, &mut CanonicalBuffers::default()) {
            Compared::Value(bytes) => Some(bytes.to_vec()),
            Compared::Missing | Compared::Incomplete(_) => None,
            Compared::Unreadable(unread) => panic!("{cells:?}: {unread:?}"),
        }
    }

    fn unread(comparison: &Comparison, cells: &[Option<&str>]) -> Option<(usize, Unreadable)> {
        let (mut as_record, mut as_entry) = (CanonicalBuffers::default(), CanonicalBuffers::default());
        let of_record = comparison.of_record(cells, &mut as_record);
        if let Comparison::Values { .. } = comparison {
            let missing = |column| Compared::Unreadable(Unread { column, reason: Unreadable::Missing });
            match (&of_record, comparison.of_entry(cells, &mut as_entry)) {
                (Compared::Incomplete(column), of_entry) => assert_eq!(of_entry, missing(*column)),
                (_, of_entry) => assert_eq!(of_record, of_entry, "both sides read alike"),
            }
        }
        match of_record {
            Compared::Unreadable(Unread { column, reason }) => Some((column, reason)),
            Compared::Value(_) | Compared::Missing | Compared::Incomplete(_) => None,
        }
    }

    fn forms<const N: usize>(rules: [Normalise; N]) -> Comparison {
        alike(rules.map(|rule| CellForm::Text(Form::new(rule))).to_vec())
    }

    fn alike(forms: Vec<CellForm>) -> Comparison {
        Comparison::Values { record: forms.clone(), entry: forms }
    }

    #[test]
    fn a_postcode_is_one_however_it_is_spaced() {
        let postcode = alike(vec![CellForm::Postcode]);
        for cell in ["sw1a1aa", " SW1A  1AA", "SW1A\u{a0}1AA "] {
            assert_eq!(of(&postcode, &[Some(cell)]), of(&postcode, &[Some("SW1A 1AA")]), "{cell}");
        }
        assert_ne!(of(&postcode, &[Some("SW1A 1AB")]), of(&postcode, &[Some("SW1A 1AA")]));
        for cell in ["SW1A", "SO1O 1AA", "none"] {
            assert!(matches!(unread(&postcode, &[Some(cell)]), Some((0, Unreadable::Postcode))), "{cell}");
        }
    }

    #[test]
    fn a_day_is_one_on_both_sides_each_in_its_own_format() {
        let british = DateFormat::parse("%d/%m/%Y").unwrap();
        let days = Comparison::Values {
            record: vec![CellForm::day(&DateFormat::iso())],
            entry: vec![CellForm::day(&british)],
        };
        let mut room = CanonicalBuffers::default();
        let Compared::Value(entry) = days.of_entry(&[Some("29/02/2024")], &mut room) else { panic!("it is a day") };
        for cell in ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29T23:59:59Z", " 2024-02-29"] {
            assert_eq!(of(&days, &[Some(cell)]).as_deref(), Some(entry), "{cell}");
        }
        let stamped = days.of_record_types(&[ColumnType::Timestamp]);
        assert_eq!(of(&stamped, &[Some("2024-02-29T12:00:00Z")]).as_deref(), Some(entry));
        for (as_record, cell) in [(true, "29/02/2024"), (false, "2024-02-29"), (false, "29/02/2023")] {
            let mut room = CanonicalBuffers::default();
            let cells = [Some(cell)];
            let compared = if as_record { days.of_record(&cells, &mut room) } else { days.of_entry(&cells, &mut room) };
            assert_eq!(compared, Compared::Unreadable(Unread { column: 0, reason: Unreadable::Date }), "{cell}");
        }
    }

    #[test]
    fn both_sides_take_the_same_form() {
        let email = forms([Normalise::Email]);
        let mut room = CanonicalBuffers::default();
        let Compared::Value(entry) = email.of_entry(&[Some(" A@B.com")], &mut room) else { panic!("it is an address") };
        assert_eq!(of(&email, &[Some("a@b.COM ")]).as_deref(), Some(entry));
        let none = forms([Normalise::None]);
        assert_ne!(of(&none, &[Some("00123")]), of(&none, &[Some("123")]));
        assert_ne!(of(&none, &[Some("A")]), of(&none, &[Some("a")]));
        assert_eq!(of(&none, &[Some("a ")]), of(&none, &[Some("a")]));
        assert_eq!(of(&none, &[Some("Zoe\u{308}")]), of(&none, &[Some("Zo\u{eb}")]));
    }

    #[test]
    fn what_cannot_be_read_is_neither_found_nor_missing() {
        let email = forms([Normalise::Email]);
        assert_eq!(unread(&email, &[Some("no address")]), Some((0, Unreadable::Email)));
        for missing in [None, Some(""), Some(" \t\u{a0}")] {
            assert_eq!(unread(&email, &[missing]), None);
            assert_eq!(of(&email, &[missing]), None);
        }
        // Wherever it is, and whatever the others are.
        let three = forms([Normalise::None, Normalise::PhoneE164, Normalise::Email]);
        for (cells, expected) in [
            ([Some("a"), Some("07700 900127"), Some("a@b.org")], None),
            ([None, Some("07700 900127"), Some("a@b.org")], None),
            ([Some("a"), Some("call me"), None], Some((1, Unreadable::Phone))),
            ([None, Some("call me"), Some("x")], Some((1, Unreadable::Phone))),
            ([None, None, Some("x")], Some((2, Unreadable::Email))),
        ] {
            assert_eq!(unread(&three, &cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn several_columns_must_all_be_there_and_do_not_run_together() {
        let two = forms([Normalise::None, Normalise::Lower]);
        assert_ne!(of(&two, &[Some("ab"), Some("c")]), of(&two, &[Some("a"), Some("bc")]));
        assert_eq!(of(&two, &[Some("a"), None]), None);
        assert_eq!(of(&two, &[Some("a"), Some("  ")]), None);
        assert_eq!(of(&two, &[Some(""), Some("b")]), None);
        assert!(of(&two, &[Some("a"), Some("b")]).is_some());
    }

    #[test]
    fn of_several_columns_some_is_neither_all_nor_none() {
        let two = forms([Normalise::Email, Normalise::Trim]);
        let drop = DropForm::new(&[Identifier::FirstName, Identifier::LastName, Identifier::Vin], &DateFormat::iso());
        let drop = Comparison::Drop(drop.unwrap());
        for (comparison, cells, expected) in [
            (&two, &[Some("a@b.org"), None][..], Compared::Incomplete(1)),
            (&two, &[Some(" "), Some("b")], Compared::Incomplete(0)),
            (&two, &[None, Some(" ")], Compared::Missing),
            (&drop, &[Some("Ann"), Some(""), None], Compared::Incomplete(1)),
            (&drop, &[None, Some("\t"), Some("")], Compared::Missing),
        ] {
            assert_eq!(comparison.of_record(cells, &mut CanonicalBuffers::default()), expected, "{cells:?}");
        }
    }

    #[test]
    fn a_deletion_list_holds_hashes_and_nothing_else() {
        let form = DropForm::new(&[Identifier::Email], &DateFormat::iso()).unwrap();
        let comparison = Comparison::Drop(form);
        let mut room = CanonicalBuffers::default();
        let hash = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE=";
        let entry = comparison.of_entry(&[Some(hash)], &mut room);
        assert_eq!(entry, Compared::Value(hash.as_bytes()));
        assert_eq!(of(&comparison, &[Some("Anna.Smith@Domain.com")]).as_deref(), Some(hash.as_bytes()));
        let no_hash = Compared::Unreadable(Unread { column: 0, reason: Unreadable::Digest });
        for bad in [None, Some(""), Some("anna.smith@domain.com"), Some(&hash[..43])] {
            assert_eq!(comparison.of_entry(&[bad], &mut room), no_hash);
        }
    }
}
