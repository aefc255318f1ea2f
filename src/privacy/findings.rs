//! What was found about the classes of a run: their sizes before and after the models
//! were enforced, and how the delivered ones stand by each model.

use super::class_sizes::ClassSizes;
use super::utility::delivered::ColumnUtility;

/// What the models found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ClassFindings {
    /// The classes of all admitted records.
    pub(crate) before: ClassSizes,
    /// The classes of the delivered records.
    pub(crate) after: ClassSizes,
    /// Records that were judged.
    pub(crate) records: u64,
    /// Of those, how many were dropped.
    pub(crate) dropped: u64,
    /// Of the others, how many had the cells of their quasi-identifiers suppressed.
    pub(crate) suppressed: u64,
    /// By model: its number for the delivered class that is worst by it; `None` without a
    /// class.
    pub(crate) worst: Vec<Option<f64>>,
    /// By model: persons with a value that the order of the policy does not have, once for
    /// each class. Their classes do not meet the model.
    pub(crate) unordered: Vec<u64>,
    /// By quasi-identifier: what the delivered records have lost of it; `None` where it
    /// has too many different values to be measured.
    pub(crate) utility: Vec<Option<ColumnUtility>>,
}

impl ClassFindings {
    /// Records of classes that did not meet a model.
    pub(crate) fn violating(&self) -> u64 {
        self.dropped + self.suppressed
    }
}
