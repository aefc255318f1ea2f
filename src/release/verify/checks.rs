//! A check and what it found. Nothing of a file that may have been tampered with is
//! quoted: a name or a cell of it may be somebody's.

/// A check.
#[derive(Debug)]
pub(crate) struct DeliveryCheck {
    pub(crate) name: &'static str,
    pub(crate) finding: CheckFinding,
}

/// What a check found, in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CheckFinding {
    Passed(String),
    /// Everything that is wrong.
    Failed(Vec<String>),
    /// Why it was not made.
    NotMade(String),
}

impl CheckFinding {
    /// The word for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(_) => "failed",
            Self::NotMade(_) => "not_checked",
        }
    }

    /// What was found, line by line.
    pub(crate) fn lines(&self) -> &[String] {
        match self {
            Self::Passed(line) | Self::NotMade(line) => std::slice::from_ref(line),
            Self::Failed(lines) => lines,
        }
    }
}

impl DeliveryCheck {
    pub(super) fn passed(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, finding: CheckFinding::Passed(what.into()) }
    }

    pub(super) fn failed(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, finding: CheckFinding::Failed(vec![what.into()]) }
    }

    pub(super) fn not_made(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, finding: CheckFinding::NotMade(why.into()) }
    }

    /// Passed or failed.
    pub(super) fn of(name: &'static str, is_right: bool, right: &str, wrong: impl FnOnce() -> String) -> Self {
        if is_right { Self::passed(name, right) } else { Self::failed(name, wrong()) }
    }

    /// Failed, if anything is wrong.
    pub(super) fn all(name: &'static str, right: impl Into<String>, wrong: Vec<String>) -> Self {
        if wrong.is_empty() { Self::passed(name, right) } else { Self { name, finding: CheckFinding::Failed(wrong) } }
    }
}
