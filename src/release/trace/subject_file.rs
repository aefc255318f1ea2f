//! The subject file: one id a line. Every line is copied into the answer, so a file
//! that is something else is refused, and no error shows a line of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::document::opens_with_format;
use crate::format::csv::line::only_cell;
use crate::format::io::file::identity;
use crate::format::io::opening::{NotOpened, SymbolicLinks, read_whole};
use crate::model::file_format::FileFormat;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::release::inputs::lists::files_of;
use crate::release::interface::job::Job;

/// Requests come from people, a few at a time, so the file is small.
const MAX_BYTES: u64 = 1 << 20;
const MAX_IDS: usize = 10_000;

/// Reads ids, one a line, without the end of the line and with nothing else
/// trimmed. If the extract is CSV they are written as its cells are: an id that
/// holds the delimiter is quoted.
///
/// # Errors
/// If the file cannot be read, or is not a list of ids.
pub(crate) fn read_ids(path: &Path, job: &Job<'_>) -> Result<Vec<String>, ReleaseError> {
    let fault = |what| ReleaseError::SubjectFile { path: path.to_owned(), what };
    if is_input(path, job) {
        return Err(fault("is a file of the extract, a list or a log of this run, and no list of ids"));
    }
    let bytes = read_whole(path, MAX_BYTES, SymbolicLinks::Followed).map_err(|unread| match unread {
        NotOpened::Io(source) => ReleaseError::io("read the subject file", path)(source),
        NotOpened::NotRegular => fault("is not a regular file"),
        NotOpened::TooLarge => fault("is larger than 1 MiB"),
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| fault("is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_document(text) {
        return Err(fault("is a document, and no list of ids"));
    }
    let plan = job.plan();
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if lines.first().is_some_and(|first| is_header(first, plan)) {
        return Err(fault("begins with the name of a column, and not with an id"));
    }
    if is_table(&lines, plan.extract.dialect.quote.map(char::from)) {
        return Err(fault(SEVERAL_FIELDS));
    }
    match lines.len() {
        0 => return Err(fault("names nobody")),
        many if many > MAX_IDS => return Err(fault("has more than 10,000 ids")),
        _ => {}
    }
    let dialect = &plan.extract.dialect;
    let is_csv = job.extracts.iter().any(|extract| {
        let promised = extract.file_name().and_then(|name| FileFormat::of_file_name(&name.to_string_lossy()));
        dialect.format.or(promised) == Some(FileFormat::Csv)
    });
    if !is_csv {
        return Ok(lines.into_iter().map(str::to_owned).collect());
    }
    let ids: Option<_> = lines.into_iter().map(|line| only_cell(line, dialect)).collect();
    ids.ok_or_else(|| fault(SEVERAL_FIELDS))
}

const SEVERAL_FIELDS: &str =
    "has lines of several fields, and not of one id (an id that holds the delimiter is quoted)";

/// If every line has this many fields, the file is a table, whatever the delimiter
/// of the extract is. Some ids have two or three parts.
const FIELDS_OF_A_TABLE: usize = 4;

/// Whether there are several lines and all have the same number of fields, large
/// enough for a table.
fn is_table(lines: &[&str], quote: Option<char>) -> bool {
    let [first, others @ ..] = lines else { return false };
    let same = |separator: char| {
        let fields = |line: &str| line.split(separator).count();
        fields(first) >= FIELDS_OF_A_TABLE && others.iter().all(|line| fields(line) == fields(first))
    };
    !others.is_empty()
        && !quote.is_some_and(|quote| first.starts_with(quote))
        && [',', ';', '\t', '|'].into_iter().any(same)
}

/// Whether the file is another input of the run.
fn is_input(path: &Path, job: &Job<'_>) -> bool {
    let policy = job.policy;
    let plan = &policy.compiled.plan;
    let logs = plan.log_rules().map_or(&[][..], |rules| &rules.paths).iter();
    let mut named: Vec<PathBuf> = logs.map(|named| policy.folder.join(named)).collect();
    // A list that cannot be found refuses the run when it is read.
    named.extend(plan.consent.lists.iter().flat_map(|list| files_of(policy, list).unwrap_or_default()));
    let Ok(own) = identity(path) else { return false };
    let inputs = job.extracts.iter().chain(&job.consent_logs).chain(&named);
    inputs.filter_map(|input| identity(input).ok()).any(|input| input == own)
}

/// Whether it is a policy, a register, or JSON: a keyset, an account, records of
/// NDJSON. An id in braces is allowed.
fn is_document(text: &str) -> bool {
    let is_json =
        |text: &str| text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    let first = text.trim_start().lines().next().unwrap_or_default();
    ["scant-policy", "scant-register"].iter().any(|kind| opens_with_format(text, kind))
        || matches!(first.trim_end(), "{" | "[")
        || is_json(first)
        || is_json(text)
}

/// Whether one of the fields of a line is the name of a column, with any delimiter.
fn is_header(line: &str, plan: &Plan) -> bool {
    let mut names: BTreeSet<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
    names.insert(plan.extract.subject.as_str());
    let separators = [',', ';', '\t', '|'];
    let fields = line.split(plan.extract.dialect.delimiter.as_str()).flat_map(|part| part.split(separators));
    fields.map(|field| field.trim().trim_matches(['"', '\''])).any(|field| names.contains(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_many_fields_in_every_line() {
        for (lines, expected) in [
            (&["a;b;c;d", "e;f;g;h"][..], true),
            (&["a\tb\tc\td\te", "\t\t\t\t"], true),
            (&["a;b;c;d"], false),
            (&["a;b;c", "d;e;f"], false),
            (&["a;b;c;d", "e;f;g"], false),
            (&["\"a;b;c;d\"", "\"e;f;g;h\""], false),
            (&["a-b-c-d-e", "f-g-h-i-j"], false),
        ] {
            assert_eq!(is_table(lines, Some('"')), expected, "{lines:?}");
        }
    }
}
