//! Puts one row of the extract, and its log events, together.
//!
//! The kernel of the generator: bytes into a vector, from the recipe and a row
//! number alone. No file, clock or chance.

use std::ops::Range;

use super::Recipe;
use super::draw::{Draw, Stream};
use super::history::History;
use super::person::{DateCell, Person};
use super::text::{self, EpochDay};

/// The header line of the extract, with its line feed.
#[must_use]
pub fn extract_header() -> &'static str {
    "subscriber_id,title,first_name,last_name,email,phone,address_line,town,postcode,dob,child_1_dob,\
     child_2_dob,deceased,last_active,consent_purposes,consent_given_at,consent_withdrawn_at,notice_version\n"
}

/// The header line of the consent log, with its line feed.
#[must_use]
pub fn events_header() -> &'static str {
    "record_id,pii_principal_id,event_time,event_state,event_type,purpose,recipient_third_parties,\
     privacy_notice,validity_duration,channel\n"
}

/// Appends rows of the extract, counted from 0, without the header.
///
/// A row depends on the recipe's seed and its number only: however the rows are
/// cut into batches, and whichever thread writes them, the bytes are the same.
///
/// ```
/// use scant::internals::{Recipe, write_extract};
/// let recipe = Recipe::new(1_000, 7);
/// let (mut whole, mut parts) = (Vec::new(), Vec::new());
/// write_extract(&recipe, 0..1_000, &mut whole);
/// write_extract(&recipe, 0..1, &mut parts);
/// write_extract(&recipe, 1..1_000, &mut parts);
/// assert_eq!(whole, parts);
/// ```
pub fn write_extract(recipe: &Recipe, rows: Range<u64>, out: &mut Vec<u8>) {
    for row in rows {
        GeneratedRow::of(recipe, row).write(out);
    }
}

/// Appends the consent log behind rows of the extract, without the header: the
/// events in the order of the rows, and those of one row in the order of time.
pub fn write_events(recipe: &Recipe, rows: Range<u64>, out: &mut Vec<u8>) {
    for row in rows {
        GeneratedRow::of(recipe, row).write_events(recipe.seed, row, out);
    }
}

/// Appends both for the same rows, drawing each row once.
pub(crate) fn write_both(recipe: &Recipe, rows: Range<u64>, extract: &mut Vec<u8>, events: &mut Vec<u8>) {
    for number in rows {
        let row = GeneratedRow::of(recipe, number);
        row.write(extract);
        row.write_events(recipe.seed, number, events);
    }
}

struct GeneratedRow {
    subject: SubjectCell,
    person: Person,
    deceased: &'static str,
    last_active: DateCell,
    history: History,
}

#[derive(Clone, Copy)]
enum SubjectCell {
    Number(u64),
    Sentinel(&'static str),
}

impl GeneratedRow {
    fn of(recipe: &Recipe, row: u64) -> Self {
        let subject = subject_number(recipe, row);
        let draw = &mut Draw::new(recipe.seed, Stream::Record, row);
        Self {
            subject: if draw.in_thousand(6) {
                SubjectCell::Sentinel(draw.pick(&["", "N/A", "unknown", "0"]))
            } else {
                SubjectCell::Number(subject)
            },
            person: Person::of(recipe.seed, subject),
            deceased: match draw.below(1000) {
                0..12 => "Y",
                12..30 => "",
                _ => "N",
            },
            last_active: draw_last_active(draw),
            history: History::draw(draw),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.subject.write(out);
        out.push(b',');
        self.person.write(out);
        out.extend_from_slice(self.deceased.as_bytes());
        out.push(b',');
        self.last_active.write(out);
        out.push(b',');
        self.history.write(out);
        out.push(b'\n');
    }

    fn write_events(&self, seed: u64, row: u64, out: &mut Vec<u8>) {
        // A record without a subject has no events.
        if let SubjectCell::Number(subject) = self.subject {
            self.history.write_events(seed, row, subject, out);
        }
    }
}

impl SubjectCell {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Number(number) => text::id(out, b'S', number),
            Self::Sentinel(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

/// Whose record a row is: its own subject's, or that of an earlier row. If the
/// earlier row is somebody else's too, it leads on; each step leads back, and
/// row 0 is its own, so that it ends.
fn subject_number(recipe: &Recipe, row: u64) -> u64 {
    let mut at = row;
    loop {
        let draw = &mut Draw::new(recipe.seed, Stream::Owner, at);
        // Out of two thousand: each second record makes two records of one subject.
        if at == 0 || draw.below(2000) >= u32::from(recipe.duplicates_per_thousand) {
            return at + 1;
        }
        at = draw.position_below(at);
    }
}

fn draw_last_active(draw: &mut Draw) -> DateCell {
    match draw.below(1000) {
        0..50 => DateCell::between(draw, EpochDay::of(2013, 1, 1), EpochDay::of(2015, 6, 29)),
        50..52 => DateCell::Missing,
        52..53 => DateCell::Spoilt("never"),
        53..250 => DateCell::between(draw, EpochDay::of(2015, 7, 3), EpochDay::of(2017, 12, 31)),
        _ => DateCell::between(draw, EpochDay::of(2018, 1, 1), EpochDay::of(2018, 6, 30)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn extract(recipe: &Recipe, rows: Range<u64>) -> Vec<u8> {
        let mut out = Vec::new();
        write_extract(recipe, rows, &mut out);
        out
    }

    proptest! {
        #[test]
        fn a_row_depends_on_seed_and_number_only(seed: u64, row in 0_u64..1 << 40, cut in 0_u64..20) {
            let recipe = Recipe::new(0, seed);
            let mut parts = extract(&recipe, row..row + cut);
            parts.extend(extract(&recipe, row + cut..row + 20));
            prop_assert_eq!(parts, extract(&recipe, row..row + 20));
        }

        #[test]
        fn every_row_is_a_record_of_eighteen_columns(seed: u64, row in 0_u64..u64::MAX - 50) {
            let out = extract(&Recipe::new(0, seed), row..row + 50);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
            let mut rows = 0;
            for record in reader.records() {
                prop_assert_eq!(record.unwrap().len(), 18);
                rows += 1;
            }
            prop_assert_eq!(rows, 50);
        }
    }

    #[test]
    fn both_files_are_what_each_is_alone() {
        let recipe = Recipe::new(500, 9);
        let (mut rows, mut events, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        write_both(&recipe, 0..500, &mut rows, &mut events);
        write_events(&recipe, 0..500, &mut alone);
        assert_eq!((rows, events), (extract(&recipe, 0..500), alone));
    }

    #[test]
    fn the_size_of_a_record_is_that_of_the_measured_extract() {
        let rows = 20_000;
        let bytes = extract(&Recipe::new(rows, 1), 1_000_000..1_000_000 + rows).len() as u64;
        assert!((204..=214).contains(&(bytes / rows)), "{} bytes a record", bytes / rows);
    }

    #[test]
    fn about_three_in_a_hundred_records_share_their_subject() {
        let share = |per_thousand: u16| {
            let recipe = Recipe { duplicates_per_thousand: per_thousand, ..Recipe::new(0, 3) };
            let mut records = BTreeMap::<u64, u32>::new();
            for row in 0..40_000 {
                *records.entry(subject_number(&recipe, row)).or_default() += 1;
            }
            f64::from(records.values().filter(|&&of| of > 1).sum::<u32>()) / 40_000.0
        };
        assert!((0.027..0.033).contains(&share(30)), "{}", share(30));
        assert_eq!(share(0), 0.0);
    }
}
