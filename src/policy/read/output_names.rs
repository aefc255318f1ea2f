//! The names of the delivered columns. No two may differ only in case, since many
//! programs ignore case.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::document::TableReader;
use crate::model::name::OutputName;

/// The names used so far.
#[derive(Debug, Default)]
pub(crate) struct OutputNames {
    claimed: RefCell<BTreeSet<String>>,
}

impl OutputNames {
    /// Adds a name; a name that was added before is a fault at `key` of `table`.
    pub(crate) fn claim(&self, name: &OutputName, table: &TableReader<'_>, key: &str) {
        if !self.claimed.borrow_mut().insert(name.as_str().to_ascii_lowercase()) {
            let hint = "names are compared without regard to case; choose another with `as`";
            table.fault(key, format!("another delivered column is called {name}"), Some(hint));
        }
    }
}
