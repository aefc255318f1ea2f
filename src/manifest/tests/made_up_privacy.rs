//! Made-up sections on classes and models.

use super::made_up::Choices;
use crate::manifest::privacy::size_range::SizeRange;
use crate::manifest::privacy::utility::{LostColumn, UtilitySection};
use crate::manifest::privacy::{
    ClassSection, JudgedRecords, MeasuredNumber, ModelSection, PopulationSection, PrivacySection,
};

impl Choices<'_> {
    fn measured(&mut self) -> MeasuredNumber {
        let millionths = u32::try_from(self.count() % 3_000_000).unwrap();
        MeasuredNumber::new(f64::from(millionths) / 1e6, 9)
    }

    pub(super) fn privacy<C>(&mut self, mut count: impl FnMut(&mut Self) -> C) -> PrivacySection<C> {
        let model = |choices: &mut Self| ModelSection {
            model: choices.text(),
            demanded: [("k".to_owned(), choices.count().into())].into_iter().collect(),
            reached: choices.maybe(Self::measured),
            outside_order: choices.maybe(Self::count),
            reason: choices.text(),
        };
        let mut classes = |choices: &mut Self| ClassSection {
            classes: count(choices),
            persons: choices.maybe(&mut count),
            smallest: choices.maybe(Self::count),
            largest: choices.maybe(Self::count),
            sizes: choices.maybe(|choices| {
                choices.some(|choices| SizeRange {
                    from: choices.count(),
                    to: choices.maybe(Self::count),
                    classes: choices.count(),
                    persons: choices.count(),
                })
            }),
            average_risk: choices.maybe(Self::measured),
            highest_risk: choices.maybe(Self::measured),
            uniqueness: choices.maybe(Self::measured),
            average_class_size: choices.maybe(Self::measured),
            discernibility: choices.maybe(Self::count),
        };
        let (admitted, delivered) = (classes(self), classes(self));
        let lost = |choices: &mut Self| LostColumn {
            column: choices.text(),
            values_read: choices.maybe(Self::count),
            values_delivered: choices.maybe(&mut count),
            loss: choices.maybe(Self::measured),
            entropy_lost: choices.maybe(Self::measured),
            non_uniform_entropy: choices.maybe(Self::measured),
        };
        let utility = UtilitySection {
            columns: self.some(lost),
            loss: self.maybe(Self::measured),
            entropy_lost: self.maybe(Self::measured),
            precision: self.maybe(Self::measured),
        };
        PrivacySection {
            quasi_identifiers: self.some(Self::text),
            models: self.some(model),
            population: self.maybe(|choices| PopulationSection {
                file: choices.text(),
                bytes: choices.count(),
                blake3: choices.digest(),
                records: choices.count(),
                persons: choices.count(),
                unreadable: choices.count(),
            }),
            on_violation: self.text(),
            max_suppressed: self.text(),
            records: self.maybe(|choices| JudgedRecords {
                judged: count(choices),
                dropped: count(choices),
                cells_suppressed: count(choices),
            }),
            admitted: Some(admitted).filter(|_| self.is()),
            delivered,
            utility,
        }
    }
}
