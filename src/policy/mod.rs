//! Floor 2: a policy document becomes a plan, or every one of its faults at
//! once. Knows no files: the caller hands over texts and gets places in them
//! back.

pub mod attachments;
mod columns_table;
pub mod compile;
mod consent_table;
mod consent_words;
mod date_formats;
mod derived_table;
mod events_table;
mod extract_table;
mod guards_table;
pub mod list_rule;
mod lists_table;
mod output_names;
mod output_table;
pub mod place;
pub mod plan;
pub(crate) mod questions;
pub mod register_document;
mod release_table;
mod rows_table;
pub mod satisfaction;
pub mod toml_tree;
pub mod words;
pub mod written_as;
