//! Reads `[extract]`: how the extract is written, and which column names the
//! subject.

use crate::consent::register::Register;
use crate::document::TableReader;
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::identifier::phone::Region;
use crate::identifier::sentinels::Sentinels;
use crate::model::name::{ColumnName, SourceId};
use crate::policy::plan::{ExtractRules, Unlisted};
use crate::policy::read::date_formats::declared_in;
use crate::policy::read::dialect::read_dialect;
use crate::policy::read::release::near;

/// Reads the table. How subjects are compared is set later, when the columns are
/// known.
pub(crate) fn read_extract(root: &TableReader<'_>, register: Option<&Register>) -> Option<ExtractRules> {
    let table = root.required_table("extract")?;
    let dialect = read_dialect(&table);
    let _ = declared_in(&table);
    if !table.has("subject") {
        table.missing("subject", Some("name the column that says whose record it is"));
    }
    let subject = table.parsed("subject", ColumnName::parse);
    let sentinels = table.texts("sentinels").map_or_else(Sentinels::default, Sentinels::of);
    let region = table.parsed("region", Region::parse).unwrap_or_default();
    let source = table.parsed("source", SourceId::parse);
    if let (Some(id), Some(register)) = (&source, register)
        && !register.sources.contains_key(id)
    {
        let hint = near(id.as_str(), register.sources.keys().map(SourceId::as_str));
        let hint = hint.as_deref().or(Some("[sources.ID] of the register says where records come from"));
        table.fault("source", "is not a source of the register", hint);
    }
    let unlisted = table.choice("unlisted", &[("drop", Unlisted::Drop), ("refuse", Unlisted::Refuse)]);
    table.finish();
    Some(ExtractRules {
        dialect,
        source,
        subject: subject?,
        subject_form: Form::new(Normalise::None).in_region(region).with_sentinels(&sentinels),
        unlisted: unlisted.unwrap_or(Unlisted::Drop),
    })
}
