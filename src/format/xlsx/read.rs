//! A workbook as a source. Looked through when it is opened, so that a run is refused
//! before it begins; read into memory when its turn comes, so that of many workbooks one
//! is held.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::archive::Archive;
use super::load::{RecordRows, SheetHeader, read_header, read_records};
use super::scan::{SheetFacts, SheetFault, scan};
use super::value::SheetColumn;
use super::workbook::{ChosenSheet, choose};
use crate::engine::fault::{EngineError, FaultFacts, InputFault, InputFaultKind as Kind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Source, SourceColumn, Ticket};
use crate::format::asked_columns::AskedColumns;
use crate::format::column_names;
use crate::format::columnar::rows::{BlockFacts, CheckedColumn, parsed};
use crate::format::columnar::slices::{RowGroupSlice, SliceFeed, place_of};
use crate::format::guarded;
use crate::format::io::file::InputFile;
use crate::format::io::magic::{HEAD_BYTES, Magic, recognise};
use crate::format::null_values::NullValues;
use crate::model::column_type::ColumnType;
use crate::model::dialect::Dialect;
use crate::model::digest::Digest;
use crate::policy::plan::column_uses::ColumnUse;

/// The most bytes of a workbook.
const MOST_STORED: u64 = 256 << 20;
/// The most cells of a sheet: rows by columns.
const MOST_CELLS: u64 = 1 << 25;

/// One sheet of a workbook.
pub(super) struct SheetSource {
    file: InputFile,
    blake3: Digest,
    dialect: Dialect,
    sheet: ChosenSheet,
    facts: SheetFacts,
    rows: RecordRows,
    columns: Vec<SourceColumn>,
    uses: Vec<SheetColumn>,
    rows_before: Option<u32>,
    parser: Arc<SheetParser>,
    feed: SliceFeed,
}

/// Gives out the records that were read.
struct SheetParser {
    /// Set once they were.
    records: OnceLock<Vec<Arc<CheckedColumn>>>,
    rows: RecordRows,
    bytes: u64,
    nulls: Arc<NullValues>,
}

/// What looking through a workbook finds.
struct LookedThrough {
    sheet: ChosenSheet,
    facts: SheetFacts,
    rows: RecordRows,
    header: SheetHeader,
}

impl SheetSource {
    /// Opens the workbook at `path`, called `name` in messages.
    ///
    /// # Errors
    /// A fault of the file, or of reading it.
    pub(super) fn open(
        path: &Path,
        name: &Arc<str>,
        dialect: &Dialect,
        asked: &AskedColumns,
    ) -> Result<Self, EngineError> {
        let file = InputFile::open(path, name)?;
        let fault = |kind| EngineError::from(InputFault::file(kind, name));
        match recognise(&file.head(HEAD_BYTES)?) {
            Magic::Zip => {}
            Magic::Gzip | Magic::Zstd => return Err(fault(Kind::FormatMismatch)),
            _ => return Err(fault(Kind::BadMagic)),
        }
        if dialect.sheet.is_none() {
            return Err(fault(Kind::SheetNotSaid));
        }
        let bytes = stored(&file)?;
        let found = look_through(&bytes, dialect).map_err(|found| located(found, name))?;
        let LookedThrough { sheet, facts, rows, header } = found;
        column_names::check(header.names.iter().map(String::as_str), name)?;
        let width = header.names.len();
        facts.check(rows.last, width).map_err(|found| located(found, name))?;
        if u64::from(rows.count()).saturating_mul(width as u64) > MOST_CELLS {
            return Err(fault(Kind::SheetTooLarge));
        }
        let uses = uses_of(&header.names, asked, &sheet, name)?;
        let parser = SheetParser {
            records: OnceLock::new(),
            rows,
            bytes: file.bytes(),
            nulls: Arc::new(NullValues::new(&dialect.null_values.words)),
        };
        Ok(Self {
            blake3: Digest::blake3(&bytes),
            dialect: dialect.clone(),
            sheet,
            facts,
            rows,
            columns: header.names.into_iter().map(column).collect(),
            uses,
            rows_before: header.rows_before,
            parser: Arc::new(parser),
            feed: SliceFeed::default(),
            file,
        })
    }

    /// Reads the records, once.
    fn load(&self) -> Result<(), EngineError> {
        if self.parser.records.get().is_some() {
            return Ok(());
        }
        let bytes = stored(&self.file)?;
        if Digest::blake3(&bytes) != self.blake3 {
            return Err(InputFault::file(Kind::InputChanged, self.file.name()).into());
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let columns = (names.as_slice(), self.uses.as_slice());
        let records = read_records(&bytes, &self.sheet, &self.dialect, columns, self.rows, self.facts.positions)
            .map_err(|found| located(found, self.file.name()))?;
        self.parser.records.get_or_init(|| records);
        Ok(())
    }
}

/// The bytes of a workbook, which is read here and there, and so as a whole.
fn stored(file: &InputFile) -> Result<Vec<u8>, EngineError> {
    let count = usize::try_from(file.bytes()).ok().filter(|_| file.bytes() <= MOST_STORED);
    let count = count.ok_or_else(|| InputFault::file(Kind::SheetTooLarge, file.name()))?;
    file.head(count)
}

fn located(found: SheetFault, name: &Arc<str>) -> EngineError {
    let fault = InputFault::file(found.kind, name);
    let fault = found.column.map_or_else(|| fault.clone(), |column| fault.clone().at_column(column));
    match found.row {
        Some(row) => fault.with_facts(FaultFacts { row: Some(row), ..FaultFacts::default() }).into(),
        None => fault.into(),
    }
}

/// Finds the sheet, its columns and its records, and what may not be in it.
fn look_through(bytes: &[u8], dialect: &Dialect) -> Result<LookedThrough, SheetFault> {
    let skip = dialect.skip_lines.count;
    let found = guarded(Kind::CorruptFile, || {
        let looked = Archive::open(bytes).and_then(|mut archive| {
            let sheet = choose(&mut archive, dialect)?;
            let facts = scan(&mut archive, &sheet.part, skip)?;
            Ok((sheet, facts))
        });
        Ok::<_, ()>(looked)
    });
    let (sheet, facts) = found.and_then(|looked| looked)?;
    if facts.last_row == 0 {
        return Err(Kind::EmptyInput.into());
    }
    let first = skip + if dialect.header.is_some() { 1 } else { 2 };
    let last = facts.last_row.checked_sub(dialect.skip_footer.count).ok_or(Kind::FewerLines)?;
    if last + 1 < first {
        return Err(Kind::FewerLines.into());
    }
    let header = read_header(bytes, &sheet, dialect)?;
    Ok(LookedThrough { sheet, facts, rows: RecordRows { first, last }, header })
}

/// What each column is used for. Days must be counted as the workbook counts them.
fn uses_of(
    names: &[String],
    asked: &AskedColumns,
    sheet: &ChosenSheet,
    file: &Arc<str>,
) -> Result<Vec<SheetColumn>, EngineError> {
    let mut uses = Vec::with_capacity(names.len());
    for (name, number) in names.iter().zip(1..) {
        let Some(found) = asked.uses.iter().find(|used| used.name == *name) else {
            uses.push(SheetColumn::default());
            continue;
        };
        if found.days.is_some_and(|days| days != sheet.days) {
            let fault = InputFault::file(Kind::DaysCountedOtherwise, file).at_column(number).about(name);
            return Err(fault.into());
        }
        let ColumnUse { is_text, is_date, days, has_decimal_comma, .. } = *found;
        uses.push(SheetColumn { is_text, is_date, days, has_decimal_comma });
    }
    Ok(uses)
}

fn column(name: String) -> SourceColumn {
    SourceColumn { name, column_type: ColumnType::Text, without_text: None }
}

impl BlockParser for SheetParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        let bug = || EngineError::Bug { step: "xlsx::read" };
        let (_, number) = place_of(&ticket.payload).ok_or_else(bug)?;
        let slice = RowGroupSlice::of_group(0, u64::from(self.rows.count()), number).ok_or_else(bug)?;
        let records = self.records.get().ok_or_else(bug)?;
        let width = records.len().checked_sub(1).ok_or_else(bug)?;
        let is_wanted = |index: &usize| *index == width || needed.contains(index);
        let columns = records.iter().enumerate().map(|(index, column)| is_wanted(&index).then(|| Arc::clone(column)));
        let facts = BlockFacts {
            rows: slice.rows,
            start: slice.start,
            first_row: u64::from(self.rows.first) + u64::from(slice.start),
            bytes: slice.share_of(self.bytes),
        };
        let mut parsed = parsed(columns.collect(), &facts, &self.nulls);
        // What is wrong with a record as a whole is in no column.
        for record in &mut parsed.quarantined {
            record.column = record.column.filter(|column| *column as usize <= width);
        }
        Ok(parsed)
    }
}

impl Source for SheetSource {
    fn file(&self) -> &Arc<str> {
        self.file.name()
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn extent(&self) -> Extent {
        Extent { bytes: Some(self.file.bytes()), records: Some(u64::from(self.rows.count())) }
    }

    fn lines_before_header(&self) -> Option<u32> {
        self.rows_before
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        self.load()?;
        let rows = u64::from(self.rows.count());
        Ok(self.feed.next(|group| (group == 0).then_some(rows)))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        if self.rows.count() == 0 {
            return Err(InputFault::file(Kind::EmptyInput, self.file.name()).into());
        }
        self.file.check_unchanged()?;
        Ok(InputEvidence {
            bytes: self.file.bytes(),
            blake3: self.blake3,
            replacement_characters: 0,
            never_seen: Vec::new(),
            skipped_lines: u64::from(self.dialect.skip_lines.count) + u64::from(self.dialect.skip_footer.count),
        })
    }
}
