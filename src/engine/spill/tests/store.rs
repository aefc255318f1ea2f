//! What is added is read back, of every worker and partition.

use super::*;
use crate::engine::spill::entries::ENTRY_HEAD;
use crate::engine::spill::entries::RowEntries;
use crate::engine::spill::partitions::tests::MemorySpace;
use crate::engine::spill::tests::is_drawn;

const ONE_CHECK: EntryLayout = EntryLayout { others: 0, bytes: 0 };

fn with_digests(rows: MinimisedRows, digests: &[u64]) -> MinimisedRows {
    let mut entries = RowEntries::with_capacity(digests.len(), 0);
    digests.iter().for_each(|digest| entries.push(*digest, &[]));
    rows.with_entries(vec![entries])
}

fn loaded(store: &ClosedStore, part: usize) -> Vec<u8> {
    let mut all = Vec::new();
    store.pieces(StoreSection::Rows, part).try_for_each(|piece| piece?.read_into(&mut all)).unwrap();
    all
}

#[test]
fn rows_are_read_back_with_their_records_of_every_worker() {
    let store = SpillStore::new(RowOrder::Extract, 2, MemoryBudget::default(), vec![ONE_CHECK]);
    let mut minimised = MinimisedRows::default();
    minimised.push(7, |out| out.extend_from_slice(b"abc")).unwrap();
    minimised.push(9, |_| {}).unwrap();
    let minimised = with_digests(minimised, &[1, u64::MAX]);
    store.add(0, 0, &MemorySpace::default(), &minimised, &[(5, DropReason::ConsentUnknown)]).unwrap();
    let mut later = MinimisedRows::default();
    later.push(11, |out| out.push(b'z')).unwrap();
    let later = with_digests(later, &[1]);
    store.add(1, 3, &MemorySpace::default(), &later, &[]).unwrap();
    let store = store.close(&MemorySpace::default()).unwrap();
    let first = loaded(&store, 0);
    let rows: Vec<_> = rows_of(&first).collect();
    assert_eq!(rows, [Some((7, &b"abc"[..])), Some((9, &b""[..]))]);
    assert_eq!(rows_of(&first[..first.len() - 1]).last(), Some(None));
    assert_eq!((store.row_partitions(), store.waiting()), (4, 3));
    assert_eq!(rows_of(&loaded(&store, 3)).collect::<Vec<_>>(), [Some((11, &b"z"[..]))]);
    assert_eq!(store.bytes(StoreSection::Entries(0), 255), ENTRY_HEAD as u64);
    assert_eq!(store.bytes(StoreSection::Entries(0), 0), 2 * ENTRY_HEAD as u64);
    assert_eq!(store.bytes(StoreSection::Restricted, 0), RESTRICTED_ENTRY as u64);
}

#[test]
fn a_row_without_an_entry_of_every_check_is_not_added() {
    let add = |entries: Vec<RowEntries>| {
        let layouts = vec![ONE_CHECK, EntryLayout { others: 1, bytes: 8 }];
        let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default(), layouts);
        let mut minimised = MinimisedRows::default();
        minimised.push(1, |out| out.push(b'a')).unwrap();
        store.add(0, 0, &MemorySpace::default(), &minimised.with_entries(entries), &[])
    };
    let of_rows = |rows: usize, width: usize| {
        let mut entries = RowEntries::with_capacity(rows, width);
        (0..rows).for_each(|_| entries.push(1, &[0; 8][..width]));
        entries
    };
    add(vec![of_rows(1, 0), of_rows(1, 8)]).unwrap();
    for few in [vec![], vec![of_rows(1, 0)], vec![of_rows(1, 0), of_rows(0, 8)], vec![of_rows(2, 0), of_rows(1, 8)]] {
        assert_eq!(add(few).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn a_run_that_is_over_holds_nothing_back() {
    let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default(), vec![ONE_CHECK]);
    let space = MemorySpace::default();
    let mut minimised = MinimisedRows::default();
    minimised.push(1, |out| out.push(b'a')).unwrap();
    let minimised = with_digests(minimised, &[1]);
    for run in 0..5 {
        store.add(0, run, &space, &minimised, &[]).unwrap();
    }
    let store = store.close(&MemorySpace::default()).unwrap();
    let held = (0..5)
        .filter(|&run| store.pieces(StoreSection::Rows, run).any(|piece| matches!(piece, Ok(PartitionPiece::Held(_)))));
    assert_eq!(held.collect::<Vec<_>>(), [4]);
    assert_eq!(loaded(&store, 0).len(), loaded(&store, 4).len());
}

#[test]
fn pseudonyms_are_partitioned_in_their_order() {
    assert_eq!(first_bits(b"\x21007b"), 0);
    assert_eq!(first_bits(b"\x219f7b"), 2 * 0x9f);
    assert_eq!(first_bits(b"\x219f8b"), 2 * 0x9f + 1);
    assert_eq!(first_bits(b"\x21ffab"), 511);
    assert_eq!(first_bits(b"\0\x05Wick"), 0);
}

#[test]
fn entries_and_restricted_subjects_are_laid_out_as_the_manual_draws_them() {
    let digest = 0x5A11_2233_4455_6677;
    let layouts = vec![EntryLayout { others: 1, bytes: 0 }; 2];
    let store = SpillStore::new(RowOrder::Extract, 1, MemoryBudget::default(), layouts);
    let mut minimised = MinimisedRows::default();
    minimised.push(258, |_| {}).unwrap();
    let entries = [digest, 200 << 56].map(|digest| {
        let mut entries = RowEntries::with_capacity(1, 0);
        entries.push(digest, &[]);
        entries
    });
    let minimised = minimised.with_entries(entries.into());
    let space = MemorySpace::default();
    store.add(0, 3, &space, &minimised, &[(digest, DropReason::Suppressed(1))]).unwrap();
    let store = store.close(&space).unwrap();
    let mut bytes = Vec::new();
    store.pieces(StoreSection::Entries(0), 0x5A).try_for_each(|piece| piece?.read_into(&mut bytes)).unwrap();
    is_drawn(&bytes, &[7, 8, 4, 1]);
    bytes.clear();
    store.pieces(StoreSection::Restricted, 0x5A).try_for_each(|piece| piece?.read_into(&mut bytes)).unwrap();
    is_drawn(&bytes, &[7, 1, 1]);
}
