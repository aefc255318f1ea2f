//! Floor 9: the library's front door. Paths in, a published delivery out:
//! [`crate::release::inputs::policy::load`] compiles a policy, [`crate::release::deliver::deliver`] runs it,
//! [`crate::release::deliver::rehearse`] counts what it would do.

pub mod check;
pub mod deliver;
pub(crate) mod dry_run;
pub mod error;
pub mod guards;
pub mod inputs;
pub mod order;
pub mod publish;
mod questions;
pub mod report;
pub mod trace;
