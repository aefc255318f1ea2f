//! Where cells of a sheet are, counted from 1 as the sheet shows them.

/// The rows and columns that a sheet can have.
pub(super) const MOST_ROWS: u32 = 1 << 20;
pub(super) const MOST_COLUMNS: u32 = 1 << 14;

/// Where a cell is. In the order in which cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CellPosition {
    pub(super) row: u32,
    pub(super) column: u32,
}

impl CellPosition {
    /// Reads `AB12`; the letters and figures alone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let figures = text.find(|letter: char| !letter.is_ascii_alphabetic())?;
        let (letters, row) = text.split_at(figures);
        if letters.len() > 3 || row.len() > 7 || !row.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = |letter: u8| u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        let column = letters.bytes().fold(0, |column, letter| column * 26 + value(letter));
        let row: u32 = row.parse().ok()?;
        ((1..=MOST_ROWS).contains(&row) && (1..=MOST_COLUMNS).contains(&column)).then_some(Self { row, column })
    }

    /// Of a position that is counted from 0.
    pub(super) fn of_zero_based((row, column): (u32, u32)) -> Option<Self> {
        Some(Self { row: row.checked_add(1)?, column: column.checked_add(1)? })
    }
}

/// How many cells there are, and a sum over where they are: two readings of one sheet
/// have the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PositionSum {
    cells: u64,
    sum: u64,
}

impl PositionSum {
    pub(super) fn add(&mut self, at: CellPosition) {
        self.cells += 1;
        let place = u64::from(at.row) << 14 | u64::from(at.column);
        self.sum = self.sum.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_sheets_show_them() {
        let at = |text| CellPosition::parse(text).map(|at| (at.row, at.column));
        assert_eq!(at("A1"), Some((1, 1)));
        assert_eq!(at("Z9"), Some((9, 26)));
        assert_eq!(at("aa10"), Some((10, 27)));
        assert_eq!(at("XFD1048576"), Some((MOST_ROWS, MOST_COLUMNS)));
        for none in ["", "A", "1", "A0", "$A$1", "XFE1", "A1048577", "A1B", "AAAA1", "A-1", "Å1"] {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn another_place_or_order_is_another_sum() {
        let sum = |places: &[&str]| {
            let mut sum = PositionSum::default();
            places.iter().filter_map(|place| CellPosition::parse(place)).for_each(|at| sum.add(at));
            sum
        };
        assert_eq!(sum(&["A1", "B1"]), sum(&["A1", "B1"]));
        for other in [&["B1", "A1"][..], &["A1"], &["A1", "B2"], &["A1", "B1", "C1"]] {
            assert_ne!(sum(&["A1", "B1"]), sum(other), "{other:?}");
        }
    }
}
