//! What of a record is compared with a list: its cells, each in the canonical
//! form of its column, or the hash a deletion list holds. Both sides go through
//! the same forms. Knows no list.
//!
//! A value that its form cannot read is neither the same as another nor another:
//! it cannot be compared, and nothing here makes "not found" of that.

use super::california_drop::{DropForm, is_hash};
pub use super::cell_form::CellForm;
use super::digests::DigestFunction;
pub(crate) use super::unread::Unread;
use super::unread::is_blank;
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

/// How cells become what is compared. All of them must be there: an entry of
/// several columns is matched by a record that agrees in every one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three forms of the format")]
pub enum Comparison {
    /// The list holds digests of values of one column.
    Digests {
        /// What they are digests by.
        function: DigestFunction,
        /// How the cells of a record are read before they are digested.
        record: CellForm,
    },
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
    /// The domain among the values, where one is.
    domain: String,
}

impl Comparison {
    /// The same for an extract whose compared columns are of these types.
    #[must_use]
    pub fn of_record_types(&self, types: &[ColumnType]) -> Self {
        match self {
            Self::Digests { function, record } => {
                let column_type = types.first().copied().unwrap_or(ColumnType::Text);
                Self::Digests { function: *function, record: record.of_type(column_type) }
            }
            Self::Drop(form) => Self::Drop(form.of_types(types)),
            Self::Values { record, entry } => Self::Values { record: of_types(record, types), entry: entry.clone() },
        }
    }

    /// The same for a list whose compared columns are of these types.
    #[must_use]
    pub fn of_entry_types(&self, types: &[ColumnType]) -> Self {
        match self {
            Self::Digests { .. } | Self::Drop(_) => self.clone(),
            Self::Values { record, entry } => Self::Values { record: record.clone(), entry: of_types(entry, types) },
        }
    }

    /// The places of a record's cells that are read as dates of a declared format.
    pub fn declared_dates(&self) -> impl Iterator<Item = (usize, &DateFormat)> {
        let (of_drop, of_values) = match self {
            Self::Digests { record, .. } => (None, std::slice::from_ref(record)),
            Self::Drop(form) => (form.declared_date(), &[][..]),
            Self::Values { record, .. } => (None, record.as_slice()),
        };
        let of_values = of_values.iter().enumerate().filter_map(|(place, form)| Some((place, form.declared_date()?)));
        of_drop.into_iter().chain(of_values)
    }

    /// Whether an entry names a domain, and so everybody below it.
    #[must_use]
    pub fn names_domains(&self) -> bool {
        matches!(self, Self::Values { entry, .. } if entry.iter().any(CellForm::is_domain))
    }

    /// The places of an entry's cells that are read as dates of a declared format.
    pub fn declared_entry_dates(&self) -> impl Iterator<Item = (usize, &DateFormat)> {
        let entry = match self {
            Self::Digests { .. } | Self::Drop(_) => &[][..],
            Self::Values { entry, .. } => entry.as_slice(),
        };
        entry.iter().enumerate().filter_map(|(place, form)| Some((place, form.declared_date()?)))
    }

    /// What is compared of a record.
    pub fn of_record<'r>(&self, cells: &[Option<&str>], room: &'r mut CanonicalBuffers) -> Compared<'r> {
        match self {
            Self::Digests { function, record } => {
                match record.value(cells.first().copied().flatten(), &mut room.scratch) {
                    Read::Value(value) => {
                        function.digest(value, &mut room.comparable);
                        Compared::Value(&room.comparable)
                    }
                    Read::Missing => Compared::Missing,
                    Read::Unreadable(reason) => Compared::Unreadable(Unread { column: 0, reason }),
                }
            }
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
        let no_digest = Compared::Unreadable(Unread { column: 0, reason: Unreadable::Digest });
        match self {
            Self::Digests { function, .. } => match cells.first().copied().flatten() {
                Some(cell) if !is_blank(cell) => {
                    let is_one = function.read(cell.trim(), &mut room.comparable);
                    if is_one { Compared::Value(&room.comparable) } else { no_digest }
                }
                _ => Compared::Missing,
            },
            Self::Drop(_) => {
                let Some(hash) = cells.first().copied().flatten().filter(|cell| is_hash(cell)) else {
                    return no_digest;
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

const BEFORE_DOMAIN: u8 = 0;

/// The same as a value with a domain, for each domain that it is in, of two labels or
/// more.
pub(crate) fn domains_above(comparable: &[u8]) -> impl Iterator<Item = &[u8]> {
    let start = comparable.iter().rposition(|byte| *byte == BEFORE_DOMAIN).map_or(comparable.len(), |place| place + 1);
    let dots = (start..comparable.len()).filter(|place| comparable.get(*place) == Some(&b'.'));
    // Behind the first dot is the second label.
    dots.skip(1).filter_map(|dot| comparable.get(..dot))
}

fn of_types(forms: &[CellForm], types: &[ColumnType]) -> Vec<CellForm> {
    let types = types.iter().copied().chain(std::iter::repeat(ColumnType::Text));
    forms.iter().zip(types).map(|(form, column_type)| form.of_type(column_type)).collect()
}

fn values<'r>(forms: &[CellForm], cells: &[Option<&str>], room: &'r mut CanonicalBuffers) -> Compared<'r> {
    room.comparable.clear();
    room.domain.clear();
    let (mut first_missing, mut is_there) = (None, false);
    for (column, (form, cell)) in forms.iter().zip(cells).enumerate() {
        match form.value(*cell, &mut room.scratch) {
            Read::Value(domain) if form.is_domain() => {
                is_there = true;
                room.domain.push_str(domain);
            }
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
    if !room.domain.is_empty() {
        // At the end and from its top downwards, so that a domain that it is in is the
        // same but for its end. No domain holds the byte before it.
        room.comparable.push(BEFORE_DOMAIN);
        for (place, label) in room.domain.rsplit('.').enumerate() {
            if place > 0 {
                room.comparable.push(b'.');
            }
            room.comparable.extend_from_slice(label.as_bytes());
        }
    }
    match first_missing {
        None => Compared::Value(&room.comparable),
        Some(column) if is_there => Compared::Incomplete(column),
        Some(_) => Compared::Missing,
    }
}

#[cfg(test)]
#[path = "tests/comparison.rs"]
mod tests;
