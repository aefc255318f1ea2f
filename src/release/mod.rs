//! Floor 5: the library's front door. Paths in, a published delivery out:
//! [`loading::load`] compiles a policy, [`delivering::deliver`] runs it,
//! [`delivering::rehearse`] counts what it would do.

mod answers;
mod companions;
mod data;
pub mod delivering;
pub mod error;
pub mod fitting;
pub mod guarding;
mod inputs;
pub mod keyset;
mod list_findings;
mod list_questions;
mod lists;
pub mod loading;
mod locking;
mod logs;
mod measuring;
pub mod order;
mod padded;
mod quarantine;
mod questions;
mod rehearsing;
pub mod report;
mod run_document;
mod staging;
pub mod subject_file;
pub mod synthetic;
pub mod target;
mod trace_document;
mod trace_words;
pub mod tracing;
mod turns;
mod whole_file;
