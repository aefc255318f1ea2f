//! Reads `[consent]`: where the extract says what a person agreed to. Judges no
//! person; it is strict about the words that would count as a yes.

mod columns;
mod defined_ids;
mod list_forms;
mod lists;
pub(crate) mod log;
mod purposes;
pub(crate) mod register;
mod sources;

use std::ops::Range;

use super::attachments;
use super::consent::columns::read_columns;
use super::consent::lists::read_lists;
use super::consent::log::{ReleaseNeeds, read_events};
use super::date_formats::DateFormats;
use crate::document::TableReader;
use crate::identifier::phone::Region;
use crate::model::time::duration::Period;
use crate::policy::plan::lists::ListRule;
use crate::policy::plan::{ColumnRule, Evidence};

/// What the table says, before it is combined with the release.
#[derive(Debug)]
pub(crate) struct ConsentTable {
    pub(crate) max_age: Period,
    pub(crate) evidence: Evidence,
    /// The position of the evidence in the policy.
    pub(crate) place: Range<usize>,
}

/// Reads the table, and its lists, even where the rest has faults. `asked` is what the
/// release says, `compared` the columns of the policy and the region of its extract,
/// which say how values are compared with a list.
pub(crate) fn read_consent(
    root: &TableReader<'_>,
    asked: &ReleaseNeeds<'_>,
    formats: &DateFormats,
    (columns, region): (&[ColumnRule], Region),
) -> (Option<ConsentTable>, Vec<ListRule>) {
    let Some(table) = root.required_table("consent") else { return (None, Vec::new()) };
    let lists = read_lists(&table, formats, columns, region);
    (evidence(&table, asked, formats), lists)
}

fn evidence(table: &TableReader<'_>, asked: &ReleaseNeeds<'_>, formats: &DateFormats) -> Option<ConsentTable> {
    if !table.has("register") {
        table.missing("register", Some("give the path of the register, relative to the policy's own file"));
    }
    let _ = attachments::path(table, "register");
    // The default is six months: a third party may rely on a consent for that long
    // unless the policy says otherwise.
    let max_age = if table.has("max_age") { table.parsed("max_age", Period::parse) } else { Some(Period::SIX_MONTHS) };
    table.allow(&["max_age"]);
    match (table.has("columns"), table.has("events")) {
        (false, false) => table.fault(
            "",
            "must say where consent is recorded, by `columns` or `events`",
            Some("columns of the extract, or a log of events beside it"),
        ),
        // With two records of one consent it would be unclear which is the proof.
        (true, true) => table.fault(
            "events",
            "stands beside `columns`: give one of them",
            Some("a delivery rests on one record of consent, which is the one to show when asked"),
        ),
        _ => {}
    }
    let place = |key| table.peek(key).map(|node| node.span.clone());
    let place = place("columns").or_else(|| place("events"));
    let columns = table.table("columns").map(|columns| {
        if let Some((_, span)) = &asked.channel {
            table.faults().at(
                span,
                "release.channel",
                "asks for a channel, and columns of the extract record none",
                Some("only a log of events, `[consent.events]`, says for which channels a consent was given"),
            );
        }
        read_columns(&columns, asked.register, asked.purpose, formats).map(Evidence::Columns)
    });
    let events = table.table("events").map(|events| read_events(&events, asked).map(Evidence::Events));
    table.finish();
    Some(ConsentTable { max_age: max_age?, evidence: columns.or(events)??, place: place? })
}
