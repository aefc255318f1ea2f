//! What holds of the classes of one node: how many are kept, and whether few enough
//! records are suppressed.

use super::packed::PackedCode;
use super::table::ClassTable;

/// What is asked of a node: classes of at least `k` people, with no more records in
/// smaller ones, which are suppressed, than `max_suppressed`.
///
/// It is monotone: a class above is made of whole classes below, so nothing that is
/// kept at a node is suppressed above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a question, which callers ask")]
pub struct ClassLimit {
    /// The least people of a class.
    pub k: u32,
    /// The most records that may be suppressed.
    pub max_suppressed: u64,
}

/// The classes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeFacts {
    /// Classes that are kept.
    pub classes: u64,
    /// Records that are kept.
    pub kept: u64,
    /// Records in classes that are too small.
    pub suppressed: u64,
    /// The people of the smallest and of the largest class that is kept.
    pub people: Option<(u32, u32)>,
    /// Squares of the records of the kept classes.
    pub squares: u128,
    /// The same of all classes, as if nothing was suppressed.
    pub all_squares: u128,
}

impl NodeFacts {
    /// Looks at every class of a node.
    pub(crate) fn of<P: PackedCode>(table: &ClassTable<P>, k: u32) -> Self {
        let mut facts = Self { classes: 0, kept: 0, suppressed: 0, people: None, squares: 0, all_squares: 0 };
        for (class, people) in table.people() {
            let records = u64::from(class.records);
            let square = u128::from(records) * u128::from(records);
            facts.all_squares += square;
            if people < k {
                facts.suppressed += records;
                continue;
            }
            facts.classes += 1;
            facts.kept += records;
            facts.squares += square;
            let (least, most) = facts.people.unwrap_or((people, people));
            facts.people = Some((least.min(people), most.max(people)));
        }
        facts
    }

    /// Whether the node may be chosen.
    pub(crate) fn satisfies(&self, limit: ClassLimit) -> bool {
        self.suppressed <= limit.max_suppressed
    }
}
