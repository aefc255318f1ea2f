//! The second pass of a run: the waiting rows that no check withholds become
//! [`Released`], are sorted, cut into chunks, encoded and appended. The scheduling
//! is in `pipeline.rs`.

use std::io;

use rayon::prelude::*;

use super::chunks::RowChunk;
use super::released_cells::ReleasedCells;
use super::sort::{Partition, RowFate, TakeRun, sort_partition, waiting_rows};
use crate::account::Account;
use crate::consent::relied_on::ReliedOnCodes;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{Encoder, Released};
use crate::engine::spill::partitions::PartitionPiece;
use crate::engine::spill::row_codec::{NewCell, RowLayout, RowParts};
use crate::engine::spill::store::{ClosedStore, StoreSection};
use crate::engine::value_codes::ValueCodes;
use crate::engine::withhold::withheld::{WithheldRow, WithheldRows};
use crate::model::outcome::cell_state::CellState;
use crate::policy::plan::RowOrder;

pub(crate) struct RowReleaser<'a> {
    pub(crate) context: &'a RunContext<'a>,
    pub(crate) store: &'a ClosedStore,
    pub(crate) codes: &'a ValueCodes,
    pub(crate) relied_on: &'a ReliedOnCodes,
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

    /// Appends the cells of a row, without those that are suppressed and with one word
    /// for rare values, and counts them. `None` if the bytes are no row.
    fn rewrite(
        &self,
        is_suppressed: bool,
        (cells, states): (&[u8], &[u8]),
        counted: &mut ReleasedCells,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        self.layout.rewrite(cells, out, |position, text| {
            if is_suppressed && self.suppressed.contains(&position) {
                counted.add_cell(position, states, CellState::suppressed)?;
                return Some(NewCell::Missing);
            }
            let merged = self.withheld.merged.iter().find(|merged| merged.position == position);
            match merged.zip(text) {
                Some((merged, text)) if !merged.kept.contains(text) && text != merged.other => {
                    counted.add_cell(position, states, CellState::replaced)?;
                    Some(NewCell::Text(&merged.other))
                }
                _ => {
                    counted.add_cell(position, states, |state| state)?;
                    Some(NewCell::Same)
                }
            }
        })
    }

    /// How many numbers each column of them has that a row carries.
    fn lengths(&self) -> Vec<usize> {
        self.codes.lengths().into_iter().chain([self.relied_on.len()]).collect()
    }

    pub(super) fn finish(&self, account: &mut Account) {
        let too_varied = self.withheld.merged.iter().filter(|merged| merged.is_too_varied);
        account.too_varied.extend(too_varied.map(|merged| merged.position));
        account.subjects = self.withheld.subjects.subjects;
        account.most_rows_of_one_subject = self.withheld.subjects.most_rows_of_one;
        account.classes.clone_from(&self.withheld.classes);
        let mut counts = std::mem::take(&mut account.value_counts);
        let relied_on = counts.split_off(counts.len().min(self.codes.lengths().len()));
        for (code, [shown, suppressed]) in relied_on.iter().flat_map(|counts| &counts.0).enumerate() {
            if shown + suppressed > 0 {
                *account.relied_on.entry(self.relied_on.of(code)).or_default() += shown + suppressed;
            }
        }
        if let Some(classes) = &mut account.classes {
            classes.utility = self.codes.utility(&counts, &self.withheld.merged);
        }
    }

    /// Calls `take` with the released rows of one partition in order; returns the
    /// fates of all its rows.
    pub(crate) fn partition(&self, part: usize, take: &mut TakeRun<'_>) -> Result<Account, EngineError> {
        let withheld = self.withheld.of_partition(part).map_err(waiting_rows)?;
        let mut fates = Account::default();
        let mut counted = ReleasedCells::new(self.layout.columns(), &self.lengths());
        let mut release = |record: u64, row: &[u8], out: &mut Vec<u8>| {
            let RowParts { cells, states, codes } = self.layout.parts(row)?;
            fates.fates.add(record);
            let found = withheld.binary_search_by_key(&record, |row| row.record);
            let found = found.ok().map(|found| withheld[found]);
            if let Some(WithheldRow { reason: Some(reason), is_with_subject, .. }) = found {
                *fates.dropped.entry(reason).or_default() += 1;
                if is_with_subject {
                    *fates.with_their_subject.entry(reason).or_default() += 1;
                }
                return Some(RowFate::Withheld);
            }
            fates.delivered += 1;
            let is_suppressed = found.is_some();
            counted.add_values(codes, is_suppressed);
            if !is_suppressed && self.withheld.merged.is_empty() {
                counted.add(states)?;
                return Some(RowFate::Released(cells.len()));
            }
            let own = out.len();
            self.rewrite(is_suppressed, (cells, states), &mut counted, out)?;
            // Nearly every row has no rare value.
            if out.get(own..) == Some(cells) {
                out.truncate(own);
                return Some(RowFate::Released(cells.len()));
            }
            Some(RowFate::Rewritten)
        };
        let in_order = self.store.order == RowOrder::Pseudonym;
        let pieces = || -> Box<dyn Iterator<Item = io::Result<PartitionPiece<'_>>>> {
            Box::new(self.store.pieces(StoreSection::Rows, part))
        };
        let rows = Partition { bytes: self.bytes(part), pieces: &pieces };
        let context = self.context;
        sort_partition(&rows, in_order, context.memory.ordered_whole(), context.space, &mut release, take)?;
        (fates.delivered_columns, fates.value_counts) = counted.finish();
        Ok(fates)
    }
}
