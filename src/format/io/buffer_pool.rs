//! Room that is used again for what is read and let go of at once: asking the
//! system for it anew costs more than reading does.

use std::sync::{Mutex, PoisonError};

/// Buffers that are free: an object pool.
#[derive(Debug, Default)]
pub(crate) struct BufferPool {
    free: Mutex<Vec<Vec<u8>>>,
}

/// No more are kept, and none that is larger.
const MOST_KEPT: usize = 64;
const LARGEST_KEPT: usize = 4 << 20;

impl BufferPool {
    /// A buffer, whatever is in it.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps buffers for those who come next.
    pub(crate) fn give_back<const N: usize>(&self, buffers: [Vec<u8>; N]) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let left = MOST_KEPT.saturating_sub(free.len());
        free.extend(buffers.into_iter().filter(|buffer| buffer.capacity() <= LARGEST_KEPT).take(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again_unless_it_is_large_or_too_much() {
        let room = BufferPool::default();
        assert_eq!(room.take().capacity(), 0);
        room.give_back([Vec::with_capacity(10), Vec::with_capacity(LARGEST_KEPT + 1)]);
        assert_eq!([room.take().capacity(), room.take().capacity()], [10, 0]);
        for _ in 0..100 {
            room.give_back([Vec::with_capacity(10)]);
        }
        assert_eq!(room.free.lock().unwrap().len(), MOST_KEPT);
    }
}
