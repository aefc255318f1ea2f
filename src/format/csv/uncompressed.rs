//! A CSV file as stored: cut into aligned ranges, each read, hashed and scanned
//! by whichever worker gets it, while it is still in the cache.
//!
//! A block owns the records that start in it and reads on past its end to finish
//! the last. Where fields may hold line feeds, the start of the first record is a
//! guess, which the engine checks against where the block before ended.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::header::CsvHeader;
use super::rows::SharedByBlocks;
use super::scan::classify::Grammar;
use super::scan::reference::{RecordReading, read};
use super::scan::{Stop, scan};
use super::skipped::{check_skipped, last_lines};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Payload, Source, SourceColumn, Ticket};
use crate::format::io::digest::BlockEvidence;
use crate::format::io::file::InputFile;
use crate::model::dialect::SkippedLines;

/// How far a guess looks for a record of the right shape, in line feeds and bytes.
const GUESSES: usize = 16;
const GUESS_BYTES: usize = 64 * 1024;
/// How much is read past a block, at first and then at a time.
const FIRST_AHEAD: usize = 4 * 1024;
const AHEAD: usize = 64 * 1024;
const CACHE_LINE: usize = 64;

/// The source of a plain CSV file.
pub(super) struct PlainSource {
    columns: Vec<SourceColumn>,
    lines_before: Option<u32>,
    parser: Arc<PlainParser>,
    next: u64,
}

struct PlainParser {
    shared: Arc<SharedByBlocks>,
    file: InputFile,
    evidence: BlockEvidence,
    block_bytes: u64,
    data_start: u64,
    /// Where the records end: at the end of the file, or before lines that are skipped.
    data_end: u64,
    skipped_lines: u32,
}

impl PlainSource {
    /// A source of the records behind `header` and before the lines of `footer`.
    ///
    /// # Errors
    /// A fault of those lines, or of reading them.
    pub(super) fn new(
        file: InputFile,
        shared: Arc<SharedByBlocks>,
        header: CsvHeader,
        footer: &SkippedLines,
        block_bytes: usize,
    ) -> Result<Self, EngineError> {
        let block_bytes = block_bytes as u64;
        let evidence = BlockEvidence::new(file.bytes(), block_bytes);
        let data_start = header.data_start as u64;
        let mut data_end = file.bytes();
        if footer.count > 0 {
            let fault = |kind| InputFault::file(kind, file.name());
            let (start, lines) = last_lines(footer, &file, data_start)?.map_err(fault)?;
            let Grammar { syntax, width, .. } = shared.grammar;
            check_skipped(footer, &lines, syntax, Some(width)).map_err(fault)?;
            data_end = start;
        }
        let skipped_lines = header.skipped + footer.count;
        let parser = Arc::new(PlainParser { shared, file, evidence, block_bytes, data_start, data_end, skipped_lines });
        Ok(Self { columns: header.columns, lines_before: header.lines_before, parser, next: 0 })
    }
}

impl Source for PlainSource {
    fn file(&self) -> &Arc<str> {
        self.parser.file.name()
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn lines_before_header(&self) -> Option<u32> {
        self.lines_before
    }

    fn extent(&self) -> Extent {
        Extent { bytes: Some(self.parser.file.bytes()), records: None }
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let (number, parser) = (self.next, &self.parser);
        let start = number.saturating_mul(parser.block_bytes);
        if start >= parser.file.bytes() {
            return Ok(None);
        }
        self.next += 1;
        let end = start.saturating_add(parser.block_bytes).min(parser.file.bytes());
        Ok(Some(Ticket { number, payload: Payload::Range(start..end), from: None }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        let parser = &self.parser;
        let file = &parser.file;
        if parser.data_start >= parser.data_end {
            return Err(InputFault::file(InputFaultKind::EmptyInput, file.name()).into());
        }
        let blake3 = parser.evidence.digest(file)?;
        file.check_unchanged()?;
        let replacement_characters = parser.evidence.replacement_characters();
        let skipped_lines = parser.skipped_lines.into();
        Ok(InputEvidence { bytes: file.bytes(), blake3, replacement_characters, skipped_lines, never_seen: Vec::new() })
    }
}

/// How many bytes before a block are read with it: at least the last one, and as
/// many as make the block itself start on a line of the cache, where it is read
/// and digested fastest.
fn lead(buffer: &[u8], start: u64) -> usize {
    let most = usize::try_from(start).unwrap_or(usize::MAX);
    match buffer.as_ptr().align_offset(CACHE_LINE) {
        0 => CACHE_LINE,
        lead => lead.min(CACHE_LINE),
    }
    .min(most)
}

/// Where a block's first record starts, as far as known before reading it.
#[derive(Clone, Copy)]
enum FirstRecord {
    /// Anywhere in or after the block: it must be looked for.
    Sought,
    /// Exactly here.
    Known(u64),
}

impl BlockParser for PlainParser {
    // The ends of all fields are found anyway: to know `needed` would save nothing.
    fn parse(&self, ticket: &mut Ticket, _needed: &[usize]) -> Result<Parsed, EngineError> {
        let Payload::Range(range) = &ticket.payload else {
            return Err(EngineError::Bug { step: "csv block" });
        };
        let (start, end) = (range.start, range.end);
        if start >= self.data_end && self.data_end < self.file.bytes() {
            return self.behind_records(ticket.number, start, end, ticket.from);
        }
        let opening = match ticket.from {
            Some(from) if from < start => return Err(EngineError::Bug { step: "csv block order" }),
            Some(from) => FirstRecord::Known(from),
            None if start <= self.data_start => FirstRecord::Known(self.data_start),
            None => FirstRecord::Sought,
        };
        if let FirstRecord::Known(from) = opening
            && from >= end
            && !self.evidence.wants(ticket.number)
        {
            return self.nothing(end - start, from);
        }

        let mut bytes = self.shared.pool.bytes();
        let lead = lead(&bytes, start);
        let origin = start - lead as u64;
        let ahead = usize::try_from(self.block_bytes).unwrap_or(FIRST_AHEAD).clamp(2, FIRST_AHEAD);
        let upto = end.saturating_add(ahead as u64).min(self.file.bytes());
        bytes.resize(length(origin, upto)?, 0);
        self.file.read_exact_at(&mut bytes, origin)?;
        let limit = length(origin, end)?;
        let block = bytes.get(lead..limit).unwrap_or_default();
        self.evidence.take(ticket.number, block, bytes.get(lead..).unwrap_or_default());
        bytes.truncate(length(origin, upto.min(self.data_end))?);
        let limit = limit.min(bytes.len());

        let from = match opening {
            FirstRecord::Known(from) if from >= end => None,
            FirstRecord::Known(from) => Some(length(origin, from)?),
            // From the byte before the block, to see whether it starts with a record.
            FirstRecord::Sought => self.seek(&bytes, lead.saturating_sub(1), limit),
        };
        let Some(from) = from else {
            self.shared.pool.give_bytes(bytes);
            // A block without a record of its own: the next record starts behind it.
            let next = if let FirstRecord::Known(from) = opening { from } else { end };
            return self.nothing(end - start, next);
        };
        let is_guess = self.newline_in_fields() && matches!(opening, FirstRecord::Sought);
        self.parse_from(bytes, origin, from, limit, end - start, is_guess)
    }
}

impl PlainParser {
    fn newline_in_fields(&self) -> bool {
        self.shared.grammar.syntax.newline_in_fields
    }

    /// A block of lines that are skipped: they are digested and nothing more.
    fn behind_records(&self, number: u64, start: u64, end: u64, from: Option<u64>) -> Result<Parsed, EngineError> {
        if self.evidence.wants(number) {
            let mut bytes = vec![0; length(start, end.saturating_add(2).min(self.file.bytes()))?];
            self.file.read_exact_at(&mut bytes, start)?;
            let block = bytes.get(..length(start, end)?).unwrap_or_default();
            self.evidence.take(number, block, &bytes);
        }
        self.nothing(end - start, from.unwrap_or(self.data_end))
    }

    /// Scans the records that start in `from..limit` of the buffer.
    fn parse_from(
        &self,
        mut bytes: Vec<u8>,
        origin: u64,
        from: usize,
        limit: usize,
        stored_bytes: u64,
        is_guess: bool,
    ) -> Result<Parsed, EngineError> {
        let mut found = self.shared.pool.found(origin);
        let mut record = from;
        let mut step = usize::try_from(self.block_bytes).unwrap_or(AHEAD).min(AHEAD);
        let next = loop {
            let at_end = origin + bytes.len() as u64 >= self.data_end;
            match scan(&self.shared.grammar, &bytes, record, limit, at_end, &mut found) {
                Stop::Done { next } => break origin + next as u64,
                Stop::NeedMore { record: open } => {
                    record = open;
                    self.read_on(&mut bytes, origin, step)?;
                    step = (step * 2).min(AHEAD);
                }
                Stop::Tail => break self.end_of_line(origin + bytes.len() as u64)?,
                Stop::Unterminated { .. } if is_guess => {
                    // What follows from a guess is not a fault yet. A place no block
                    // can open at makes the engine ask again, knowing the place.
                    let mut parsed = self.nothing(stored_bytes, u64::MAX)?;
                    parsed.closes = None;
                    return Ok(parsed);
                }
                Stop::Unterminated { column } => {
                    let record = u64::from(found.records) + 1;
                    let fault = InputFault::file(InputFaultKind::UnterminatedQuote, &self.shared.file);
                    return Err(fault.at_record(record).at_column(column).into());
                }
            }
        };
        // What belongs to other blocks may start or end inside a character.
        if let Some(before) = bytes.get_mut(..from) {
            before.fill(b' ');
        }
        let owned = usize::try_from(next - origin).map_or(bytes.len(), |owned| owned.min(bytes.len()));
        if let Some(behind) = bytes.get_mut(owned..) {
            behind.fill(b' ');
        }
        let mut parsed = self.shared.parsed(bytes, found, stored_bytes)?;
        if self.newline_in_fields() {
            parsed.opens = Some(origin + from as u64);
            parsed.closes = Some(next);
        }
        Ok(parsed)
    }

    /// A block in which no record starts; the next one starts at `next`.
    fn nothing(&self, stored_bytes: u64, next: u64) -> Result<Parsed, EngineError> {
        let mut parsed = self.shared.nothing(stored_bytes)?;
        if self.newline_in_fields() {
            parsed.opens = Some(next);
            parsed.closes = Some(next);
        }
        Ok(parsed)
    }

    /// Where the first record of a block starts in its buffer: behind the first
    /// line feed after `from`. Where fields may hold line feeds, behind the first that is
    /// followed by a record of the right shape, if there is one: a guess.
    fn seek(&self, bytes: &[u8], from: usize, limit: usize) -> Option<usize> {
        let searched = bytes.get(from..limit.saturating_sub(1)).unwrap_or_default();
        let first = from + memchr(b'\n', searched)? + 1;
        if !self.newline_in_fields() {
            return Some(first);
        }
        let likely = |&start: &usize| self.looks_like_a_record(bytes, start);
        memchr_iter(b'\n', searched).take(GUESSES).map(|lf| from + lf + 1).find(likely).or(Some(first))
    }

    fn looks_like_a_record(&self, bytes: &[u8], start: usize) -> bool {
        let grammar = &self.shared.grammar;
        let bytes = bytes.get(..start.saturating_add(GUESS_BYTES)).unwrap_or(bytes);
        let (mut ends, mut escaped) = (Vec::new(), Vec::new());
        match read(grammar.syntax, bytes, start, false, &mut ends, &mut escaped) {
            RecordReading::Complete(shape) => {
                shape.quote.is_none() && shape.bare_cr.is_none() && ends.len() == grammar.width + 1
            }
            RecordReading::Cut { .. } | RecordReading::Incomplete | RecordReading::Unterminated { .. } => false,
        }
    }

    fn read_on(&self, bytes: &mut Vec<u8>, origin: u64, step: usize) -> Result<(), EngineError> {
        let old = bytes.len();
        let at = origin + old as u64;
        let more = length(at, at.saturating_add(step as u64).min(self.data_end))?;
        bytes.resize(old + more, 0);
        self.file.read_exact_at(bytes.get_mut(old..).unwrap_or_default(), at)
    }

    /// The place behind the next line feed. Only a record of more than 1 MiB asks,
    /// and only where the next block has to know where it ends.
    fn end_of_line(&self, mut at: u64) -> Result<u64, EngineError> {
        if !self.newline_in_fields() {
            return Ok(at);
        }
        let mut buffer = vec![0; AHEAD];
        while at < self.data_end {
            let count = length(at, self.data_end.min(at.saturating_add(AHEAD as u64)))?;
            let part = buffer.get_mut(..count).unwrap_or_default();
            self.file.read_exact_at(part, at)?;
            if let Some(lf) = memchr(b'\n', part) {
                return Ok(at + lf as u64 + 1);
            }
            at += count as u64;
        }
        Ok(at)
    }
}

/// The distance between two places of one buffer.
fn length(from: u64, to: u64) -> Result<usize, EngineError> {
    to.checked_sub(from).and_then(|length| usize::try_from(length).ok()).ok_or(EngineError::Bug { step: "csv range" })
}
