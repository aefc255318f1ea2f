//! Well-formed files, read by another reader: the same cells.

use proptest::prelude::*;

use super::support::{Record, read_in_blocks};
use crate::model::dialect::{Delimiter, Dialect, NullWords};

fn peer(content: &[u8], dialect: &Dialect) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(dialect.delimiter.parts().0)
        .quote(dialect.quote.unwrap())
        .from_reader(content);
    let record =
        |record: csv::StringRecord| Record::Accepted(record.iter().map(|cell| Some(cell.to_owned())).collect());
    reader.records().map(|read| record(read.unwrap())).collect()
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zé€ ]{0,12}", "[a-z,;\"]{0,8}", Just("x".repeat(70)), Just(String::new()), "[a\n\"]{0,5}",]
}

/// Writes a cell, quoted where it must be or where asked.
fn written(cell: &str, always: bool, delimiter: char, quote: char) -> String {
    let must = cell.contains([delimiter, quote, '\n']) || always;
    let doubled = cell.replace(quote, &format!("{quote}{quote}"));
    if must { format!("{quote}{doubled}{quote}") } else { cell.to_owned() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cells_are_those_the_csv_crate_reads(
        rows in proptest::collection::vec(proptest::collection::vec((cell(), any::<bool>()), 3), 1..20),
        block_bytes in 1usize..300,
        crlf in any::<bool>(),
        semicolon in any::<bool>(),
        last_ending in any::<bool>(),
    ) {
        let delimiter = if semicolon { ';' } else { ',' };
        let quote = if semicolon { '\'' } else { '"' };
        let newline = if crlf { "\r\n" } else { "\n" };
        let mut content = ["id", "one", "two"].join(&delimiter.to_string()) + newline;
        for row in &rows {
            let cells: Vec<String> =
                row.iter().map(|(cell, always)| written(cell, *always, delimiter, quote)).collect();
            content += &cells.join(&delimiter.to_string());
            content += newline;
        }
        if !last_ending {
            content.truncate(content.len() - newline.len());
        }
        let dialect = Dialect {
            delimiter: Delimiter::of(&delimiter.to_string()).unwrap(),
            quote: Some(quote as u8),
            newline_in_fields: true,
            null_values: NullWords { words: Vec::new(), also_quoted: false },
            ..Dialect::default()
        };
        let ours = read_in_blocks(content.as_bytes(), &dialect, block_bytes).unwrap();
        let expected: Vec<Record> =
            rows.iter().map(|row| Record::Accepted(row.iter().map(|(cell, _)| Some(cell.clone())).collect())).collect();
        prop_assert_eq!(&ours.records, &expected);
        prop_assert_eq!(&ours.records, &peer(content.as_bytes(), &dialect));
    }
}
