//! The tables for spreadsheets: RFC 4180, with quotes where they are needed, and no cell
//! that a spreadsheet would run.

use crate::format::formula::is_formula;

/// A cell: an apostrophe goes before what would be a formula.
fn field(text: &str) -> String {
    let guarded = if is_formula(text) { format!("'{text}") } else { text.to_owned() };
    let is_plain = !guarded.contains([',', '"', '\n', '\r']) && guarded.trim() == guarded;
    if is_plain { guarded } else { format!("\"{}\"", guarded.replace('"', "\"\"")) }
}

/// A table of such cells, a line a row.
pub(super) fn table(rows: &[Vec<String>]) -> Vec<u8> {
    let line = |row: &Vec<String>| row.iter().map(|text| field(text)).collect::<Vec<_>>().join(",") + "\n";
    rows.iter().map(line).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_run_nowhere() {
        let rows = [vec!["a,b".to_owned(), "say \"no\"".to_owned(), "two\nlines".to_owned(), "plain".to_owned()]];
        assert_eq!(String::from_utf8(table(&rows)).unwrap(), "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",plain\n");
        for cell in ["=1+1", "+a", "-a", "@a", "\ta", " =1", "=HYPERLINK(\"x\")"] {
            assert!(field(cell).trim_start_matches('"').starts_with('\''), "{cell}");
        }
        assert_eq!(field("-12.5"), "-12.5");
    }
}
