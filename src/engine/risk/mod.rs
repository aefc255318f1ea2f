//! Counts the equivalence classes of a table, and of every subset of its columns, for a
//! measure of risk: nothing is judged, withheld or written.
//!
//! Workers read blocks and keep a small entry of each record: a keyed digest of 128 bits
//! of its quasi-identifiers, a digest of each of them, and a code for each sensitive cell.
//! Entries are spilled by partitions, like those of the checks of a run, and one partition
//! is in memory for each worker.
//!
//! - Where the person of a record is known, entries are partitioned by person first: all
//!   records of a person come together, and each class takes the person once.
//! - Then entries are partitioned by class and counted. What is left is a row a class.
//! - Subsets of the columns are counted from these rows, and not from the records: there
//!   are as many subsets as there are, but never more classes than records. Of a person
//!   with several classes, what was counted twice in a subset is taken off again.

mod class_store;
mod classes;
mod collect;
mod entry;
mod loose;
mod persons;
mod population;
mod subsets;
mod values;

use std::io;

use self::class_store::StoredRows;
use self::classes::count_classes;
pub(crate) use self::collect::{ReadCounts, RiskColumns, RiskReader};
pub(crate) use self::loose::LooseK;
use self::loose::loose_k;
use self::persons::by_class;
pub(crate) use self::population::{PopulationCounts, PopulationReader};
use self::subsets::count_subsets;
use self::values::measure_values;
pub(crate) use self::values::{SeenValues, SensitiveFinding};
use super::context::RunContext;
use super::fault::EngineError;
use super::spill::partitions::Partitions;
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::risk::population_risk::PopulationRisk;
use crate::privacy::risk::subset_sizes::SubsetSizes;

/// What was found.
#[derive(Debug)]
pub(crate) struct RiskFindings {
    /// The classes of all quasi-identifiers.
    pub(crate) sizes: ClassSizes,
    /// The same with the population, where one was read.
    pub(crate) population: Option<PopulationRisk>,
    /// The classes of each subset that was asked for.
    pub(crate) subsets: Vec<SubsetSizes>,
    /// What is known of each sensitive column.
    pub(crate) sensitive: Vec<SensitiveFinding>,
    /// The size of the smallest class if a missing cell is like any other.
    pub(crate) loose: LooseK,
}

/// Counts what was read.
///
/// # Errors
/// When the spilled entries cannot be read or written, or the work is interrupted.
pub(crate) fn measure(
    context: &RunContext<'_>,
    read: RiskReader<'_>,
    population: Option<Vec<Partitions>>,
    subsets: &[Vec<usize>],
) -> Result<(ReadCounts, RiskFindings), EngineError> {
    let failed = |source: io::Error| EngineError::Write { what: "entries of records", source };
    let (shape, counts, entries) = read.into_entries().map_err(failed)?;
    context.pool.install(|| {
        context.check_stop()?;
        let (entries, repeated) = if shape.has_persons {
            by_class(context, shape, entries).map_err(failed)?
        } else {
            (StoredRows(entries), StoredRows::default())
        };
        context.check_stop()?;
        let counted = count_classes(context, shape, &entries, population.as_deref()).map_err(failed)?;
        drop(entries);
        context.check_stop()?;
        let sensitive = measure_values(shape, &counts.values, &counted).map_err(failed)?;
        let loose = loose_k(context, shape, &counted, &repeated).map_err(failed)?;
        let subsets = count_subsets(context, shape, (&counted, &repeated), subsets)?;
        let findings = RiskFindings { sizes: counted.sizes, population: counted.population, subsets, sensitive, loose };
        Ok((counts, findings))
    })
}
