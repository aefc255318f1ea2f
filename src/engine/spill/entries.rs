//! The entries that the checks keep of waiting rows: a keyed digest, by whose first
//! byte an entry is partitioned, and a few bytes. Does not depend on what a check
//! decides.

use std::io;
use std::ops::Range;

use super::partitions::PartitionPiece;

/// Partitions by the first byte of a digest.
pub(crate) const DIGEST_PARTITIONS: usize = 256;
/// Bytes of a digest within its partition; the eighth byte is the number of the
/// partition.
pub(crate) const DIGEST_BYTES: usize = 7;
/// Bytes at the start of every entry: digest, record, partition of the row.
pub(crate) const ENTRY_HEAD: usize = DIGEST_BYTES + 8 + 4;
/// Where an entry has the number of its record.
pub(crate) const RECORD: Range<usize> = DIGEST_BYTES..DIGEST_BYTES + 8;

/// The partition of a digest.
pub(crate) fn digest_partition(digest: u64) -> usize {
    usize::from(first_byte(digest))
}

/// The first byte of a digest, which is the number of its partition.
pub(crate) fn first_byte(digest: u64) -> u8 {
    let [.., first] = digest.to_le_bytes();
    first
}

/// The bytes of a digest without the first one, which all digests of a partition
/// share.
#[inline]
pub(crate) fn digest(entry: &[u8]) -> u64 {
    number(entry) << 8 >> 8
}

/// The number in the first eight bytes.
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

/// The layout of what follows the head in an entry of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryLayout {
    /// How many other checks there are: for each, one byte says the partition of
    /// that check's entry of the same row.
    pub(crate) others: usize,
    /// How many bytes are the check's own.
    pub(crate) bytes: usize,
}

impl EntryLayout {
    /// Bytes of an entry.
    pub(crate) fn size(self) -> usize {
        ENTRY_HEAD + self.others + self.bytes
    }
}

/// The entries of one check for the rows of a block.
#[derive(Debug)]
pub(crate) struct RowEntries {
    digests: Vec<u64>,
    bytes: Vec<u8>,
    /// Bytes for each row.
    width: usize,
}

impl RowEntries {
    /// Without entries, of a check that keeps `width` bytes of a row; allocates for
    /// `rows`.
    pub(crate) fn with_capacity(rows: usize, width: usize) -> Self {
        Self { digests: Vec::with_capacity(rows), bytes: Vec::with_capacity(rows * width), width }
    }

    /// Adds the entry of the next row, with as many `bytes` as the check said.
    #[inline]
    pub(crate) fn push(&mut self, digest: u64, bytes: &[u8]) {
        self.digests.push(digest);
        self.bytes.extend_from_slice(bytes);
    }

    /// The digests, by row.
    pub(crate) fn digests(&self) -> &[u64] {
        &self.digests
    }

    /// The bytes for a row.
    pub(crate) fn bytes_of(&self, row: usize) -> &[u8] {
        self.bytes.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }

    /// Whether there is exactly one entry for each of so many rows.
    pub(crate) fn are_of(&self, rows: usize) -> bool {
        self.digests.len() == rows && self.bytes.len() == rows * self.width
    }
}

/// Calls `take` for every entry of `size` bytes in some pieces.
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
