//! Exit codes: who must act.

use std::process::ExitCode;

use crate::release::error::ReleaseError;
use crate::release::interface::failure::ErrorKind;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Bug,
    Done,
    Environment,
    Extract,
    Interrupted,
    NotVerified,
    Policy,
    Refused,
    Usage,
}

impl Exit {
    /// The exit code of an error.
    pub(super) fn of(error: &ReleaseError) -> Self {
        match error.kind() {
            ErrorKind::Bug => Self::Bug,
            ErrorKind::Delivery => Self::NotVerified,
            ErrorKind::Environment => Self::Environment,
            ErrorKind::Extract => Self::Extract,
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Policy => Self::Policy,
            ErrorKind::Refused => Self::Refused,
            ErrorKind::Usage => Self::Usage,
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
            Self::NotVerified => 6,
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
