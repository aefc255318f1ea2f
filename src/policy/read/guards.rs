//! Reads `[guards]`, which refuse a run that would deliver too little, that read
//! too many malformed records or unreadable cells, or whose counts differ too much
//! from those of the last delivery.

use crate::document::TableReader;
use crate::model::number::share::Share;
use crate::model::outcome::change::ChangeLimit;
use crate::policy::plan::Guards;
use crate::policy::plan::echo::EchoRule;

/// Reads the table, which may be left out.
pub(crate) fn read_guards(root: &TableReader<'_>) -> Guards {
    // At least one record: an empty delivery is a mistake and must not be
    // published.
    let mut guards =
        Guards { min_delivered: 1, max_quarantined: 0, max_unreadable: Share::HALF, max_change: None, echo: None };
    let Some(table) = root.table("guards") else { return guards };
    let count = |key, range| table.integer(key, range).and_then(|count| u64::try_from(count).ok());
    guards.min_delivered = count("min_delivered", 1..=i64::MAX).unwrap_or(guards.min_delivered);
    guards.max_quarantined = count("max_quarantined", 0..=i64::MAX).unwrap_or(guards.max_quarantined);
    if let Some(text) = table.number("max_unreadable") {
        match Share::parse(&text) {
            Ok(limit) => guards.max_unreadable = limit,
            Err(must) => {
                table.fault("max_unreadable", must, Some("0.5 lets one cell in two be unreadable; 1 any number"));
            }
        }
    }
    if let Some(text) = table.number("max_change") {
        match ChangeLimit::parse(&text) {
            Ok(limit) => guards.max_change = Some(limit),
            Err(must) => table.fault("max_change", must, Some("0.2 lets a share of 10 per cent become 8 to 12")),
        }
    }
    guards.echo = table.choice("echo", &EchoRule::ALL);
    table.finish();
    guards
}
