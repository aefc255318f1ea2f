//! Floor 11: the library's front door: a [`Policy`](inputs::policy::Policy), a
//! [`Job`](interface::job::Job), a [`Delivery`](report::Delivery).

pub(crate) mod check;
pub(crate) mod deliver;
pub(crate) mod dry_run;
pub(crate) mod error;
pub(crate) mod guards;
pub(crate) mod hierarchy;
pub(crate) mod inputs;
pub(crate) mod interface;
pub(crate) mod publish;
mod questions;
mod read;
pub(crate) mod refusal;
pub(crate) mod report;
pub(crate) mod report_folder;
pub(crate) mod risk;
pub(crate) mod suggest;
pub(crate) mod trace;
pub(crate) mod unreadable_column;
pub(crate) mod unreadable_entries;
pub(crate) mod verify;
