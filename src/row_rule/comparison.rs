//! What of a record is compared with a list: its cells, each in the canonical
//! form of its column, or the hash a deletion list holds. Both sides go through
//! the same forms. Knows no list.

use super::california_drop::{DropForm, is_hash};
use crate::identifier::form::Form;
use crate::model::read::Read;

/// How cells become what is compared. All of them must be there: an entry of
/// several columns is matched by a record that agrees in every one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two forms of the format")]
pub enum Comparison {
    /// The list holds hashes of standardised values.
    Drop(DropForm),
    /// The list holds values; one form a column. A value that the form cannot
    /// read is compared as written, on both sides.
    Values(Vec<Form>),
}

/// Room for the forms, used again from record to record.
#[derive(Debug, Default)]
pub struct Room {
    scratch: String,
    comparable: Vec<u8>,
}

impl Comparison {
    /// What is compared of a record; `None` where a cell is missing, is empty or
    /// says nothing: that matches no entry.
    pub fn of_record<'r>(&self, cells: &[Option<&str>], room: &'r mut Room) -> Option<&'r [u8]> {
        match self {
            Self::Drop(form) => {
                let hashed = form.hash(cells.iter().copied(), &mut room.scratch, &mut room.comparable);
                hashed.then_some(room.comparable.as_slice())
            }
            Self::Values(forms) => values(forms, cells, room),
        }
    }

    /// What is compared of an entry.
    ///
    /// # Errors
    /// [`NotAHash`] where a deletion list holds something else.
    pub fn of_entry<'r>(&self, cells: &[Option<&str>], room: &'r mut Room) -> Result<Option<&'r [u8]>, NotAHash> {
        match self {
            Self::Drop(_) => {
                let hash = cells.first().copied().flatten().filter(|cell| is_hash(cell)).ok_or(NotAHash)?;
                room.comparable.clear();
                room.comparable.extend_from_slice(hash.as_bytes());
                Ok(Some(room.comparable.as_slice()))
            }
            Self::Values(forms) => Ok(values(forms, cells, room)),
        }
    }
}

/// A cell that should be a hash and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a hash")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say")]
pub struct NotAHash;

fn values<'r>(forms: &[Form], cells: &[Option<&str>], room: &'r mut Room) -> Option<&'r [u8]> {
    room.comparable.clear();
    for (form, cell) in forms.iter().zip(cells) {
        let form = match form.read(*cell, &mut room.scratch) {
            Read::Value(form) => form,
            Read::Missing => return None,
            Read::Unreadable(_) => (*cell)?,
        };
        // With its length, so that no two rows of cells look alike.
        room.comparable.extend_from_slice(&(form.len() as u64).to_le_bytes());
        room.comparable.extend_from_slice(form.as_bytes());
    }
    Some(&room.comparable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::normalise::Normalise;
    use crate::model::date::DateFormat;
    use crate::row_rule::california_drop::Identifier;

    fn of(comparison: &Comparison, cells: &[Option<&str>]) -> Option<Vec<u8>> {
        comparison.of_record(cells, &mut Room::default()).map(<[u8]>::to_vec)
    }

    #[test]
    fn both_sides_take_the_same_form() {
        let email = Comparison::Values(vec![Form::new(Normalise::Email)]);
        let mut room = Room::default();
        let entry = email.of_entry(&[Some(" A@B.com")], &mut room).unwrap().unwrap().to_vec();
        assert_eq!(of(&email, &[Some("a@b.COM ")]), Some(entry));
        // What the rule cannot read is compared as written.
        assert_eq!(of(&email, &[Some("no address")]), of(&email, &[Some("no address")]));
        assert_ne!(of(&email, &[Some("no address")]), of(&email, &[Some("No address")]));
        let none = Comparison::Values(vec![Form::new(Normalise::None)]);
        assert_ne!(of(&none, &[Some("00123")]), of(&none, &[Some("123")]));
        assert_ne!(of(&none, &[Some("A")]), of(&none, &[Some("a")]));
        assert_eq!(of(&none, &[Some("a ")]), of(&none, &[Some("a")]));
        assert_eq!(of(&none, &[Some("Zoe\u{308}")]), of(&none, &[Some("Zo\u{eb}")]));
    }

    #[test]
    fn several_columns_must_all_be_there_and_do_not_run_together() {
        let two = Comparison::Values(vec![Form::new(Normalise::None), Form::new(Normalise::Lower)]);
        assert_ne!(of(&two, &[Some("ab"), Some("c")]), of(&two, &[Some("a"), Some("bc")]));
        assert_eq!(of(&two, &[Some("a"), None]), None);
        assert_eq!(of(&two, &[Some("a"), Some("  ")]), None);
        assert_eq!(of(&two, &[Some(""), Some("b")]), None);
        assert!(of(&two, &[Some("a"), Some("b")]).is_some());
    }

    #[test]
    fn a_deletion_list_holds_hashes_and_nothing_else() {
        let form = DropForm::new(&[Identifier::Email], DateFormat::iso()).unwrap();
        let comparison = Comparison::Drop(form);
        let mut room = Room::default();
        let hash = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE=";
        let entry = comparison.of_entry(&[Some(hash)], &mut room).unwrap().unwrap().to_vec();
        assert_eq!(of(&comparison, &[Some("Anna.Smith@Domain.com")]), Some(entry));
        for bad in [None, Some(""), Some("anna.smith@domain.com"), Some(&hash[..43])] {
            assert_eq!(comparison.of_entry(&[bad], &mut room), Err(NotAHash));
        }
    }
}
