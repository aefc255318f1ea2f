//! Where a cell of a record is stored, and how long records and fields may be.

pub(super) const LONGEST_RECORD: usize = 1 << 20;
pub(super) const LONGEST_FIELD: usize = 64 << 10;

/// Where the text of a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// In the block itself.
    Block { start: u32, end: u32 },
    /// `null`.
    Missing,
    /// Among the texts made here: of strings with escapes, of numbers with exponents.
    Made { start: u32, end: u32 },
}
