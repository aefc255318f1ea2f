//! δ-presence: in every class, the share of the population's persons who are in the
//! delivery is from δmin to δmax, so that to be in the delivery can neither be concluded
//! nor ruled out.
//!
//! *Stops* learning that somebody is in the data at all, where that is what hurts.
//! *Parameters* `min` and `max`, from 0 to 1; `population`, as for k-map. A class that
//! the population does not have meets no limits: the file is not one of the population.
//! Classes of the population without a delivered record are not judged; with `min` above
//! 0 the model asks the delivery for something that dropping records cannot bring.
//!
//! Source: Nergiz, Atzori and Clifton, *Hiding the presence of individuals from shared
//! databases* (2007).

use serde_json::{Map, Value, json};

use super::{ClassCounts, PrivacyModel, TableCounts, at_least, at_most, parameters, share};

/// The parameters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeltaPresence {
    /// The smallest share.
    pub(crate) min: f64,
    /// The largest share.
    pub(crate) max: f64,
}

impl PrivacyModel for DeltaPresence {
    fn word(&self) -> &'static str {
        "delta_presence"
    }

    fn reason(&self) -> &'static str {
        "outside_presence"
    }

    fn measure(&self, class: &ClassCounts<'_>, _: &TableCounts) -> f64 {
        match class.population {
            Some(population @ 1..) => share(class.persons, population),
            Some(0) | None => f64::INFINITY,
        }
    }

    fn holds(&self, measured: f64) -> bool {
        at_least(measured, self.min) && at_most(measured, self.max)
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        one.max(other)
    }

    fn demanded(&self) -> Map<String, Value> {
        parameters([("min", json!(self.min)), ("max", json!(self.max))])
    }

    fn needs_population(&self) -> bool {
        true
    }

    fn in_words(&self) -> String {
        format!("a share of {} to {} of the population", self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_belong_to_what_holds() {
        let model = DeltaPresence { min: 0.1, max: 0.5 };
        let holds = |(persons, population)| {
            let class = ClassCounts { persons, population, values: &[] };
            model.holds(model.measure(&class, &TableCounts::default()))
        };
        let classes = [(1, Some(10)), (5, Some(10)), (6, Some(10)), (1, Some(11)), (1, None), (1, Some(0))];
        assert_eq!(classes.map(holds), [true, true, false, false, false, false]);
    }
}
