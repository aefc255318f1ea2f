//! Reads `[output]`: how the delivery is written.

use crate::document::TableReader;
use crate::model::file_format::FileFormat;
use crate::model::name::PlainName;
use crate::policy::plan::{OutputRules, RowOrder};

/// Reads the table, which may be left out. `has_pseudonym`: whether the subject's
/// pseudonym is delivered, by which rows can be sorted.
pub(crate) fn read_output(root: &TableReader<'_>, has_pseudonym: bool) -> Option<OutputRules> {
    // The order of an extract tells when people signed up, so it is kept only where
    // rows cannot be sorted by a pseudonym.
    let default_order = if has_pseudonym { RowOrder::Pseudonym } else { RowOrder::Extract };
    let default_name = PlainName::parse("subscribers").ok();
    let Some(table) = root.table("output") else {
        return Some(OutputRules {
            format: FileFormat::Csv,
            name: default_name?,
            order: default_order,
            max_rows_per_file: None,
            formula_guard: true,
        });
    };
    let format = table.choice("format", &FileFormat::written()).unwrap_or(FileFormat::Csv);
    let name = if table.has("name") { table.parsed("name", PlainName::parse) } else { default_name };
    table.allow(&["name"]);
    let order = table.choice("order", &[("extract", RowOrder::Extract), ("pseudonym", RowOrder::Pseudonym)]);
    if order == Some(RowOrder::Pseudonym) && !has_pseudonym {
        let hint = "pseudonymise the subject's column, or say order = \"extract\"";
        table.fault("order", "no pseudonym of the subject is delivered to order by", Some(hint));
    }
    let max_rows = table.integer("max_rows_per_file", 1..=i64::MAX);
    let formula_guard = table.boolean("formula_guard").unwrap_or(true);
    table.finish();
    Some(OutputRules {
        format,
        name: name?,
        order: order.unwrap_or(default_order),
        max_rows_per_file: max_rows.and_then(|rows| u64::try_from(rows).ok()),
        formula_guard,
    })
}
