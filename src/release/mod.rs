//! Floor 9: the library's front door. Paths in, a published delivery out:
//! [`crate::release::inputs::policy::load`] compiles a policy, [`crate::release::deliver::deliver`] runs it,
//! [`crate::release::dry_run::rehearse`] counts what it would do.

pub mod check;
pub mod deliver;
pub mod dry_run;
pub mod error;
pub mod guards;
pub mod inputs;
pub mod order;
pub mod publish;
mod questions;
mod read;
pub mod report;
pub mod trace;
pub mod unreadable_column;
