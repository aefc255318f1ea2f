//! Exit codes: who must act.

use std::process::ExitCode;

use crate::engine::bind::BindFault;
use crate::release::error::ReleaseError;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Bug,
    Done,
    Environment,
    Extract,
    Interrupted,
    Policy,
    Refused,
    Usage,
}

impl Exit {
    /// The exit code of an error.
    pub(super) fn of(error: &ReleaseError) -> Self {
        match error {
            ReleaseError::AfterCommit { .. }
            | ReleaseError::BadTarget { .. }
            | ReleaseError::InsideDelivery { .. }
            | ReleaseError::Io { .. }
            | ReleaseError::Key(_)
            | ReleaseError::Locked { .. }
            | ReleaseError::OutputExists { .. }
            | ReleaseError::State { .. } => Self::Environment,
            ReleaseError::Bind { faults, .. } => {
                let by_policy = faults.iter().all(|fault| matches!(fault, BindFault::Inapplicable { .. }));
                if by_policy { Self::Policy } else { Self::Extract }
            }
            ReleaseError::Bug { .. } | ReleaseError::Imbalance(_) => Self::Bug,
            ReleaseError::Input(_)
            | ReleaseError::LogLostWithoutEnd { .. }
            | ReleaseError::LogQuarantined { .. }
            | ReleaseError::LogSubjects { .. }
            | ReleaseError::MalformedWithoutEnd { .. }
            | ReleaseError::SameContent { .. }
            | ReleaseError::TooManyQuarantined { .. }
            | ReleaseError::UnreadableEntries(_) => Self::Extract,
            ReleaseError::Interrupted => Self::Interrupted,
            ReleaseError::Against { .. }
            | ReleaseError::FutureAsOf { .. }
            | ReleaseError::KeyNeeded
            | ReleaseError::LogNeeded
            | ReleaseError::LogNotAsked
            | ReleaseError::NothingGuarded { .. }
            | ReleaseError::SourceDateEpoch
            | ReleaseError::SubjectFile { .. } => Self::Usage,
            ReleaseError::Policy { .. } | ReleaseError::PolicyFile { .. } => Self::Policy,
            ReleaseError::Refused { .. } | ReleaseError::StaleList { .. } => Self::Refused,
        }
    }

    /// The number.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Environment => 1,
            Self::Usage => 2,
            Self::Policy => 3,
            Self::Extract => 4,
            Self::Refused => 5,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
