//! What a caller of the library holds in hands: a job, its clock, its error, and one
//! transform over cells of their own.

pub(crate) mod clock;
pub(crate) mod failure;
pub(crate) mod job;
pub(crate) mod transform;
