//! Postcodes of the UK: sector, district, area, all. The texts are those of
//! `coarsen_postcode`, and a part of a postcode that is coarser than a sector is
//! unreadable here as it is there.

use super::{ALL, BuiltHierarchy, LeafRows, NotBuilt};
use crate::identifier::postcode::Postcode;
use crate::model::outcome::tally::Unreadable;

pub(super) fn of<'v>(values: &[&'v str]) -> Result<BuiltHierarchy<'v>, NotBuilt> {
    let row = |value: &'v str| {
        let postcode = Postcode::read(value)?;
        let (Some(sector), Some(district)) = (postcode.sector(), postcode.district()) else {
            return Err(Unreadable::Postcode);
        };
        let parts = [postcode.area(), district, sector].map(str::to_owned);
        let fields = [value, sector, district, postcode.area(), ALL].map(str::to_owned).to_vec();
        Ok((parts, fields))
    };
    LeafRows::of(values, row).built(["sector", "district", "area", ALL].map(str::to_owned).to_vec())
}
