//! What a policy uses each column of its files for, where a format needs to know it:
//! in a spreadsheet a number has lost its leading zeros, and a date is a number; a
//! number of JSON has a point, whatever stands before the decimals in texts.

use std::collections::BTreeMap;

use crate::model::name::ColumnName;
use crate::model::time::date::{DateFormat, DateSerial};
use crate::policy::plan::lists::ListRule;
use crate::policy::plan::{ColumnDecision, Evidence, LogRules, Plan};
use crate::transform::TransformSpec;

/// What one column of a file is used for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnUse {
    /// The column.
    pub(crate) name: String,
    /// Whether its characters count, as those of an id, a postcode or a telephone
    /// number do.
    pub(crate) is_text: bool,
    /// Whether it is read as a date.
    pub(crate) is_date: bool,
    /// From which day its numbers count, where its format says that they are dates.
    pub(crate) days: Option<DateSerial>,
    /// Whether a comma stands before the decimals of its numbers.
    pub(crate) has_decimal_comma: bool,
}

/// Collects what is known of each column.
#[derive(Default)]
struct UsesByName<'p>(BTreeMap<&'p str, ColumnUse>);

impl<'p> UsesByName<'p> {
    fn of(&mut self, column: &'p ColumnName) -> &mut ColumnUse {
        let unused = || ColumnUse { name: column.to_string(), ..ColumnUse::default() };
        self.0.entry(column.as_str()).or_insert_with(unused)
    }

    fn text(&mut self, column: &'p ColumnName) {
        self.of(column).is_text = true;
    }

    fn date(&mut self, column: &'p ColumnName, format: Option<&DateFormat>) {
        self.of(column).is_date = true;
        self.format(column, format);
    }

    fn format(&mut self, column: &'p ColumnName, format: Option<&DateFormat>) {
        let known = &mut self.of(column).days;
        *known = known.or(format.and_then(DateFormat::spreadsheet_days));
    }

    fn uses(self) -> Vec<ColumnUse> {
        self.0.into_values().collect()
    }
}

impl Plan {
    /// What the columns of the extract are used for.
    pub(crate) fn column_uses(&self) -> Vec<ColumnUse> {
        let mut uses = UsesByName::default();
        uses.text(&self.extract.subject);
        for rule in &self.columns {
            uses.format(&rule.name, Some(&rule.date_format));
            uses.of(&rule.name).has_decimal_comma |= rule.numbers.has_decimal_comma();
            let ColumnDecision::Transform(spec) = &rule.decision else { continue };
            match spec {
                TransformSpec::AgeBand(_)
                | TransformSpec::BucketTime(_)
                | TransformSpec::CoarsenDate(_)
                | TransformSpec::ShiftDate(_) => {
                    uses.date(&rule.name, Some(&rule.date_format));
                }
                // Amounts, and words that may be written as numbers.
                TransformSpec::BandNumber(_)
                | TransformSpec::ClampNumber(_)
                | TransformSpec::MapHierarchy(_)
                | TransformSpec::MapValues(_)
                | TransformSpec::Replace(_)
                | TransformSpec::RoundNumber(_)
                | TransformSpec::TopValues(_) => {}
                _ => uses.text(&rule.name),
            }
        }
        for rule in self.rows.selections.iter().filter(|rule| rule.coarsening.is_some()) {
            uses.text(&rule.column);
        }
        let ages = self.rows.minimum_age.iter().map(|rule| (&rule.column, &rule.format));
        let retention = self.rows.retention.iter().map(|rule| (&rule.column, &rule.format));
        let derived = self.derived.iter().flat_map(|rule| rule.spec.reads().iter().zip(&rule.date_formats));
        for (column, format) in ages.chain(retention).chain(derived) {
            uses.date(column, Some(format));
        }
        if let Evidence::Columns(evidence) = &self.consent.evidence {
            // A date inside JSON is text, whatever holds it.
            let dates = [&evidence.given_at].into_iter().chain(&evidence.withdrawn_at);
            for date in dates.filter(|date| date.place.pointer.is_none()) {
                uses.date(&date.place.column, Some(&date.format));
            }
        }
        for list in &self.consent.lists {
            let dated: Vec<(&ColumnName, &DateFormat)> = list.dated_columns().collect();
            for (column, format) in &dated {
                uses.date(column, Some(format));
            }
            list.columns
                .iter()
                .filter(|column| dated.iter().all(|(own, _)| own != column))
                .for_each(|column| uses.text(column));
        }
        uses.uses()
    }
}

impl LogRules {
    /// What the columns of a consent log are used for.
    pub(crate) fn column_uses(&self) -> Vec<ColumnUse> {
        let mut uses = UsesByName::default();
        uses.text(&self.evidence.subject);
        for column in self.evidence.form.times() {
            uses.date(column, self.evidence.times.format());
        }
        uses.uses()
    }
}

impl ListRule {
    /// What the columns of the list are used for.
    pub(crate) fn column_uses(&self) -> Vec<ColumnUse> {
        let mut uses = UsesByName::default();
        for (place, column) in self.list_columns.iter().enumerate() {
            if self.comparison.declared_entry_dates().all(|(dated, _)| dated != place) {
                uses.text(column);
            }
        }
        self.work_items.iter().for_each(|column| uses.text(column));
        for (_, column, format) in self.dated_entry_columns() {
            uses.date(column, Some(format));
        }
        uses.uses()
    }
}
