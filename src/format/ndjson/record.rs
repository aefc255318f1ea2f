//! Parses one line of NDJSON against the keys of the first record. Every field is
//! checked, also of columns that are not needed. Copies a cell only where its
//! string has escapes, or its number an exponent.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::keys::Keys;
use super::pointer::PointerTree;
use super::span::{LONGEST_FIELD, LONGEST_RECORD, Span};
use crate::model::number::json as number;
use crate::model::outcome::structure_fault::StructureFault;

/// What is wrong with a record, and in which column (from 1).
pub(super) type RecordFault = (StructureFault, Option<u32>);

/// What grows while the records of a block are parsed.
#[derive(Debug, Default)]
pub(super) struct ParsedCells {
    /// Needed cells of a record.
    width: usize,
    /// Needed cells, record by record.
    pub(super) spans: Vec<Span>,
    /// Strings without the escapes they had, numbers without their exponents.
    pub(super) made: String,
    /// The last record (from 1) in which each key was seen.
    seen: Vec<u32>,
    /// Keys of the record that are no columns.
    others: HashSet<String>,
    records: u32,
}

impl ParsedCells {
    /// No records yet, of that many needed cells each.
    pub(super) fn of_width(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Of each column that is no key of the first record, whether a record had it.
    pub(super) fn asked_seen<'c>(&'c self, keys: &Keys) -> impl Iterator<Item = bool> + use<'c> {
        self.seen.iter().skip(keys.of_first_record()).map(|seen| *seen > 0)
    }
}

/// Parses the line that begins at `at` in its block and appends its needed cells,
/// or nothing if the record is faulty. `slots` says for each column where among
/// the needed ones it is.
pub(super) fn parse(
    line: &str,
    at: usize,
    keys: &Keys,
    slots: &[Option<usize>],
    cells: &mut ParsedCells,
) -> Result<(), RecordFault> {
    let spans = cells.spans.len();
    cells.spans.resize(spans + cells.width, Span::Missing);
    let of_record = cells.spans.get_mut(spans..).unwrap_or_default();
    if keys.plain().find(line, at, slots, of_record).is_some() {
        return Ok(());
    }
    cells.spans.truncate(spans);
    parse_any(line, at, keys, slots, cells)
}

/// Parses a line that need not be plain.
fn parse_any(
    line: &str,
    at: usize,
    keys: &Keys,
    slots: &[Option<usize>],
    cells: &mut ParsedCells,
) -> Result<(), RecordFault> {
    if line.len() > LONGEST_RECORD {
        return Err((StructureFault::RecordTooLong, None));
    }
    if line.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Err((StructureFault::BlankRecord, None));
    }
    if memchr::memchr(0, line.as_bytes()).is_some() {
        return Err((StructureFault::Nul, None));
    }
    let (spans, made) = (cells.spans.len(), cells.made.len());
    cells.spans.resize(spans + cells.width, Span::Missing);
    cells.seen.resize(keys.names().len(), 0);
    cells.records += 1;
    cells.others.clear();
    let mut record = ParsedRecord { line, at, keys, slots, first_span: spans, cells: &mut *cells, fault: None };
    let mut json = serde_json::Deserializer::from_str(line);
    let is_json = json.deserialize_map(RecordVisitor(&mut record)).is_ok() && json.end().is_ok();
    let fault = if is_json {
        let missing = || {
            let column = record.cells.seen.iter().position(|seen| *seen != record.cells.records)?;
            Some((StructureFault::MissingField, position(column)))
        };
        record.fault.or_else(|| if keys.are_fixed() { missing() } else { None })
    } else {
        Some((StructureFault::WrongType, None))
    };
    let Some(fault) = fault else { return Ok(()) };
    cells.spans.truncate(spans);
    cells.made.truncate(made);
    Err(fault)
}

fn position(column: usize) -> Option<u32> {
    u32::try_from(column + 1).ok()
}

struct ParsedRecord<'r, 'de> {
    line: &'de str,
    at: usize,
    keys: &'r Keys,
    slots: &'r [Option<usize>],
    first_span: usize,
    cells: &'r mut ParsedCells,
    fault: Option<RecordFault>,
}

impl<'de> ParsedRecord<'_, 'de> {
    fn field(&mut self, key: FoundKey<'_>, value: &'de str) {
        if let Some(other) = key.other {
            let is_let_pass = key.branch.is_some() || self.keys.lets_pass(&other);
            if !is_let_pass || !self.cells.others.insert(other) {
                self.fault.get_or_insert((StructureFault::ExtraField, None));
                return;
            }
        }
        if let Some(column) = key.column {
            self.value(column, value);
        }
        if let Some(branch) = key.branch
            && branch.walk(value, &mut |column, value| self.value(column, value)).is_err()
        {
            self.fault.get_or_insert((StructureFault::ExtraField, None));
        }
    }

    /// Takes the value of a column.
    fn value(&mut self, column: usize, value: &'de str) {
        let records = self.cells.records;
        let seen = self.cells.seen.get_mut(column);
        if seen.is_none_or(|seen| std::mem::replace(seen, records) == records) {
            self.fault.get_or_insert((StructureFault::ExtraField, position(column)));
            return;
        }
        let slot = self.slots.get(column).copied().flatten();
        // What is not needed is not looked into, but for its syntax and its length.
        if slot.is_none() && matches!(value.as_bytes().first(), Some(b'{' | b'[')) {
            if value.len() > LONGEST_FIELD {
                self.fault.get_or_insert((StructureFault::FieldTooLong, position(column)));
            }
            return;
        }
        match self.span(value, self.keys.have_decimal_comma(column)) {
            Ok(span) => {
                let place = slot.and_then(|slot| self.cells.spans.get_mut(self.first_span + slot));
                if let Some(place) = place {
                    *place = span;
                }
            }
            Err(fault) => {
                self.fault.get_or_insert((fault, position(column)));
            }
        }
    }

    fn span(&mut self, value: &'de str, has_decimal_comma: bool) -> Result<Span, StructureFault> {
        let too_long = StructureFault::FieldTooLong;
        let text = match value.as_bytes().first() {
            Some(b'n') => return Ok(Span::Missing),
            Some(b'"') => value.get(1..value.len() - 1).ok_or(StructureFault::WrongType)?,
            Some(b'{' | b'[') | None => return Err(StructureFault::WrongType),
            Some(b'-' | b'0'..=b'9') => {
                // Its point stands before decimals, and must not group digits.
                if has_decimal_comma {
                    let text = number::text(value).ok_or(StructureFault::WrongType)?;
                    return self.made(&text.replace('.', ","));
                }
                if memchr::memchr2(b'e', b'E', value.as_bytes()).is_some() {
                    return self.made(&number::text(value).ok_or(StructureFault::WrongType)?);
                }
                value.get(number::text_without_exponent(value.as_bytes())).ok_or(StructureFault::WrongType)?
            }
            Some(_) => value,
        };
        if memchr::memchr(b'\\', text.as_bytes()).is_some() {
            // A lone half of a surrogate pair is an escape of no character.
            let text: String = serde_json::from_str(value).map_err(|_| StructureFault::WrongType)?;
            if memchr::memchr(0, text.as_bytes()).is_some() {
                return Err(StructureFault::Nul);
            }
            return self.made(&text);
        }
        if text.len() > LONGEST_FIELD {
            return Err(too_long);
        }
        // The value is a slice of the line, so its address tells its place.
        let within = (text.as_ptr() as usize).checked_sub(self.line.as_ptr() as usize);
        let start = self.at + within.ok_or(StructureFault::WrongType)?;
        let place = |place: usize| u32::try_from(place).map_err(|_| too_long);
        Ok(Span::Block { start: place(start)?, end: place(start + text.len())? })
    }

    /// Keeps a text that is not in the block as it is.
    fn made(&mut self, text: &str) -> Result<Span, StructureFault> {
        let too_long = StructureFault::FieldTooLong;
        if text.len() > LONGEST_FIELD {
            return Err(too_long);
        }
        let start = self.cells.made.len();
        self.cells.made.push_str(text);
        let place = |place: usize| u32::try_from(place).map_err(|_| too_long);
        Ok(Span::Made { start: place(start)?, end: place(start + text.len())? })
    }
}

struct RecordVisitor<'v, 'r, 'de>(&'v mut ParsedRecord<'r, 'de>);

impl<'de> Visitor<'de> for RecordVisitor<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut expected = 0;
        while let Some(key) = fields.next_key_seed(KeySeed { keys: self.0.keys, expected })? {
            let value: &'de RawValue = fields.next_value()?;
            expected = key.column.map_or(expected, |column| column + 1);
            self.0.field(key, value.get());
        }
        Ok(())
    }
}

/// What a key of a record is.
struct FoundKey<'k> {
    column: Option<usize>,
    /// Where the pointers go on that begin with it.
    branch: Option<&'k PointerTree>,
    /// The key itself, if it is no column.
    other: Option<String>,
}

/// Finds a key's position without copying it.
struct KeySeed<'k> {
    keys: &'k Keys,
    expected: usize,
}

impl<'de, 'k> DeserializeSeed<'de> for KeySeed<'k> {
    type Value = FoundKey<'k>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<FoundKey<'k>, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'k> Visitor<'_> for KeySeed<'k> {
    type Value = FoundKey<'k>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<FoundKey<'k>, E> {
        let column = self.keys.position(key, self.expected);
        let other = column.is_none().then(|| key.to_owned());
        Ok(FoundKey { column, branch: self.keys.branch(key), other })
    }
}

#[cfg(test)]
#[path = "tests/record.rs"]
mod tests;
