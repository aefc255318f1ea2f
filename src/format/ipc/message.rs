//! Checks the footer and the messages of an Arrow IPC file against the file's
//! size, before a decoder allocates what they declare. Decodes no cell.

use std::io::Read;

use polars_arrow::io::ipc::write::Block;
use polars_arrow_format::ipc::planus::ReadAsRoot;
use polars_arrow_format::ipc::{FieldRef, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef};

use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::input_file::InputFile;
use crate::format::{guarded, most_decompressed, most_rows};

const MAGIC: &[u8; 6] = b"ARROW1";
const MAGIC_FEATHER_1: &[u8; 4] = b"FEA1";
/// The footer's length, and the magic.
const TAIL: usize = 10;
const DEEPEST_SCHEMA: u32 = 32;
const CONTINUATION: [u8; 4] = [0xff; 4];
const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;

/// Checks the ends of the file and how deep its schema is nested.
pub(super) fn check_footer(file: &InputFile) -> Result<(), EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    if file.bytes() < 8 + TAIL as u64 {
        return Err(fault(CORRUPT));
    }
    let mut head = [0; 6];
    let mut tail = [0; TAIL];
    file.read_exact_at(&mut head, 0)?;
    file.read_exact_at(&mut tail, file.bytes() - TAIL as u64)?;
    if head.starts_with(MAGIC_FEATHER_1) {
        return Err(fault(InputFaultKind::Unsupported));
    }
    if head != *MAGIC {
        return Err(fault(InputFaultKind::FormatMismatch));
    }
    let [a, b, c, d, end @ ..] = tail;
    if end != *MAGIC {
        return Err(fault(InputFaultKind::Truncated));
    }
    let length = u64::try_from(i32::from_le_bytes([a, b, c, d])).map_err(|_| fault(CORRUPT))?;
    let begins = (file.bytes() - TAIL as u64).checked_sub(length).filter(|begins| *begins >= 8);
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| fault(CORRUPT))?];
    file.read_exact_at(&mut bytes, begins.ok_or_else(|| fault(CORRUPT))?)?;
    let is_shallow = guarded(CORRUPT, || {
        let schema = FooterRef::read_as_root(&bytes)?.schema()?;
        let Some(fields) = schema.map(|schema| schema.fields()).transpose()?.flatten() else {
            return Ok(false);
        };
        for field in fields {
            if !is_shallow(field?, 1)? {
                return Ok(false);
            }
        }
        Ok::<_, polars_arrow_format::ipc::planus::Error>(true)
    });
    if is_shallow.map_err(fault)? { Ok(()) } else { Err(fault(InputFaultKind::Unsupported)) }
}

/// Whether a field's children are nested less than [`DEEPEST_SCHEMA`] deep:
/// decoders recurse along them.
fn is_shallow(field: FieldRef<'_>, depth: u32) -> Result<bool, polars_arrow_format::ipc::planus::Error> {
    if depth > DEEPEST_SCHEMA {
        return Ok(false);
    }
    for child in field.children()?.into_iter().flatten() {
        if !is_shallow(child?, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Checks one record batch or dictionary batch and gives its number of rows.
pub(super) fn check_block(file: &InputFile, block: &Block) -> Result<u64, EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    let place = Place::of(block, file.bytes()).ok_or_else(|| fault(CORRUPT))?;
    let mut bytes = vec![0; usize::try_from(place.body - place.begins).map_err(|_| fault(CORRUPT))?];
    file.read_exact_at(&mut bytes, place.begins)?;
    let message = message(&bytes).ok_or_else(|| fault(CORRUPT))?;
    let checked = guarded(CORRUPT, || {
        let header = MessageRef::read_as_root(message).map_err(|_| CORRUPT)?.header().map_err(|_| CORRUPT)?;
        match header {
            Some(MessageHeaderRef::RecordBatch(batch)) => check_batch(file, &place, batch),
            Some(MessageHeaderRef::DictionaryBatch(dictionary)) => {
                let batch = dictionary.data().map_err(|_| CORRUPT)?.ok_or(CORRUPT)?;
                check_batch(file, &place, batch)
            }
            _ => Err(CORRUPT),
        }
    });
    checked.map_err(fault)
}

/// Where a message and its body stand.
struct Place {
    begins: u64,
    body: u64,
    ends: u64,
}

impl Place {
    fn of(block: &Block, file_bytes: u64) -> Option<Self> {
        let begins = u64::try_from(block.offset).ok()?;
        let body = begins.checked_add(u64::try_from(block.meta_data_length).ok()?)?;
        let ends = body.checked_add(u64::try_from(block.body_length).ok()?)?;
        (begins >= 8 && ends <= file_bytes - TAIL as u64).then_some(Self { begins, body, ends })
    }
}

/// The flatbuffer of a message: after a marker (since version 0.15) and its length.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&CONTINUATION).unwrap_or(bytes);
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(i32::from_le_bytes(*length)).ok()?)
}

fn check_batch(file: &InputFile, place: &Place, batch: RecordBatchRef<'_>) -> Result<u64, InputFaultKind> {
    let rows = u64::try_from(batch.length().map_err(|_| CORRUPT)?).map_err(|_| CORRUPT)?;
    if rows > most_rows(file.bytes()) {
        return Err(CORRUPT);
    }
    let is_compressed = batch.compression().map_err(|_| CORRUPT)?.is_some();
    let mut decompressed = 0_u64;
    for buffer in batch.buffers().map_err(|_| CORRUPT)?.ok_or(CORRUPT)? {
        let offset = u64::try_from(buffer.offset()).map_err(|_| CORRUPT)?;
        let length = u64::try_from(buffer.length()).map_err(|_| CORRUPT)?;
        let begins = place.body.checked_add(offset).ok_or(CORRUPT)?;
        // The format aligns buffers to 8 bytes: an offset that is not is damage.
        if offset % 8 != 0 || begins.checked_add(length).is_none_or(|ends| ends > place.ends) {
            return Err(CORRUPT);
        }
        if is_compressed && length > 0 {
            // Each compressed buffer begins with the length it decompresses to,
            // or -1 where it was not worth compressing.
            let mut declared = [0; 8];
            let reader = &mut file.reader_at(begins).take(length);
            reader.read_exact(&mut declared).map_err(|_| CORRUPT)?;
            let declared = i64::from_le_bytes(declared);
            let declared = if declared == -1 { length } else { u64::try_from(declared).map_err(|_| CORRUPT)? };
            decompressed = decompressed.saturating_add(declared);
        }
    }
    if decompressed > most_decompressed(place.ends - place.body) { Err(CORRUPT) } else { Ok(rows) }
}
