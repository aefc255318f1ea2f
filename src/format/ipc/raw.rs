//! Arrow IPC files message by message, for what no writer at hand makes.

use polars_arrow_format::ipc::planus::Builder;
use polars_arrow_format::ipc::{
    Block, BodyCompression, BodyCompressionMethod, Buffer, CompressionType, DictionaryBatch, Endianness, Field,
    FieldNode, Footer, Message, MessageHeader, MetadataVersion, RecordBatch, Schema, Type,
};

/// A nullable column of that type.
pub(super) fn field(name: &str, kind: Type, children: Vec<Field>) -> Field {
    Field {
        name: Some(name.to_owned()),
        nullable: true,
        type_: Some(kind),
        dictionary: None,
        children: Some(children),
        custom_metadata: None,
    }
}

/// A batch under construction.
pub(super) struct BatchBuilder {
    rows: i64,
    nodes: Vec<FieldNode>,
    buffers: Vec<Buffer>,
    of_views: Vec<i64>,
    codec: Option<CompressionType>,
    body: Vec<u8>,
}

impl BatchBuilder {
    pub(super) fn new(rows: usize) -> Self {
        let rows = i64::try_from(rows).unwrap();
        Self { rows, nodes: Vec::new(), buffers: Vec::new(), of_views: Vec::new(), codec: None, body: Vec::new() }
    }

    pub(super) fn compressed(mut self, codec: CompressionType) -> Self {
        self.codec = Some(codec);
        self
    }

    /// Nodes without a missing value.
    pub(super) fn nodes(mut self, count: usize) -> Self {
        self.nodes.extend((0..count).map(|_| FieldNode { length: self.rows, null_count: 0 }));
        self
    }

    pub(super) fn views(mut self, buffers: i64) -> Self {
        self.of_views.push(buffers);
        self
    }

    /// A buffer as it is to be in the file.
    pub(super) fn buffer(mut self, bytes: &[u8]) -> Self {
        let buffer = |length: usize| i64::try_from(length).unwrap();
        self.buffers.push(Buffer { offset: buffer(self.body.len()), length: buffer(bytes.len()) });
        self.body.extend_from_slice(bytes);
        self.body.resize(self.body.len().next_multiple_of(8), 0);
        self
    }

    pub(super) fn empty_buffers(self, count: usize) -> Self {
        (0..count).fold(self, |batch, _| batch.buffer(&[]))
    }

    /// A column of texts with 32-bit offsets, all there.
    pub(super) fn texts(self, texts: &[&str]) -> Self {
        let mut offsets = vec![0_i32];
        offsets.extend(texts.iter().scan(0, |end, text| {
            *end += i32::try_from(text.len()).unwrap();
            Some(*end)
        }));
        let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        self.nodes(1).buffer(&[]).buffer(&offsets).buffer(texts.concat().as_bytes())
    }

    fn record_batch(&self) -> RecordBatch {
        let compression = |codec| Box::new(BodyCompression { codec, method: BodyCompressionMethod::Buffer });
        RecordBatch {
            length: self.rows,
            nodes: Some(self.nodes.clone()),
            buffers: Some(self.buffers.clone()),
            compression: self.codec.map(compression),
            variadic_buffer_counts: Some(self.of_views.clone()),
        }
    }
}

/// A file of these columns, dictionaries (each with its number and whether it adds
/// to the one before) and batches.
pub(super) fn file(
    fields: Vec<Field>,
    dictionaries: &[(i64, bool, BatchBuilder)],
    batches: &[BatchBuilder],
) -> Vec<u8> {
    let mut bytes = b"ARROW1\0\0".to_vec();
    let mut put = |header: MessageHeader, body: &[u8]| {
        let message = Message {
            version: MetadataVersion::V5,
            header: Some(header),
            body_length: i64::try_from(body.len()).unwrap(),
            custom_metadata: None,
        };
        let offset = i64::try_from(bytes.len()).unwrap();
        let mut builder = Builder::new();
        let mut flatbuffer = builder.finish(&message, None).to_vec();
        flatbuffer.resize(flatbuffer.len().next_multiple_of(8), 0);
        bytes.extend([0xff; 4]);
        bytes.extend(i32::try_from(flatbuffer.len()).unwrap().to_le_bytes());
        bytes.extend(&flatbuffer);
        bytes.extend(body);
        Block {
            offset,
            meta_data_length: i32::try_from(flatbuffer.len() + 8).unwrap(),
            body_length: i64::try_from(body.len()).unwrap(),
        }
    };
    let dictionaries: Vec<Block> = dictionaries
        .iter()
        .map(|(id, is_delta, batch)| {
            let data = Some(Box::new(batch.record_batch()));
            put(
                MessageHeader::DictionaryBatch(Box::new(DictionaryBatch { id: *id, data, is_delta: *is_delta })),
                &batch.body,
            )
        })
        .collect();
    let batches: Vec<Block> = batches
        .iter()
        .map(|batch| put(MessageHeader::RecordBatch(Box::new(batch.record_batch())), &batch.body))
        .collect();
    let schema = Schema { endianness: Endianness::Little, fields: Some(fields), custom_metadata: None, features: None };
    let footer = Footer {
        version: MetadataVersion::V5,
        schema: Some(Box::new(schema)),
        dictionaries: Some(dictionaries),
        record_batches: Some(batches),
        custom_metadata: None,
    };
    let mut builder = Builder::new();
    let footer = builder.finish(&footer, None).to_vec();
    bytes.extend(&footer);
    bytes.extend(i32::try_from(footer.len()).unwrap().to_le_bytes());
    bytes.extend(b"ARROW1");
    bytes
}
