//! Reads `[extract]`: how the extract is written, and whose records it holds.

use crate::identifier::form::Form;
use crate::identifier::normalise::Normalise;
use crate::identifier::phone::Region;
use crate::identifier::sentinel::Sentinels;
use crate::model::date::DateFormat;
use crate::model::document::TableReader;
use crate::model::name::ColumnName;
use crate::policy::plan::{ExtractRules, Unlisted};
use crate::policy::written_as::WrittenAs;

/// Reads the table. How subjects are compared is filled in once the columns are
/// known.
pub(super) fn read_extract(root: &TableReader<'_>) -> Option<ExtractRules> {
    let table = root.required_table("extract")?;
    let written = WrittenAs::read(&table);
    let _ = table.parsed("date_format", DateFormat::parse);
    if !table.has("subject") {
        table.missing("subject", Some("name the column that says whose record it is"));
    }
    let subject = table.parsed("subject", ColumnName::parse);
    let sentinels = table.texts("sentinels").map_or_else(Sentinels::default, Sentinels::of);
    let region = table.parsed("region", Region::parse).unwrap_or_default();
    let unlisted = table.choice("unlisted", &[("drop", Unlisted::Drop), ("refuse", Unlisted::Refuse)]);
    table.finish();
    Some(ExtractRules {
        written: written?,
        subject: subject?,
        subject_form: Form::new(Normalise::None).in_region(region).with_sentinels(&sentinels),
        unlisted: unlisted.unwrap_or(Unlisted::Drop),
    })
}
