//! What a run reads: policy, extract, lists, consent logs, keyset.

pub(crate) mod companions;
pub(crate) mod consent_logs;
pub(crate) mod extract;
pub mod keyset;
pub(crate) mod lists;
pub(crate) mod open;
pub(crate) mod policy;
pub(crate) mod population;
pub(crate) mod public_key;
pub(crate) mod table;
pub(crate) mod turns;
