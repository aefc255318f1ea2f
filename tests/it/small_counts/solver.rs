//! What a recipient can work out: whole numbers between bounds, and linear equations
//! over them, narrowed until nothing changes any more. Does not depend on manifests.

use std::collections::BTreeMap;

/// From the first to the second, both included.
pub(super) type Bounds = (i64, i64);

/// More than any count.
pub(super) const MANY: i64 = 1 << 40;

/// Unknown counts by name, and what is known of them.
#[derive(Debug, Default, Clone)]
pub(super) struct Solver {
    bounds: BTreeMap<String, Bounds>,
    /// Each: the sum of coefficient times unknown is 0.
    equations: Vec<Vec<(i64, String)>>,
}

impl Solver {
    /// An unknown lies between two numbers, too.
    pub(super) fn lies(&mut self, name: &str, (low, high): Bounds) {
        let known = self.bounds.entry(name.to_owned()).or_insert((0, MANY));
        *known = (known.0.max(low), known.1.min(high));
    }

    /// One unknown is the sum of others.
    pub(super) fn is_sum(&mut self, whole: &str, parts: impl IntoIterator<Item = String>) {
        let mut equation: Vec<(i64, String)> = parts.into_iter().map(|part| (1, part)).collect();
        equation.push((-1, whole.to_owned()));
        for (_, name) in &equation {
            self.lies(name, (0, MANY));
        }
        self.equations.push(equation);
    }

    /// Two unknowns are the same.
    pub(super) fn is_same(&mut self, one: &str, other: &str) {
        self.is_sum(one, [other.to_owned()]);
    }

    /// What is known elsewhere of other unknowns.
    pub(super) fn join(&mut self, other: Self) {
        for (name, bounds) in other.bounds {
            self.lies(&name, bounds);
        }
        self.equations.extend(other.equations);
    }

    /// Narrows every bound by every equation until none narrows.
    pub(super) fn solved(mut self) -> BTreeMap<String, Bounds> {
        let mut narrowed = true;
        while narrowed {
            narrowed = false;
            for equation in &self.equations {
                // Bounds of coefficient times unknown.
                let term = |(by, name): &(i64, String)| {
                    let (low, high) = self.bounds[name];
                    if *by > 0 { (by * low, by * high) } else { (by * high, by * low) }
                };
                let (low, high) = equation.iter().map(term).fold((0, 0), |sum, term| (sum.0 + term.0, sum.1 + term.1));
                for part in equation {
                    let (by, name) = part;
                    let own = term(part);
                    // What the others leave for it.
                    let (from, to) = (own.1 - high, own.0 - low);
                    let (from, to) = if *by > 0 { (from, to) } else { (-to, -from) };
                    assert_eq!(by.abs(), 1, "all coefficients are 1 or -1");
                    let known = self.bounds[name];
                    let new = (known.0.max(from), known.1.min(to));
                    assert!(new.0 <= new.1, "{name} cannot be: the solver takes a number for what it is not");
                    if new != known {
                        self.bounds.insert(name.clone(), new);
                        narrowed = true;
                        break;
                    }
                }
            }
        }
        self.bounds
    }
}

#[test]
fn what_follows_is_found() {
    let mut solver = Solver::default();
    solver.lies("whole", (20, 22));
    solver.lies("known", (13, 13));
    solver.lies("small", (1, 9));
    solver.is_sum("whole", ["known", "small"].map(str::to_owned));
    let solved = solver.clone().solved();
    assert_eq!((solved["small"], solved["whole"]), ((7, 9), (20, 22)));
    solver.lies("small", (0, 7));
    assert_eq!(solver.solved()["whole"], (20, 20));
}
