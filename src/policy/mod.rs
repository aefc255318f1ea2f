//! Floor 2: a policy document becomes a plan, or every one of its faults at
//! once. Knows no files: the caller hands over texts and gets places in them
//! back.

pub mod place;
pub mod register_document;
pub mod toml_tree;
