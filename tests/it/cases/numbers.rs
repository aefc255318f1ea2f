//! Cases 06, 07 and 30: every number is one, however it is written.
