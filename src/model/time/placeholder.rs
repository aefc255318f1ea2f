//! Days that systems write where they know none. One home for them: what one place
//! takes for no day, every place does.

use jiff::civil::{Date, date};

use super::duration::Period;

/// The last day that stands for "none" at the beginning of a calendar: what
/// spreadsheets, forms and databases begin at. Nobody born on it is alive.
pub(crate) const LAST_PLACEHOLDER: Date = date(1900, 1, 1);

/// Of dates that may lie ahead, how far: 2999 and 9999 stand for "never".
pub(crate) const FARTHEST: Period = Period::years(100);

/// The day that is nought on the clock of most systems.
pub(crate) const EPOCH: Date = date(1970, 1, 1);
