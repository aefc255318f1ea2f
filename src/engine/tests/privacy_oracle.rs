//! The oracle of the privacy models: looks at all records again for each record, and knows
//! no digest, no partition and no class.

#![expect(clippy::cast_precision_loss, reason = "few records")]

use std::collections::{BTreeMap, BTreeSet};

use crate::model::outcome::reason::DropReason;

pub(super) const ORDER: [&str; 4] = ["a", "b", "c", "d"];

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) subject: usize,
    pub(super) has_agreed: bool,
    /// Missing where `None`.
    pub(super) quasi: [Option<u8>; 3],
    pub(super) illness: usize,
}

/// One demand of a policy, in its words and as numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Demand {
    K { k: usize, subsets_of: Option<usize> },
    Distinct(usize),
    Entropy(f64),
    Recursive { l: usize, c: f64 },
    Equal(f64),
    Ordered(f64),
    Beta { beta: f64, is_enhanced: bool },
    Delta(f64),
    KMap(u64),
    Presence { min: f64, max: f64 },
}

impl Demand {
    pub(super) fn text(self) -> String {
        match self {
            Self::K { k, subsets_of: None } => format!("k_anonymity = {k}\n"),
            Self::K { k, subsets_of: Some(size) } => format!("k_anonymity = {{ k = {k}, subsets_of = {size} }}\n"),
            Self::Distinct(l) => format!("l_diversity = {{ column = \"illness\", l = {l} }}\n"),
            Self::Entropy(l) => format!("l_diversity = {{ column = \"illness\", kind = \"entropy\", l = {l:?} }}\n"),
            Self::Recursive { l, c } => {
                format!("l_diversity = {{ column = \"illness\", kind = \"recursive\", l = {l}, c = {c:?} }}\n")
            }
            Self::Equal(t) => format!("t_closeness = {{ column = \"illness\", distance = \"equal\", t = {t:?} }}\n"),
            Self::Ordered(t) => format!(
                "t_closeness = {{ column = \"illness\", distance = \"ordered\", t = {t:?}, order = {ORDER:?} }}\n"
            ),
            Self::Beta { beta, is_enhanced } => {
                let kind = if is_enhanced { "enhanced" } else { "basic" };
                format!("beta_likeness = {{ column = \"illness\", kind = \"{kind}\", beta = {beta:?} }}\n")
            }
            Self::KMap(k) => format!("k_map = {{ k = {k} }}\npopulation = {{ path = \"unused\" }}\n"),
            Self::Presence { min, max } => {
                format!("delta_presence = {{ min = {min:?}, max = {max:?} }}\npopulation = {{ path = \"unused\" }}\n")
            }
            Self::Delta(delta) => format!("delta_disclosure = {{ column = \"illness\", delta = {delta:?} }}\n"),
        }
    }

    /// Whether a class meets it; `class` and `all` are pairs of a subject and an illness,
    /// `all` once for each class; `population` are persons of the class among all people.
    fn holds(self, class: &BTreeSet<(usize, usize)>, all: &[usize], population: u64) -> bool {
        let persons: BTreeSet<usize> = class.iter().map(|(subject, _)| *subject).collect();
        let own: Vec<usize> = class.iter().map(|(_, illness)| *illness).collect();
        let share =
            |of: &[usize], illness: usize| of.iter().filter(|own| **own == illness).count() as f64 / of.len() as f64;
        let values: BTreeSet<usize> = all.iter().copied().collect();
        let shares: Vec<(f64, f64)> = values.iter().map(|v| (share(&own, *v), share(all, *v))).collect();
        let mut counts: Vec<usize> =
            (0..4).map(|illness| own.iter().filter(|own| **own == illness).count()).filter(|n| *n > 0).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        const NEARLY: f64 = 1e-9;
        match self {
            // Combinations are judged over all classes.
            Self::K { k, subsets_of } => subsets_of.is_some() || persons.len() >= k,
            Self::Distinct(l) => counts.len() >= l,
            Self::Entropy(l) => {
                let entropy: f64 = shares.iter().filter(|(p, _)| *p > 0.0).map(|(p, _)| -p * p.ln()).sum();
                entropy >= l.ln() - NEARLY
            }
            Self::Recursive { l, c } => {
                let least: usize = counts.iter().skip(l - 1).sum();
                least > 0 && (counts[0] as f64) < c * least as f64
            }
            Self::Equal(t) => shares.iter().map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0 <= t + NEARLY,
            Self::Ordered(t) => {
                let steps = (1..shares.len()).map(|to| shares[..to].iter().map(|(p, q)| p - q).sum::<f64>().abs());
                steps.sum::<f64>() / (shares.len().max(2) - 1) as f64 <= t + NEARLY
            }
            Self::Beta { beta, is_enhanced } => shares.iter().all(|(p, q)| {
                let gain = (p - q) / q;
                gain <= beta + NEARLY && (!is_enhanced || gain <= -q.ln() + NEARLY)
            }),
            Self::KMap(k) => population >= k,
            Self::Presence { min, max } => {
                let share = persons.len() as f64 / population as f64;
                population > 0 && share >= min - NEARLY && share <= max + NEARLY
            }
            Self::Delta(delta) => shares.iter().all(|(p, q)| *p > 0.0 && (p / q).ln().abs() < delta),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Violation {
    Drop,
    Refuse,
    Suppress,
}

/// The result: for each delivered record its quasi-identifiers, and of the others the
/// numbers of the demands that they did not meet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) delivered: BTreeMap<usize, [Option<u8>; 3]>,
    pub(super) dropped: BTreeMap<DropReason, u64>,
}

pub(super) const REFUSED: DropReason = DropReason::ConsentRefused;

/// The state of a record in the oracle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    In,
    Suppressed(usize),
    Dropped(usize),
}

/// What the definition says, record by record.
pub(super) struct Oracle<'o> {
    pub(super) people: &'o [Person],
    pub(super) demands: &'o [Demand],
    pub(super) population: &'o Census,
}

/// How many persons of the population have these quasi-identifiers.
pub(super) type Census = BTreeMap<[Option<u8>; 3], u64>;

impl Oracle<'_> {
    fn quasi(&self, at: usize, fates: &[Fate]) -> [Option<u8>; 3] {
        if matches!(fates[at], Fate::Suppressed(_)) { [None; 3] } else { self.people[at].quasi }
    }

    /// Whether a record is judged at all.
    fn stays(&self, at: usize, fates: &[Fate]) -> bool {
        self.people[at].has_agreed && !matches!(fates[at], Fate::Dropped(_))
    }

    /// Pairs of subject and illness of the records that are equal in some columns, as
    /// they would be delivered.
    fn alike(&self, at: usize, columns: &[usize], fates: &[Fate]) -> BTreeSet<(usize, usize)> {
        let of = |at: usize| columns.iter().map(|column| self.quasi(at, fates)[*column]).collect::<Vec<_>>();
        let same = (0..self.people.len()).filter(|other| self.stays(*other, fates) && of(*other) == of(at));
        same.map(|other| (self.people[other].subject, self.people[other].illness)).collect()
    }

    /// The same for the class of a record before cells are suppressed.
    fn class(&self, at: usize, fates: &[Fate]) -> BTreeSet<(usize, usize)> {
        let same = (0..self.people.len())
            .filter(|other| self.stays(*other, fates) && self.people[*other].quasi == self.people[at].quasi);
        same.map(|other| (self.people[other].subject, self.people[other].illness)).collect()
    }

    /// The illnesses of the whole table: each class counts its pairs, as it was before
    /// cells were suppressed.
    fn all(&self, fates: &[Fate]) -> Vec<usize> {
        let mut pairs = BTreeSet::new();
        for (at, person) in self.people.iter().enumerate() {
            if person.has_agreed && !matches!(fates[at], Fate::Dropped(_)) {
                pairs.insert((person.quasi, person.subject, person.illness));
            }
        }
        pairs.into_iter().map(|(.., illness)| illness).collect()
    }

    /// The records that are still in, with the demand that `violated` says.
    fn found(&self, fates: &[Fate], violated: impl Fn(usize) -> Option<usize>) -> Vec<(usize, usize)> {
        let left = (0..self.people.len()).filter(|at| self.people[*at].has_agreed && fates[*at] == Fate::In);
        left.filter_map(|at| Some((at, violated(at)?))).collect()
    }

    /// Gives every record that violates something the fate, round after round: all
    /// classes at once, then each combination of columns.
    fn enforce(&self, fates: &mut [Fate], fate: fn(usize) -> Fate) {
        loop {
            let all = self.all(fates);
            let mut found = self.found(fates, |at| {
                let class = self.class(at, fates);
                let population = self.population.get(&self.people[at].quasi).copied().unwrap_or(0);
                self.demands.iter().position(|demand| !demand.holds(&class, &all, population))
            });
            let mut is_changed = !found.is_empty();
            found.into_iter().for_each(|(at, demand)| fates[at] = fate(demand));
            if let Some(&Demand::K { k, subsets_of: Some(size) }) = self.demands.first() {
                let subsets: &[&[usize]] = if size == 1 { &[&[0], &[1], &[2]] } else { &[&[0, 1], &[0, 2], &[1, 2]] };
                for columns in subsets {
                    found = self.found(fates, |at| {
                        let alike = self.alike(at, columns, fates);
                        let persons: BTreeSet<usize> = alike.iter().map(|(subject, _)| *subject).collect();
                        (persons.len() < k).then_some(0)
                    });
                    is_changed |= !found.is_empty();
                    found.into_iter().for_each(|(at, demand)| fates[at] = fate(demand));
                }
            }
            if !is_changed {
                return;
            }
        }
    }

    pub(super) fn outcome(&self, violation: Violation) -> Outcome {
        let mut fates = vec![Fate::In; self.people.len()];
        if violation == Violation::Suppress {
            self.suppress(&mut fates);
        } else {
            self.enforce(&mut fates, Fate::Dropped);
        }
        let mut outcome = Outcome::default();
        for (at, person) in self.people.iter().enumerate() {
            match fates[at] {
                _ if !person.has_agreed => *outcome.dropped.entry(REFUSED).or_default() += 1,
                Fate::Dropped(demand) => {
                    let reason = DropReason::Class(u8::try_from(demand).unwrap());
                    *outcome.dropped.entry(reason).or_default() += 1;
                }
                Fate::In | Fate::Suppressed(_) => {
                    outcome.delivered.insert(at, self.quasi(at, &fates));
                }
            }
        }
        outcome
    }

    fn suppress(&self, fates: &mut [Fate]) {
        self.enforce(fates, Fate::Suppressed);
        let Some(first) = fates.iter().position(|fate| matches!(fate, Fate::Suppressed(_))) else { return };
        let class = self.alike(first, &[0, 1, 2], fates);
        let all = self.all(fates);
        let persons: BTreeSet<usize> = class.iter().map(|(subject, _)| *subject).collect();
        let everybody = self.population.values().sum();
        let is_enough = match self.demands.first() {
            Some(Demand::K { k, .. }) => persons.len() >= *k,
            _ => true,
        };
        if is_enough && self.demands.iter().all(|demand| demand.holds(&class, &all, everybody)) {
            return;
        }
        for fate in fates.iter_mut() {
            if let Fate::Suppressed(demand) = *fate {
                *fate = Fate::Dropped(demand);
            }
        }
        self.enforce(fates, Fate::Dropped);
    }
}
