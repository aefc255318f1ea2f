//! Reads `[extract]`: how the extract is written, and which column names the
//! subject.

use crate::document::TableReader;
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::identifier::phone::Region;
use crate::identifier::sentinels::Sentinels;
use crate::model::name::ColumnName;
use crate::policy::plan::{ExtractRules, Unlisted};
use crate::policy::read::date_formats::declared_in;
use crate::policy::read::dialect::read_dialect;

/// Reads the table. How subjects are compared is set later, when the columns are
/// known.
pub(crate) fn read_extract(root: &TableReader<'_>) -> Option<ExtractRules> {
    let table = root.required_table("extract")?;
    let dialect = read_dialect(&table);
    let _ = declared_in(&table);
    if !table.has("subject") {
        table.missing("subject", Some("name the column that says whose record it is"));
    }
    let subject = table.parsed("subject", ColumnName::parse);
    let sentinels = table.texts("sentinels").map_or_else(Sentinels::default, Sentinels::of);
    let region = table.parsed("region", Region::parse).unwrap_or_default();
    let unlisted = table.choice("unlisted", &[("drop", Unlisted::Drop), ("refuse", Unlisted::Refuse)]);
    table.finish();
    Some(ExtractRules {
        dialect,
        subject: subject?,
        subject_form: Form::new(Normalise::None).in_region(region).with_sentinels(&sentinels),
        unlisted: unlisted.unwrap_or(Unlisted::Drop),
    })
}
