//! Reads `[consent]`: where the extract says what a person agreed to. Judges no
//! person; it is strict about the words that would count as a yes.

mod list_forms;
pub(crate) mod lists;
pub(crate) mod log;
mod purposes;
pub(crate) mod register;

use std::ops::Range;

use super::attachments;
use super::consent::log::{ReleaseNeeds, read_events};
use super::consent::purposes::purpose_meanings;
use super::date_formats::{DateFormats, PIVOT};
use crate::consent::columns::evidence::{
    ColumnEvidence, DateColumn, FlagColumn, NoticeEvidence, PurposeEvidence, RecipientColumn, TokenMeaning,
};
use crate::consent::register::Register;
use crate::document::{TableReader, Value};
use crate::model::name::{ColumnName, PurposeId};
use crate::model::time::duration::Period;
use crate::policy::plan::Evidence;

/// What the table says, before it is combined with the release.
#[derive(Debug)]
pub(crate) struct ConsentTable {
    pub(crate) max_age: Period,
    pub(crate) evidence: Evidence,
    /// The position of the evidence in the policy.
    pub(crate) place: Range<usize>,
}

/// Reads the table. `asked` is what the release says.
pub(crate) fn read_consent(
    root: &TableReader<'_>,
    asked: &ReleaseNeeds<'_>,
    formats: &DateFormats,
) -> Option<ConsentTable> {
    let table = root.required_table("consent")?;
    if !table.has("register") {
        table.missing("register", Some("give the path of the register, relative to the policy's own file"));
    }
    let _ = attachments::path(&table, "register");
    // The default is six months: a third party may rely on a consent for that long
    // unless the policy says otherwise.
    let max_age = if table.has("max_age") { table.parsed("max_age", Period::parse) } else { Some(Period::SIX_MONTHS) };
    // `read_lists` reads the lists, after the columns, whose forms it needs.
    table.allow(&["max_age", "lists"]);
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
            root.faults().at(
                span,
                "release.channel",
                "asks for a channel, and columns of the extract record none",
                Some("only a log of events, `[consent.events]`, says for which channels a consent was given"),
            );
        }
        evidence(&columns, asked.register, asked.purpose, formats).map(Evidence::Columns)
    });
    let events = table.table("events").map(|events| read_events(&events, asked).map(Evidence::Events));
    table.finish();
    Some(ConsentTable { max_age: max_age?, evidence: columns.or(events)??, place: place? })
}

fn evidence(
    table: &TableReader<'_>,
    register: Option<&Register>,
    purpose: Option<&PurposeId>,
    formats: &DateFormats,
) -> Option<ColumnEvidence> {
    let tokens = table.table("purposes").map(|tokens| purposes(&tokens, register, purpose));
    let granted = table.table("granted").map(|granted| flag(&granted, GrantedSays::Granted));
    match (table.has("purposes"), table.has("granted")) {
        (false, false) => table.fault(
            "",
            "must say what was agreed to, by `purposes` or `granted`",
            Some("`refused` only takes away: it cannot stand alone"),
        ),
        (true, true) => table.fault("granted", "stands beside `purposes`: give one of them", None),
        _ => {}
    }
    let refused = table.table("refused").map(|refused| flag(&refused, GrantedSays::Refused));
    if !table.has("given_at") {
        table.missing("given_at", Some("a consent without a date cannot be judged"));
    }
    let given_at = date_column(table, "given_at", formats);
    let is_withdrawn_said = table.has("withdrawn_at");
    let withdrawn_at = date_column(table, "withdrawn_at", formats);
    let notice = notice(table, register);
    let recipients = table.table("recipients").map(|recipients| {
        let column = recipients.required_parsed("column", ColumnName::parse);
        let separator = separator(&recipients);
        recipients.finish();
        Some(RecipientColumn { column: column?, separator })
    });
    table.finish();
    // Where the key is given, `None` means that its fault is reported already.
    if is_withdrawn_said && withdrawn_at.is_none() {
        return None;
    }
    let refused = refused.map_or(Some(None), |refused| refused.map(Some));
    let recipients = recipients.map_or(Some(None), |recipients| recipients.map(Some));
    Some(ColumnEvidence {
        purposes: tokens.or_else(|| granted.map(|flag| flag.map(PurposeEvidence::Granted)))??,
        refused: refused?,
        given_at: given_at?,
        withdrawn_at,
        notice: notice?,
        recipients: recipients?,
    })
}

/// A column of dates, alone or with the format they are written in.
fn date_column(table: &TableReader<'_>, key: &'static str, formats: &DateFormats) -> Option<DateColumn> {
    if !matches!(table.node(key)?.value, Value::Table(_)) {
        let column = table.parsed(key, ColumnName::parse)?;
        return Some(DateColumn { format: formats.of_column(&column), column });
    }
    let inner = table.table(key)?;
    let column = inner.required_parsed("column", ColumnName::parse);
    let format = column.as_ref().map(|column| formats.named_in(&inner, column));
    inner.allow(&["date_format", PIVOT]);
    inner.finish();
    Some(DateColumn { format: format?, column: column? })
}

fn separator(table: &TableReader<'_>) -> Option<String> {
    let separator = table.text("separator")?;
    if separator.is_empty() {
        table.fault("separator", "must not be empty", Some("leave it out where the whole cell is one word"));
    }
    Some(separator.to_owned())
}

fn purposes(
    table: &TableReader<'_>,
    register: Option<&Register>,
    purpose: Option<&PurposeId>,
) -> Option<PurposeEvidence> {
    let column = table.required_parsed("column", ColumnName::parse);
    let separator = separator(table);
    let meanings = if table.has("names") {
        purpose_meanings(table, "names", separator.as_deref(), register, purpose)
    } else {
        table.allow(&["names"]);
        let ids = register.into_iter().flat_map(|register| register.purposes.keys());
        ids.map(|id| TokenMeaning { token: id.as_str().to_owned(), purpose: id.clone() }).collect()
    };
    table.finish();
    Some(PurposeEvidence::Tokens { column: column?, separator, meanings })
}

/// What a yes in a column says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GrantedSays {
    Granted,
    Refused,
}

fn flag(table: &TableReader<'_>, says: GrantedSays) -> Option<FlagColumn> {
    let column = table.required_parsed("column", ColumnName::parse);
    let words = |key| -> Vec<String> { table.texts(key).unwrap_or_default().into_iter().map(str::to_owned).collect() };
    let (yes, no) = (words("yes"), words("no"));
    if yes.is_empty() {
        table.fault("yes", "must list the cells that say yes", None);
    }
    match says {
        GrantedSays::Granted if yes.iter().any(|word| word.trim().is_empty()) => {
            table.fault("yes", "an empty cell cannot say yes", Some("silence is not a consent"));
        }
        GrantedSays::Refused if no.is_empty() => table.fault(
            "no",
            "must list the cells that say no",
            Some("a cell that is neither yes nor no is consent_unknown, so nobody would pass"),
        ),
        GrantedSays::Granted | GrantedSays::Refused => {}
    }
    if yes.iter().any(|word| no.contains(word)) {
        table.fault("no", "a cell of this list says yes too", None);
    }
    table.finish();
    Some(FlagColumn { column: column?, yes, no })
}

fn notice(table: &TableReader<'_>, register: Option<&Register>) -> Option<NoticeEvidence> {
    let Some(node) = table.node("notice") else {
        table.missing("notice", Some("a column of notice ids, or { in_force_at = \"given_at\" }"));
        return None;
    };
    let Value::Table(_) = node.value else {
        return table.parsed("notice", ColumnName::parse).map(NoticeEvidence::Column);
    };
    let inner = table.table("notice")?;
    if inner.required_text("in_force_at").is_some_and(|at| at != "given_at") {
        inner.fault("in_force_at", "must be \"given_at\"", None);
    }
    inner.finish();
    if let Some((first, second)) = register.and_then(Register::overlapping) {
        let what = format!("the notices {first} and {second} are in force on one day, so the day does not say which");
        table.fault("notice", what, Some("name a column of notice ids, or mend the register"));
    }
    Some(NoticeEvidence::InForceAtGiven)
}
