//! Floor 2: which values are generalised to which, level by level. Knows no files: the
//! text of one is a parameter.
//!
//! The form is the CSV of ARX: `;` between fields, no header, a row for each value.
//! Field 0 is the value, field *j* what it is at level *j*, and the last is usually `*`
//! for all. A level is coarser than the one before it: equal at one level is equal at
//! the next. Rows for values that the data do not have are allowed, and count among the
//! leaves: how much a level loses depends on what could be there.
//!
//! A file holds values of the extract, so a fault says where it is and never quotes.

pub(crate) mod builders;
mod fault;
mod fields;
pub(crate) mod files;
mod tree;

pub use self::fault::HierarchyFault;
pub use self::tree::Hierarchy;
