//! The guards: what would have refused the run, and how near it came.

use crate::model::number::counted::number;
use crate::policy::plan::echo::EchoRule;
use crate::report::documents::{Documents, unreadable_of};
use crate::report::text::{foreign, foreign_list, per_cent};

/// Above this part of a limit, in per cent, a run is close to it.
const CLOSE: u64 = 80;

/// A guard.
#[derive(Debug)]
pub(in crate::report) struct GuardLine {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) meaning: &'static str,
    pub(in crate::report) limit: String,
    pub(in crate::report) reached: String,
    pub(in crate::report) state: GuardState,
}

/// Where a run was by a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum GuardState {
    Close,
    Kept,
    NotSet,
    /// It was let pass by the operator.
    Accepted,
}

impl GuardState {
    pub(in crate::report) fn words(self) -> &'static str {
        match self {
            Self::Accepted => "let pass",
            Self::Close => "close to it",
            Self::Kept => "kept",
            Self::NotSet => "not set",
        }
    }
}

/// A share as a policy writes it, in millionths.
fn millionths(share: &str) -> Option<u64> {
    let (whole, fraction) = share.split_once('.').unwrap_or((share, ""));
    let digits = format!("{whole}{fraction:0<6}");
    digits.parse().ok().filter(|_| fraction.len() <= 6)
}

/// Whether a part of a whole is close to a limit, which is not 0.
fn is_close(part: u64, whole: u64, limit: &str) -> bool {
    let Some(limit) = millionths(limit) else { return false };
    let (part, whole) = (u128::from(part), u128::from(whole));
    part > 0 && part * 100 * 1_000_000 >= whole * u128::from(limit) * u128::from(CLOSE)
}

/// Every guard; none where the account is not there.
pub(in crate::report) fn guards(documents: &Documents) -> Vec<GuardLine> {
    let told = &documents.told;
    let Some(guards) = &told.guards else { return Vec::new() };
    let (delivered, quarantined) = (documents.delivered(), documents.quarantined());
    let state = |is_close: bool| if is_close { GuardState::Close } else { GuardState::Kept };
    let is_small =
        guards.min_delivered > 1 && delivered.saturating_mul(CLOSE) <= guards.min_delivered.saturating_mul(100);
    let is_malformed =
        quarantined > 0 && quarantined.saturating_mul(100) >= guards.max_quarantined.saturating_mul(CLOSE);
    let mut lines = vec![
        GuardLine {
            name: "min_delivered",
            meaning: "records that must be delivered, at least",
            limit: number(guards.min_delivered),
            reached: number(delivered),
            state: state(is_small),
        },
        GuardLine {
            name: "max_quarantined",
            meaning: "malformed records, at most",
            limit: number(guards.max_quarantined),
            reached: number(quarantined),
            state: state(is_malformed),
        },
    ];
    lines.push(unreadable(documents, &guards.max_unreadable));
    if let Some(privacy) = &told.privacy
        && let Some(records) = &privacy.records
    {
        let withheld = records.dropped.at_least() + records.cells_suppressed.at_least();
        let judged = records.judged.at_least();
        lines.push(GuardLine {
            name: "max_suppressed",
            meaning: "share of the records that privacy models withhold, at most",
            limit: foreign(&privacy.max_suppressed),
            reached: format!("{} of {} ({})", number(withheld), number(judged), per_cent(withheld, judged)),
            state: state(is_close(withheld, judged, &privacy.max_suppressed)),
        });
    }
    lines.push(GuardLine {
        name: "max_change",
        meaning: "how much a count may differ from that of the last delivery",
        limit: guards.max_change.as_deref().map_or_else(|| "none".to_owned(), foreign),
        reached: match guards.accepted_changes.as_slice() {
            [] if guards.max_change.is_some() => "within it, or nothing to compare with".to_owned(),
            [] => "not compared".to_owned(),
            accepted => format!("let pass: {}", foreign_list(accepted.iter().map(String::as_str))),
        },
        state: match (&guards.max_change, guards.accepted_changes.is_empty()) {
            (_, false) => GuardState::Accepted,
            (Some(_), true) => GuardState::Kept,
            (None, true) => GuardState::NotSet,
        },
    });
    let echoes: u64 = documents.delivered_columns().filter_map(|column| column.cells?.echoes).sum();
    lines.push(GuardLine {
        name: "echo",
        meaning: "delivered texts that repeat a direct identifier of their record",
        limit: match guards.echo {
            Some(EchoRule::Refuse) => "refuse the run",
            Some(EchoRule::Redact) => "lose the word",
            Some(EchoRule::Count) => "are counted",
            None => "none",
        }
        .to_owned(),
        reached: if guards.echo.is_some() { number(echoes) } else { "not looked for".to_owned() },
        state: if guards.echo.is_some() { GuardState::Kept } else { GuardState::NotSet },
    });
    lines
}

/// The column with the largest share of cells that cannot be read.
fn unreadable(documents: &Documents, limit: &str) -> GuardLine {
    let columns = documents.delivered_columns().filter_map(|column| {
        let (unreadable, cells) = unreadable_of(column.cells?);
        (unreadable > 0).then_some((column.name, unreadable, cells))
    });
    let share = |unreadable: u64, cells: u64| u128::from(unreadable) * 1_000_000 / u128::from(cells.max(1));
    let worst = columns.max_by_key(|(_, unreadable, cells)| share(*unreadable, *cells));
    GuardLine {
        name: "max_unreadable",
        meaning: "share of the cells of a column that cannot be read, at most; here of the delivered records, and with the worst column",
        limit: foreign(limit),
        reached: worst.map_or_else(
            || "none".to_owned(),
            |(name, unreadable, cells)| {
                format!(
                    "{} of {} in {} ({})",
                    number(unreadable),
                    number(cells),
                    foreign(name),
                    per_cent(unreadable, cells)
                )
            },
        ),
        state: match worst {
            Some((_, unreadable, cells)) if is_close(unreadable, cells, limit) => GuardState::Close,
            _ => GuardState::Kept,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_is_four_fifths_of_the_way() {
        assert_eq!([millionths("0.5"), millionths("1"), millionths("x")], [Some(500_000), Some(1_000_000), None]);
        assert!(is_close(4, 10, "0.5") && !is_close(39, 100, "0.5") && !is_close(0, 10, "0.5"));
        assert!(is_close(1, 1_000, "0"), "beyond a limit of nothing");
    }
}
