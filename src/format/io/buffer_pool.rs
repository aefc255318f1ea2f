//! Room that is used again for what is read and let go of at once: asking the
//! system for it anew costs more than reading does.

use std::sync::{Mutex, PoisonError};

/// None that holds more bytes is kept: a long record made it large.
pub(crate) const LARGEST_KEPT: usize = 4 << 20;

/// What a pool keeps.
pub(crate) trait Reusable: Default {
    /// How many bytes it holds, used or not.
    fn held(&self) -> usize;
}

impl Reusable for Vec<u8> {
    fn held(&self) -> usize {
        self.capacity()
    }
}

/// An object pool of at most `MOST_KEPT` buffers that are free.
#[derive(Debug, Default)]
pub(crate) struct BufferPool<T = Vec<u8>, const MOST_KEPT: usize = 64> {
    free: Mutex<Vec<T>>,
}

impl<T: Reusable, const MOST_KEPT: usize> BufferPool<T, MOST_KEPT> {
    /// A buffer, whatever is in it.
    pub(crate) fn take(&self) -> T {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps buffers for the next who need one.
    pub(crate) fn give_back<const N: usize>(&self, buffers: [T; N]) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let left = MOST_KEPT.saturating_sub(free.len());
        free.extend(buffers.into_iter().filter(|buffer| (1..=LARGEST_KEPT).contains(&buffer.held())).take(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again_unless_it_is_large_or_too_much() {
        let room: BufferPool = BufferPool::default();
        assert_eq!(room.take().capacity(), 0);
        room.give_back([Vec::with_capacity(10), Vec::with_capacity(LARGEST_KEPT + 1), Vec::new()]);
        assert_eq!(room.free.lock().unwrap().len(), 1);
        assert_eq!([room.take().capacity(), room.take().capacity()], [10, 0]);
        for _ in 0..100 {
            room.give_back([Vec::with_capacity(10)]);
        }
        assert_eq!(room.free.lock().unwrap().len(), 64);
    }
}
