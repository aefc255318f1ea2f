//! Where the evidence of a consent is in an event log, and what its words
//! mean. What a policy says in `[consent.events]`, resolved against the register.

use super::state::ConsentState;
use super::time::EventTimes;
use crate::consent::columns::evidence::TokenMeaning;
use crate::model::name::ColumnName;

/// What separates the words of a cell that lists several.
pub(crate) const SEPARATOR: &str = "|";

/// A column that a log may or may not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalColumn {
    /// The column.
    pub column: ColumnName,
    /// Whether a log without it is at fault: the policy named it.
    pub required: bool,
}

/// How a row of the log says what happened when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventForm {
    /// One row a purpose, with both dates.
    Dates {
        /// When it was given; empty: it was not.
        given_at: ColumnName,
        /// When it was withdrawn; empty: it was not.
        withdrawn_at: ColumnName,
    },
    /// One row an event.
    Events {
        /// When it happened.
        time: ColumnName,
        /// What happened.
        state: ColumnName,
        /// What the log's own words for states mean, beside the names of the
        /// vocabulary.
        states: Vec<(String, ConsentState)>,
    },
}

impl EventForm {
    /// The columns of times.
    pub(crate) fn times(&self) -> impl Iterator<Item = &ColumnName> {
        let (first, second) = match self {
            Self::Dates { given_at, withdrawn_at } => (given_at, Some(withdrawn_at)),
            Self::Events { time, .. } => (time, None),
        };
        [first].into_iter().chain(second)
    }
}

/// How the log says under which notice a consent was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventNotice {
    /// A column of notice ids.
    Column(ColumnName),
    /// The one notice in force on the day of the event.
    InForceAtEvent,
}

/// The channel of the release, and where the log says for which ones a consent
/// was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDemand {
    /// The column.
    pub column: ColumnName,
    /// The channel that must be among its words.
    pub channel: String,
}

/// `[consent.events]`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventEvidence {
    /// Whose event it is.
    pub subject: ColumnName,
    /// Which purposes it concerns.
    pub purpose: ColumnName,
    /// What the log's words for purposes mean.
    pub purposes: Vec<TokenMeaning>,
    /// What happened when.
    pub form: EventForm,
    /// How times are written.
    pub times: EventTimes,
    /// Under which notice.
    pub notice: EventNotice,
    /// For which recipients, where persons chose.
    pub recipients: OptionalColumn,
    /// For how long, where the log says.
    pub validity: OptionalColumn,
    /// For which channel, where the release asks.
    pub channel: Option<ChannelDemand>,
}
