//! The digest of an input as stored, made in the same read as everything else.
//! Equal to what `b3sum` prints. Not for pseudonyms and not for outputs.
//!
//! Aligned blocks of a power of two are subtrees of a BLAKE3 hash, so each is
//! hashed by the worker that reads it, in any order, and the chaining values are
//! merged at the end (`blake3::hazmat`; BLAKE3 paper, section 2.1).

use std::sync::{Mutex, PoisonError};

use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use super::file::InputFile;
use crate::engine::fault::EngineError;
use crate::model::digest::Digest;

/// What was taken from one block.
#[derive(Debug, Clone, Copy, Default)]
struct BlockDigest {
    value: ChainingValue,
    replacement_characters: u32,
}

/// Collects, block by block and in any order, what is to be known of a stored
/// file: its digest and how many U+FFFD are in it. Takes each block once, however
/// often it is parsed.
#[derive(Debug)]
pub(crate) struct BlockEvidence {
    len: u64,
    block_bytes: u64,
    taken: Mutex<Vec<Option<BlockDigest>>>,
}

impl BlockEvidence {
    /// For a file of `len` bytes read in blocks of `block_bytes`.
    #[must_use]
    pub(crate) fn new(len: u64, block_bytes: u64) -> Self {
        Self { len, block_bytes, taken: Mutex::default() }
    }

    /// Whether block `number` was not taken yet.
    #[must_use]
    pub(crate) fn wants(&self, number: u64) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        usize::try_from(number).is_ok_and(|number| taken.get(number).is_none_or(Option::is_none))
    }

    /// Takes block `number`. `ahead` starts with the block and goes on a little,
    /// so that a character across the boundary is counted too.
    pub(crate) fn take(&self, number: u64, block: &[u8], ahead: &[u8]) {
        let Ok(index) = usize::try_from(number) else { return };
        if !self.wants(number) || block.is_empty() {
            return;
        }
        let value = if self.is_tree() { self.value(number, block) } else { ChainingValue::default() };
        let seen = ahead.get(..block.len() + 2).unwrap_or(ahead);
        let replacement_characters = count_replacement_characters(seen);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() <= index {
            taken.resize(index + 1, None);
        }
        if let Some(place) = taken.get_mut(index) {
            *place = Some(BlockDigest { value, replacement_characters });
        }
    }

    /// U+FFFD characters in the blocks taken.
    #[must_use]
    pub(crate) fn replacement_characters(&self) -> u64 {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.iter().flatten().map(|block| u64::from(block.replacement_characters)).sum()
    }

    /// The digest of the whole file. `file` is read again only where the block
    /// size makes no tree (in tests).
    ///
    /// # Errors
    /// [`EngineError::Bug`] where a block was never taken; reading errors.
    pub(crate) fn digest(&self, file: &InputFile) -> Result<Digest, EngineError> {
        let bug = EngineError::Bug { step: "input digest" };
        if !self.is_tree() {
            return file.digest();
        }
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() as u64 != self.len.div_ceil(self.block_bytes) {
            return Err(bug);
        }
        let values: Option<Vec<ChainingValue>> = taken.iter().map(|block| block.map(|block| block.value)).collect();
        drop(taken);
        values.and_then(root).map(Digest::from_bytes).ok_or(bug)
    }

    /// Whether blocks are subtrees: whole chunks, a power of two of them.
    fn is_tree(&self) -> bool {
        self.block_bytes.is_power_of_two() && self.block_bytes >= blake3::CHUNK_LEN as u64
    }

    fn value(&self, number: u64, block: &[u8]) -> ChainingValue {
        if self.len <= self.block_bytes {
            // The only block is not a subtree but the whole tree.
            return *blake3::hash(block).as_bytes();
        }
        blake3::Hasher::new().set_input_offset(number * self.block_bytes).update(block).finalize_non_root()
    }
}

/// Merges neighbours, layer by layer; an odd one out moves up. With equal blocks
/// of a power of two this is BLAKE3's own tree.
fn root(mut layer: Vec<ChainingValue>) -> Option<[u8; 32]> {
    while layer.len() > 2 {
        layer = layer
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => merge_subtrees_non_root(left, right, Mode::Hash),
                [odd, ..] => *odd,
                [] => ChainingValue::default(),
            })
            .collect();
    }
    match layer.as_slice() {
        [left, right] => Some(*merge_subtrees_root(left, right, Mode::Hash).as_bytes()),
        [only] => Some(*only),
        _ => None,
    }
}

/// Counts U+FFFD, the sign of an earlier bad conversion.
#[must_use]
pub(crate) fn count_replacement_characters(bytes: &[u8]) -> u32 {
    let found = memchr::memmem::find_iter(bytes, "\u{FFFD}").count();
    u32::try_from(found).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::sync::Arc;

    fn check(len: usize, block_bytes: usize) {
        let content: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, &content).unwrap();
        let name: Arc<str> = "x".into();
        let file = InputFile::open(&path, &name).unwrap();
        let evidence = BlockEvidence::new(len as u64, block_bytes as u64);
        let mut blocks: Vec<_> = content.chunks(block_bytes).enumerate().collect();
        blocks.reverse(); // any order
        for (number, block) in &blocks {
            evidence.take(*number as u64, block, &content[number * block_bytes..]);
            evidence.take(*number as u64, b"a redo is not taken", b"");
        }
        let expected = Digest::blake3(&content);
        assert_eq!(evidence.digest(&file).unwrap(), expected, "{len} bytes in blocks of {block_bytes}");
    }

    #[test]
    fn the_digest_is_that_of_the_whole_file() {
        for chunks in 0..6 {
            for rest in [0, 1, 1023] {
                for block_bytes in [1024, 2048, 4096, 1 << 16] {
                    if chunks + rest > 0 {
                        check(chunks * 1024 + rest, block_bytes);
                    }
                }
            }
        }
        for len in [100_000, 131_072, 131_073, 300_001] {
            check(len, 1024);
            check(len, 32_768);
        }
    }

    #[test]
    fn blocks_that_are_no_subtrees_are_hashed_in_a_second_read() {
        check(5000, 1000);
        check(5000, 512);
        check(70_000, 65_537);
    }

    #[test]
    fn a_missing_block_is_a_bug_not_a_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, [0; 5000]).unwrap();
        let file = InputFile::open(&path, &"x".into()).unwrap();
        let evidence = BlockEvidence::new(5000, 1024);
        for number in [0, 1, 3, 4] {
            evidence.take(number, &[0; 904], &[0; 904]);
        }
        assert!(matches!(evidence.digest(&file), Err(EngineError::Bug { .. })));
    }

    #[test]
    fn replacement_characters_across_a_boundary_count_once() {
        let content = "a\u{FFFD}\u{FFFD}b\u{FFFD}".as_bytes();
        for block_bytes in 1..content.len() {
            let evidence = BlockEvidence::new(content.len() as u64, block_bytes as u64);
            for (number, block) in content.chunks(block_bytes).enumerate() {
                evidence.take(number as u64, block, &content[number * block_bytes..]);
            }
            assert_eq!(evidence.replacement_characters(), 3, "blocks of {block_bytes}");
        }
    }
}
