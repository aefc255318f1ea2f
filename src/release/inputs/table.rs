//! Whole columns of an extract, read without a policy that could be carried out: for
//! verbs that look at an extract before there is one. How the files are written may be
//! said by `[extract]` of a policy; nothing is guessed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::extract::{check_count, declared_records, no_record, open_unless_empty};
use super::open::{FileReading, NeverSeen};
use super::policy::policy_text;
use crate::document::opens_with_format;
use crate::document::position::DocumentText;
use crate::engine::fault::{DescribedBy, FaultFacts, InputFault, InputFaultKind};
use crate::engine::port::{InputEvidence, Quarantined, Source};
use crate::engine::read::records::{RecordSink, read_records};
use crate::format::io::file::identity;
use crate::format::io::opening::shown;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;
use crate::model::digest::Digest;
use crate::model::name::ColumnName;
use crate::policy::extract_alone::ExtractDescription;
use crate::policy::plan::column_uses::ColumnUse;
use crate::release::error::ReleaseError;

/// What is known of a table once it was read.
#[derive(Debug, Default)]
pub(crate) struct ReadTable {
    /// How many records there were, malformed ones included.
    pub(crate) records: u64,
    /// How many of them are malformed, so that none of their cells was read.
    pub(crate) malformed: u64,
    /// The type that each column has in every file; text if they differ.
    pub(crate) types: Vec<ColumnType>,
    /// Bytes and digest of each file with a record, as it was read.
    pub(crate) files: Vec<(u64, Digest)>,
}

/// Reads a source, of which the columns that were asked for are in these places, to its end.
/// Returns its evidence and how many records it has.
pub(crate) type ReadSource<'r> =
    dyn FnMut(Box<dyn Source>, &[usize]) -> Result<(InputEvidence, u64), ReleaseError> + 'r;

/// Receives the cells of one record, in the order of the columns that were asked for;
/// a missing one is `None`.
pub(crate) type TakeCells<'t> = dyn FnMut(&[Option<&str>]) -> Result<(), ReleaseError> + 't;

/// What a policy says of how the extract is written; the rest of the policy may be
/// missing or wrong still. Without a policy: RFC 4180 in UTF-8 with a header, and ISO
/// dates.
///
/// # Errors
/// When the file cannot be used, or with every fault of what is read of it.
pub(crate) fn described_by(policy: Option<&Path>, columns: &[ColumnName]) -> Result<ExtractDescription, ReleaseError> {
    let Some(path) = policy else { return Ok(ExtractDescription::default()) };
    let text = policy_text(path)?;
    let name = shown(path).to_string();
    ExtractDescription::of(DocumentText { file: &name, text: &text }, columns).map_err(|refused| {
        // Lines are shown of what says that it is a policy, and of nothing else.
        let texts = if opens_with_format(&text, "scant-policy") { vec![(name, text)] } else { Vec::new() };
        ReleaseError::Policy { refused, texts }
    })
}

/// Reads these columns of every record of the files, which are parts of one table;
/// `described_by` is the table of a policy that says how they are written.
///
/// # Errors
/// A fault of a file, or the error of `take`.
pub(crate) fn read_table(
    paths: &[PathBuf],
    (dialect, described_by): (&Dialect, &DescribedBy),
    columns: &[ColumnUse],
    stop: &AtomicBool,
    take: &mut TakeCells<'_>,
) -> Result<ReadTable, ReleaseError> {
    let mut malformed = 0;
    let mut read = |source: Box<dyn Source>, places: &[usize]| {
        read_records(source, places, stop, &mut TableSink { malformed: &mut malformed, take })
    };
    let table = read_sources(paths, (dialect, described_by), columns, &mut read)?;
    Ok(ReadTable { malformed, ..table })
}

/// Opens the files, which are parts of one table, and lets `read` read each of them; what
/// is malformed is not counted here.
///
/// # Errors
/// A fault of a file, or the error of `read`.
pub(crate) fn read_sources(
    paths: &[PathBuf],
    (dialect, described_by): (&Dialect, &DescribedBy),
    columns: &[ColumnUse],
    read: &mut ReadSource<'_>,
) -> Result<ReadTable, ReleaseError> {
    let read = read_all(paths, &FileReading::of_columns(dialect, columns), columns, read);
    read.map_err(|error| error.in_file_described_by(described_by))
}

fn read_all(
    paths: &[PathBuf],
    reading: &FileReading,
    columns: &[ColumnUse],
    read: &mut ReadSource<'_>,
) -> Result<ReadTable, ReleaseError> {
    let mut table = ReadTable::default();
    let (mut identities, mut never_seen) = (BTreeSet::new(), NeverSeen::default());
    let mut first = None;
    for path in paths {
        let name: Arc<str> = shown(path).to_string().into();
        let source = open_unless_empty(reading, path, &name)?;
        if !identities.insert(identity(path).map_err(ReleaseError::io("look at", path))?) {
            return Err(ReleaseError::Input(InputFault::file(InputFaultKind::DuplicateInput, &name)));
        }
        first.get_or_insert_with(|| Arc::clone(&name));
        let records = match source {
            Some(source) => read_file(source, reading, columns, (&mut table, &mut never_seen), read)?,
            None => 0,
        };
        check_count(declared_records(path)?, records, &name)?;
        table.records += records;
    }
    let first = first.unwrap_or_default();
    if table.records == 0 {
        return Err(no_record(&first));
    }
    never_seen.check(&first)?;
    Ok(table)
}

/// Reads one file; returns how many records it has.
fn read_file(
    source: Box<dyn Source>,
    reading: &FileReading,
    columns: &[ColumnUse],
    (table, never_seen): (&mut ReadTable, &mut NeverSeen),
    read: &mut ReadSource<'_>,
) -> Result<u64, ReleaseError> {
    let places = (1..).zip(columns).map(|(number, column)| place(source.as_ref(), number, &column.name));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let type_of = |place: &usize| source.columns().get(*place).map_or(ColumnType::Text, |own| own.column_type);
    let types: Vec<ColumnType> = places.iter().map(type_of).collect();
    if table.types.is_empty() {
        table.types = types;
    } else {
        for (known, _) in table.types.iter_mut().zip(types).filter(|(known, own)| *known != own) {
            *known = ColumnType::Text;
        }
    }
    match read(source, &places) {
        Ok((evidence, records)) => {
            if records > 0 {
                table.files.push((evidence.bytes, evidence.blake3));
                never_seen.add(evidence.never_seen);
            }
            Ok(records)
        }
        // A header, and nothing below it.
        Err(ReleaseError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput && reading.may_be_empty() => Ok(0),
        Err(error) => Err(error),
    }
}

/// Where a column is; `number` counts those that are asked for.
fn place(source: &dyn Source, number: u32, column: &str) -> Result<usize, ReleaseError> {
    let fault = |kind, facts| {
        let facts = FaultFacts { asked_column: Some(number), ..facts };
        InputFault::file(kind, source.file()).about(column).with_facts(facts)
    };
    let Some(place) = source.columns().iter().position(|own| own.name == column) else {
        let facts = FaultFacts { lines_before: source.lines_before_header(), ..FaultFacts::default() };
        return Err(ReleaseError::Input(fault(InputFaultKind::MissingColumn, facts)));
    };
    match source.columns().get(place).and_then(|own| own.without_text) {
        Some(textless) => {
            let fault = fault(InputFaultKind::UnsupportedType, FaultFacts::default());
            Err(ReleaseError::Input(fault.without_text(textless)))
        }
        None => Ok(place),
    }
}

/// Counts malformed records and passes on the others.
struct TableSink<'s, 't> {
    malformed: &'s mut u64,
    take: &'s mut TakeCells<'t>,
}

impl RecordSink<ReleaseError> for TableSink<'_, '_> {
    fn take(&mut self, _: u64, cells: &[Option<&str>]) -> Result<(), ReleaseError> {
        (self.take)(cells)
    }

    fn malformed(&mut self, _: u64, _: Quarantined) -> Result<(), ReleaseError> {
        *self.malformed += 1;
        Ok(())
    }
}

/// A column by its name, of which nothing more is known.
pub(crate) fn column(name: &ColumnName) -> ColumnUse {
    ColumnUse { name: name.to_string(), ..ColumnUse::default() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn columns(names: &[&str]) -> Vec<ColumnUse> {
        names.iter().map(|name| column(&ColumnName::parse(name).unwrap())).collect()
    }

    type Record = Vec<Option<String>>;

    /// The cells of the columns in files of these names and texts, and what is known.
    fn read(files: &[(&str, &str)], names: &[&str]) -> Result<(Vec<Record>, ReadTable), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |(name, text): &(&str, &str)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let paths: Vec<PathBuf> = files.iter().map(path).collect();
        let mut cells = Vec::new();
        let mut take = |record: &[Option<&str>]| {
            cells.push(record.iter().map(|cell| cell.map(str::to_owned)).collect());
            Ok(())
        };
        let stop = AtomicBool::new(false);
        let read =
            read_table(&paths, (&Dialect::default(), &DescribedBy::OptionalPolicy), &columns(names), &stop, &mut take);
        let short = |error: ReleaseError| {
            let hint = match &error {
                ReleaseError::Input(fault) => fault.hint(),
                _ => None,
            };
            let text = format!("{error}; {}", hint.unwrap_or_default());
            text.replace(&*folder.path().to_string_lossy(), "")
        };
        read.map(|table| (cells, table)).map_err(short)
    }

    #[test]
    fn columns_are_read_by_name_from_files_of_any_order_and_format() {
        let files = [
            ("a.csv", "id,age\n1,40\n2,\n3,50,9\n"),
            ("b.csv", "age,id\n60,4\n"),
            ("c.ndjson", "{\"id\":\"5\",\"age\":null}\n"),
        ];
        let (cells, table) = read(&files, &["age", "id"]).unwrap();
        let cells: Vec<Vec<&str>> =
            cells.iter().map(|record| record.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect()).collect();
        assert_eq!(cells, [["40", "1"], ["-", "2"], ["60", "4"], ["-", "5"]]);
        assert_eq!((table.records, table.malformed, table.types.len()), (5, 1, 2));
    }

    #[test]
    fn what_is_not_there_is_told() {
        let one = [("a.csv", "id,age\n1,40\n")];
        let missing = read(&one, &["ages"]).unwrap_err();
        assert!(
            missing.starts_with("/a.csv, number 1 of the columns asked for: there is no such column; names must match"),
            "{missing}"
        );
        assert!(missing.contains("extract.delimiter in a policy named by --policy"), "{missing}");
        assert!(read(&[("a.csv", "id,age\n")], &["age"]).is_err());
        assert!(read(&[("a.dat", "id,age\n")], &["age"]).unwrap_err().contains("extract.format in a policy"));
        let counted = [one[0], ("a.csv.count", "2\n")];
        assert!(read(&counted[..1], &["id"]).is_ok());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), one[0].1).unwrap();
        fs::write(folder.path().join("a.csv.count"), "2\n").unwrap();
        let twice = [folder.path().join("a.csv"), folder.path().join("./a.csv")];
        let stop = AtomicBool::new(false);
        let read = |paths: &[PathBuf]| {
            read_table(
                paths,
                (&Dialect::default(), &DescribedBy::OptionalPolicy),
                &columns(&["id"]),
                &stop,
                &mut |_| Ok(()),
            )
            .unwrap_err()
            .to_string()
        };
        assert!(read(&twice[..1]).contains("2 records should be there"));
        fs::remove_file(folder.path().join("a.csv.count")).unwrap();
        assert!(read(&twice).contains("given twice"), "{}", read(&twice));
    }

    #[test]
    fn an_unfinished_policy_says_how_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy.toml");
        fs::write(&policy, "format = 'scant-policy/1'\n[extract]\nsubject = 'id'\nnull_values = ['.']\n").unwrap();
        let described = described_by(Some(&policy), &[]).unwrap();
        assert_eq!(described.dialect.null_values.words, ["."]);
        fs::write(&policy, "id,name\n1,Anna\n").unwrap();
        let refused = described_by(Some(&policy), &[]).unwrap_err();
        assert!(matches!(&refused, ReleaseError::Policy { texts, .. } if texts.is_empty()), "{refused}");
        assert!(described_by(None, &[]).unwrap().dialect == Dialect::default());
    }
}
