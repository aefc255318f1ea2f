//! The hierarchies that a policy names, by the path as it writes it: read before its
//! columns are, each once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tree::Hierarchy;
use crate::model::digest::Digest;

/// A hierarchy and the file it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadHierarchy {
    /// What it says.
    pub(crate) hierarchy: Arc<Hierarchy>,
    /// BLAKE3 of the file.
    pub(crate) blake3: Digest,
}

/// What became of a file.
#[derive(Debug, Clone)]
pub(crate) enum FoundHierarchy {
    /// It was read.
    Read(ReadHierarchy),
    /// It has faults, which are told with their places in it.
    Faulty,
    /// There is no hierarchy, for this reason.
    Unusable(String),
}

/// Hierarchies by their paths.
#[derive(Debug, Clone, Default)]
pub(crate) struct HierarchyFiles(BTreeMap<String, FoundHierarchy>);

impl HierarchyFiles {
    /// Adds what became of a file.
    pub(crate) fn insert(&mut self, path: &str, found: FoundHierarchy) {
        self.0.insert(path.to_owned(), found);
    }

    /// What became of a file, if it was looked for.
    pub(crate) fn get(&self, path: &str) -> Option<&FoundHierarchy> {
        self.0.get(path)
    }
}
