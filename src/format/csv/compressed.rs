//! A compressed CSV file: decompressed in order by the thread that asks for the next
//! block, cut where a record ends, and scanned by the workers as usual, so that
//! the verdicts are those of the plain file.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::{memchr, memrchr_iter};

use super::StartOfFile;
use super::header::CsvHeader;
use super::rows::SharedByBlocks;
use super::scan::classify::Grammar;
use super::scan::index::{FieldIndex, MAX_RECORD};
use super::scan::{Stop, scan};
use super::skipped::{check_skipped, start_of_last};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::engine::port::{BlockParser, Extent, InputEvidence, Parsed, Payload, Source, SourceColumn, Ticket};
use crate::format::io::compression::ContentReader;
use crate::format::io::digest::count_replacement_characters;
use crate::format::io::progress_shares::StoredShares;
use crate::model::dialect::SkippedLines;

/// The source of a compressed CSV file.
pub(super) struct PackedSource {
    columns: Vec<SourceColumn>,
    lines_before: Option<u32>,
    content: ContentReader,
    parser: Arc<PackedParser>,
    block_bytes: usize,
    /// Decompressed, and not handed out yet.
    carry: Vec<u8>,
    /// Where `carry` starts in the decompressed file.
    offset: u64,
    number: u64,
    is_at_end: bool,
    has_records: bool,
    scratch: FieldIndex,
    /// Lines behind the last record.
    footer: SkippedLines,
    skipped_lines: u32,
}

struct PackedParser {
    shared: Arc<SharedByBlocks>,
    stored: StoredShares,
    replacement_characters: AtomicU64,
}

/// Where a buffer can be cut.
enum CutPoint {
    /// Behind the last record that ends in it.
    At(usize),
    /// At its end, in the middle of a record that is too long; the rest of that
    /// line is passed over.
    InLongRecord,
    /// Nowhere: no record ends in it.
    Nowhere,
}

impl PackedSource {
    /// Goes on behind the header, to the lines of `footer`; `start` is what was read
    /// so far.
    pub(super) fn new(
        start: StartOfFile,
        shared: Arc<SharedByBlocks>,
        header: CsvHeader,
        footer: SkippedLines,
        block_bytes: usize,
    ) -> Self {
        let StartOfFile { content, bytes: mut head, is_at_end } = start;
        let carry = head.split_off(header.data_start.min(head.len()));
        let replacement_characters = AtomicU64::new(count_replacement_characters(&head).into());
        let parser = PackedParser { shared, stored: StoredShares::default(), replacement_characters };
        Self {
            columns: header.columns,
            lines_before: header.lines_before,
            content,
            parser: Arc::new(parser),
            block_bytes,
            carry,
            offset: header.data_start as u64,
            number: 0,
            is_at_end,
            has_records: false,
            scratch: FieldIndex::default(),
            skipped_lines: header.skipped + footer.count,
            footer,
        }
    }

    /// Fills `bytes[filled..]`, as far as the file goes.
    fn fill(&mut self, bytes: &mut [u8], mut filled: usize) -> Result<usize, EngineError> {
        while !self.is_at_end
            && let Some(free @ [_, ..]) = bytes.get_mut(filled..)
        {
            let count = self.content.read(free)?;
            self.is_at_end = count == 0;
            filled += count;
        }
        Ok(filled)
    }

    fn cut(&mut self, bytes: &[u8]) -> CutPoint {
        let grammar = &self.parser.shared.grammar;
        // What may be skipped stays with what is to come.
        let kept = usize::try_from(self.footer.count).unwrap_or(usize::MAX);
        if !grammar.syntax.newline_in_fields {
            return match memrchr_iter(b'\n', bytes).nth(kept) {
                Some(lf) => CutPoint::At(lf + 1),
                None if kept > 0 => CutPoint::Nowhere,
                None if bytes.len() >= MAX_RECORD + 2 => CutPoint::InLongRecord,
                None => CutPoint::Nowhere,
            };
        }
        self.scratch.reset(0);
        let stop = scan(grammar, bytes, 0, bytes.len(), false, &mut self.scratch);
        if kept > 0 {
            // A record has a line at least.
            let starts = &self.scratch.starts;
            let cut = starts.len().checked_sub(kept + 1).and_then(|kept| starts.get(kept));
            return cut.map_or(CutPoint::Nowhere, |&cut| {
                if cut == 0 { CutPoint::Nowhere } else { CutPoint::At(cut as usize) }
            });
        }
        match stop {
            Stop::Done { next } => CutPoint::At(next),
            Stop::NeedMore { record: 0 } => CutPoint::Nowhere,
            Stop::NeedMore { record } => CutPoint::At(record),
            Stop::Tail => CutPoint::InLongRecord,
            // The parser will come to the same conclusion and know the record.
            Stop::Unterminated { .. } => CutPoint::At(bytes.len()),
        }
    }

    /// Takes the last lines off the last bytes of the file.
    fn skip_footer(&mut self, bytes: &mut Vec<u8>) -> Result<(), EngineError> {
        let fault = |kind| InputFault::file(kind, &self.parser.shared.file);
        let footer = mem::take(&mut self.footer);
        let start = start_of_last(footer.count, bytes).ok_or_else(|| fault(InputFaultKind::FewerLines))?;
        let Grammar { syntax, width, .. } = self.parser.shared.grammar;
        check_skipped(&footer, bytes.get(start..).unwrap_or_default(), syntax, Some(width)).map_err(fault)?;
        bytes.truncate(start);
        Ok(())
    }

    /// Passes over the rest of a line; what follows becomes the carry.
    fn skip_line(&mut self) -> Result<(), EngineError> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let filled = self.fill(&mut buffer, 0)?;
            let part = buffer.get(..filled).unwrap_or_default();
            let skipped = memchr(b'\n', part).map_or(filled, |lf| lf + 1);
            self.offset += skipped as u64;
            if skipped < filled || part.last() == Some(&b'\n') || self.is_at_end {
                self.carry.extend_from_slice(part.get(skipped..).unwrap_or_default());
                return Ok(());
            }
        }
    }
}

impl Source for PackedSource {
    fn file(&self) -> &Arc<str> {
        self.content.file()
    }

    fn columns(&self) -> &[SourceColumn] {
        &self.columns
    }

    fn lines_before_header(&self) -> Option<u32> {
        self.lines_before
    }

    fn extent(&self) -> Extent {
        Extent { bytes: Some(self.content.stored_bytes()), records: None }
    }

    fn parser(&self) -> Arc<dyn BlockParser> {
        Arc::clone(&self.parser) as Arc<dyn BlockParser>
    }

    fn next_block(&mut self) -> Result<Option<Ticket>, EngineError> {
        let mut bytes = self.parser.shared.pool.bytes();
        let mut filled = self.carry.len();
        let mut target = self.block_bytes.max(filled + 1);
        bytes.resize(target.max(filled), 0);
        if let Some(start) = bytes.get_mut(..filled) {
            start.copy_from_slice(&self.carry);
        }
        self.carry.clear();
        let (cut, is_cut_short) = loop {
            filled = self.fill(&mut bytes, filled)?;
            if self.is_at_end {
                break (filled, false);
            }
            match self.cut(bytes.get(..filled).unwrap_or_default()) {
                CutPoint::At(cut) => break (cut, false),
                CutPoint::InLongRecord => break (filled, true),
                CutPoint::Nowhere => {
                    target = target.saturating_mul(2).min(target + 64 * 1024);
                    bytes.resize(target, 0);
                }
            }
        };
        self.carry.extend_from_slice(bytes.get(cut..filled).unwrap_or_default());
        bytes.truncate(cut);
        if self.is_at_end && self.carry.is_empty() && self.footer.count > 0 {
            self.skip_footer(&mut bytes)?;
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let (number, offset) = (self.number, self.offset);
        self.number += 1;
        self.offset += cut as u64;
        self.has_records = true;
        if is_cut_short {
            self.skip_line()?;
        }
        self.parser.stored.note(number, self.content.consumed());
        Ok(Some(Ticket { number, payload: Payload::Bytes { bytes, offset }, from: None }))
    }

    fn finish(self: Box<Self>) -> Result<InputEvidence, EngineError> {
        if !self.is_at_end {
            return Err(EngineError::Bug { step: "compressed csv" });
        }
        if !self.has_records {
            return Err(InputFault::file(InputFaultKind::EmptyInput, self.file()).into());
        }
        let (bytes, blake3) = self.content.finish()?;
        let replacement_characters = self.parser.replacement_characters.load(Ordering::Relaxed);
        Ok(InputEvidence {
            bytes,
            blake3,
            replacement_characters,
            skipped_lines: self.skipped_lines.into(),
            never_seen: Vec::new(),
        })
    }
}

impl BlockParser for PackedParser {
    fn parse(&self, ticket: &mut Ticket, _needed: &[usize]) -> Result<Parsed, EngineError> {
        let Payload::Bytes { bytes, offset } = &mut ticket.payload else {
            return Err(EngineError::Bug { step: "compressed csv block" });
        };
        let (bytes, offset) = (mem::take(bytes), *offset);
        let characters = count_replacement_characters(&bytes);
        self.replacement_characters.fetch_add(characters.into(), Ordering::Relaxed);
        let stored = self.stored.take(ticket.number);
        let mut found = self.shared.pool.found(offset);
        // A block that was cut short holds more than the longest record, so it
        // need not be told from the end of the file.
        match scan(&self.shared.grammar, &bytes, 0, bytes.len(), true, &mut found) {
            Stop::Done { .. } | Stop::Tail => self.shared.parsed(bytes, found, stored),
            Stop::NeedMore { .. } => Err(EngineError::Bug { step: "compressed csv block" }),
            Stop::Unterminated { column } => {
                let record = u64::from(found.records) + 1;
                let fault = InputFault::file(InputFaultKind::UnterminatedQuote, &self.shared.file);
                Err(fault.at_record(record).at_column(column).into())
            }
        }
    }
}
