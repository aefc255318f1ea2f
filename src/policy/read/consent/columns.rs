//! Reads `[consent.columns]`: the columns of the extract that record a consent, and
//! what their words mean.

use super::purposes::purpose_meanings;
use crate::consent::columns::evidence::{
    CellPlace, ColumnEvidence, EvidenceDate, FlagColumn, Need, NoticeEvidence, PurposeEvidence, RecipientColumn,
    TokenMeaning,
};
use crate::consent::register::Register;
use crate::document::{Node, TableReader, Value};
use crate::model::json_pointer::JsonPointer;
use crate::model::name::{ColumnName, PurposeId};
use crate::policy::read::date_formats::{DateFormats, PIVOT};

/// Reads the table.
pub(super) fn read_columns(
    table: &TableReader<'_>,
    register: Option<&Register>,
    purpose: Option<&PurposeId>,
    formats: &DateFormats,
) -> Option<ColumnEvidence> {
    let tokens = table.table("purposes").map(|tokens| purposes(&tokens, register, purpose));
    let granted = granted(table);
    match (table.has("purposes"), table.has("granted")) {
        (false, false) => nothing_granted(table),
        (true, true) => table.fault("granted", "stands beside `purposes`: give one of them", None),
        _ => {}
    }
    let refused = flags(table, "refused", FlagKind::Refused);
    if !table.has("given_at") {
        table.missing("given_at", Some("a consent without a date cannot be judged"));
    }
    let given_at = evidence_date(table, "given_at", formats);
    let is_withdrawn_said = table.has("withdrawn_at");
    let withdrawn_at = evidence_date(table, "withdrawn_at", formats);
    let notice = notice(table, register);
    let recipients = table.table("recipients").map(|recipients| {
        let place = cell_place(&recipients);
        let separator = separator(&recipients);
        recipients.finish();
        Some(RecipientColumn { place: place?, separator })
    });
    table.finish();
    // Where the key is given, `None` means that its fault is reported already.
    if is_withdrawn_said && withdrawn_at.is_none() {
        return None;
    }
    let refused = if table.has("refused") { refused } else { Some(Vec::new()) };
    let recipients = recipients.map_or(Some(None), |recipients| recipients.map(Some));
    Some(ColumnEvidence {
        purposes: tokens.unwrap_or(granted)?,
        refused: refused?,
        given_at: given_at?,
        withdrawn_at,
        notice: notice?,
        recipients: recipients?,
    })
}

/// A column, and the pointer of a value inside its JSON.
fn cell_place(table: &TableReader<'_>) -> Option<CellPlace> {
    let column = table.required_parsed("column", ColumnName::parse);
    let text = table.text("pointer");
    let pointer = text.map(JsonPointer::parse);
    if let Some(Err(fault)) = &pointer {
        let hint = "such as \"/marketing/email/val\"; in a step ~1 stands for / and ~0 for ~";
        table.fault("pointer", fault.to_string(), Some(hint));
    }
    if table.has("pointer") && !matches!(pointer, Some(Ok(_))) {
        return None;
    }
    Some(CellPlace { column: column?, pointer: pointer.and_then(Result::ok) })
}

/// A date, by its column alone or with the format it is written in.
fn evidence_date(table: &TableReader<'_>, key: &'static str, formats: &DateFormats) -> Option<EvidenceDate> {
    if !matches!(table.node(key)?.value, Value::Table(_)) {
        let column = table.parsed(key, ColumnName::parse)?;
        return Some(EvidenceDate { format: formats.of_column(&column), place: CellPlace { column, pointer: None } });
    }
    let inner = table.table(key)?;
    let place = cell_place(&inner);
    // Several dates in the JSON of one column may be written differently.
    let format = place.as_ref().map(|place| match place.pointer {
        None => formats.named_in(&inner, &place.column),
        Some(_) => formats.in_json(&inner),
    });
    inner.allow(&["date_format", PIVOT]);
    inner.finish();
    Some(EvidenceDate { format: format?, place: place? })
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
    let place = cell_place(table);
    let separator = separator(table);
    let meanings = if table.has("names") {
        purpose_meanings(table, "names", separator.as_deref(), register, purpose)
    } else {
        table.allow(&["names"]);
        let ids = register.into_iter().flat_map(|register| register.purposes.keys());
        ids.map(|id| TokenMeaning { token: id.as_str().to_owned(), purpose: id.clone() }).collect()
    };
    table.finish();
    Some(PurposeEvidence::Tokens { place: place?, separator, meanings })
}

/// Who is not asked has not agreed, and neither has who did not object.
fn nothing_granted(table: &TableReader<'_>) {
    if table.has("refused") {
        table.fault(
            "refused",
            "stands alone: that somebody did not object is no consent, which `granted` or `purposes` must record",
            Some(
                "name the column of a yes in `granted`, or, where only people who agreed are in the file, say granted = { by_membership = \"why that is a consent\" }",
            ),
        );
        return;
    }
    table.fault(
        "",
        "must say what was agreed to, by `purposes` or `granted`",
        Some(
            "where only people who agreed are in the file, say granted = { by_membership = \"why that is a consent\" }",
        ),
    );
}

/// `granted`: one column, several with `need`, or everybody in the file.
fn granted(table: &TableReader<'_>) -> Option<PurposeEvidence> {
    let need = table.choice("need", &[("all", Need::All), ("any", Need::Any)]);
    let is_membership = |node: &Node| match &node.value {
        Value::Table(inner) => inner.entries.iter().any(|(key, ..)| key == "by_membership"),
        _ => false,
    };
    let columns = match table.node("granted") {
        None => 0,
        Some(node) if is_membership(node) => {
            needless(table);
            return by_membership(&table.table("granted")?);
        }
        Some(node) => match &node.value {
            Value::List(columns) => columns.len(),
            _ => 1,
        },
    };
    let flags = flags(table, "granted", FlagKind::Granted);
    if columns > 1 {
        if !table.has("need") {
            let hint = "need = \"all\" where every one must say yes, need = \"any\" where one is enough";
            table.fault("granted", "has several columns, so `need` must say how many say yes", Some(hint));
        }
    } else {
        needless(table);
    }
    let need = if columns > 1 { need? } else { Need::All };
    Some(PurposeEvidence::Granted { flags: flags?, need })
}

fn needless(table: &TableReader<'_>) {
    if table.has("need") {
        table.fault("need", "has no effect without several columns in `granted`", Some("remove it"));
    }
}

/// Everybody in the file agreed; the policy must say why that is so.
fn by_membership(table: &TableReader<'_>) -> Option<PurposeEvidence> {
    let because = table.text("by_membership");
    if because.is_some_and(|because| because.trim().is_empty()) {
        table.fault(
            "by_membership",
            "must say why to be in the file is a consent",
            Some("such as by_membership = \"only people who confirmed are exported\""),
        );
    }
    table.finish();
    Some(PurposeEvidence::Membership { because: because.filter(|because| !because.trim().is_empty())?.to_owned() })
}

/// What a yes in a column says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FlagKind {
    Granted,
    Refused,
}

/// One column of yes and no, or several; `None` where the key is not given, too.
fn flags(table: &TableReader<'_>, key: &'static str, kind: FlagKind) -> Option<Vec<FlagColumn>> {
    let node = table.node(key)?;
    let Value::List(listed) = &node.value else {
        return Some(vec![flag(&table.table(key)?, kind)?]);
    };
    if listed.is_empty() {
        table.fault(key, "lists nothing", Some("give at least one column, or leave it out"));
        return None;
    }
    let mut flags: Vec<FlagColumn> = Vec::new();
    let inner = table.tables(key);
    for one in &inner {
        let Some(read) = flag(one, kind) else { continue };
        if flags.iter().any(|known| known.place == read.place) {
            one.fault("column", "is named twice", Some("put the words of one column into one table"));
        }
        flags.push(read);
    }
    (flags.len() == listed.len()).then_some(flags)
}

fn flag(table: &TableReader<'_>, kind: FlagKind) -> Option<FlagColumn> {
    let place = cell_place(table);
    let words = |key| -> Vec<String> { table.texts(key).unwrap_or_default().into_iter().map(str::to_owned).collect() };
    let (yes, no) = (words("yes"), words("no"));
    if yes.is_empty() {
        table.fault("yes", "must list the cells that say yes", None);
    }
    match kind {
        FlagKind::Granted if yes.iter().any(|word| word.trim().is_empty()) => {
            table.fault("yes", "an empty cell cannot say yes", Some("silence is not a consent"));
        }
        FlagKind::Refused if no.is_empty() => table.fault(
            "no",
            "must list the cells that say no",
            Some("a cell that is neither yes nor no is consent_unknown, so nobody would pass"),
        ),
        FlagKind::Granted | FlagKind::Refused => {}
    }
    if yes.iter().any(|word| no.contains(word)) {
        table.fault("no", "a cell of this list says yes too", None);
    }
    table.finish();
    Some(FlagColumn { place: place?, yes, no })
}

fn notice(table: &TableReader<'_>, register: Option<&Register>) -> Option<NoticeEvidence> {
    let Some(node) = table.node("notice") else {
        table.missing("notice", Some("a column of notice ids, or { in_force_at = \"given_at\" }"));
        return None;
    };
    let Value::Table(_) = node.value else {
        let column = table.parsed("notice", ColumnName::parse)?;
        return Some(NoticeEvidence::Named(CellPlace { column, pointer: None }));
    };
    let inner = table.table("notice")?;
    if inner.has("column") || inner.has("pointer") {
        let place = cell_place(&inner);
        inner.finish();
        return place.map(NoticeEvidence::Named);
    }
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
