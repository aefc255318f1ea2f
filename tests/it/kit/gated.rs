//! Makes any table pass the consent gate: columns in front of it give consent for
//! every record, and the policy keeps all columns of the table. Not for tests of
//! consent, which use the sample.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::{Options, data_file, root, try_deliver};

/// The columns put in front, in this order.
pub(crate) const IN_FRONT: [&str; 3] = ["gate_subject", "gate_granted", "gate_given"];

/// What stands in front of a record: whose it is, whether that person said yes.
/// The day is the one before [`super::LATER`].
pub(crate) fn gate_cells(subject: &str, granted: &str, delimiter: char) -> String {
    format!("{subject}{delimiter}{granted}{delimiter}2018-06-30{delimiter}")
}

/// A copy of a CSV file with cells put in front of every record. Whatever stands
/// behind them is copied byte for byte, however it is quoted and ended.
pub(crate) fn put_in_front(
    table: &[u8],
    delimiter: char,
    mut cells: impl FnMut(usize, &ByteRecord) -> String,
) -> Vec<u8> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter as u8).from_reader(table);
    let mut starts = Vec::new();
    for record in reader.byte_records() {
        let record = record.unwrap();
        let start = usize::try_from(record.position().unwrap().byte()).unwrap();
        // The reader may leave the rest of a line ending to the next record.
        let ending = table[start..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let in_front = match starts.len() {
            0 => IN_FRONT.map(|name| format!("{name}{delimiter}")).concat(),
            number => cells(number - 1, &record),
        };
        starts.push((start + ending, in_front));
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([table.len()]).collect::<Vec<_>>();
    let mut gated = Vec::with_capacity(table.len() * 2);
    for ((start, in_front), end) in starts.iter().zip(ends) {
        gated.extend_from_slice(in_front.as_bytes());
        gated.extend_from_slice(&table[*start..end]);
    }
    gated
}

/// The table with columns in front in which everybody consents, each record of its
/// own person.
pub(crate) fn where_all_consent(table: impl AsRef<[u8]>) -> Vec<u8> {
    put_in_front(table.as_ref(), ',', |number, _| gate_cells(&format!("R{number}"), "Y", ','))
}

/// The same table in another format, made by a delivery of `columns`; it is in
/// `folder`, which is new.
pub(crate) fn converted(folder: &Path, table: impl AsRef<[u8]>, columns: &str, format: &str) -> PathBuf {
    fs::create_dir(folder).unwrap();
    let gated = folder.join("gated.csv");
    fs::write(&gated, where_all_consent(table)).unwrap();
    let policy = policy_for_gated(folder, columns, "", &format!("format = \"{format}\""));
    let made = try_deliver(&policy, &[gated], &folder.join("made"), None, Options::default()).unwrap();
    assert_eq!(made.report.read, made.report.delivered);
    data_file(&made)
}

/// A policy for a gated table. `columns` is the text of its `[columns]`;
/// `extract` and `output` are more lines of those tables.
pub(crate) fn policy_for_gated(folder: &Path, columns: &str, extract: &str, output: &str) -> PathBuf {
    let [subject, granted, given] = IN_FRONT;
    let text = format!(
        r#"format = "scant-policy/1"
name = "gated"
[release]
controller = "acme-mother"
recipient = "thistle-institute"
purpose = "research"
legal_basis = "consent"
[extract]
subject = "{subject}"
{extract}
[consent]
register = "register.toml"
[consent.columns]
granted = {{ column = "{granted}", yes = ["Y"], no = ["N"] }}
given_at = "{given}"
notice = {{ in_force_at = "given_at" }}
{columns}
[output]
{output}
"#
    );
    fs::copy(root("samples/actions/register.toml"), folder.join("register.toml")).unwrap();
    let path = folder.join("gated.toml");
    fs::write(&path, text).unwrap();
    path
}

/// The text of a `[columns]` table that keeps every one of them as it is.
pub(crate) fn keep_all<S: AsRef<str>>(columns: impl IntoIterator<Item = S>) -> String {
    let mut text = String::new();
    for column in columns {
        // A JSON string is a TOML string, too.
        let name = serde_json::to_string(column.as_ref()).unwrap();
        writeln!(text, "[columns.{name}]\nrole = \"insensitive\"\nkeep = {{ because = \"to be compared\" }}").unwrap();
    }
    text
}
