//! Finds the levels of generalisation at which classes are large enough and least is
//! lost.
//!
//! Every quasi-identifier is generalised to one level in all records (global recoding),
//! and records whose class is too small nevertheless are suppressed, no more than a
//! limit. The choices form a lattice. What is searched is a table of the distinct
//! combinations of values with their numbers of records: the classes of a node are
//! rolled up from those of a node below it, never counted from the records again.
//!
//! Small lattices are searched for the optimum: [`flash`] finds, by monotonicity, which
//! nodes satisfy, and [`walk`] looks at what may still be better. Large ones are
//! searched from good nodes to better ones while there is time ([`best_first`]).

pub(crate) mod best_first;
pub(crate) mod classes;
pub(crate) mod explorer;
pub(crate) mod flash;
pub(crate) mod lattice;
#[cfg(test)]
mod laws;
pub(crate) mod local;
pub(crate) mod optimum;
pub(crate) mod scoring;
pub(crate) mod search_table;
pub(crate) mod walk;
