//! The footer and the messages of an Arrow IPC file. Every place and size they
//! declare is checked against the file before it is believed. Decodes no cell.

use polars_arrow_format::ipc::planus::ReadAsRoot;
use polars_arrow_format::ipc::{
    Block, CompressionType, Endianness, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef,
};

use super::schema::{self, Field, FieldLocation};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::io::file::InputFile;
use crate::format::{guarded, most_rows};

const MAGIC: &[u8; 6] = b"ARROW1";
const MAGIC_FEATHER_1: &[u8; 4] = b"FEA1";
/// The footer's length, and the magic.
const TAIL: usize = 10;
const CONTINUATION: [u8; 4] = [0xff; 4];
const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;

/// What the footer says.
pub(super) struct IpcFooter {
    pub(super) fields: Vec<Field>,
    pub(super) batches: Vec<Block>,
    pub(super) dictionaries: Vec<Block>,
}

/// Reads the footer.
pub(super) fn read_footer(file: &InputFile) -> Result<IpcFooter, EngineError> {
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
    guarded_kind(|| parse_footer(&bytes)).map_err(fault)
}

fn parse_footer(bytes: &[u8]) -> Result<IpcFooter, InputFaultKind> {
    let footer = FooterRef::read_as_root(bytes).map_err(|_| CORRUPT)?;
    let schema = footer.schema().map_err(|_| CORRUPT)?.ok_or(CORRUPT)?;
    if schema.endianness().map_err(|_| CORRUPT)? != Endianness::Little {
        return Err(InputFaultKind::Unsupported);
    }
    let version = footer.version().map_err(|_| CORRUPT)?;
    let blocks = footer.record_batches().map_err(|_| CORRUPT)?;
    let dictionaries = footer.dictionaries().map_err(|_| CORRUPT)?;
    Ok(IpcFooter {
        fields: schema::fields(schema, version)?,
        batches: blocks.into_iter().flatten().map(Block::from).collect(),
        dictionaries: dictionaries.into_iter().flatten().map(Block::from).collect(),
    })
}

/// As [`guarded`], with the fault of what is run where it has one.
fn guarded_kind<T>(read: impl FnOnce() -> Result<T, InputFaultKind>) -> Result<T, InputFaultKind> {
    guarded(CORRUPT, || Ok::<_, ()>(read()))?
}

/// The message of a record batch or of a dictionary, as it is in the file.
pub(super) struct Message {
    bytes: Vec<u8>,
    /// Where its body lies.
    body: u64,
    ends: u64,
}

/// A buffer of a batch: where it lies in the file, and its length there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredBuffer {
    pub(super) begins: u64,
    pub(super) length: u64,
}

/// What a batch has of one column.
#[derive(Debug)]
pub(super) struct ColumnLengths {
    pub(super) rows: u64,
    /// Missing values, as declared.
    pub(super) missing: i64,
    pub(super) buffers: Vec<StoredBuffer>,
    /// How many of the buffers are those of views.
    pub(super) of_views: usize,
    pub(super) compression: Option<CompressionType>,
}

/// What a dictionary message is about.
pub(super) struct DictionaryFacts {
    pub(super) id: i64,
    pub(super) is_delta: bool,
}

impl Message {
    /// Reads the message of a block.
    pub(super) fn read(file: &InputFile, block: &Block) -> Result<Self, EngineError> {
        let fault = || EngineError::from(InputFault::file(CORRUPT, file.name()));
        let place = || {
            let begins = u64::try_from(block.offset).ok()?;
            let body = begins.checked_add(u64::try_from(block.meta_data_length).ok()?)?;
            let ends = body.checked_add(u64::try_from(block.body_length).ok()?)?;
            (begins >= 8 && ends <= file.bytes() - TAIL as u64).then_some((begins, body, ends))
        };
        let (begins, body, ends) = place().ok_or_else(fault)?;
        let mut bytes = vec![0; usize::try_from(body - begins).map_err(|_| fault())?];
        file.read_exact_at(&mut bytes, begins)?;
        Ok(Self { bytes, body, ends })
    }

    /// The flatbuffer: after a marker (since version 0.15) and its length.
    fn flatbuffer(&self) -> Option<&[u8]> {
        let rest = self.bytes.strip_prefix(&CONTINUATION).unwrap_or(&self.bytes);
        let (length, rest) = rest.split_first_chunk::<4>()?;
        rest.get(..usize::try_from(i32::from_le_bytes(*length)).ok()?)
    }

    fn header(&self) -> Result<MessageHeaderRef<'_>, InputFaultKind> {
        let message = MessageRef::read_as_root(self.flatbuffer().ok_or(CORRUPT)?).map_err(|_| CORRUPT)?;
        message.header().map_err(|_| CORRUPT)?.ok_or(CORRUPT)
    }

    fn batch(&self) -> Result<RecordBatchRef<'_>, InputFaultKind> {
        match self.header()? {
            MessageHeaderRef::RecordBatch(batch) => Ok(batch),
            MessageHeaderRef::DictionaryBatch(dictionary) => dictionary.data().map_err(|_| CORRUPT)?.ok_or(CORRUPT),
            _ => Err(CORRUPT),
        }
    }

    /// How many rows the batch has, and how many bytes of the file.
    pub(super) fn extent(&self, file: &InputFile) -> Result<(u64, u64), InputFaultKind> {
        guarded_kind(|| {
            let rows = self.batch()?.length().ok().and_then(|rows| u64::try_from(rows).ok());
            let rows = rows.filter(|rows| *rows <= most_rows(file.bytes())).ok_or(CORRUPT)?;
            Ok((rows, self.ends - self.body))
        })
    }

    /// What a dictionary message is about.
    pub(super) fn dictionary(&self) -> Result<DictionaryFacts, InputFaultKind> {
        guarded_kind(|| match self.header()? {
            MessageHeaderRef::DictionaryBatch(dictionary) => Ok(DictionaryFacts {
                id: dictionary.id().map_err(|_| CORRUPT)?,
                is_delta: dictionary.is_delta().map_err(|_| CORRUPT)?,
            }),
            _ => Err(CORRUPT),
        })
    }

    /// What the batch has of the column at a place.
    pub(super) fn stretch(&self, place: &FieldLocation) -> Result<ColumnLengths, InputFaultKind> {
        guarded_kind(|| self.find(place))
    }

    fn find(&self, place: &FieldLocation) -> Result<ColumnLengths, InputFaultKind> {
        let batch = self.batch()?;
        let node = batch.nodes().map_err(|_| CORRUPT)?.and_then(|nodes| nodes.get(place.node())).ok_or(CORRUPT)?;
        let rows = u64::try_from(node.length()).map_err(|_| CORRUPT)?;
        if batch.length().map_err(|_| CORRUPT)? != node.length() {
            return Err(InputFaultKind::CountMismatch);
        }
        let of_views = batch.variadic_buffer_counts().map_err(|_| CORRUPT)?;
        let of_views: Vec<i64> = of_views.into_iter().flatten().collect();
        let (positions, of_views) = place.buffers(&of_views).ok_or(CORRUPT)?;
        let all = batch.buffers().map_err(|_| CORRUPT)?.ok_or(CORRUPT)?;
        if positions.end > all.len() {
            return Err(CORRUPT);
        }
        let stored = |position: usize| {
            let buffer = all.get(position)?;
            let offset = u64::try_from(buffer.offset()).ok()?;
            let length = u64::try_from(buffer.length()).ok()?;
            let begins = self.body.checked_add(offset)?;
            // The format aligns buffers to 8 bytes: an offset that is not is damage.
            let is_within = begins.checked_add(length)? <= self.ends;
            (offset % 8 == 0 && is_within).then_some(StoredBuffer { begins, length })
        };
        let buffers = positions.map(stored).collect::<Option<_>>().ok_or(CORRUPT)?;
        let compression = batch.compression().map_err(|_| CORRUPT)?;
        let compression = compression.map(|compression| compression.codec().map_err(|_| InputFaultKind::Unsupported));
        Ok(ColumnLengths { rows, missing: node.null_count(), buffers, of_views, compression: compression.transpose()? })
    }
}
