//! The row groups that are being worked on. A group is judged slice by slice; its
//! columns are decoded once, by the workers that need them first, each column by
//! one of them, and are gone with the last slice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::slices::Slice;
use crate::engine::fault::EngineError;
use crate::format::typed_rows::Column;

/// A column of a group; without one, whoever asks learns why by decoding it again.
type Decoded = Result<Arc<Column>, ()>;

/// The row groups that are being worked on.
#[derive(Default)]
pub(super) struct Groups {
    open: Mutex<BTreeMap<usize, Open>>,
}

struct Open {
    columns: Arc<[Place]>,
    /// Slices of it that were not parsed yet.
    slices: u32,
}

/// Where a column will be.
#[derive(Default)]
struct Place {
    is_claimed: AtomicBool,
    column: OnceLock<Decoded>,
}

/// Says that a column is not to be had, unless it is: nobody may wait for ever for
/// what a panic took away.
struct Claim<'p>(&'p OnceLock<Decoded>);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let _ = self.0.set(Err(()));
    }
}

impl Groups {
    /// The `needed` columns of the group of a slice. `decode` decodes one; in every
    /// group there are `count` of them.
    ///
    /// # Errors
    /// The fault of the first column that has one.
    pub(super) fn columns(
        &self,
        slice: &Slice,
        (needed, count): (&[usize], usize),
        decode: &dyn Fn(usize) -> Result<Column, EngineError>,
    ) -> Result<Vec<Option<Arc<Column>>>, EngineError> {
        let places = self.enter(slice, count);
        let bug = || EngineError::Bug { step: "parquet::groups" };
        for &column in needed {
            let place = places.get(column).ok_or_else(bug)?;
            if !place.is_claimed.swap(true, Ordering::Relaxed) {
                let claim = Claim(&place.column);
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

    fn enter(&self, slice: &Slice, count: usize) -> Arc<[Place]> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Open { columns: std::iter::repeat_with(Place::default).take(count).collect(), slices: slice.of };
        let entry = open.entry(slice.group).or_insert_with(new);
        entry.slices -= 1;
        let columns = Arc::clone(&entry.columns);
        if entry.slices == 0 {
            open.remove(&slice.group);
        }
        columns
    }
}
