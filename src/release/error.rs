//! Why there is no delivery, by who must act: the policy's author, the data's
//! owner, the controller, or the operator.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::hierarchy::fault::NoHierarchy;
use super::inputs::keyset::KeyFault;
use super::refusal::Refusal;
use super::report::RunReport;
use super::risk::fault::NoRisk;
use super::suggest::fault::NoSuggestion;
use super::unreadable_entries::UnreadableEntries;
use crate::account::Imbalance;
use crate::engine::bind::BindFault;
use crate::engine::fault::{EngineError, InputFault};
use crate::engine::workers::WORKERS;
use crate::format::io::opening::shown;
use crate::manifest::last_delivery::LastFault;
use crate::model::number::counted::{are, counted, number};
use crate::model::time::duration::Period;
use crate::policy::compile::PolicyRefused;

fn inside(path: &Path, delivery: &Path) -> String {
    if path == delivery { "is".to_owned() } else { format!("would be inside {},", shown(delivery)) }
}

/// Why there is no delivery.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The delivery, or what is kept of it, exists already.
    #[error("{} exists already; nothing is ever overwritten", shown(path))]
    OutputExists {
        /// What exists.
        path: PathBuf,
    },
    /// The key has signed the delivery before.
    #[error("{} is signed with this key already", shown(path))]
    SignedAlready {
        /// The delivery.
        path: PathBuf,
    },
    /// Another run holds the target.
    #[error("another run is writing {}", shown(path))]
    Locked {
        /// The target.
        path: PathBuf,
    },
    /// What `--against` names cannot be compared with.
    #[error("{} {fault}", shown(path))]
    Against {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: LastFault,
    },
    /// The environment says what day it is, but not legibly.
    #[error("SOURCE_DATE_EPOCH must be a number of seconds since 1970-01-01")]
    SourceDateEpoch,
    /// The as-of day has not come yet.
    #[error("the as-of day {as_of} is after today, {today} in UTC")]
    FutureAsOf {
        /// The as-of day.
        as_of: Date,
        /// Today.
        today: Date,
    },
    /// The state file beside the deliveries cannot be compared with.
    #[error("the state file {} {fault}, so guards.max_change has nothing to go by", shown(path))]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: LastFault,
    },
    /// An option is about a guard that the policy does not set.
    #[error("{option} is of use only where the policy sets guards.max_change")]
    NothingGuarded {
        /// The option.
        option: &'static str,
    },
    /// Documents of a delivery are not what scant would write, or not of one delivery.
    #[error("{} {what}", shown(path))]
    NotAsWritten {
        /// The document.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The folder of a report has no usable name.
    #[error("{} cannot be the folder of a report: {what}", shown(path))]
    BadFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The target has no usable name.
    #[error("{} cannot be a delivery: {what}", shown(path))]
    BadTarget {
        /// The target.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// Something would be made inside the folder of a delivery.
    #[error("{} {} the folder of a delivery, or of what is kept of one", shown(path), inside(path, delivery))]
    InsideDelivery {
        /// What would be made.
        path: PathBuf,
        /// The delivery.
        delivery: PathBuf,
    },
    /// The operating system failed us.
    #[error("cannot {doing} {}", shown(path))]
    Io {
        /// What was being done, an infinitive.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file of ids cannot be used.
    #[error("the subject file {} {what}", shown(path))]
    SubjectFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// A policy file cannot be used at all.
    #[error("the policy {} {what}", shown(path))]
    PolicyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The policy or the register is at fault.
    #[error("{refused}")]
    Policy {
        /// Every fault.
        refused: PolicyRefused,
        /// Texts of the documents, by the names the faults use, to show the lines.
        texts: Vec<(String, String)>,
    },
    /// The policy does not fit the extract.
    #[error("the policy does not fit {file}, {}", counted(.faults.len() as u64, "fault"))]
    Bind {
        /// The extract.
        file: String,
        /// Every fault.
        faults: Vec<BindFault>,
    },
    /// What is asked for cannot be done.
    #[error("{what}")]
    JobOption {
        /// What is wrong, and what would do.
        what: &'static str,
    },
    /// The policy pseudonymises and no key was given.
    #[error("the policy pseudonymises, and no key was given")]
    KeyNeeded,
    /// The key file is refused.
    #[error("{0}")]
    Key(#[from] KeyFault),
    /// The extract is at fault.
    #[error("{0}")]
    Input(InputFault),
    /// The policy judges by a consent log and none was given.
    #[error("the policy judges by a consent log, and neither it nor --consent names one")]
    LogNeeded,
    /// The pattern of a list is the name of no file.
    #[error("{pattern}: no file has such a name")]
    NoListFile {
        /// With its folder.
        pattern: String,
    },
    /// A published example of the deletion lists comes to another hash: a bug.
    #[error(
        "the published example of {example} comes to another hash, so nobody would be found; nothing was delivered; please report this"
    )]
    SelfTest {
        /// The identifiers of the example.
        example: String,
    },
    /// Two files of a deletion list have one name, under which each must be answered.
    #[error("the list {list} has two files of one name, and each is answered under its name")]
    SameAnswer {
        /// The list, by its name in the policy.
        list: String,
    },
    /// A file was given for a list that the policy does not have.
    #[error("--list names a list that the policy does not have")]
    NoSuchList {
        /// Those it has.
        known: Vec<String>,
    },
    /// No hierarchy can be made of a column.
    #[error("{0}")]
    NoHierarchy(NoHierarchy),
    /// No risk can be measured.
    #[error("{0}")]
    NoRisk(NoRisk),
    /// No levels of generalisation can be suggested.
    #[error("{0}")]
    NoSuggestion(Box<NoSuggestion>),
    /// A consent log was given and the policy reads none.
    #[error("a consent log was given, and the policy judges by columns of the extract")]
    LogNotAsked,
    /// Too many malformed rows in the consent logs.
    #[error("{} of the consent log {} malformed, and {} {} allowed", counted(*found, "row"), are(*found), number(*allowed), are(*allowed))]
    LogQuarantined {
        /// Found.
        found: u64,
        /// Allowed.
        allowed: u64,
        /// The first few places.
        first: Vec<String>,
    },
    /// Events of the consent logs whose subject cannot be read: the people they name
    /// would not be found.
    #[error(
        "{} of the consent log {} of a subject that cannot be read, {} of it {} malformed, and {} of both {} allowed",
        counted(*found, "event"), are(*found), counted(*malformed, "row"), are(*malformed), number(*allowed), are(*allowed)
    )]
    LogSubjects {
        /// Found.
        found: u64,
        /// Malformed rows.
        malformed: u64,
        /// Allowed, of both together.
        allowed: u64,
        /// The first few places.
        first: Vec<String>,
    },
    /// Too many malformed records.
    #[error("{} {} malformed, and {} {} allowed", counted(*found, "record"), are(*found), number(*allowed), are(*allowed))]
    TooManyQuarantined {
        /// Found.
        found: u64,
        /// Allowed.
        allowed: u64,
        /// The first few places.
        first: Vec<String>,
        /// What the run counted.
        report: Box<RunReport>,
    },
    /// So many rows of the consent logs lost that the rest was not read.
    #[error(
        "more than {} of the consent log are malformed or of a subject that cannot be read, and {} {} allowed; the rest was not read",
        counted(*limit, "row"), number(*allowed), are(*allowed)
    )]
    LogLostWithoutEnd {
        /// How many were read before the run gave up.
        limit: u64,
        /// Allowed.
        allowed: u64,
        /// The first few places.
        first: Vec<String>,
    },
    /// So many malformed records that the rest was not read.
    #[error("more than {} are malformed, and {} {} allowed; the rest was not read", counted(*limit, "record"), number(*allowed), are(*allowed))]
    MalformedWithoutEnd {
        /// How many were read before the run gave up.
        limit: u64,
        /// Allowed.
        allowed: u64,
        /// The first few places.
        first: Vec<String>,
    },
    /// Two files of the extract, or two consent logs, hold the same bytes.
    #[error("{file} and {other} hold the same bytes")]
    SameContent {
        /// The second.
        file: String,
        /// The first.
        other: String,
    },
    /// The run is refused.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// What the run counted.
        report: Box<RunReport>,
    },
    /// A list is older than the policy allows.
    #[error("the list {name} is of {day}, which on {as_of} is {} old or older", max_age.in_words())]
    StaleList {
        /// The list, by its name in the policy.
        name: String,
        /// Of which day it is.
        day: Date,
        /// How old it may be.
        max_age: Period,
        /// The day that is judged.
        as_of: Date,
    },
    /// Entries of a list that its rule cannot read, more than allowed.
    #[error("{0}")]
    UnreadableEntries(Box<UnreadableEntries>),
    /// The run was interrupted.
    #[error("interrupted; nothing was delivered")]
    Interrupted,
    /// The account does not balance: a bug.
    #[error("the account does not balance: {0}; nothing was delivered; please report this")]
    Imbalance(#[from] Imbalance),
    /// Another bug.
    #[error("a bug in scant, in step `{step}`; nothing was delivered; please report it")]
    Bug {
        /// Where.
        step: &'static str,
    },
    /// The delivery is complete, but what follows its publication failed.
    #[error("{} is complete, but cannot {doing}", shown(path))]
    AfterCommit {
        /// The delivery.
        path: PathBuf,
        /// What failed.
        doing: &'static str,
        /// The operating system's error.
        source: io::Error,
    },
}

impl ReleaseError {
    /// Wraps an operating system error.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    /// What the run counted, where it came that far.
    #[must_use]
    pub fn report(&self) -> Option<&RunReport> {
        match self {
            Self::Refused { report, .. } | Self::TooManyQuarantined { report, .. } => Some(report),
            _ => None,
        }
    }
}

impl From<NoSuggestion> for ReleaseError {
    fn from(why: NoSuggestion) -> Self {
        Self::NoSuggestion(Box::new(why))
    }
}

impl From<EngineError> for ReleaseError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Bug { step } => Self::Bug { step },
            EngineError::Input(fault) => Self::Input(fault),
            EngineError::Interrupted => Self::Interrupted,
            EngineError::MalformedWithoutEnd { limit, allowed } => {
                Self::MalformedWithoutEnd { limit, allowed, first: Vec::new() }
            }
            EngineError::Read { file, source } => {
                Self::Io { doing: "read", path: PathBuf::from(file.as_ref()), source }
            }
            EngineError::Write { what: WORKERS, source } => {
                Self::Io { doing: "start", path: PathBuf::from(WORKERS), source }
            }
            EngineError::Write { what, source } => Self::Io { doing: "write", path: PathBuf::from(what), source },
        }
    }
}
