//! The second pass of a run: the waiting rows that no check withholds become
//! [`Released`], are sorted, cut into chunks, encoded and appended. The scheduling
//! is in `pipeline.rs`.

use std::io;

use rayon::prelude::*;

use super::chunks::RowChunk;
use super::sort::{Partition, RowFate, RowRelease, TakeRun, sort_partition, waiting_rows};
use crate::account::Account;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{Encoder, Released};
use crate::engine::spill::partitions::PartitionPiece;
use crate::engine::spill::row_codec::{NewCell, RowLayout};
use crate::engine::spill::store::{ClosedStore, StoreSection};
use crate::engine::withhold::withheld::{WithheldRow, WithheldRows};
use crate::policy::plan::RowOrder;

pub(crate) struct RowReleaser<'a> {
    pub(crate) context: &'a RunContext<'a>,
    pub(crate) store: &'a ClosedStore,
    pub(crate) withheld: &'a WithheldRows,
    pub(crate) layout: &'a RowLayout,
    pub(crate) max_rows_per_file: Option<u64>,
    /// The positions of the columns whose cells are suppressed in some rows.
    pub(crate) suppressed: &'a [usize],
}

impl RowReleaser<'_> {
    /// Counts what would be released; for a dry run.
    pub(crate) fn count(&self, account: &mut Account) -> Result<(), EngineError> {
        let (large, usual): (Vec<_>, Vec<_>) =
            (0..self.store.row_partitions()).partition(|&part| self.is_oversized(part));
        let count = |part: usize| {
            self.context.check_stop()?;
            self.partition(part, &mut |_| Ok(()))
        };
        let both = |mut one: Account, other: Account| {
            one.merge(&other);
            Ok(one)
        };
        let counted =
            self.context.pool.install(|| usual.into_par_iter().map(count).try_reduce(Account::default, both))?;
        account.merge(&counted);
        // One after another: each takes all the memory that is allowed.
        for part in large {
            account.merge(&count(part)?);
        }
        self.finish(account);
        Ok(())
    }

    /// Encodes the rows of one chunk.
    pub(crate) fn encode<E: Encoder>(&self, encoder: &E, chunk: &RowChunk) -> Result<E::Encoded, EngineError> {
        let columns = self.layout.decode(chunk.len(), chunk.rows());
        let columns = columns.ok_or(EngineError::Bug { step: "decoding waiting rows" })?;
        encoder.encode(&Released::new(columns, chunk.len()))
    }

    /// Bytes of the rows of a partition.
    pub(crate) fn bytes(&self, part: usize) -> u64 {
        self.store.bytes(StoreSection::Rows, part)
    }

    /// Whether a partition is too large to be sorted in memory, and is split.
    pub(crate) fn is_oversized(&self, part: usize) -> bool {
        self.store.order == RowOrder::Pseudonym && self.bytes(part) > self.context.memory.ordered_whole()
    }

    /// Appends a row without its suppressed cells, and with one word for rare values.
    fn rewrite(&self, fate: RowFate, row: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let merged = &self.withheld.merged;
        if merged.is_empty() {
            return self.layout.suppress(row, self.suppressed, out);
        }
        self.layout.rewrite(row, out, |position, text| {
            if fate == RowFate::CellsSuppressed && self.suppressed.contains(&position) {
                return NewCell::Missing;
            }
            let merged = merged.iter().find(|merged| merged.position == position);
            match merged.zip(text) {
                Some((merged, text)) if !merged.kept.contains(text) => NewCell::Text(&merged.other),
                _ => NewCell::Same,
            }
        })
    }

    pub(super) fn finish(&self, account: &mut Account) {
        for merged in &self.withheld.merged {
            if let Some(tally) = account.columns.get_mut(merged.position) {
                // A cell may be another already, since a name was taken out of it.
                let changed = merged.merged_rows.min(tally.unchanged);
                tally.unchanged -= changed;
                tally.changed += changed;
            }
            if merged.is_too_varied {
                account.too_varied.insert(merged.position);
            }
        }
        account.subjects = self.withheld.subjects.subjects;
        account.most_rows_of_one_subject = self.withheld.subjects.most_rows_of_one;
        account.classes.clone_from(&self.withheld.classes);
    }

    /// Calls `take` with the released rows of one partition in order; returns the
    /// fates of all its rows.
    pub(crate) fn partition(&self, part: usize, take: &mut TakeRun<'_>) -> Result<Account, EngineError> {
        let withheld = self.withheld.of_partition(part).map_err(waiting_rows)?;
        let mut fates = Account::default();
        let mut fate_of = |record: u64| {
            fates.fates.add(record);
            let found = withheld.binary_search_by_key(&record, |row| row.record);
            let Some(WithheldRow { reason, is_with_subject, .. }) = found.ok().map(|found| withheld[found]) else {
                fates.delivered += 1;
                return RowFate::Released;
            };
            let Some(reason) = reason else {
                fates.delivered += 1;
                return RowFate::CellsSuppressed;
            };
            *fates.dropped.entry(reason).or_default() += 1;
            if is_with_subject {
                *fates.with_their_subject.entry(reason).or_default() += 1;
            }
            RowFate::Withheld
        };
        let in_order = self.store.order == RowOrder::Pseudonym;
        let pieces = || -> Box<dyn Iterator<Item = io::Result<PartitionPiece<'_>>>> {
            Box::new(self.store.pieces(StoreSection::Rows, part))
        };
        let rows = Partition { bytes: self.bytes(part), pieces: &pieces };
        let rewrite = |fate: RowFate, row: &[u8], out: &mut Vec<u8>| self.rewrite(fate, row, out);
        let rewrites_all = !self.withheld.merged.is_empty();
        let mut release = RowRelease { fate_of: &mut fate_of, rewrite: &rewrite, rewrites_all };
        let context = self.context;
        sort_partition(&rows, in_order, context.memory.ordered_whole(), context.space, &mut release, take)?;
        Ok(fates)
    }
}
