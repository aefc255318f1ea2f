//! Parses a block of NDJSON lines, on any thread. Knows no files.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::keys::Keys;
use super::record::{self, ParsedCells};
use super::span::Span;
use crate::engine::fault::EngineError;
use crate::engine::port::{BlockParser, Parsed, Payload, Quarantined, Rows, Ticket, Wanted};
use crate::format::io::buffer_pool::BufferPool;
use crate::format::io::digest::count_replacement_characters;
use crate::format::io::progress_shares::StoredShares;
use crate::format::io::utf8::TextBuffer;
use crate::format::null_values::NullValues;
use crate::model::outcome::structure_fault::StructureFault;
use crate::row_rule::View;

/// Parses blocks of lines that have the keys of the first record.
#[derive(Debug)]
pub(super) struct NdjsonParser {
    keys: Keys,
    /// Of each column that is no key of the first record, whether a record had it.
    seen: Vec<AtomicBool>,
    nulls: Arc<NullValues>,
    /// Stored bytes that each block not yet parsed stands for.
    pub(super) stored: StoredShares,
    replacement_characters: AtomicU64,
    /// Room of blocks that are gone.
    pub(super) room: Arc<BufferPool>,
}

impl NdjsonParser {
    /// For records with these keys.
    pub(super) fn new(keys: Keys, nulls: Arc<NullValues>) -> Self {
        let (stored, replacement_characters, room) = Default::default();
        let seen = keys.asked().map(|_| AtomicBool::default()).collect();
        Self { keys, seen, nulls, stored, replacement_characters, room }
    }

    /// Whether every record must have the same keys.
    pub(super) fn has_fixed_columns(&self) -> bool {
        self.keys.are_fixed()
    }

    /// The columns that were asked for and that no record had.
    pub(super) fn never_seen(&self) -> Vec<String> {
        let unseen = self.keys.asked().zip(&self.seen).filter(|(_, seen)| !seen.load(Ordering::Relaxed));
        unseen.map(|(name, _)| name.to_owned()).collect()
    }

    /// U+FFFD characters in the blocks parsed.
    pub(super) fn replacement_characters(&self) -> u64 {
        self.replacement_characters.load(Ordering::Relaxed)
    }
}

const BUG: EngineError = EngineError::Bug { step: "ndjson::block" };

impl BlockParser for NdjsonParser {
    fn parse(&self, ticket: &mut Ticket, needed: &[usize]) -> Result<Parsed, EngineError> {
        let Payload::Bytes { bytes, offset } = &mut ticket.payload else {
            return Err(BUG);
        };
        let (bytes, offset) = (std::mem::take(bytes), *offset);
        let characters = count_replacement_characters(&bytes);
        self.replacement_characters.fetch_add(characters.into(), Ordering::Relaxed);
        let (text, bad) = settle(bytes)?;
        let mut slots = vec![None; self.keys.names().len()];
        for (slot, column) in needed.iter().enumerate() {
            *slots.get_mut(*column).ok_or(BUG)? = Some(slot);
        }
        let mut cells = ParsedCells::of_width(needed.len());
        let mut quarantined: Vec<Quarantined> = Vec::new();
        let (mut index, mut accepted) = (0_u32, Vec::new());
        let mut at = 0;
        while at < text.len() {
            let start = at;
            let newline = memchr::memchr(b'\n', text.as_bytes().get(start..).unwrap_or_default());
            at = newline.map_or(text.len(), |newline| start + newline + 1);
            let line = text.get(start..at).unwrap_or_default();
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let outcome = if bad.binary_search(&start).is_ok() {
                Err((StructureFault::BadUtf8, None))
            } else {
                record::parse(line, start, &self.keys, &slots, &mut cells)
            };
            match outcome {
                Ok(()) => accepted.push(index),
                Err((fault, column)) => quarantined.push(Quarantined {
                    index,
                    offset: offset + start as u64,
                    length: line.len() as u64,
                    fault,
                    column,
                }),
            }
            index += 1;
        }
        for (seen, is_there) in self.seen.iter().zip(cells.asked_seen(&self.keys)) {
            if is_there {
                seen.store(true, Ordering::Relaxed);
            }
        }
        let rows = NdjsonRows {
            text,
            made: cells.made,
            spans: cells.spans,
            width: needed.len(),
            slots,
            accepted,
            nulls: Arc::clone(&self.nulls),
            room: Arc::clone(&self.room),
        };
        Ok(Parsed {
            records: index,
            quarantined,
            rows: Box::new(rows),
            bytes: self.stored.take(ticket.number),
            opens: None,
            closes: None,
        })
    }
}

/// Turns the block into text, and says where lines begin that are not UTF-8: they
/// are blanked.
fn settle(bytes: Vec<u8>) -> Result<(TextBuffer, Vec<usize>), EngineError> {
    let mut bytes = match TextBuffer::new(bytes) {
        Ok(text) => return Ok((text, Vec::new())),
        Err(bytes) => bytes,
    };
    let mut bad = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive_mut(|byte| *byte == b'\n') {
        if simdutf8::basic::from_utf8(line).is_err() {
            bad.push(at);
            // What ends the line stays, so that the length is still right.
            let ending = line.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let content = line.len() - ending.count();
            line.get_mut(..content).unwrap_or_default().fill(b' ');
        }
        at += line.len();
    }
    Ok((TextBuffer::new(bytes).map_err(|_| BUG)?, bad))
}

/// The accepted records of a block.
struct NdjsonRows {
    text: TextBuffer,
    made: String,
    /// `width` cells for each accepted record.
    spans: Vec<Span>,
    width: usize,
    slots: Vec<Option<usize>>,
    accepted: Vec<u32>,
    nulls: Arc<NullValues>,
    room: Arc<BufferPool>,
}

impl Drop for NdjsonRows {
    fn drop(&mut self) {
        self.room.give_back([std::mem::take(&mut self.text).into_bytes()]);
    }
}

impl NdjsonRows {
    fn cell(&self, row: usize, slot: usize) -> Option<&str> {
        let range = |start: u32, end: u32| start as usize..end as usize;
        match *self.spans.get(row * self.width + slot)? {
            Span::Block { start, end } => self.text.get(range(start, end)),
            Span::Missing => None,
            Span::Made { start, end } => self.made.get(range(start, end)),
        }
    }
}

impl Rows for NdjsonRows {
    fn len(&self) -> usize {
        self.accepted.len()
    }

    fn index_in_block(&self, row: usize) -> u32 {
        self.accepted.get(row).copied().unwrap_or(u32::MAX)
    }

    fn gather<'a>(&'a self, column: usize, wanted: Wanted<'_>, view: View, cells: &mut Vec<Option<&'a str>>) {
        let slot = self.slots.get(column).copied().flatten();
        let cell = |row: usize| {
            let cell = self.cell(row, slot?)?;
            let is_null = view == View::Value && self.nulls.holds(cell);
            (!is_null).then_some(cell)
        };
        match wanted {
            Wanted::Only(rows) => cells.extend(rows.iter().map(|row| cell(*row as usize))),
            Wanted::Run(run) => cells.extend(run.map(cell)),
        }
    }
}
