//! What a run delivered, cell by cell as it is written: an empty text is `""`, and a
//! missing cell is nothing.

use std::collections::BTreeMap;

use serde_json::Value;

/// How a run ended.
pub(super) struct Delivered {
    pub(super) exit: Option<i32>,
    pub(super) said: String,
    /// The data file; none where the run was refused.
    pub(super) data: Option<String>,
    /// `account.json` of a delivery.
    pub(super) account: Value,
}

impl Delivered {
    /// How many cells of a column could not be read.
    pub(super) fn unreadable(&self, column: &str) -> u64 {
        let columns = self.account["columns"].as_array().expect("an account has columns");
        let column =
            columns.iter().find(|entry| entry["output"] == column).expect("a delivered column is accounted for");
        column["cells"]["unreadable"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
    }

    /// Fails unless every record that was read is delivered or dropped for a reason.
    pub(super) fn assert_balanced(&self, what: &str) {
        let count = |name: &str| self.account["records"][name].as_u64().unwrap();
        let counts = ["dropped", "quarantined"].map(|name| self.account["records"][name].as_object().unwrap());
        let gone: u64 = counts.into_iter().flatten().map(|(_, count)| count.as_u64().unwrap()).sum();
        assert_eq!(count("read"), count("delivered") + gone, "{what}: {}", self.account["records"]);
        // A malformed record may have others inside it, up to the next quote.
        let is_malformed = counts[1].values().any(|count| count.as_u64() != Some(0));
        assert!(count("read") >= 1_000 || is_malformed, "{what}: {} records", count("read"));
    }
}

/// The names of the columns, and each row by its number, which is the first cell.
pub(super) fn table(data: &str) -> (Vec<&str>, BTreeMap<&str, Vec<&str>>) {
    let mut rows = rows(data).into_iter();
    let header = rows.next().expect("a file has a header");
    let mut table = BTreeMap::new();
    for row in rows {
        assert_eq!(row.len(), header.len(), "{row:?}");
        assert!(table.insert(row[0], row).is_none(), "a row twice");
    }
    (header, table)
}

/// The cells with their quotes.
fn rows(data: &str) -> Vec<Vec<&str>> {
    let (mut rows, mut row, mut start, mut is_quoted) = (Vec::new(), Vec::new(), 0, false);
    for (at, byte) in data.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' | b'\n' if !is_quoted => {
                row.push(&data[start..at]);
                start = at + 1;
                if byte == b'\n' {
                    rows.push(std::mem::take(&mut row));
                }
            }
            _ => {}
        }
    }
    assert!(row.is_empty() && start == data.len(), "the last line ends");
    rows
}

/// A cell as the text it stands for.
pub(super) fn text(cell: &str) -> String {
    match cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => cell.to_owned(),
    }
}

#[test]
fn an_empty_text_is_told_from_a_missing_cell() {
    let (header, rows) = table("no,note\n1,\"a \"\"b\"\",\nc\"\n2,\"\"\n3,\n");
    assert_eq!(header, ["no", "note"]);
    let notes: Vec<&str> = rows.values().map(|row| row[1]).collect();
    assert_eq!(notes, ["\"a \"\"b\"\",\nc\"", "\"\"", ""]);
    assert_eq!(notes.into_iter().map(text).collect::<Vec<_>>(), ["a \"b\",\nc", "", ""]);
}
