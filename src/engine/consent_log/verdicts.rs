//! The verdict on each subject of the logs, looked up by a digest of 128 bits: a
//! sorted array with an index over the first bits of the digest (a radix index).
//! The array is in memory or, if it is too large, in a spill file of which a
//! look-up reads some dozens of bytes.
//!
//! A subject that is not found has no evidence. All 128 bits are compared, the
//! first byte by the choice of the partition and the others in the entry: if fewer
//! were, records of a person who never agreed might be delivered.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::Offset;

use super::codes::VerdictCodes;
use crate::consent::log::status::ConsentStatus;
use crate::engine::port::{Spill, SpillSpace};
use crate::model::digest::SubjectHasher;
use crate::model::outcome::detail::Detail;
use crate::model::outcome::reason::{DropReason, Verdict};
use crate::model::time::day::Day;
use crate::model::time::month::Month;

/// Bytes of a subject.
const SUBJECT_BYTES: usize = 16;
/// Bytes of the number of what a consent rests on. In a spill file those of a partition are
/// behind its subjects.
const RELIED_ON_BYTES: usize = 2;
/// How many subjects share a prefix of the index, on average at most: so few that
/// they lie in one or two lines of the processor's cache.
const SUBJECTS_A_PREFIX: usize = 4;

/// One subject of a partition: its digest without the first byte, which all of the
/// partition share, and in the last byte the code of the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedVerdict(u128);

impl PackedVerdict {
    pub(crate) fn new(digest: u128, code: u8) -> Self {
        Self(digest << 8 | u128::from(code))
    }

    /// Whether it is the subject of this digest, which belongs to the partition.
    fn has(self, digest: u128) -> bool {
        self.0 >> 8 == digest << 8 >> 8
    }

    fn code(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

/// The subjects of one partition: those whose digests share the first byte.
pub(crate) struct VerdictPartition {
    subjects: Vec<PackedVerdict>,
    /// The index of the first subject of each prefix, and at the end the number of
    /// subjects.
    starts: Vec<u32>,
    /// How many bits of the digest, after the first byte, are the prefix.
    bits: u32,
    permitted: u64,
    /// What the consent of each subject rests on, by the number of it.
    relied_on: Vec<u16>,
    /// Offset of the subjects in the spill file.
    offset: u64,
}

impl VerdictPartition {
    /// Builds the index over subjects that are sorted by digest.
    pub(crate) fn of(subjects: Vec<PackedVerdict>, relied_on: Vec<u16>, permitted: u64) -> Self {
        let prefixes = (subjects.len() / SUBJECTS_A_PREFIX).max(1).next_power_of_two();
        let bits = prefixes.trailing_zeros();
        let mut starts = Vec::with_capacity(prefixes + 1);
        for (number, subject) in (0_u32..).zip(&subjects) {
            let prefix = prefix_of(subject.0 >> 8, bits);
            while starts.len() <= prefix {
                starts.push(number);
            }
        }
        let end = u32::try_from(subjects.len()).unwrap_or(u32::MAX);
        starts.resize(prefixes + 1, end);
        Self { subjects, starts, bits, permitted, relied_on, offset: 0 }
    }

    /// The range of subjects that share the digest's prefix.
    fn range(&self, digest: u128) -> Range<usize> {
        let prefix = prefix_of(digest, self.bits);
        let at = |prefix: usize| self.starts.get(prefix).map_or(0, |&start| start as usize);
        at(prefix)..at(prefix + 1)
    }

    fn subjects(&self) -> u64 {
        self.starts.last().map_or(0, |&end| u64::from(end))
    }
}

/// The prefix of a digest: its first bits after the first byte.
fn prefix_of(digest: u128, bits: u32) -> usize {
    let leading = (digest << 8 >> 64) as u64;
    if bits == 0 { 0 } else { usize::try_from(leading >> (64 - bits)).unwrap_or(usize::MAX) }
}

/// The verdicts on all subjects of the logs.
pub struct LogVerdicts {
    /// Made the digests.
    hasher: SubjectHasher,
    parts: Vec<VerdictPartition>,
    codes: VerdictCodes,
    spill: Option<Box<dyn Spill>>,
    held_bytes: u64,
    memory_bytes: u64,
    looked_up: AtomicBool,
    found_any: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl std::fmt::Debug for LogVerdicts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogVerdicts").field("subjects", &self.subjects()).finish_non_exhaustive()
    }
}

impl LogVerdicts {
    /// Without any subject yet; at most `memory_bytes` of subjects are held in
    /// memory.
    pub(crate) fn new(hasher: SubjectHasher, memory_bytes: u64, codes: VerdictCodes) -> Self {
        Self {
            hasher,
            parts: Vec::new(),
            codes,
            spill: None,
            held_bytes: 0,
            memory_bytes,
            looked_up: AtomicBool::new(false),
            found_any: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    /// Makes the digests that are looked up.
    pub(crate) fn hasher(&self) -> &SubjectHasher {
        &self.hasher
    }

    /// Adds the next partition.
    pub(crate) fn push(&mut self, space: &dyn SpillSpace, part: VerdictPartition) -> io::Result<()> {
        self.held_bytes += (part.subjects.len() * (SUBJECT_BYTES + RELIED_ON_BYTES)) as u64;
        self.parts.push(part);
        if self.spill.is_none() {
            if self.held_bytes <= self.memory_bytes {
                return Ok(());
            }
            self.spill = Some(space.create()?);
        }
        if let Some(spill) = &mut self.spill {
            for part in self.parts.iter_mut().filter(|part| !part.subjects.is_empty()) {
                part.offset = spill.len();
                let subjects = std::mem::take(&mut part.subjects);
                let bytes: Vec<u8> = subjects.iter().flat_map(|subject| subject.0.to_le_bytes()).collect();
                spill.append(&bytes)?;
                let relied_on = std::mem::take(&mut part.relied_on);
                let bytes: Vec<u8> = relied_on.iter().flat_map(|number| number.to_le_bytes()).collect();
                spill.append(&bytes)?;
            }
        }
        Ok(())
    }

    /// How many subjects the logs have.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.parts.iter().map(VerdictPartition::subjects).sum()
    }

    /// How many of them nothing restricts.
    #[must_use]
    pub fn permitted(&self) -> u64 {
        self.parts.iter().map(|part| part.permitted).sum()
    }

    /// Looks up the subjects of some digests and appends a verdict for each, `None`
    /// for a subject without an event. First finds all ranges, then reads them: so
    /// the processor waits for several reads of memory at once.
    pub(crate) fn look_up(&self, digests: &[u128], found: &mut Vec<Option<Verdict>>) {
        let part = |digest: u128| self.parts.get(usize::from(digest.to_be_bytes()[0]));
        let ranges: Vec<Range<usize>> =
            digests.iter().map(|&digest| part(digest).map_or(0..0, |part| part.range(digest))).collect();
        let before = found.len();
        for (&digest, range) in digests.iter().zip(ranges) {
            let subject = part(digest).and_then(|part| self.find(part, range, digest));
            found.push(subject.map(|(_, subject)| self.codes.verdict(subject.code())));
        }
        note(&self.looked_up, || !digests.is_empty());
        note(&self.found_any, || found[before..].iter().any(Option::is_some));
    }

    /// Which notice and which party the verdict on a subject is about.
    pub(crate) fn detail(&self, digest: u128) -> Detail {
        let part = self.parts.get(usize::from(digest.to_be_bytes()[0]));
        let subject = part.and_then(|part| self.find(part, part.range(digest), digest));
        subject.map_or(Detail::NONE, |(_, subject)| self.codes.detail(subject.code()))
    }

    /// Appends for each of some subjects that nothing restricts the number of what their
    /// consent rests on; `None` where it cannot be read. First finds all of them, then
    /// reads the numbers, as [`Self::look_up`] does.
    pub(crate) fn relied_on(&self, digests: &[u128], found: &mut Vec<Option<u16>>) {
        let place = |digest: u128| {
            let part = self.parts.get(usize::from(digest.to_be_bytes()[0]))?;
            Some((part, self.find(part, part.range(digest), digest)?.0))
        };
        let places: Vec<Option<(&VerdictPartition, usize)>> = digests.iter().map(|digest| place(*digest)).collect();
        found.extend(places.into_iter().map(|place| {
            let (part, index) = place?;
            let Some(spill) = &self.spill else { return part.relied_on.get(index).copied() };
            let mut bytes = [0; RELIED_ON_BYTES];
            let before = part.subjects() * SUBJECT_BYTES as u64 + (index * RELIED_ON_BYTES) as u64;
            self.read(spill.as_ref(), &mut bytes, part.offset + before)?;
            Some(u16::from_le_bytes(bytes))
        }));
    }

    /// The number of what the consent of a subject with this status rests on.
    pub(super) fn number_of(&self, status: &ConsentStatus) -> u16 {
        let Some(codes) = &self.codes.relied_on else { return 0 };
        let day = status.decisive.and_then(|(instant, _)| day_of(instant));
        codes.code(status.detail().notice(), day.map(Month::of))
    }

    /// Reads bytes of the spill file, and keeps the first error.
    fn read(&self, spill: &dyn Spill, bytes: &mut [u8], offset: u64) -> Option<()> {
        let read = spill.read_exact_at(bytes, offset);
        read.map_err(|error| self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error).kind())
            .ok()
    }

    /// The code of a verdict.
    pub(crate) fn code(&self, verdict: Option<DropReason>, detail: Detail) -> u8 {
        self.codes.code(verdict, detail)
    }

    /// The subject, and its index in the partition.
    fn find(&self, part: &VerdictPartition, range: Range<usize>, digest: u128) -> Option<(usize, PackedVerdict)> {
        let start = range.start;
        let is_it = |(_, subject): &(usize, PackedVerdict)| subject.has(digest);
        let Some(spill) = &self.spill else {
            return (start..).zip(part.subjects.get(range)?.iter().copied()).find(is_it);
        };
        let mut bytes = vec![0; range.len() * SUBJECT_BYTES];
        self.read(spill.as_ref(), &mut bytes, part.offset + (start * SUBJECT_BYTES) as u64)?;
        let (subjects, _) = bytes.as_chunks::<SUBJECT_BYTES>();
        (start..).zip(subjects.iter().map(|bytes| PackedVerdict(u128::from_le_bytes(*bytes)))).find(is_it)
    }

    /// Whether subjects were looked up and none of them has an event.
    #[must_use]
    pub fn found_nobody(&self) -> bool {
        self.looked_up.load(Ordering::Relaxed) && !self.found_any.load(Ordering::Relaxed)
    }

    /// The first error of a look-up, if there was one: then verdicts are missing,
    /// and the run must fail.
    pub fn take_failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The day of an instant in microseconds since 1970, in UTC.
fn day_of(instant: i64) -> Option<Day> {
    let seconds = Timestamp::from_second(instant.div_euclid(1_000_000)).ok()?;
    Some(Offset::UTC.to_datetime(seconds).date().into())
}

/// Sets a flag if `holds`, which is not called once the flag is set.
fn note(flag: &AtomicBool, holds: impl FnOnce() -> bool) {
    if !flag.load(Ordering::Relaxed) && holds() {
        flag.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spill file that accepts bytes and cannot be read.
    struct Broken;

    impl SpillSpace for Broken {
        fn create(&self) -> io::Result<Box<dyn Spill>> {
            Ok(Box::new(Self))
        }
    }

    impl Spill for Broken {
        fn append(&mut self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn len(&self) -> u64 {
            0
        }

        fn read_exact_at(&self, _: &mut [u8], _: u64) -> io::Result<()> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    #[test]
    fn a_verdict_that_cannot_be_read_is_none_and_a_failure() {
        let mut verdicts = LogVerdicts::new(SubjectHasher::new(&[3; 16]), 0, VerdictCodes::new(0, 0));
        verdicts.push(&Broken, VerdictPartition::of(vec![PackedVerdict::new(7, 0xFF)], vec![0], 1)).unwrap();
        assert!(!verdicts.found_nobody(), "nobody was looked for");
        let mut found = Vec::new();
        verdicts.look_up(&[7], &mut found);
        assert_eq!(found, [None]);
        assert!(verdicts.found_nobody());
        assert!(verdicts.take_failure().is_some());
    }

    #[test]
    fn a_digest_is_compared_whole() {
        let stored = 0x0102_0304_0506_0708_090A_0B0C_0D0E_0F10_u128;
        let mut verdicts = LogVerdicts::new(SubjectHasher::new(&[3; 16]), u64::MAX, VerdictCodes::new(0, 0));
        for first in 0..=255 {
            let subjects = if first == 1 { vec![PackedVerdict::new(stored, 0xFF)] } else { Vec::new() };
            verdicts.push(&Broken, VerdictPartition::of(subjects, vec![0], u64::from(first == 1))).unwrap();
        }
        let near: Vec<u128> = (0..128).map(|bit| stored ^ (1 << bit)).collect();
        let mut found = Vec::new();
        verdicts.look_up(&near, &mut found);
        assert_eq!(found, vec![None; 128]);
        verdicts.look_up(&[stored], &mut found);
        assert_eq!(found.last(), Some(&Some(Verdict::Keep)));
    }
}
