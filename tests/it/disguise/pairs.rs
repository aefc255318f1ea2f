//! A person on a list in one writing and in the extract in another is found, or one
//! of the two cannot be read, which refuses the run or drops the record. If they
//! were read as two people, the person would be delivered. And no two people are
//! read as one.

use std::collections::HashMap;

use scant::Read;
use scant::internals::{CanonicalBuffers, CellForm, Compared, Comparison, DateFormat, Form, Normalise};

use super::{KINDS, Kind};
use crate::kit::Random;

/// Pairs a form.
const PAIRS: usize = 100_000;

fn kind(form: &str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.form == form).unwrap()
}

fn form(word: &str) -> Form {
    let rule = Normalise::ALL.iter().find(|(own, _)| *own == word).map(|(_, rule)| *rule).unwrap();
    Form::new(rule)
}

#[track_caller]
fn nobody_slips_through(word: &str) {
    let (form, mut scratch) = (form(word), String::new());
    nobody_slips_past(word, |text| match form.read(Some(text), &mut scratch) {
        Read::Value(value) => Read::Value(value.as_bytes().to_vec()),
        Read::Missing => Read::Missing,
        Read::Unreadable(reason) => Read::Unreadable(reason),
    });
}

/// The same for what a list compares otherwise than as an identifier.
#[track_caller]
fn nobody_slips_past_a_list(word: &str, form: CellForm) {
    let comparison = Comparison::Values { record: vec![form.clone()], entry: vec![form] };
    let mut room = CanonicalBuffers::default();
    nobody_slips_past(word, |text| match comparison.of_record(&[Some(text)], &mut room) {
        Compared::Value(value) => Read::Value(value.to_vec()),
        Compared::Missing | Compared::Incomplete(_) => Read::Missing,
        Compared::Unreadable(unread) => Read::Unreadable(unread.reason),
    });
}

#[track_caller]
fn nobody_slips_past(word: &str, mut read: impl FnMut(&str) -> Read<Vec<u8>>) {
    let kind = kind(word);
    let mut random = Random::new(2026);
    let mut owners: HashMap<Vec<u8>, String> = HashMap::new();
    let (mut found, mut refused, mut disguised) = (0, 0, 0);
    for _ in 0..PAIRS {
        let value = (kind.value)(&mut random);
        let (entry, cell) = (kind.written(&value, &mut random), kind.written(&value, &mut random));
        match (read(&entry), read(&cell)) {
            (Read::Value(one), Read::Value(other)) => {
                assert_eq!(one, other, "{word}: {entry:?} on the list, {cell:?} in the extract: delivered");
                found += 1;
                disguised += usize::from(entry != cell);
                let owner = owners.entry(one).or_insert_with(|| value.clone());
                assert_eq!(*owner, value, "{word}: two people are read as one");
            }
            (Read::Missing, _) | (_, Read::Missing) => panic!("{word}: {entry:?} or {cell:?} is no missing value"),
            (Read::Unreadable(_), _) | (_, Read::Unreadable(_)) => refused += 1,
        }
    }
    // A form that refused everything would pass, and so would disguises that change nothing.
    assert!(
        found > PAIRS / 10 && refused > PAIRS / 100 && disguised > PAIRS / 20,
        "{word}: {found} {refused} {disguised}"
    );
}

#[test]
fn as_written() {
    nobody_slips_through("none");
}

#[test]
fn trimmed() {
    nobody_slips_through("trim");
}

#[test]
fn in_small_letters() {
    nobody_slips_through("lower");
}

#[test]
fn addresses() {
    nobody_slips_through("email");
}

#[test]
fn telephone_numbers() {
    nobody_slips_through("phone_e164");
}

#[test]
fn digits_alone() {
    nobody_slips_through("digits");
}

#[test]
fn nhs_numbers() {
    nobody_slips_through("nhs_number");
}

#[test]
fn postcodes() {
    nobody_slips_past_a_list("postcode", CellForm::Postcode);
}

#[test]
fn days() {
    nobody_slips_past_a_list("date", CellForm::day(&DateFormat::iso()));
}
