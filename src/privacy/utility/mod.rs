//! What is lost by generalising and suppressing, and which columns tell records apart:
//! measures of the literature, each over plain counts. What the sizes of classes say of
//! risk is in [`super::class_sizes`].

pub(crate) mod delivered;
pub(crate) mod discernibility;
pub(crate) mod entropy;
pub(crate) mod loss;
pub(crate) mod metric;
pub(crate) mod precision;
pub(crate) mod separation;
