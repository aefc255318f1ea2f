//! The first pass of a run: workers judge and minimise the blocks of the extract,
//! which are then counted in the order of the input. The scheduling is in
//! `pipeline.rs`.

use std::io;
use std::sync::Arc;

use super::block::{BlockProcessor, ProcessedBlock};
use super::list_matches::Matches;
use super::malformed_limit::MalformedLimit;
use super::pipeline::{BlockOutline, BlockWork, read_in_order};
use crate::account::Account;
use crate::engine::bind::Binding;
use crate::engine::context::RunContext;
use crate::engine::fault::EngineError;
use crate::engine::port::{InputEvidence, Parsed, Payload, Quarantined, Source, Ticket};
use crate::engine::progress::{Phase, Progress};
use crate::engine::spill::store::SpillStore;
use crate::engine::trace::{Tracer, Traces};
use crate::engine::value_codes::ValueCodes;
use crate::engine::withhold::list::CheckList;

/// Receives the position of each malformed record: file, number of the record in it
/// from 1, and what is wrong.
pub(crate) type QuarantineSink<'a> = dyn FnMut(&Arc<str>, u64, &Quarantined) -> io::Result<()> + Send + 'a;

/// Bits of a record number for the index of the record in its block. The other bits
/// are the number of the block in the run: enough for half a million terabytes in
/// the smallest blocks.
const INDEX_BITS: u32 = 24;
/// How many admitted records of a file's first block, and of each later block, have
/// their kept cells examined: enough of a small file, and few of each block of a
/// large one.
const LOOKED_AT_FIRST: usize = 512;
const LOOKED_AT_LATER: usize = 8;
const MOST_BLOCKS: u64 = 1 << (64 - INDEX_BITS);
/// Blocks that form one run of the input: about as many rows as are sorted at a
/// time.
const BLOCKS_OF_A_RUN: u64 = 32;

/// What is the same for every source of a run.
pub(crate) struct SourceReader<'a> {
    pub(crate) context: &'a RunContext<'a>,
    pub(crate) checks: CheckList,
    pub(crate) store: SpillStore,
    pub(crate) codes: ValueCodes,
    pub(crate) tracer: Option<&'a Tracer>,
}

/// The sums over the sources read so far.
pub(crate) struct ReadTotals<'a> {
    pub(crate) account: Account,
    pub(crate) matches: Matches,
    pub(crate) progress: Progress,
    pub(crate) quarantine: &'a mut QuarantineSink<'a>,
    pub(crate) malformed: MalformedLimit,
    /// How many blocks were read so far, of all sources.
    pub(crate) blocks: u64,
    /// The run of the input that the next block belongs to, and how many blocks
    /// that run has already.
    pub(crate) run: (usize, u64),
    pub(crate) traces: Traces,
}

impl SourceReader<'_> {
    /// Reads one source to its end.
    pub(crate) fn read(
        &self,
        taken: &mut ReadTotals<'_>,
        source: Box<dyn Source>,
        binding: &Binding,
    ) -> Result<(InputEvidence, u64), EngineError> {
        let file = Arc::clone(source.file());
        let work = Extract { reader: self, binding, file: &file, first_block: taken.blocks, first_run: taken.run };
        read_in_order(self.context, source, &work, &mut |outline, block, before| {
            taken.account_for(&file, outline, block, before)?;
            self.context.observer.advanced(Phase::Reading, taken.progress);
            Ok(())
        })
    }
}

/// Processes the blocks of one source.
struct Extract<'w> {
    reader: &'w SourceReader<'w>,
    binding: &'w Binding,
    file: &'w Arc<str>,
    /// The number of its first block.
    first_block: u64,
    /// The run of the input that its first block belongs to, and how many blocks of
    /// earlier sources are in that run.
    first_run: (usize, u64),
}

/// A block after every rule and action.
struct NumberedBlock {
    /// The run that its rows belong to if they keep the order of the input, and how
    /// many blocks that run has with this one.
    run: (usize, u64),
    stepped: ProcessedBlock,
}

impl BlockWork for Extract<'_> {
    type Done = NumberedBlock;

    fn needed(&self) -> &[usize] {
        &self.binding.needed
    }

    fn process(&self, ticket: &Ticket, parsed: &Parsed) -> Result<NumberedBlock, EngineError> {
        let number = self.first_block + ticket.number;
        if parsed.records >= 1 << INDEX_BITS || number >= MOST_BLOCKS {
            return Err(EngineError::Bug { step: "a block of more than 16 million records" });
        }
        let run = self.run_of(ticket).ok_or(EngineError::Bug { step: "runs" })?;
        let step = BlockProcessor {
            binding: self.binding,
            hasher: &self.reader.context.hasher,
            checks: &self.reader.checks,
            codes: &self.reader.codes,
            file: self.file,
            first_record: number << INDEX_BITS,
            looked_at: if ticket.number == 0 { LOOKED_AT_FIRST } else { LOOKED_AT_LATER },
            tracer: self.reader.tracer,
        };
        Ok(NumberedBlock { run, stepped: step.run(parsed)? })
    }

    fn store(&self, worker: usize, block: &mut NumberedBlock) -> Result<(), EngineError> {
        let SourceReader { store, context, .. } = self.reader;
        let minimised = std::mem::take(&mut block.stepped.minimised);
        let restricted = std::mem::take(&mut block.stepped.restricted);
        store
            .add(worker, block.run.0, context.space, &minimised, &restricted)
            .map_err(|source| EngineError::Write { what: "waiting rows", source })
    }
}

impl Extract<'_> {
    /// The run of a block, and how many blocks the run has with it. Small sources
    /// share a run; a part of a columnar source may be large, so it is a run by
    /// itself.
    fn run_of(&self, ticket: &Ticket) -> Option<(usize, u64)> {
        let (first, begun) = self.first_run;
        let (whole, begun) = if matches!(ticket.payload, Payload::Part(_)) {
            (begun.div_ceil(BLOCKS_OF_A_RUN) + ticket.number, BLOCKS_OF_A_RUN)
        } else {
            let place = begun + ticket.number;
            (place / BLOCKS_OF_A_RUN, place % BLOCKS_OF_A_RUN + 1)
        };
        Some((first + usize::try_from(whole).ok()?, begun))
    }
}

impl ReadTotals<'_> {
    /// Counts the next block; `before` records of its source came before it.
    fn account_for(
        &mut self,
        file: &Arc<str>,
        outline: &BlockOutline,
        block: NumberedBlock,
        before: u64,
    ) -> Result<(), EngineError> {
        let NumberedBlock { run, stepped } = block;
        if let Some(fault) = stepped.refused {
            return Err(fault.into());
        }
        for bad in &outline.quarantined {
            let record = before + u64::from(bad.index) + 1;
            (self.quarantine)(file, record, bad)
                .map_err(|source| EngineError::Write { what: "the quarantine file", source })?;
        }
        self.traces.add(stepped.traces, before);
        self.blocks += 1;
        self.run = if run.1 < BLOCKS_OF_A_RUN { run } else { (run.0 + 1, 0) };
        self.account.merge(&stepped.account);
        self.matches.take(&stepped.matches, &stepped.compared);
        self.progress.records += u64::from(outline.records);
        self.progress.bytes += outline.bytes;
        self.malformed.check(self.account.quarantined_in_all())
    }
}
