//! What callers search: records counted by class, in numbers as wide as their columns
//! need.

use super::classes::facts::ClassLimit;
use super::classes::microdata::Microdata;
use super::classes::packed::{PackedCode, Packing};
use super::classes::quasi_column::QuasiColumn;
use super::classes::table::{ClassTable, CountFault};
use super::explorer::{Explorer, Found, SearchObserver, Solution};
use super::local::{Recoded, recode};
use super::optimum::search;
use super::walk::{LatticeWalker, NodesWanted, Onward, walk};
use crate::privacy::class_sizes::ClassSizes;
use crate::privacy::utility::metric::Metric;

/// The classes of records by their quasi-identifiers, and the levels of these.
#[derive(Debug)]
pub struct SearchTable(Width);

#[derive(Debug)]
enum Width {
    Narrow(Microdata<u64>),
    Wide(Microdata<u128>),
}

/// The same of both widths.
macro_rules! of_both {
    ($table:expr, $data:ident => $answer:expr) => {
        match &$table.0 {
            Width::Narrow($data) => $answer,
            Width::Wide($data) => $answer,
        }
    };
}

impl SearchTable {
    /// Counts records by class: `codes[column][record]` are raw codes of the columns;
    /// `subjects`, where given, numbers the person each record is about, who then
    /// counts once in a class. Without them every record is a person.
    ///
    /// # Errors
    /// [`CountFault`].
    pub fn count(columns: Vec<QuasiColumn>, codes: &[Vec<u32>], subjects: Option<&[u32]>) -> Result<Self, CountFault> {
        let packing = Packing::new(&columns);
        Ok(Self(match packing.bits() {
            ..=64 => Width::Narrow(Microdata::count(columns, packing, codes, subjects)?),
            65..=128 => Width::Wide(Microdata::count(columns, packing, codes, subjects)?),
            bits => return Err(CountFault::TooWide(bits)),
        }))
    }

    /// The records.
    pub fn records(&self) -> u64 {
        of_both!(self, data => data.bottom.records())
    }

    /// The levels to choose from, as the highest of each column.
    pub fn tops(&self) -> &[u8] {
        of_both!(self, data => data.lattice.top())
    }

    /// Searches for the node that costs least.
    pub fn search(&self, metric: Metric, limit: ClassLimit, observer: &dyn SearchObserver) -> Found {
        of_both!(self, data => search(data, metric, limit, observer))
    }

    /// What a solution suppresses, recoded by itself.
    pub fn recode(&self, first: &Solution, k: u32, observer: &dyn SearchObserver) -> Recoded {
        of_both!(self, data => recode(data, first, k, observer))
    }

    /// The people of the classes at a node, but for those of fewer than `least`, which
    /// are suppressed.
    pub fn sizes(&self, levels: &[u8], least: u32) -> ClassSizes {
        fn of<P: PackedCode>(data: &Microdata<P>, levels: &[u8], least: u32) -> ClassSizes {
            let table = data.roll_up(&data.bottom, &data.lattice.bottom(), levels);
            let mut sizes = ClassSizes::default();
            table.people().filter(|(_, people)| *people >= least).for_each(|(_, people)| sizes.add(people.into()));
            sizes
        }
        of_both!(self, data => of(data, levels, least))
    }

    /// Leads through every node of the lattice, without any pruning, and gives what each costs if
    /// it satisfies: the yardstick of [`Self::search`].
    pub fn every_node(&self, metric: Metric, limit: ClassLimit, visit: &mut dyn FnMut(&[u8], Option<Solution>)) {
        of_both!(self, data => {
            let explorer = Explorer::new(data, metric, limit, &Unhurried);
            let _whole = walk(data, &mut All { explorer, visit });
        });
    }
}

/// Waits as long as it takes.
struct Unhurried;

impl SearchObserver for Unhurried {
    fn may_go_on(&self) -> bool {
        true
    }

    fn looked_at(&self, _: u64) {}
}

struct All<'v, 'a, P> {
    explorer: Explorer<'a, P>,
    visit: &'v mut dyn FnMut(&[u8], Option<Solution>),
}

impl<P: PackedCode> LatticeWalker<P> for All<'_, '_, P> {
    fn wants(&mut self, _: &[u8], _: &[u8]) -> NodesWanted {
        NodesWanted::Some
    }

    fn visit(&mut self, levels: &[u8], table: &ClassTable<P>) -> Option<Onward> {
        (self.visit)(levels, self.explorer.solution(levels, table));
        Some(Onward::Up)
    }
}
