//! The second pass: what one record says of others is carried out before anything is written.

pub(crate) mod subjects;
