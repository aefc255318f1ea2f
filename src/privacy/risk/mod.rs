//! What the classes of a table say about the people in it: the risk of being found by
//! somebody who looks for one, for anybody or for all; which columns find them; and what
//! a class tells of a sensitive column.
//!
//! Sources: El Emam, *Guide to the de-identification of personal health information*
//! (2013), chapters 16 to 18, for prosecutor, journalist and marketer; the others are
//! named where they are used.

pub(crate) mod ordered;
pub(crate) mod population_risk;
pub(crate) mod sensitive;
pub(crate) mod subset_sizes;
