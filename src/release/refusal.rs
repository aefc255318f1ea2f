//! Why a run is refused although nothing is broken: the controller decides.

use super::unreadable_column::UnreadableColumn;
use crate::manifest::compare_last::ChangeReport;
use crate::model::number::counted::{are, counted, number};
use crate::model::number::share::Share;
use crate::model::time::duration::Period;

/// Why a run is refused although nothing is broken: the controller decides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Counts are too different from those of the last delivery.
    #[error("{}", changed(.comparison))]
    Changed {
        /// The comparison.
        comparison: Box<ChangeReport>,
    },
    /// Delivered texts repeat direct identifiers of their records.
    #[error("guards.echo = \"refuse\": {} a direct identifier of the same record that is not delivered: {}", repeat(.columns), by_column(.columns))]
    Echo {
        /// Cells that do, by delivered column.
        columns: Vec<(String, u64)>,
    },
    /// The logs know no subject of the extract.
    #[error("no subject of the extract is in the consent log, which holds {} of {}", counted(*events, "event"), counted(*subjects, "subject"))]
    NoSubjectMatched {
        /// Events read.
        events: u64,
        /// Subjects they are about.
        subjects: u64,
    },
    /// No record may be delivered.
    #[error("no record may be delivered{}", .because.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NothingToDeliver {
        /// Why no consent whatever could have passed, where none could.
        because: Option<String>,
    },
    /// Records are in classes that do not meet a model, and the policy lets none be.
    #[error("of {} {} in classes that do not meet privacy models: {}", counted(*judged, "record"), are_or_is(*violating), joined_counts(.models))]
    ModelsNotMet {
        /// Records in such classes.
        violating: u64,
        /// Records that were judged.
        judged: u64,
        /// For each model: the reason, what it demands in words, and records.
        models: Vec<(String, String, u64)>,
    },
    /// Too many records are in classes that do not meet a model.
    #[error("{} of {} would be dropped or lose their quasi-identifiers, and privacy.max_suppressed = {limit} allows no more than that share", number(*violating), counted(*judged, "record"))]
    TooManySuppressed {
        /// Records in such classes.
        violating: u64,
        /// Records that were judged.
        judged: u64,
        /// The share allowed.
        limit: Share,
    },
    /// A consent log is older than the policy allows.
    #[error("the consent log is {} old or older, by its newest event or by the day beside it", max_log_age.in_words())]
    StaleLog {
        /// How old it may be.
        max_log_age: Period,
    },
    /// Too many cells of a delivered column cannot be read.
    #[error("guards.max_unreadable = {limit} lets that share of a column's cells be unreadable: {}", joined(.columns))]
    Unreadable {
        /// The share allowed.
        limit: Share,
        /// The columns.
        columns: Vec<UnreadableColumn>,
    },
    /// Columns of categories have too many different values.
    #[error("`top_values` counts at most 100,000 different values of a column, and 8 MiB of them: {} more", has_more(.columns))]
    TooVaried {
        /// The delivered columns.
        columns: Vec<String>,
    },
    /// More records than the register's `max_delivered`.
    #[error("{} would be delivered, and max_delivered of the register allows {}", counted(*delivered, "record"), number(*allowed))]
    TooManyDelivered {
        /// Found.
        delivered: u64,
        /// Allowed.
        allowed: u64,
    },
    /// Fewer records than `guards.min_delivered`.
    #[error("{} may be delivered, and guards.min_delivered asks for {}", counted(*delivered, "record"), number(*demanded))]
    TooFewDelivered {
        /// Found.
        delivered: u64,
        /// Demanded.
        demanded: u64,
    },
}

fn has_more(columns: &[String]) -> String {
    format!("{} {}", columns.join(", "), if columns.len() == 1 { "has" } else { "have" })
}

fn repeat(columns: &[(String, u64)]) -> String {
    let cells: u64 = columns.iter().map(|(_, cells)| cells).sum();
    format!("{} {}", counted(cells, "delivered cell"), if cells == 1 { "repeats" } else { "repeat" })
}

fn by_column(columns: &[(String, u64)]) -> String {
    let told = columns.iter().map(|(name, cells)| format!("{name} ({})", number(*cells)));
    told.collect::<Vec<String>>().join(", ")
}

fn joined(columns: &[UnreadableColumn]) -> String {
    let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
    columns.join("; ")
}

/// How many there are, with the verb.
fn are_or_is(count: u64) -> String {
    format!("{} {}", number(count), are(count))
}

fn joined_counts(models: &[(String, String, u64)]) -> String {
    let told = |(reason, demand, records): &(String, String, u64)| {
        format!("{} {reason} (the policy asks for {demand})", number(*records))
    };
    models.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn changed(comparison: &ChangeReport) -> String {
    let changes: Vec<String> = comparison.refused().map(ToString::to_string).collect();
    let since = comparison.against.as_ref().map_or("the last delivery", |against| &against.as_of);
    format!(
        "since the delivery as of {since} more changed than guards.max_change = {} allows: {}",
        comparison.limit,
        changes.join("; ")
    )
}
