//! The row groups or record batches that are being worked on. A group is judged slice by slice; its
//! columns are decoded once, by the workers that need them first, each column by
//! one of them, and are gone with the last slice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::slices::RowGroupSlice;
use crate::engine::fault::EngineError;
use crate::format::columnar::rows::CheckedColumn;

/// A column of a group; without one, the caller learns why by decoding it again.
type Decoded = Result<Arc<CheckedColumn>, ()>;

/// The row groups or record batches that are being worked on.
#[derive(Default)]
pub(crate) struct RowGroupCache {
    open: Mutex<BTreeMap<usize, OpenRowGroup>>,
}

struct OpenRowGroup {
    columns: Arc<[CacheSlot]>,
    /// Slices of it that were not parsed yet.
    slices: u32,
}

/// Where a column will be.
#[derive(Default)]
struct CacheSlot {
    is_claimed: AtomicBool,
    column: OnceLock<Decoded>,
}

/// Says that a column cannot be had, unless it can: no thread may wait for ever for
/// what a panic took away.
struct DecodeGuard<'p>(&'p OnceLock<Decoded>);

impl Drop for DecodeGuard<'_> {
    fn drop(&mut self) {
        let _ = self.0.set(Err(()));
    }
}

impl RowGroupCache {
    /// The `needed` columns of the group of a slice. `decode` decodes one; in every
    /// group there are `count` of them.
    ///
    /// # Errors
    /// The fault of the first column that has one.
    pub(crate) fn columns(
        &self,
        slice: &RowGroupSlice,
        (needed, count): (&[usize], usize),
        decode: &dyn Fn(usize) -> Result<CheckedColumn, EngineError>,
    ) -> Result<Vec<Option<Arc<CheckedColumn>>>, EngineError> {
        let places = self.enter(slice, count);
        let bug = || EngineError::Bug { step: "format::groups" };
        for &column in needed {
            let place = places.get(column).ok_or_else(bug)?;
            if !place.is_claimed.swap(true, Ordering::Relaxed) {
                let claim = DecodeGuard(&place.column);
                let _ = claim.0.set(decode(column).map(Arc::new).map_err(|_| ()));
            }
        }
        let mut columns = vec![None; count];
        for &column in needed {
            let place = places.get(column).ok_or_else(bug)?;
            let decoded = match place.column.wait() {
                Ok(decoded) => Arc::clone(decoded),
                Err(()) => Arc::new(decode(column)?),
            };
            *columns.get_mut(column).ok_or_else(bug)? = Some(decoded);
        }
        Ok(columns)
    }

    fn enter(&self, slice: &RowGroupSlice, count: usize) -> Arc<[CacheSlot]> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || OpenRowGroup {
            columns: std::iter::repeat_with(CacheSlot::default).take(count).collect(),
            slices: slice.of,
        };
        let entry = open.entry(slice.group).or_insert_with(new);
        entry.slices -= 1;
        let columns = Arc::clone(&entry.columns);
        if entry.slices == 0 {
            open.remove(&slice.group);
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::format::columnar::column::ColumnText;
    use crate::model::cells::TextCells;

    fn slice() -> RowGroupSlice {
        RowGroupSlice { group: 7, of: 4, start: 0, rows: 1 }
    }

    fn column() -> CheckedColumn {
        ColumnText::Written(TextCells::default()).into()
    }

    fn bug() -> EngineError {
        EngineError::Bug { step: "a test" }
    }

    #[test]
    fn every_column_is_decoded_once_by_whoever_comes_first_and_gone_with_the_last_slice() {
        let groups = RowGroupCache::default();
        let decoded = AtomicU32::new(0);
        let decode = |_| {
            decoded.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(std::time::Duration::from_millis(2));
            Ok(column())
        };
        let all: Vec<Vec<Option<Arc<CheckedColumn>>>> = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| groups.columns(&slice(), (&[0, 2], 3), &decode).unwrap());
            let asked: Vec<_> = (0..4).map(|_| ask()).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        assert_eq!(decoded.load(Ordering::Relaxed), 2);
        for columns in &all {
            assert!(columns[1].is_none());
            let is_shared = |at: usize| Arc::ptr_eq(columns[at].as_ref().unwrap(), all[0][at].as_ref().unwrap());
            assert!(is_shared(0) && is_shared(2));
        }
        assert!(groups.open.lock().unwrap().is_empty());
        let column = Arc::clone(all[0][0].as_ref().unwrap());
        drop(all);
        assert_eq!(Arc::strong_count(&column), 1, "nobody else holds it");
    }

    #[test]
    fn whoever_asks_for_a_column_that_is_not_to_be_had_learns_why() {
        let groups = RowGroupCache::default();
        let decode = |at: usize| if at == 1 { Err(bug()) } else { Ok(column()) };
        for _ in 0..2 {
            let asked = groups.columns(&slice(), (&[0, 1], 2), &decode);
            assert!(matches!(asked, Err(EngineError::Bug { step: "a test" })));
        }
        assert!(groups.columns(&slice(), (&[0], 2), &decode).is_ok(), "the others are");
        let unknown = groups.columns(&slice(), (&[2], 2), &decode);
        assert!(matches!(unknown, Err(EngineError::Bug { step: "format::groups" })));
    }

    #[test]
    fn nobody_waits_for_a_column_that_a_panic_took_away() {
        let groups = RowGroupCache::default();
        let panic = |_: usize| -> Result<CheckedColumn, EngineError> { std::panic::resume_unwind(Box::new("a test")) };
        let asked = catch_unwind(AssertUnwindSafe(|| groups.columns(&slice(), (&[0], 1), &panic).is_ok()));
        assert!(asked.is_err());
        assert!(matches!(groups.columns(&slice(), (&[0], 1), &|_| Err(bug())), Err(EngineError::Bug { .. })));
    }
}
