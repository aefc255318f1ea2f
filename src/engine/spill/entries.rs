//! What each check of waiting rows keeps of a row: a keyed digest, by whose first bits
//! it is partitioned, and a few bytes. Knows nothing of what a check decides.

use std::io;
use std::ops::Range;

use super::partitions::PartitionPiece;

/// Partitions by the first bits of a digest.
pub(crate) const DIGEST_PARTITIONS: usize = 256;
/// Bytes of a digest in its partition, whose number is the eighth.
pub(crate) const DIGEST_BYTES: usize = 7;
/// Bytes that every entry begins with: digest, record, partition of the row.
pub(crate) const ENTRY_HEAD: usize = DIGEST_BYTES + 8 + 4;
/// The bytes of its record.
pub(crate) const RECORD: Range<usize> = DIGEST_BYTES..DIGEST_BYTES + 8;

/// The partition of a digest.
pub(crate) fn digest_partition(digest: u64) -> usize {
    usize::from(first_byte(digest))
}

/// The number of the partition of a digest.
pub(crate) fn first_byte(digest: u64) -> u8 {
    let [.., first] = digest.to_le_bytes();
    first
}

/// The bytes of a digest that its partition does not say: all digests of a partition
/// share the others.
#[inline]
pub(crate) fn digest(entry: &[u8]) -> u64 {
    number(entry) << 8 >> 8
}

/// The number that some bytes begin with.
#[inline]
pub(crate) fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The head of an entry.
#[inline]
pub(crate) fn entry_head(digest: u64, record: u64, row_partition: u32) -> [u8; ENTRY_HEAD] {
    let mut head = [0; ENTRY_HEAD];
    head[..8].copy_from_slice(&digest.to_le_bytes());
    head[RECORD].copy_from_slice(&record.to_le_bytes());
    head[RECORD.end..].copy_from_slice(&row_partition.to_le_bytes());
    head
}

/// What follows the head of an entry of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryLayout {
    /// Other checks: of each, the partition of its entry of the same row.
    pub(crate) others: usize,
    /// Bytes of the check's own.
    pub(crate) bytes: usize,
}

impl EntryLayout {
    /// Bytes of an entry.
    pub(crate) fn size(self) -> usize {
        ENTRY_HEAD + self.others + self.bytes
    }
}

/// What one check keeps of the rows of a block, row by row.
#[derive(Debug)]
pub(crate) struct RowEntries {
    digests: Vec<u64>,
    bytes: Vec<u8>,
    /// Bytes of a row.
    width: usize,
}

impl RowEntries {
    /// None yet, of a check that keeps `width` bytes a row, and room for some.
    pub(crate) fn with_capacity(rows: usize, width: usize) -> Self {
        Self { digests: Vec::with_capacity(rows), bytes: Vec::with_capacity(rows * width), width }
    }

    /// Adds the entry of the next row. `bytes` are as many as the check said.
    #[inline]
    pub(crate) fn push(&mut self, digest: u64, bytes: &[u8]) {
        self.digests.push(digest);
        self.bytes.extend_from_slice(bytes);
    }

    /// The digests, by row.
    pub(crate) fn digests(&self) -> &[u64] {
        &self.digests
    }

    /// The bytes of a row.
    pub(crate) fn bytes_of(&self, row: usize) -> &[u8] {
        self.bytes.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }

    /// Whether there is an entry for each of so many rows, and nothing else.
    pub(crate) fn are_of(&self, rows: usize) -> bool {
        self.digests.len() == rows && self.bytes.len() == rows * self.width
    }
}

/// Gives every entry of `size` bytes of some pieces.
pub(crate) fn each_entry<'p>(
    size: usize,
    pieces: impl Iterator<Item = io::Result<PartitionPiece<'p>>>,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.clear();
        piece?.read_into(&mut bytes)?;
        let entries = bytes.chunks_exact(size);
        if !entries.remainder().is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        entries.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}
