//! Reads `[privacy.population]`: the file of all people among whom those of the delivery
//! are.

use crate::document::TableReader;
use crate::model::name::ColumnName;
use crate::policy::plan::privacy::PopulationRules;
use crate::policy::read::attachments;
use crate::policy::read::dialect::read_dialect;

/// Reads the table, which a model of the population needs and no other uses.
pub(super) fn read_population(privacy: &TableReader<'_>, is_needed: bool) -> Option<PopulationRules> {
    const KEY: &str = "population";
    if !privacy.has(KEY) {
        privacy.allow(&[KEY]);
        if is_needed {
            let hint = "say population = { path = \"FILE\" }: a row a person, with the columns of the delivery";
            privacy.missing(KEY, Some(hint));
        }
        return None;
    }
    let table = privacy.table(KEY)?;
    if !table.has("path") {
        table.missing("path", Some("give the path of the file, relative to the policy's own"));
    }
    let path = attachments::path(&table, "path").map(str::to_owned);
    let dialect = read_dialect(&table);
    let persons = table.parsed("persons", ColumnName::parse);
    table.finish();
    if !is_needed {
        privacy.fault(KEY, "has an effect only with k_map or delta_presence", Some("remove it"));
    }
    Some(PopulationRules { path: path?, dialect, persons })
}
