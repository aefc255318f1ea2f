//! Why a job of the front door failed: one type, and who must act.

use std::fmt;

use crate::engine::bind::BindFault;
use crate::release::error::ReleaseError;
use crate::release::report::RunReport;

/// Why there is no delivery; but see [`Error::delivery_is_complete`].
///
/// Its text says what, where and, if that is known, what to try; never a cell. For
/// a policy that cannot be used it has all the faults, one a line.
pub struct Error(Box<ReleaseError>);

/// Who must act on an [`Error`], as the exit codes of the command line tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A bug in scant (exit code 70).
    Bug,
    /// The operator: a file, a folder, a disk, a key (1).
    Environment,
    /// Who made or sent the delivery: it is not what it says (6).
    Delivery,
    /// The owner of the extract, a list or a log (4).
    Extract,
    /// None: the run was asked to stop (130).
    Interrupted,
    /// The author of the policy (3).
    Policy,
    /// The controller: the run could have delivered, and a guard refused it (5).
    Refused,
    /// The caller: what was asked for does not fit together (2).
    Usage,
}

impl Error {
    /// Who must act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }

    /// Whether the delivery was made all the same, and only what follows its publication
    /// failed: then it must not be made again.
    #[must_use]
    pub fn delivery_is_complete(&self) -> bool {
        matches!(*self.0, ReleaseError::AfterCommit { .. })
    }

    /// What the run counted, where it came that far: of a refusal, and of too many
    /// malformed records.
    #[must_use]
    pub fn report(&self) -> Option<&RunReport> {
        self.0.report()
    }
}

impl From<ReleaseError> for Error {
    fn from(error: ReleaseError) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the derived one, which holds the texts of the policy.
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)?;
        let line = |f: &mut fmt::Formatter<'_>, fault: &dyn fmt::Display, hint: Option<&str>| {
            write!(f, "\n  {fault}")?;
            hint.map_or(Ok(()), |hint| write!(f, " ({hint})"))
        };
        match &*self.0 {
            ReleaseError::Policy { refused, .. } => {
                refused.faults.iter().try_for_each(|fault| line(f, fault, fault.hint.as_deref()))
            }
            ReleaseError::Bind { faults, .. } => faults.iter().try_for_each(|fault| line(f, fault, None)),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}

impl ReleaseError {
    /// Who must act.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::AfterCommit { .. }
            | Self::BadFolder { .. }
            | Self::BadTarget { .. }
            | Self::InsideDelivery { .. }
            | Self::Io { .. }
            | Self::Key(_)
            | Self::Locked { .. }
            | Self::NoListFile { .. }
            | Self::OutputExists { .. }
            | Self::State { .. } => ErrorKind::Environment,
            Self::Bind { faults, .. } => {
                let by_policy = faults.iter().all(|fault| matches!(fault, BindFault::Inapplicable { .. }));
                if by_policy { ErrorKind::Policy } else { ErrorKind::Extract }
            }
            Self::Bug { .. } | Self::Imbalance(_) | Self::SelfTest { .. } => ErrorKind::Bug,
            Self::Input(_)
            | Self::LogLostWithoutEnd { .. }
            | Self::LogQuarantined { .. }
            | Self::LogSubjects { .. }
            | Self::MalformedWithoutEnd { .. }
            | Self::SameAnswer { .. }
            | Self::SameContent { .. }
            | Self::TooManyQuarantined { .. }
            | Self::UnreadableEntries(_) => ErrorKind::Extract,
            Self::NoSuggestion(why) if why.is_bug() => ErrorKind::Bug,
            Self::NoSuggestion(why) if why.is_of_extract() => ErrorKind::Extract,
            Self::NoSuggestion(why) if why.is_refusal() => ErrorKind::Refused,
            Self::NotAsWritten { .. } => ErrorKind::Delivery,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Against { .. }
            | Self::FutureAsOf { .. }
            | Self::JobOption { .. }
            | Self::KeyNeeded
            | Self::LogNeeded
            | Self::LogNotAsked
            | Self::NoHierarchy(_)
            | Self::NoRisk(_)
            | Self::NoSuggestion(_)
            | Self::NoSuchList { .. }
            | Self::NothingGuarded { .. }
            | Self::SignedAlready { .. }
            | Self::SourceDateEpoch
            | Self::SubjectFile { .. } => ErrorKind::Usage,
            Self::Policy { .. } | Self::PolicyFile { .. } => ErrorKind::Policy,
            Self::Refused { .. } | Self::StaleList { .. } => ErrorKind::Refused,
        }
    }
}
