//! Counts the verdicts on the rows of a block by reason, and finds rows by reason.

use crate::model::outcome::reason::DropReason;

/// Adds one to a count in a list; a search is fast, since there are few counts.
pub(crate) fn count<T: PartialEq>(counts: &mut Vec<(T, u64)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, count)) => *count += 1,
        None => counts.push((what, 1)),
    }
}

/// The rows whose verdict has one of these ranks, written to `room`, a buffer that
/// is reused. Without a branch: the processor could not predict it.
pub(crate) fn find_rows<'r>(verdicts: &[Option<DropReason>], ranks: u64, room: &'r mut Vec<usize>) -> &'r [usize] {
    if room.len() < verdicts.len() {
        room.resize(verdicts.len(), 0);
    }
    let mut found = 0;
    for (row, verdict) in verdicts.iter().enumerate() {
        room[found] = row;
        let rank = verdict.map_or(u8::MAX, |reason| reason.to_rank()[0]);
        found += usize::from(ranks >> (rank & 63) & 1 == 1);
    }
    &room[..found]
}

/// The rows that no rule has dropped, written to `room` in the same way.
pub(crate) fn passing_rows<'r>(verdicts: &[Option<DropReason>], room: &'r mut Vec<usize>) -> &'r [usize] {
    if room.len() < verdicts.len() {
        room.resize(verdicts.len(), 0);
    }
    let mut found = 0;
    for (row, verdict) in verdicts.iter().enumerate() {
        room[found] = row;
        found += usize::from(verdict.is_none());
    }
    &room[..found]
}

/// Counts of reasons in an array by rank: this runs for four records of five, and
/// the processor could not predict which reason comes next.
#[derive(Default)]
pub(crate) struct ReasonCounts {
    /// By the first byte of the rank.
    first: [u64; 32],
    /// Of lists and of the policy's own reasons, all but the first of each.
    others: Vec<(DropReason, u64)>,
}

impl ReasonCounts {
    pub(crate) fn add(&mut self, reason: DropReason) {
        match (reason.to_rank(), &mut self.first) {
            ([rank, 0], counts) if usize::from(rank) < counts.len() => counts[usize::from(rank)] += 1,
            _ => count(&mut self.others, reason),
        }
    }

    pub(crate) fn counted(self) -> impl Iterator<Item = (DropReason, u64)> {
        let first = (0..).zip(self.first).filter(|(_, count)| *count > 0);
        first.filter_map(|(rank, count)| Some((DropReason::from_rank([rank, 0])?, count))).chain(self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_reason_is_counted_as_itself() {
        let own = [DropReason::Own(0), DropReason::Own(1), DropReason::Suppressed(0), DropReason::Suppressed(255)];
        let own = own.into_iter().chain([DropReason::NotComparable(0), DropReason::NotComparable(7)]);
        let reasons: Vec<_> = DropReason::named().map(|(_, reason)| reason).chain(own).collect();
        let mut counts = ReasonCounts::default();
        let mut expected = std::collections::BTreeMap::new();
        for (times, reason) in (1..).zip(&reasons) {
            (0..times).for_each(|_| counts.add(*reason));
            expected.insert(*reason, times);
        }
        assert_eq!(counts.counted().collect::<std::collections::BTreeMap<_, _>>(), expected);
    }
    proptest! {
        #[test]
        fn rows_are_found_as_a_filter_finds_them(places in proptest::collection::vec(0..30_usize, 0..200)) {
            let named = DropReason::named().map(|(_, reason)| Some(reason));
            let own = [DropReason::Own(7), DropReason::Suppressed(0), DropReason::NotComparable(255)].map(Some);
            let all: Vec<Option<DropReason>> = named.chain(own).chain([None; 3]).collect();
            let verdicts: Vec<Option<DropReason>> = places.iter().map(|place| all[place % all.len()]).collect();
            for of_a_kind in [DropReason::has_detail as fn(DropReason) -> bool, DropReason::spreads] {
                let is_found = |row: &usize| verdicts[*row].is_some_and(of_a_kind);
                let expected: Vec<usize> = (0..verdicts.len()).filter(is_found).collect();
                let mut room = vec![9; 3];
                let found = find_rows(&verdicts, DropReason::ranks(of_a_kind), &mut room);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
