//! Cases 08, 33 and 42: every writing of a date or time, and what is no date.
