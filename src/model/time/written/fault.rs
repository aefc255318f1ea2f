//! Why a text is not a date format, and what to write instead.

/// Why a text is not a date format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatFault {
    /// A directive that is not supported.
    #[error("uses a directive that is not supported")]
    UnknownDirective,
    /// A year of two digits names no century.
    #[error("uses %y: a year of two digits names no century")]
    TwoDigitYear,
    /// There must be one year, and a day needs its month.
    #[error("must hold %Y (or %y) once, with %m (or %b) or without, and %d only beside a month")]
    Incomplete,
    /// The parts of a time that do not make one.
    #[error("must hold a whole time of day after a whole date, or none")]
    TimeIncomplete,
    /// An hour of twelve without its half of the day, or the other way round.
    #[error("must hold %I and %p together: an hour of twelve is twice a day")]
    HalfDay,
    /// A part of any width, and after it what could be more of it.
    #[error("has a part of no fixed width, and right after it what could be more of it")]
    NoEnd,
}

impl FormatFault {
    /// What to try.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::UnknownDirective => {
                "use %Y %y %m %-m %b %B %d %-d %H %-H %I %-I %p %M %-M %S %-S %.f %z and plain text, or one of the words epoch_s, epoch_ms, epoch_us, epoch_ns, excel_1900, excel_1904 alone"
            }
            Self::TwoDigitYear => {
                "say beside it which years the digits are: with date_pivot = 30 they are 1930 to 1999 from 30 on, and 2000 to 2029 below"
            }
            Self::Incomplete => "such as %Y-%m-%d, %d %b %Y, %m/%Y or %Y",
            Self::TimeIncomplete => {
                "such as %Y-%m-%d %H:%M:%S%.f%z: %M after an hour, %S after %M, %.f after %S, %z where there is an hour"
            }
            Self::HalfDay => "such as %-m/%-d/%Y %-I:%M %p, or %H where the hours go to 23",
            Self::NoEnd => "put plain text between the parts, or use a part of fixed width, such as %d instead of %-d",
        }
    }
}
