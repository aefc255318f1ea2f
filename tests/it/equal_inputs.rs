//! One extract in several forms: columns in another order, compressed, in parts, in
//! another format. The content is the same, so the delivery is the same.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::bad_inputs::parquet_file::{Lies, parquet};
use crate::kit::{Options, WRITTEN_AS, converted, data_of, deliver, keep_all, root, story_policy};

/// The extract as rows of cells, header first.
fn rows() -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(root("samples/story/extract.csv")).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn write_rows<'a>(path: PathBuf, rows: impl IntoIterator<Item = &'a Vec<String>>) -> PathBuf {
    let mut writer = csv::Writer::from_path(&path).unwrap();
    rows.into_iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    path
}

/// Columns in another order: back to front, the middle first.
fn columns_reordered(folder: &Path) -> Vec<PathBuf> {
    let reordered: Vec<Vec<String>> = rows()
        .into_iter()
        .map(|mut row| {
            row.rotate_left(7);
            row.reverse();
            row
        })
        .collect();
    vec![write_rows(folder.join("columns.csv"), &reordered)]
}

/// Records in another order: every 7th of 300, then the next.
fn rows_shuffled(folder: &Path) -> Vec<PathBuf> {
    let rows = rows();
    let (header, records) = rows.split_first().unwrap();
    let shuffled = (0..7).flat_map(|first| records.iter().skip(first).step_by(7));
    vec![write_rows(folder.join("shuffled.csv"), [header].into_iter().chain(shuffled))]
}

fn in_three_files(folder: &Path) -> Vec<PathBuf> {
    let rows = rows();
    let (header, records) = rows.split_first().unwrap();
    let parts = [&records[..1], &records[1..140], &records[140..]];
    let write = |(number, part): (usize, &[Vec<String>])| {
        write_rows(folder.join(format!("part-{number}.csv")), [header].into_iter().chain(part))
    };
    parts.into_iter().enumerate().map(write).collect()
}

fn gzip(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("extract.csv.gz");
    let mut encoder = GzEncoder::new(fs::File::create(&path).unwrap(), Compression::default());
    encoder.write_all(&fs::read(root("samples/story/extract.csv")).unwrap()).unwrap();
    encoder.finish().unwrap();
    vec![path]
}

fn zstandard(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("extract.csv.zst");
    let plain = fs::read(root("samples/story/extract.csv")).unwrap();
    fs::write(&path, zstd::encode_all(plain.as_slice(), 3).unwrap()).unwrap();
    vec![path]
}

/// Every field quoted, lines ended as Windows ends them.
fn quoted(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("quoted.csv");
    let mut text = String::new();
    for row in rows() {
        // An empty cell stays unquoted: quoted it would be an empty text.
        let cell =
            |cell: &String| if cell.is_empty() { String::new() } else { format!("\"{}\"", cell.replace('"', "\"\"")) };
        text.push_str(&row.iter().map(cell).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    fs::write(&path, text).unwrap();
    vec![path]
}

/// The extract in another format, made by a delivery that keeps every record and
/// every column.
fn in_format(folder: &Path, format: &str) -> Vec<PathBuf> {
    let table = fs::read(root("samples/story/extract.csv")).unwrap();
    vec![converted(&folder.join(format), table, &keep_all(&rows()[0]), format)]
}

/// The extract as Parquet of another writer, each cell plain or all of them by
/// dictionary.
fn parquet_of_others(folder: &Path, dictionary: bool) -> PathBuf {
    // Commas stand in the address alone, which is not delivered.
    let line = |row: Vec<String>| row.iter().map(|cell| cell.replace(',', " ")).collect::<Vec<_>>().join(",");
    let table: Vec<String> = rows().into_iter().map(line).collect();
    let path = folder.join(format!("dictionary-{dictionary}.parquet"));
    fs::write(&path, parquet(&table.join("\n"), &Lies { dictionary, ..Lies::default() })).unwrap();
    path
}

/// Where a column has a few values, each is judged once and not each cell: that may
/// be seen in nothing.
#[test]
fn cells_by_dictionary_are_judged_as_cells() {
    let folder = tempfile::tempdir().unwrap();
    let policy = story_policy(
        folder.path(),
        "policy.toml",
        &[("format      = \"csv\"\n", ""), (WRITTEN_AS, "format = \"csv\"")],
    );
    let run =
        |name: &str, extract: PathBuf| deliver(&policy, &[extract], &folder.path().join(name), Options::default());
    let expected = run("csv", root("samples/story/extract.csv"));
    assert!(expected.report.dropped.len() > 8, "{:?}", expected.report.dropped);
    for dictionary in [false, true] {
        let found = run(&format!("{dictionary}"), parquet_of_others(folder.path(), dictionary));
        assert_eq!(found.report, expected.report, "dictionary {dictionary}");
        assert!(data_of(&found) == data_of(&expected));
    }
}

/// What the extract delivers in one form.
fn delivered(folder: &Path, changes: &[(&str, &str)], name: &str, extracts: &[PathBuf]) -> Vec<u8> {
    let policy = story_policy(folder, &format!("{name}.toml"), changes);
    let output = folder.join(format!("from-{name}"));
    data_of(&deliver(&policy, extracts, &output, Options { block_bytes: Some(4096), ..Options::default() }))
}

fn every_form_delivers_the_same(order: &str) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let written_as = format!("format = \"csv\"\norder = \"{order}\"");
    let as_named = ("format      = \"csv\"\n", "");
    let changes = [(WRITTEN_AS, written_as.as_str()), as_named];
    let plain = [root("samples/story/extract.csv")];
    let expected = delivered(at, &changes, "plain", &plain);
    assert!(expected.len() > 1000);
    let with_newlines = ("unlisted    = \"drop\"", "unlisted    = \"drop\"\nnewline_in_fields = true");
    let careful = [changes[0], changes[1], with_newlines];
    let mut forms = vec![
        ("columns", columns_reordered(at)),
        ("quoted", quoted(at)),
        ("gzip", gzip(at)),
        ("zstandard", zstandard(at)),
        ("parts", in_three_files(at)),
        ("parquet", in_format(at, "parquet")),
        ("ipc", in_format(at, "ipc")),
        ("ndjson", in_format(at, "ndjson")),
    ];
    if order == "pseudonym" {
        forms.push(("shuffled", rows_shuffled(at)));
    }
    for (name, extracts) in &forms {
        assert!(delivered(at, &changes, name, extracts) == expected, "{order}: {name} delivers otherwise");
    }
    for (name, extracts) in
        [("plain", plain.to_vec()), ("gzip", vec![at.join("extract.csv.gz")]), ("quoted", vec![at.join("quoted.csv")])]
    {
        let found = delivered(at, &careful, &format!("careful-{name}"), &extracts);
        assert!(found == expected, "{order}: {name} with newline_in_fields delivers otherwise");
    }
}

#[test]
fn every_form_delivers_the_same_by_pseudonym() {
    every_form_delivers_the_same("pseudonym");
}

#[test]
fn every_form_delivers_the_same_in_extract_order() {
    every_form_delivers_the_same("extract");
}

/// The other way round: an extract whose records stand in another order is
/// delivered in another order, where that is asked for.
#[test]
fn extract_order_is_that_of_the_extract() {
    let folder = tempfile::tempdir().unwrap();
    let changes = [(WRITTEN_AS, "format = \"csv\"\norder = \"extract\"")];
    let plain = delivered(folder.path(), &changes, "plain", &[root("samples/story/extract.csv")]);
    let shuffled = delivered(folder.path(), &changes, "shuffled", &rows_shuffled(folder.path()));
    let sorted = |bytes: &[u8]| {
        let mut lines: Vec<String> = String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_ne!(plain, shuffled);
    assert_eq!(sorted(&plain), sorted(&shuffled));
}
