//! What a delivered record looks like, cell by cell: the pseudonym derived with
//! BLAKE3 directly, the district, the year, the one fact about children.

use super::calendar::Day;
use super::policy::{Action, Policy};
use super::verdict::{Record, value};

const VERSION_OF_THE_CANONICAL_FORMS: u32 = 2;

/// The key of one recipient and one domain.
fn pseudonym_key(master: &[u8], recipient: &str, domain: &str) -> [u8; 32] {
    let mut material = master.to_vec();
    for part in [recipient.as_bytes(), domain.as_bytes(), &VERSION_OF_THE_CANONICAL_FORMS.to_le_bytes()] {
        material.extend((part.len() as u64).to_le_bytes());
        material.extend(part);
    }
    blake3::derive_key("scant 2026-11 pseudonym key v1", &material)
}

/// The header of the delivery.
pub fn header(policy: &Policy) -> Vec<String> {
    let pseudonym = policy.pseudonym.iter().map(|(name, ..)| name.clone());
    let renamed =
        |column: &String| policy.renamed.iter().find(|(from, _)| from == column).map(|(_, name)| name.clone());
    let columns = policy.columns.iter().map(|(column, _)| renamed(column).unwrap_or_else(|| column.clone()));
    pseudonym.chain(columns).chain(policy.any_age_below.iter().map(|(name, ..)| name.clone())).collect()
}

/// The cells of one delivered record, a missing one empty.
pub fn minimise(policy: &Policy, as_of: Day, master: &[u8], record: &Record) -> Vec<String> {
    let mut cells = Vec::new();
    if let Some((_, domain, bits)) = &policy.pseudonym {
        let key = pseudonym_key(master, &policy.recipient, domain);
        let cell = &record[&policy.subject];
        let digest = blake3::keyed_hash(&key, policy.subject_normalise.canonical(cell).as_bytes());
        cells.push(digest.to_hex()[..bits / 4].to_owned());
    }
    for (column, action) in &policy.columns {
        let cell = value(policy, record, column);
        let moment = |cell| policy.format_of(column).read_evidence(cell);
        cells.push(match action {
            Action::District => cell.and_then(district).unwrap_or_default(),
            Action::Keep => cell.unwrap_or_default().to_owned(),
            Action::Year => {
                let day = cell.and_then(moment).map(|read| read.day).filter(|day| day.can_be_a_birth(as_of));
                day.map_or_else(String::new, |day| day.year.to_string())
            }
        });
    }
    if let Some((_, years, columns)) = &policy.any_age_below {
        let born = |column: &String| Some(policy.format_of(column).read_evidence(value(policy, record, column)?)?.day);
        // A child may be due in ten months.
        let can_be = |born: &Day| born.can_be_a_birth(as_of.plus_months(10));
        let births: Vec<Day> = columns.iter().filter_map(born).filter(can_be).collect();
        let is_child = |born: &Day| *born <= as_of && as_of < born.plus_months(years * 12);
        cells.push(if births.is_empty() { String::new() } else { births.iter().any(is_child).to_string() });
    }
    cells
}

/// The district of a UK postcode, or of an outward code alone.
pub fn district(cell: &str) -> Option<String> {
    let grammar = r"^([A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[0-9][A-HJKPSTUW]|[A-HK-Y](?:[0-9]|[1-9][0-9]|[0-9][ABEHMNPRVWXY]))|GIR)(?:\s*[0-9][ABD-HJLNP-UW-Z]{2})?$";
    let grammar = regex::Regex::new(grammar).unwrap();
    let text = cell.trim().to_ascii_uppercase();
    grammar.captures(&text).map(|found| found[1].to_owned())
}
