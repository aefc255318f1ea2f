//! Byte records, partitioned, in one spill file: each partition has a small buffer,
//! and a list of the extents of the file to which the buffer was flushed. Whatever
//! is appended, memory grows only by 16 bytes an extent.

use std::io;

use crate::engine::port::{Spill, SpillSpace};

/// The most bytes in the buffer of a partition.
pub(crate) const MOST_HELD: usize = 32 * 1024;

/// Extents are whole pages: a page that is written in part costs the file system a
/// second write.
pub(crate) const PAGE: usize = 4096;

/// A partition with so many extents is nearly all on disk.
const EXTENTS_OF_A_LARGE_ONE: usize = 16;

/// An append-only, partitioned store.
pub(crate) struct Partitions {
    spill: Option<Box<dyn Spill>>,
    parts: Vec<PartitionBuffer>,
    buffer_bytes: usize,
}

#[derive(Default)]
struct PartitionBuffer {
    buffer: Vec<u8>,
    extents: Vec<(u64, u32)>,
    bytes: u64,
}

impl Partitions {
    /// An empty store of `count` partitions.
    pub(crate) fn new(count: usize) -> Self {
        Self::with_buffer(count, MOST_HELD)
    }

    /// An empty store whose buffers have at most `buffer_bytes`, rounded up to
    /// whole pages.
    pub(crate) fn with_buffer(count: usize, buffer_bytes: usize) -> Self {
        let parts = std::iter::repeat_with(PartitionBuffer::default).take(count).collect();
        Self { spill: None, parts, buffer_bytes: buffer_bytes.clamp(PAGE, MOST_HELD).next_multiple_of(PAGE) }
    }

    /// How many partitions there are.
    pub(crate) fn count(&self) -> usize {
        self.parts.len()
    }

    /// Adds empty partitions up to `part`, for stores that grow with their input.
    pub(crate) fn grow_to(&mut self, part: usize) {
        while self.parts.len() <= part {
            self.parts.push(PartitionBuffer::default());
        }
    }

    /// Bytes in a partition.
    pub(crate) fn bytes(&self, part: usize) -> u64 {
        self.parts.get(part).map_or(0, |part| part.bytes)
    }

    /// Appends an entry of a fixed size to a partition; made to be inlined.
    #[inline]
    pub(crate) fn push<const N: usize>(
        &mut self,
        space: &dyn SpillSpace,
        part: usize,
        entry: [u8; N],
    ) -> io::Result<()> {
        if self.parts[part].buffer.len() + N > self.buffer_bytes {
            self.flush(space, part)?;
        }
        let kept = &mut self.parts[part];
        kept.buffer.extend_from_slice(&entry);
        kept.bytes += N as u64;
        Ok(())
    }

    /// Appends entries of a fixed size to a partition.
    pub(crate) fn push_all<const N: usize>(
        &mut self,
        space: &dyn SpillSpace,
        part: usize,
        entries: &[[u8; N]],
    ) -> io::Result<()> {
        let bytes = entries.as_flattened();
        let kept = &mut self.parts[part];
        if kept.buffer.len() + bytes.len() <= self.buffer_bytes {
            kept.buffer.extend_from_slice(bytes);
            kept.bytes += bytes.len() as u64;
            return Ok(());
        }
        entries.iter().try_for_each(|entry| self.push(space, part, *entry))
    }

    /// Appends an entry of any size to a partition.
    pub(crate) fn append(&mut self, space: &dyn SpillSpace, part: usize, entry: &[u8]) -> io::Result<()> {
        if self.parts[part].buffer.len() + entry.len() > self.buffer_bytes {
            self.flush(space, part)?;
        }
        let kept = &mut self.parts[part];
        kept.buffer.extend_from_slice(entry);
        kept.bytes += entry.len() as u64;
        Ok(())
    }

    /// Writes the buffer of a partition to the spill file.
    fn flush(&mut self, space: &dyn SpillSpace, part: usize) -> io::Result<()> {
        let part = &mut self.parts[part];
        if part.buffer.is_empty() {
            return Ok(());
        }
        let spill = match &mut self.spill {
            Some(spill) => spill,
            None => self.spill.insert(space.create()?),
        };
        let offset = spill.len();
        part.extents.push((offset, u32::try_from(part.buffer.len()).map_err(io::Error::other)?));
        part.buffer.resize(part.buffer.len().next_multiple_of(PAGE), 0);
        spill.append(&part.buffer)?;
        part.buffer.clear();
        Ok(())
    }

    /// Flushes the buffer of a partition and frees it: call it when nothing more is
    /// expected for the partition.
    pub(crate) fn retire(&mut self, space: &dyn SpillSpace, part: usize) -> io::Result<()> {
        if self.parts.get(part).is_some_and(|part| part.bytes > 0) {
            self.flush(space, part)?;
            self.parts[part].buffer = Vec::new();
        }
        Ok(())
    }

    /// Ends appending. Frees the buffers of partitions that are nearly all on disk:
    /// their memory is of more use to the readers.
    pub(crate) fn settle(&mut self, space: &dyn SpillSpace) -> io::Result<()> {
        for part in 0..self.count() {
            if self.parts[part].extents.len() >= EXTENTS_OF_A_LARGE_ONE {
                self.retire(space, part)?;
            }
        }
        Ok(())
    }

    /// Reads a whole partition into memory.
    #[cfg(test)]
    pub(crate) fn load(&self, part: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        self.pieces(part).try_for_each(|piece| piece?.read_into(&mut all))?;
        Ok(all)
    }

    /// The pieces of a partition, in the order in which they were appended. A piece
    /// holds whole records: it ends where an append ended.
    pub(crate) fn pieces(&self, part: usize) -> impl Iterator<Item = io::Result<PartitionPiece<'_>>> {
        let part = self.parts.get(part);
        let extents = part.map_or(&[][..], |part| &part.extents);
        let spilled = extents.iter().map(|&(offset, length)| match &self.spill {
            Some(spill) => Ok(PartitionPiece::Spilled { spill: spill.as_ref(), offset, length }),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        });
        let rest = part.filter(|part| !part.buffer.is_empty()).map(|part| Ok(PartitionPiece::Held(&part.buffer)));
        spilled.chain(rest)
    }
}

/// Whole records of one partition, one after another.
pub(crate) enum PartitionPiece<'a> {
    Held(&'a [u8]),
    Spilled { spill: &'a dyn Spill, offset: u64, length: u32 },
}

impl PartitionPiece<'_> {
    /// Appends the bytes of the piece to `out`.
    pub(crate) fn read_into(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Held(bytes) => out.extend_from_slice(bytes),
            Self::Spilled { spill, offset, length } => {
                let start = out.len();
                out.resize(start + *length as usize, 0);
                spill.read_exact_at(&mut out[start..], *offset)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Spill files in memory.
    #[derive(Debug, Default, Clone)]
    pub(crate) struct MemorySpace(Arc<Mutex<usize>>);

    struct MemorySpill(Vec<u8>);

    impl SpillSpace for MemorySpace {
        fn create(&self) -> io::Result<Box<dyn Spill>> {
            *self.0.lock().unwrap() += 1;
            Ok(Box::new(MemorySpill(Vec::new())))
        }
    }

    impl Spill for MemorySpill {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.0.extend_from_slice(bytes);
            Ok(())
        }

        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            let start = usize::try_from(offset).unwrap();
            let found = self.0.get(start..start + buffer.len());
            buffer.copy_from_slice(found.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?);
            Ok(())
        }
    }

    #[test]
    fn every_partition_gives_back_what_it_took_in_order() {
        let space = MemorySpace::default();
        // About half a kilobyte each: some fill pages exactly and some do not; and
        // some are larger than a buffer.
        for (buffer, length) in [(1, 511), (1, 512), (PAGE, 513), (2 * PAGE, 5000), (PAGE, 5000), (1 << 20, 511)] {
            let mut partitions = Partitions::with_buffer(3, buffer);
            let row = |number: u8| [vec![number; length], b"!".to_vec()].concat();
            for number in 0..200_u8 {
                partitions.append(&space, usize::from(number) % 3, &row(number)).unwrap();
            }
            for part in 0..3_u8 {
                let mut expected = Vec::new();
                for number in (0..200).filter(|number| number % 3 == part) {
                    expected.extend(row(number));
                }
                let part = usize::from(part);
                assert_eq!(partitions.load(part).unwrap(), expected);
                assert_eq!(partitions.bytes(part), expected.len() as u64);
                let are_whole = |piece: io::Result<PartitionPiece<'_>>| match piece.unwrap() {
                    PartitionPiece::Held(bytes) => bytes.len().is_multiple_of(length + 1),
                    PartitionPiece::Spilled { offset, length: bytes, .. } => {
                        offset.is_multiple_of(PAGE as u64) && (bytes as usize).is_multiple_of(length + 1)
                    }
                };
                assert!(partitions.pieces(part).all(are_whole) && partitions.pieces(part).count() > 1);
            }
        }
    }

    #[test]
    fn entries_that_come_together_are_as_those_that_come_alone() {
        let space = MemorySpace::default();
        let (mut alone, mut together) = (Partitions::with_buffer(1, PAGE), Partitions::with_buffer(1, PAGE));
        let entries: Vec<[u8; 10]> =
            (0..2000_u16).map(|number| [number.to_le_bytes(); 5].concat()[..].try_into().unwrap()).collect();
        entries.iter().for_each(|entry| alone.push(&space, 0, *entry).unwrap());
        // A few, none, and more than fit into a buffer.
        for some in [&entries[..7], &[], &entries[7..1900], &entries[1900..]] {
            together.push_all(&space, 0, some).unwrap();
        }
        assert_eq!(together.load(0).unwrap(), alone.load(0).unwrap());
        assert_eq!(together.bytes(0), 20_000);
        let is_whole = |piece: io::Result<PartitionPiece<'_>>| match piece.unwrap() {
            PartitionPiece::Held(bytes) => bytes.len().is_multiple_of(10),
            PartitionPiece::Spilled { length, .. } => length.is_multiple_of(10),
        };
        assert!(together.pieces(0).all(is_whole));
    }

    #[test]
    fn what_is_held_back_of_large_partitions_is_spilled_in_the_end() {
        let space = MemorySpace::default();
        let mut partitions = Partitions::with_buffer(2, PAGE);
        let page = [7; PAGE];
        for _ in 0..=EXTENTS_OF_A_LARGE_ONE {
            partitions.append(&space, 0, &page).unwrap();
        }
        partitions.append(&space, 1, &page).unwrap();
        let held = |partitions: &Partitions, part: usize| {
            partitions.pieces(part).filter(|piece| matches!(piece, Ok(PartitionPiece::Held(_)))).count()
        };
        assert_eq!([held(&partitions, 0), held(&partitions, 1)], [1, 1]);
        partitions.settle(&space).unwrap();
        assert_eq!([held(&partitions, 0), held(&partitions, 1)], [0, 1]);
        assert_eq!(partitions.load(0).unwrap().len(), PAGE * (EXTENTS_OF_A_LARGE_ONE + 1));
    }

    #[test]
    fn little_is_never_spilled() {
        let space = MemorySpace::default();
        let mut partitions = Partitions::new(4);
        partitions.append(&space, 0, b"abc").unwrap();
        assert_eq!(partitions.load(0).unwrap(), b"abc");
        assert_eq!(*space.0.lock().unwrap(), 0);
    }
}
