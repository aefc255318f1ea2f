//! Dates: month, quarter, year, decade, all. The texts are those of `coarsen_date`.

use super::{ALL, BuiltHierarchy, LeafRows, NotBuilt};
use crate::identifier::day_reader::DayReader;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;
use crate::model::time::date_unit::DateUnit;
use crate::model::time::reading::KnownTo;

/// How dates are read, and so which levels there are: where no cell tells more than a
/// year, a decade follows.
#[derive(Debug)]
pub(crate) struct DateLevels {
    reader: DayReader,
    units: &'static [(&'static str, DateUnit)],
}

const UNITS: [(&str, DateUnit); 4] = [
    ("month", DateUnit::Month),
    ("quarter", DateUnit::Quarter),
    ("year", DateUnit::Year),
    ("decade", DateUnit::Decade),
];

impl DateLevels {
    /// The levels of a column that is read so.
    pub(crate) fn new(reader: DayReader) -> Self {
        let known_to = reader.declared().map_or(KnownTo::Day, DateFormat::known_to);
        let coarser = |(_, unit): &(&str, DateUnit)| match known_to {
            KnownTo::Day => true,
            KnownTo::Month => *unit != DateUnit::Month,
            KnownTo::Year => *unit == DateUnit::Decade,
        };
        let first = UNITS.iter().position(coarser).unwrap_or(0);
        Self { reader, units: UNITS.get(first..).unwrap_or_default() }
    }

    pub(super) fn of<'v>(&self, values: &[&'v str]) -> Result<BuiltHierarchy<'v>, NotBuilt> {
        let row = |value: &'v str| {
            let days = self.reader.days(value)?;
            let mut fields = vec![value.to_owned()];
            for (_, unit) in self.units {
                let mut field = String::new();
                unit.write(days, &mut field).ok_or(Unreadable::Date)?;
                fields.push(field);
            }
            fields.push(ALL.to_owned());
            Ok(((days.first, days.last), fields))
        };
        let names = self.units.iter().map(|(name, _)| (*name).to_owned()).chain([ALL.to_owned()]).collect();
        LeafRows::of(values, row).built(names)
    }
}
