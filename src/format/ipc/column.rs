//! Decodes one column of one batch: makes a message in which the column is
//! alone and uncompressed, and gives the decoder nothing else to read.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::io::ipc::read::{Dictionaries, FileMetadata, read_batch};
use polars_arrow::io::ipc::{IpcField, IpcSchema};
use polars_arrow_format::ipc::planus::Builder;
use polars_arrow_format::ipc::{
    Block, Buffer, CompressionType, FieldNode, Message, MessageHeader, MetadataVersion, RecordBatch,
};

use super::message::{ColumnLengths, StoredBuffer};
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::io::file::InputFile;
use crate::format::{guarded, most_decompressed};

const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;
/// Bytes that a decoded cell takes at least.
const LEAST_OF_A_ROW: u64 = 4;
/// What buffers are aligned to.
const ALIGNMENT: usize = 64;
/// Before a compressed buffer: the length it has once decompressed, or -1 where it
/// was not worth compressing.
const LENGTH: usize = 8;

/// Where a buffer lies in its body, and its length.
type BufferRange = (u64, u64);

/// The array of a column.
pub(super) fn decode(
    file: &InputFile,
    stretch: &ColumnLengths,
    array_type: &ArrowDataType,
    has_views: bool,
) -> Result<Box<dyn Array>, EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    let stored: u64 = stretch.buffers.iter().map(|buffer| buffer.length).sum();
    // A row costs memory even where it takes a bit of the file, or less.
    if stretch.rows.saturating_mul(LEAST_OF_A_ROW) > most_decompressed(stored) {
        return Err(fault(InputFaultKind::RatioLimit));
    }
    let (body, buffers) = match stretch.compression {
        None => {
            let begins = stretch.buffers.iter().map(|buffer| buffer.begins).min().unwrap_or(0);
            let buffer = |stored: &StoredBuffer| (stored.begins - begins, stored.length);
            (BufferSource::File(file, begins), stretch.buffers.iter().map(buffer).collect())
        }
        Some(codec) => {
            let (bytes, buffers) = decompressed(file, stretch, codec)?;
            (BufferSource::Memory(bytes), buffers)
        }
    };
    let head = head_of(stretch, &buffers, has_views).ok_or_else(|| fault(CORRUPT))?;
    let (meta_data_length, size) = (head.len(), head.len() as u64);
    let metadata = FileMetadata {
        schema: Arc::new(ArrowSchema::from_iter([("c".into(), Field::new("c".into(), array_type.clone(), true))])),
        custom_schema_metadata: None,
        custom_metadata: None,
        ipc_schema: IpcSchema { fields: vec![IpcField::default()], is_little_endian: true },
        blocks: vec![Block {
            offset: 0,
            meta_data_length: i32::try_from(meta_data_length).map_err(|_| fault(CORRUPT))?,
            body_length: 0,
        }],
        dictionaries: None,
        size,
    };
    let mut reader = SingleMessageFile { head, body, at: 0 };
    #[expect(clippy::default_trait_access, reason = "the type is of a crate that is no dependency of this one")]
    let read = || {
        let (mut messages, mut scratch) = (Vec::new(), Vec::new());
        let none = Dictionaries::default();
        read_batch(&mut reader, &none, &metadata, None, None, 0, false, &mut messages, &mut scratch, Default::default())
    };
    let decoded = guarded(CORRUPT, read).map_err(fault)?;
    let [array] = <[_; 1]>::try_from(decoded.into_arrays()).map_err(|_| fault(CORRUPT))?;
    if array.len() as u64 == stretch.rows { Ok(array) } else { Err(fault(InputFaultKind::CountMismatch)) }
}

/// The message of a batch of this column alone, whose buffers lie at these offsets
/// behind it.
fn head_of(stretch: &ColumnLengths, buffers: &[BufferRange], has_views: bool) -> Option<Vec<u8>> {
    let length = i64::try_from(stretch.rows).ok()?;
    // Where there is a bitmap of the missing, it is looked at, however many are
    // declared.
    let has_bitmap = buffers.first().is_some_and(|(_, length)| *length > 0);
    let null_count = if has_bitmap { stretch.missing.max(1) } else { stretch.missing };
    let buffer = |&(offset, length): &BufferRange| {
        Some(Buffer { offset: i64::try_from(offset).ok()?, length: i64::try_from(length).ok()? })
    };
    let batch = RecordBatch {
        length,
        nodes: Some(vec![FieldNode { length, null_count }]),
        buffers: Some(buffers.iter().map(buffer).collect::<Option<_>>()?),
        compression: None,
        variadic_buffer_counts: if has_views { Some(vec![i64::try_from(stretch.of_views).ok()?]) } else { None },
    };
    let message = Message {
        version: MetadataVersion::V5,
        header: Some(MessageHeader::RecordBatch(Box::new(batch))),
        body_length: 0,
        custom_metadata: None,
    };
    let mut builder = Builder::new();
    let flatbuffer = builder.finish(&message, None);
    let mut head = vec![0xff; 4];
    head.extend_from_slice(&i32::try_from(flatbuffer.len()).ok()?.to_le_bytes());
    head.extend_from_slice(flatbuffer);
    Some(head)
}

/// The buffers of a column, decompressed one after another, and where each lies.
fn decompressed(
    file: &InputFile,
    stretch: &ColumnLengths,
    codec: CompressionType,
) -> Result<(Vec<u8>, Vec<BufferRange>), EngineError> {
    let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
    let stored: u64 = stretch.buffers.iter().map(|buffer| buffer.length).sum();
    let most = most_decompressed(stored);
    let (mut all, mut places, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for buffer in &stretch.buffers {
        let start = all.len();
        // An empty buffer has nothing to decompress, not even a length.
        if buffer.length > 0 {
            bytes.resize(usize::try_from(buffer.length).map_err(|_| fault(CORRUPT))?, 0);
            file.read_exact_at(&mut bytes, buffer.begins)?;
            let (length, rest) = bytes.split_first_chunk::<LENGTH>().ok_or_else(|| fault(CORRUPT))?;
            match i64::from_le_bytes(*length) {
                -1 => all.extend_from_slice(rest),
                length => {
                    let length = u64::try_from(length).map_err(|_| fault(CORRUPT))?;
                    if length.saturating_add(start as u64) > most {
                        return Err(fault(InputFaultKind::RatioLimit));
                    }
                    let length = usize::try_from(length).map_err(|_| fault(CORRUPT))?;
                    all.resize(start + length, 0);
                    let into = all.get_mut(start..).unwrap_or_default();
                    guarded(CORRUPT, || decompress(codec, rest, into)).map_err(fault)?;
                }
            }
        }
        places.push((start as u64, (all.len() - start) as u64));
        all.resize(all.len().next_multiple_of(ALIGNMENT), 0);
    }
    Ok((all, places))
}

/// Fills `into` with what `bytes` decompress to; nothing may be left over.
fn decompress(codec: CompressionType, bytes: &[u8], into: &mut [u8]) -> io::Result<()> {
    let mut reader: Box<dyn Read + '_> = match codec {
        CompressionType::Lz4Frame => Box::new(lz4::Decoder::new(bytes)?),
        CompressionType::Zstd => Box::new(zstd::Decoder::with_buffer(bytes)?),
    };
    reader.read_exact(into)?;
    if reader.read(&mut [0])? == 0 { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Where the buffers lie.
enum BufferSource<'f> {
    /// In the file, from there on.
    File(&'f InputFile, u64),
    Memory(Vec<u8>),
}

/// A file of one message and its body.
struct SingleMessageFile<'f> {
    head: Vec<u8>,
    body: BufferSource<'f>,
    at: u64,
}

impl Read for SingleMessageFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from = |bytes: &[u8], at: u64, buffer: &mut [u8]| {
            let mut rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
            rest.read(buffer)
        };
        let read = match self.at.checked_sub(self.head.len() as u64) {
            None => from(&self.head, self.at, buffer)?,
            Some(at) => match &self.body {
                BufferSource::File(file, begins) => file.read_at(buffer, begins.saturating_add(at))?,
                BufferSource::Memory(bytes) => from(bytes, at, buffer)?,
            },
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for SingleMessageFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            // Where it ends is unknown, and is not needed.
            SeekFrom::End(_) => None,
        };
        self.at = place.ok_or(io::ErrorKind::Unsupported)?;
        Ok(self.at)
    }
}
