//! What a run leaves: written aside, made durable, read again, published at once.

pub(crate) mod data;
pub(crate) mod deletion_status;
pub(crate) mod locking;
pub(crate) mod measure;
pub(crate) mod quarantine;
pub(crate) mod staging;
pub(crate) mod target;
pub(crate) mod whole_file;
