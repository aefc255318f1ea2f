//! Reads the population of `[privacy.population]`: how many persons each class has among
//! all people. A row that cannot be read counts for nobody, and is counted.

use super::table::{column, read_table};
use crate::engine::bind::Binding;
use crate::engine::context::RunContext;
use crate::engine::fault::DescribedBy;
use crate::engine::withhold::classes::population::Population;
use crate::manifest::privacy::PopulationSection;
use crate::model::name::ColumnName;
use crate::policy::plan::column_uses::ColumnUse;
use crate::release::error::ReleaseError;
use crate::release::interface::job::Job;

/// The population, and what is kept on record of its file; `None` where the policy names
/// none.
///
/// # Errors
/// A fault of the file.
pub(crate) fn read_population(
    job: &Job<'_>,
    binding: &Binding,
    context: &RunContext<'_>,
) -> Result<Option<(Population, PopulationSection)>, ReleaseError> {
    let plan = job.plan();
    let Some(privacy) = plan.privacy.as_ref() else { return Ok(None) };
    let Some(rules) = privacy.population.as_ref() else { return Ok(None) };
    let names: Vec<_> = plan.output_names().collect();
    let mut columns: Vec<ColumnUse> = Vec::new();
    for name in privacy.quasi_identifiers.iter().filter_map(|position| names.get(*position)) {
        let name = ColumnName::parse(name.as_str()).map_err(|_| ReleaseError::Bug { step: "a name of a column" })?;
        columns.push(column(&name));
    }
    columns.extend(rules.persons.as_ref().map(column));
    let path = job.policy.folder.join(&rules.path);
    let mut population = Population::new(binding.kinds_of(&privacy.quasi_identifiers), &context.hasher);
    let mut unreadable = 0;
    let has_count = rules.persons.is_some();
    let read = read_table(
        std::slice::from_ref(&path),
        (&rules.dialect, &DescribedBy::Population),
        &columns,
        job.stop,
        &mut |cells| {
            let (cells, persons) = match cells.split_last() {
                Some((count, cells)) if has_count => (cells, count.and_then(|count| count.parse().ok())),
                _ => (cells, Some(1)),
            };
            let is_read = persons.is_some_and(|persons| population.add(cells, persons));
            unreadable += u64::from(!is_read);
            Ok(())
        },
    )?;
    // A file without a record refuses the run.
    let &(bytes, blake3) = read.files.first().ok_or(ReleaseError::Bug { step: "a population without a file" })?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let section = PopulationSection {
        file: name,
        bytes,
        blake3,
        records: read.records,
        persons: population.persons(),
        unreadable: unreadable + read.malformed,
    };
    Ok(Some((population, section)))
}
