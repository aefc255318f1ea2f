//! Numbers: half-open bands of a first width, then of twice that width, and so on, all
//! aligned at one origin so that each lies within one of the next level. The texts are
//! those of `band_number`.

use super::{ALL, BuiltHierarchy, LeafRows, NotBuilt};
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::number::text::Number;
use crate::model::outcome::tally::Unreadable;

/// Levels of bands at most.
pub(crate) const MOST_LEVELS: u8 = 60;

/// How numbers are read, and which bands there are.
#[derive(Debug)]
pub(crate) struct NumberLevels {
    /// How the column writes numbers.
    format: NumberFormat,
    /// The width of the first bands; above zero.
    width: Decimal,
    /// Where a band of every level begins.
    origin: Decimal,
    /// How many levels have bands; `None`: as many as tell numbers apart. Below and
    /// above the origin are never in one band.
    levels: Option<u8>,
}

impl NumberLevels {
    /// Bands of this width, twice this width and so on, of which one begins at the
    /// origin. `None` unless the width is above zero and the last one below 10^19, the
    /// most that exact numbers hold.
    pub(crate) fn new(format: NumberFormat, width: Decimal, origin: Decimal, levels: Option<u8>) -> Option<Self> {
        let limit = Decimal::of(10_i128.pow(19), 0);
        let mut last = width;
        for _ in 0..levels.unwrap_or(0) {
            last = last.plus(last);
            if last >= limit {
                return None;
            }
        }
        width.is_positive().then_some(Self { format, width, origin, levels })
    }

    pub(super) fn of<'v>(&self, values: &[&'v str]) -> Result<BuiltHierarchy<'v>, NotBuilt> {
        let read = |value: &str| {
            let number = self.format.read(value)?;
            // Longer ones are no quasi-identifiers, and doubled widths would be as long.
            Decimal::parse(&number.to_string())
        };
        let numbers: Vec<Decimal> = values.iter().filter_map(|value| read(value)).collect();
        let widths = self.widths(&numbers);
        let row = |value: &'v str| {
            let number = read(value).ok_or(Unreadable::Number)?;
            let mut fields = vec![value.to_owned()];
            fields.extend(widths.iter().map(|width| {
                let start = self.start(number, *width);
                format!("[{start},{})", start.plus(*width))
            }));
            fields.push(ALL.to_owned());
            Ok((number, fields))
        };
        let names = widths.iter().map(|width| format!("bands of {width}")).chain([ALL.to_owned()]).collect();
        LeafRows::of(values, row).built(names)
    }

    /// Where the band of a number begins.
    fn start(&self, number: Decimal, width: Decimal) -> Number {
        Number::from(number).minus(self.origin).floor_to(width).plus(self.origin)
    }

    /// The width of each level of bands.
    fn widths(&self, numbers: &[Decimal]) -> Vec<Decimal> {
        let (Some(least), Some(greatest)) = (numbers.iter().min(), numbers.iter().max()) else { return Vec::new() };
        let start = |number: &Decimal, width| self.start(*number, width);
        let mut widths = Vec::new();
        let mut width = self.width;
        while widths.len() < usize::from(self.levels.unwrap_or(MOST_LEVELS)) {
            let (first, last) = (start(least, width), start(greatest, width));
            // One band for all is what `*` says.
            if self.levels.is_none() && first.is_at_least(&last) {
                break;
            }
            widths.push(width);
            // Below and above the origin: no width brings these two together.
            let ends_at_origin = first.plus(width).compare(self.origin).is_eq();
            if self.levels.is_none() && ends_at_origin && last.compare(self.origin).is_eq() {
                break;
            }
            width = width.plus(width);
        }
        widths
    }
}
