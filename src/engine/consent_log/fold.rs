//! From events to verdicts (group by, partitioned): entries are partitioned by the
//! first byte of their subject's digest, and each partition is sorted and folded by
//! itself, so that memory holds the subjects of a few partitions, however many
//! events there are.

use std::io;

use rayon::prelude::*;

use super::verdicts::{LogVerdicts, PackedVerdict, VerdictPartition};
use crate::consent::log::status::{ConsentStatus, STATUS_BYTES};
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::SpillSpace;
use crate::engine::spill::partitions::Partitions;

/// Partitions of the events, by the first byte of the digest.
const LOG_PARTITIONS: usize = 256;
/// Bytes of a digest.
const DIGEST_BYTES: usize = 16;
/// Bytes of an entry: the digest, most significant byte first, and the status.
pub(crate) const ENTRY_BYTES: usize = DIGEST_BYTES + STATUS_BYTES;
/// After at least so many new entries, the entries of equal subjects are merged
/// again.
const SLACK: usize = 1 << 16;

/// What the events of one subject say together, as far as they were read. The
/// status is kept as bytes: millions of entries are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoldedEvent {
    pub(crate) digest: u128,
    status: [u8; STATUS_BYTES],
}

impl FoldedEvent {
    pub(crate) fn new(digest: u128, status: ConsentStatus) -> Self {
        Self { digest, status: status.to_bytes() }
    }

    fn status(&self) -> ConsentStatus {
        ConsentStatus::from_bytes(self.status)
    }

    /// Merges what another event says of the same subject.
    pub(crate) fn merge(&mut self, status: ConsentStatus) {
        self.status = self.status().merge(status).to_bytes();
    }

    pub(crate) fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..DIGEST_BYTES].copy_from_slice(&self.digest.to_be_bytes());
        bytes[DIGEST_BYTES..].copy_from_slice(&self.status);
        bytes
    }

    fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let (digest, rest) = bytes.split_first_chunk::<DIGEST_BYTES>()?;
        Some(Self { digest: u128::from_be_bytes(*digest), status: *rest.first_chunk()? })
    }
}

/// The entries of all events, by partition.
pub(crate) struct FoldedEvents {
    parts: Partitions,
}

impl FoldedEvents {
    pub(crate) fn new() -> Self {
        Self { parts: Partitions::new(LOG_PARTITIONS) }
    }

    /// Adds the entries of one block.
    pub(crate) fn take(&mut self, space: &dyn SpillSpace, entries: &[[u8; ENTRY_BYTES]]) -> io::Result<()> {
        entries.iter().try_for_each(|entry| self.parts.push(space, usize::from(entry[0]), *entry))
    }
}

/// Folds all partitions into `verdicts`, which are empty before.
pub(crate) fn fold(
    context: &RunContext<'_>,
    entries: &FoldedEvents,
    mut verdicts: LogVerdicts,
) -> Result<LogVerdicts, EngineError> {
    let failed = |source| EngineError::Write { what: "consent events", source };
    let window = context.threads();
    for start in (0..LOG_PARTITIONS).step_by(window) {
        context.check_stop()?;
        let parts = start..LOG_PARTITIONS.min(start + window);
        let fold = |part| fold_partition(entries, part, &verdicts);
        let folded: io::Result<Vec<VerdictPartition>> =
            context.pool.install(|| parts.into_par_iter().map(fold).collect());
        let mut folded = folded.map_err(failed)?.into_iter();
        folded.try_for_each(|part| verdicts.push(context.space, part)).map_err(failed)?;
    }
    Ok(verdicts)
}

fn fold_partition(entries: &FoldedEvents, part: usize, verdicts: &LogVerdicts) -> io::Result<VerdictPartition> {
    let mut folded: Vec<FoldedEvent> = Vec::new();
    let mut folded_before = 0;
    let mut bytes = Vec::new();
    for piece in entries.parts.pieces(part) {
        bytes.clear();
        piece?.read_into(&mut bytes)?;
        let (chunks, rest) = bytes.as_chunks::<ENTRY_BYTES>();
        if !rest.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        folded.extend(chunks.iter().filter_map(FoldedEvent::from_bytes));
        // So that a billion events of one subject do not take memory for each.
        if folded.len() > 2 * folded_before + SLACK {
            fold_equal(&mut folded);
            folded_before = folded.len();
        }
    }
    fold_equal(&mut folded);
    let mut permitted = 0;
    let mut relied_on = Vec::with_capacity(folded.len());
    let subject = |entry: &FoldedEvent| {
        let status = entry.status();
        let verdict = status.verdict();
        permitted += u64::from(verdict.is_none());
        relied_on.push(if verdict.is_none() { verdicts.number_of(&status) } else { 0 });
        PackedVerdict::new(entry.digest, verdicts.code(verdict, status.detail()))
    };
    let subjects = folded.iter().map(subject).collect();
    Ok(VerdictPartition::of(subjects, relied_on, permitted))
}

/// Sorts by digest and merges the entries of each subject into one.
fn fold_equal(entries: &mut Vec<FoldedEvent>) {
    entries.sort_unstable_by_key(|entry| entry.digest);
    entries.dedup_by(|later, kept| {
        let same = later.digest == kept.digest;
        if same {
            kept.merge(later.status());
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::consent::log::state::ConsentState;
    use crate::consent::log::status::EventOutcome;
    use crate::engine::consent_log::codes::VerdictCodes;
    use crate::engine::memory_budget::MemoryBudget;
    use crate::engine::spill::partitions::tests::MemorySpace;
    use crate::model::digest::SubjectHasher;
    use crate::model::outcome::reason::{DropReason, Verdict};

    fn context<'a>(stop: &'a AtomicBool, space: &'a MemorySpace) -> RunContext<'a> {
        RunContext::for_tests(3, stop, space, MemoryBudget::of(0)).unwrap()
    }

    fn at(instant: i64, outcome: EventOutcome) -> ConsentStatus {
        ConsentStatus { decisive: Some((instant, outcome)), ..ConsentStatus::default() }
    }

    /// Digests of subjects, evenly distributed.
    fn subject(number: u128) -> u128 {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
    }

    #[test]
    fn verdicts_are_the_same_in_any_order_and_in_memory_or_not() {
        let withdrawn = EventOutcome::restricts(ConsentState::Withdrawn).unwrap();
        let mut events = Vec::new();
        for number in 0..3000 {
            let digest = subject(number);
            events.push(FoldedEvent::new(digest, at(10, EventOutcome::PERMITS)));
            if number % 3 == 0 {
                events.push(FoldedEvent::new(digest, at(9 + i64::from(number % 2 == 0), withdrawn)));
            }
        }
        let expected = |number: u128| match number % 6 {
            0 => Verdict::Drop(DropReason::ConsentWithdrawn),
            _ => Verdict::Keep,
        };
        for (reversed, memory) in [(false, u64::MAX), (true, u64::MAX), (false, 0), (true, 20_000)] {
            let (space, stop) = (MemorySpace::default(), AtomicBool::new(false));
            let mut entries = FoldedEvents::new();
            let mut bytes: Vec<_> = events.iter().map(|event| event.to_bytes()).collect();
            if reversed {
                bytes.reverse();
            }
            for block in bytes.chunks(7) {
                entries.take(&space, block).unwrap();
            }
            let none = LogVerdicts::new(SubjectHasher::new(&[3; 16]), memory, VerdictCodes::new(1, 1));
            let verdicts = fold(&context(&stop, &space), &entries, none).unwrap();
            assert_eq!((verdicts.subjects(), verdicts.permitted()), (3000, 2500));
            let digests: Vec<u128> = (0..4000).map(subject).collect();
            let mut found = Vec::new();
            verdicts.look_up(&digests, &mut found);
            // The last thousand subjects have no event.
            let wanted: Vec<_> = (0..4000).map(|number| (number < 3000).then(|| expected(number))).collect();
            assert_eq!(found, wanted, "{memory}");
            assert!(verdicts.take_failure().is_none());
        }
    }

    #[test]
    fn a_run_that_is_interrupted_folds_nothing() {
        let none = LogVerdicts::new(SubjectHasher::new(&[3; 16]), 0, VerdictCodes::new(1, 1));
        let (space, stop) = (MemorySpace::default(), AtomicBool::new(true));
        let stopped = fold(&context(&stop, &space), &FoldedEvents::new(), none);
        assert!(matches!(stopped, Err(EngineError::Interrupted)));
    }
}
