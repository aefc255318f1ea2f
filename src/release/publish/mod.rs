//! Makes the delivery of a run: written to a partial folder, made durable, read
//! again, published in one rename.

pub(crate) mod access;
pub(crate) mod data;
pub(crate) mod deletion_status;
pub(crate) mod locking;
pub(crate) mod measure;
pub(crate) mod quarantine;
pub(crate) mod staging;
pub(crate) mod target;
pub(crate) mod whole_file;
pub(crate) mod whole_folder;
