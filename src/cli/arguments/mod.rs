//! What the verbs share of the command line: how values are read, and what is said
//! of arguments that cannot be.

pub(super) mod usage;
pub(super) mod values;
