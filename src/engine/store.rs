//! Where minimised rows wait until the last record of their subject was read,
//! and where the digests of restricted subjects are kept to be joined with them.
//!
//! Rows are partitioned as they will be released: by runs of the input, or by
//! the first byte of the pseudonym. Digests are partitioned by their own first
//! bits, so that one partition's join fits in memory.

use std::io;

use super::partitions::Partitions;
use super::port::SpillSpace;
use super::stage::Minimised;
use crate::model::reason::DropReason;
use crate::policy::plan::RowOrder;

/// Partitions of the digest join.
pub(super) const DIGEST_PARTITIONS: usize = 64;
/// Rows of one partition when rows keep the order of the input.
const ROWS_OF_A_RUN: u64 = 1 << 17;
/// Partitions by the first byte of a pseudonym.
const PSEUDONYM_PARTITIONS: usize = 256;

/// Bytes of a waiting digest: digest, record, partition of the row.
pub(super) const DIGEST_ENTRY: usize = 8 + 8 + 4;
/// Bytes of a restricted digest: digest, rank of the reason.
pub(super) const RESTRICTED_ENTRY: usize = 8 + 2;
/// The store.
pub(super) struct Store {
    pub(super) order: RowOrder,
    pub(super) rows: Partitions,
    pub(super) digests: Partitions,
    pub(super) restricted: Partitions,
    waiting: u64,
}

/// The partition of a digest.
pub(super) fn digest_partition(digest: u64) -> usize {
    (digest >> 58) as usize
}

impl Store {
    /// An empty store.
    pub(super) fn new(order: RowOrder) -> Self {
        let parts = match order {
            RowOrder::Extract => 1,
            RowOrder::Pseudonym => PSEUDONYM_PARTITIONS,
        };
        Self {
            order,
            rows: Partitions::new(parts),
            digests: Partitions::new(DIGEST_PARTITIONS),
            restricted: Partitions::new(DIGEST_PARTITIONS),
            waiting: 0,
        }
    }

    /// How many rows wait.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Takes the rows and the restricted subjects of one block.
    pub(super) fn take(
        &mut self,
        space: &dyn SpillSpace,
        minimised: &Minimised,
        restricted: &[(u64, DropReason)],
    ) -> io::Result<()> {
        for (row, bytes) in minimised.iter() {
            let part = match self.order {
                RowOrder::Extract => usize::try_from(self.waiting / ROWS_OF_A_RUN).map_err(io::Error::other)?,
                RowOrder::Pseudonym => first_byte(bytes),
            };
            self.rows.grow_to(part);
            let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            self.rows.append(space, part, &[&row.record.to_le_bytes(), &length.to_le_bytes(), bytes])?;
            let part = u32::try_from(part).map_err(io::Error::other)?;
            let entry: [&[u8]; 3] = [&row.digest.to_le_bytes(), &row.record.to_le_bytes(), &part.to_le_bytes()];
            self.digests.append(space, digest_partition(row.digest), &entry)?;
            self.waiting += 1;
        }
        for (digest, reason) in restricted {
            let entry: [&[u8]; 2] = [&digest.to_le_bytes(), &reason.to_rank()];
            self.restricted.append(space, digest_partition(*digest), &entry)?;
        }
        Ok(())
    }
}

/// The first byte of a pseudonym, from its first two hexadecimal digits, which
/// follow one byte of length. Rows without a pseudonym stand before all others.
fn first_byte(row: &[u8]) -> usize {
    if row.first() == Some(&0) {
        return 0;
    }
    let digit = |place: usize| {
        let byte = row.get(place).copied().unwrap_or(b'0');
        usize::from(if byte.is_ascii_digit() { byte - b'0' } else { (byte | 0x20).wrapping_sub(b'a' - 10) & 15 })
    };
    digit(1) * 16 + digit(2)
}

/// The rows of a loaded partition: record and bytes.
pub(super) fn rows_of(mut partition: &[u8]) -> impl Iterator<Item = Option<(u64, &[u8])>> {
    std::iter::from_fn(move || {
        if partition.is_empty() {
            return None;
        }
        let read = read_row(&mut partition);
        if read.is_none() {
            partition = &[];
        }
        Some(read)
    })
}

fn read_row<'a>(partition: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let (record, rest) = partition.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (row, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *partition = rest;
    Some((u64::from_le_bytes(*record), row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::partitions::tests::MemorySpace;

    #[test]
    fn rows_come_back_with_their_records() {
        let mut store = Store::new(RowOrder::Extract);
        let mut minimised = Minimised::default();
        minimised.push(7, 1, |out| out.extend_from_slice(b"abc"));
        minimised.push(9, u64::MAX, |_| {});
        store.take(&MemorySpace::default(), &minimised, &[(5, DropReason::ConsentUnknown)]).unwrap();
        let loaded = store.rows.load(0).unwrap();
        let rows: Vec<_> = rows_of(&loaded).collect();
        assert_eq!(rows, [Some((7, &b"abc"[..])), Some((9, &b""[..]))]);
        assert_eq!(rows_of(&loaded[..loaded.len() - 1]).last(), Some(None));
        assert_eq!(store.digests.bytes(63), DIGEST_ENTRY as u64);
        assert_eq!(store.restricted.bytes(0), RESTRICTED_ENTRY as u64);
    }

    #[test]
    fn pseudonyms_are_partitioned_in_their_order() {
        assert_eq!(first_byte(b"\x2100ab"), 0);
        assert_eq!(first_byte(b"\x219fab"), 0x9f);
        assert_eq!(first_byte(b"\x21ffab"), 255);
        assert_eq!(first_byte(b"\0\x05Wick"), 0);
    }
}
