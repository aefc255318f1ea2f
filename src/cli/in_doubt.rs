//! Says which columns show nothing, how often, and which key of the policy says
//! how they are written: whoever declares a format wrongly sees it here and does
//! not look for it among the reasons. Names of the policy and words of our own,
//! never a cell.

use crate::identifier::sentinel::Sentinels;
use crate::manifest::details::Part;
use crate::model::detail::Why;
use crate::release::report::RunReport;

use super::show::number;

/// One line for each column of which something could not be read.
pub(super) fn notes(report: &RunReport) -> Vec<String> {
    let of_records = report.details.iter().flat_map(|(reason, parts)| {
        let told = parts.iter().filter(|part| !matches!(part.why, None | Some(Why::Missing | Why::NoEvidence)));
        told.filter_map(move |part| Some(format!("{reason}: {}", what(reason, part)?)))
    });
    let of_cells = report.unreadable.iter().filter_map(|(column, reasons)| {
        let sentinels = reasons.get("sentinel")?;
        Some(format!("{column}: {}", sentinels_found(*sentinels, "emptied cells hold", "in its action")))
    });
    of_records.chain(of_cells).collect()
}

/// What most records were dropped for, where that is a column that shows nothing.
pub(super) fn hint(report: &RunReport) -> Option<String> {
    let (reason, _) = report.dropped.iter().max_by_key(|(_, count)| **count)?;
    let part = report.details.get(reason)?.iter().max_by_key(|part| part.records)?;
    part.why?;
    Some(format!("most records were dropped for `{reason}`: {}", what(reason, part)?))
}

/// What a part of a reason is about.
fn what(reason: &str, part: &Part) -> Option<String> {
    let count = number(part.records);
    let Some(column) = &part.column else {
        return match part.why? {
            Why::NoEvidence => Some(format!("of the subjects of {count} the consent log tells nothing of the purpose")),
            _ => Some(format!("of the subjects of {count} an event of the consent log cannot be read")),
        };
    };
    Some(match (part.why?, &part.date_format) {
        (Why::Unreadable, Some(format)) => format!(
            "{count} dates in `{column}` cannot be read as {format}; if they are written otherwise, give that column its `date_format`"
        ),
        (Why::Unreadable, None) if reason == "no_subject" => format!("{count} ids in `{column}` cannot be read"),
        (Why::Unreadable, None) => format!("{count} cells in `{column}` hold no word that the policy gives a meaning"),
        (Why::Implausible, _) => {
            format!("{count} dates in `{column}` can be nobody's: until 1900-01-01, or after the as-of day")
        }
        (Why::Sentinel, _) => {
            sentinels_found(part.records, &format!("records have in `{column}`"), "in [extract] and for its pseudonym")
        }
        (Why::Missing, _) => format!("`{column}` has no value in {count} of them"),
        (Why::NoEvidence, _) => format!("`{column}` tells nothing of the purpose in {count} of them"),
    })
}

/// The built-in words may be named: they are ours. Which of them a cell holds is
/// not said.
fn sentinels_found(count: u64, who: &str, place: &str) -> String {
    let built_in = Sentinels::built_in().join("`, `");
    format!(
        "{} {who} a word that names nobody (unless the policy lists its own: `{built_in}`); `sentinels = []` {place} takes every word for an id",
        number(count)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(column: Option<&str>, why: Why, date_format: Option<&str>) -> Part {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Part { column: text(column), why: Some(why), date_format: text(date_format), records: 2034, ..Part::default() }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_the_key_that_would_describe_it() {
        let dates = what("consent_unknown", &part(Some("opted"), Why::Unreadable, Some("%Y-%m-%d"))).unwrap();
        assert!(dates.starts_with("2,034 dates in `opted` cannot be read as %Y-%m-%d;"), "{dates}");
        assert!(dates.contains("`date_format`"), "{dates}");
        let zero = what("no_subject", &part(Some("id"), Why::Sentinel, None)).unwrap();
        assert!(zero.contains("`0`, `n/a`") && zero.contains("`sentinels = []`"), "{zero}");
        assert!(what("consent_unknown", &part(None, Why::Unreadable, None)).unwrap().contains("consent log"));
        let not_about_cells = Part { notice: Some("n1".into()), records: 3, ..Part::default() };
        assert_eq!(what("notice_not_in_force", &not_about_cells), None);
    }
}
