//! Says which columns show nothing, how often, and which key of the policy says
//! how they are written: whoever declares a format wrongly sees it here and does
//! not look for it among the reasons. Names of the policy and words of our own,
//! never a cell.

use crate::identifier::sentinels::Sentinels;
use crate::manifest::details::ReasonPart;
use crate::model::number::counted::counted;
use crate::model::outcome::detail::Why;
use crate::release::report::RunReport;

/// How the reasons begin that are about a list.
const NOT_COMPARABLE: &str = "not_comparable:";

/// How numbers that could not be read may be written.
const NUMBERS_HINT: &str = "hint: a column of numbers that are written otherwise, such as 1.234,5, needs `decimal = \",\"`, `thousands = \".\"` or both";

/// How dates that could not be read may be written.
const DATES_HINT: &str = "hint: a column of dates that are written otherwise needs its `date_format`: one, or several of which a cell fits one, such as %-m/%-d/%Y, %d %B %Y, epoch_ms, excel_1900";

/// How the words of a log are declared.
const STATES_HINT: &str = "hint: `states` in [consent.events] says what the log's own words stand for, such as states = { \"OPT_IN\" = \"ConsentGiven\", \"OPT_OUT\" = \"ConsentWithdrawn\" }; words are compared whole and in their case";

/// One line for each column of which something could not be read, and the keys
/// that say how it is written.
pub(crate) fn notes(report: &RunReport) -> Vec<String> {
    let is_in_doubt =
        |part: &ReasonPart| !matches!(part.why, None | Some(Why::Missing | Why::NoEvidence | Why::SaidUnknown));
    // Where a part of a reason is told, all are, and add up to it.
    let is_told =
        |reason: &str, parts: &[ReasonPart]| parts.iter().any(is_in_doubt) || reason.starts_with(NOT_COMPARABLE);
    let told = report.details.iter().filter(|(reason, parts)| is_told(reason, parts));
    let of_records = told.flat_map(|(reason, parts)| {
        parts.iter().map(move |part| format!("{} ({reason})", what(reason, part).unwrap_or_else(|| rest(reason, part))))
    });
    let mut notes: Vec<String> = of_records.collect();
    let parts = || report.details.values().flatten();
    let is_unread = |reasons: &[&str]| {
        report.unreadable.values().any(|found| reasons.iter().any(|reason| found.contains_key(*reason)))
    };
    if parts().any(|part| part.date_format.is_some()) || is_unread(&["date", "timestamp"]) {
        notes.push(DATES_HINT.to_owned());
    }
    if is_unread(&["number"]) {
        notes.push(NUMBERS_HINT.to_owned());
    }
    if parts().any(|part| part.why == Some(Why::UndeclaredState)) {
        notes.push(STATES_HINT.to_owned());
    }
    let has_sentinels = parts().any(|part| part.why == Some(Why::Sentinel));
    if has_sentinels || report.unreadable.values().any(|reasons| reasons.contains_key("sentinel")) {
        // The built-in words may be named: they are ours. Which of them a cell holds
        // is not said.
        let words = Sentinels::built_in().join(", ");
        notes.push(format!(
            "hint: the words of `sentinels` stand for no value: {words}, unless the policy says otherwise; where one is a real id, say `sentinels = []`, in [extract] and for its pseudonym"
        ));
    }
    notes
}

/// The reasons for which the most records were dropped: several, where as many were
/// for each.
pub(crate) fn commonest(report: &RunReport) -> Vec<&str> {
    let most = report.dropped.values().max();
    let reasons = report.dropped.iter().filter(|(_, count)| Some(*count) == most);
    reasons.map(|(reason, _)| reason.as_str()).collect()
}

/// What most records were dropped for, where that is a column that shows nothing.
pub(crate) fn hint(report: &RunReport) -> Option<String> {
    // Of several as common none is what most records were dropped for.
    let [reason] = commonest(report)[..] else { return None };
    let part = report.details.get(reason)?.iter().max_by_key(|part| part.records)?;
    let key = if part.date_format.is_some() {
        "; if they are written otherwise, give that column its `date_format`: one or several, such as %-m/%-d/%Y, epoch_ms; `quoted_nulls = true` where what stands for none is in quotes"
    } else {
        ""
    };
    part.why?;
    Some(format!("most records were dropped for `{reason}`: {}{key}", what(reason, part)?))
}

/// A part of a reason that is about no cell.
fn rest(reason: &str, part: &ReasonPart) -> String {
    let records = counted(part.records, "record");
    if part.with_their_subject {
        format!("{records} for another record of the same subject")
    } else if reason.starts_with(NOT_COMPARABLE) {
        format!("{records} that cannot be compared")
    } else {
        format!("{records} by what their cells say")
    }
}

/// What a part of a reason is about.
fn what(reason: &str, part: &ReasonPart) -> Option<String> {
    let of = |unit: &str| counted(part.records, unit);
    let why = part.why?;
    let Some(column) = &part.column else {
        let events = match why {
            Why::NoEvidence => "without an event for the purpose",
            Why::UndeclaredState => "whose latest event for the purpose has a state that `states` does not declare",
            Why::SaidUnknown => "whose latest event for the purpose says that it is unknown",
            _ => "with an event that cannot be read",
        };
        return Some(format!("consent log: {} of subjects {events}", of("record")));
    };
    let found = match (why, &part.date_format) {
        (Why::Unreadable, Some(format)) => format!("{} cannot be read as {format}", of("date")),
        (Why::Unreadable, None) if reason == "no_subject" => format!("{} cannot be read", of("id")),
        (Why::Unreadable, None) => format!("{} without a word that the policy knows", of("cell")),
        (Why::Implausible, _) if reason == "consent_unknown" => {
            format!(
                "{} that stands for no date (`null_values` names it if it means none, and `quoted_nulls` if it is in quotes)",
                of("date")
            )
        }
        (Why::Implausible, _) => format!("{} until 1900-01-01, or after the as-of day", of("date")),
        (Why::Sentinel, _) => format!("{} with a word of `sentinels`", of("cell")),
        (Why::NotJson, _) => format!("{} that no JSON can be read from (no JSON, or a key twice)", of("cell")),
        (Why::OtherShape, _) => format!("{} with something else where its `pointer` leads", of("cell")),
        (Why::Missing, _) => format!("{} without a value", of("cell")),
        (Why::NoEvidence | Why::UndeclaredState | Why::SaidUnknown, _) => {
            let tells = if part.records == 1 { "tells" } else { "tell" };
            format!("{} that {tells} nothing of the purpose", of("cell"))
        }
    };
    let place = part.pointer.as_ref().map_or_else(String::new, |pointer| format!(" {pointer:?}"));
    Some(format!("{column}{place}: {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(column: Option<&str>, why: Why, date_format: Option<&str>) -> ReasonPart {
        let text = |text: Option<&str>| text.map(str::to_owned);
        ReasonPart {
            column: text(column),
            why: Some(why),
            date_format: text(date_format),
            records: 2034,
            ..ReasonPart::default()
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_the_key_that_would_describe_it() {
        let dates = what("consent_unknown", &part(Some("opted"), Why::Unreadable, Some("%Y-%m-%d"))).unwrap();
        assert_eq!(dates, "opted: 2,034 dates cannot be read as %Y-%m-%d");
        let zero = what("no_subject", &part(Some("id"), Why::Sentinel, None)).unwrap();
        assert_eq!(zero, "id: 2,034 cells with a word of `sentinels`");
        assert!(
            what("consent_unknown", &part(None, Why::Unreadable, None))
                .unwrap()
                .contains("an event that cannot be read")
        );
        let not_about_cells = ReasonPart { notice: Some("n1".into()), records: 3, ..ReasonPart::default() };
        assert_eq!(what("notice_not_in_force", &not_about_cells), None);
    }
}
