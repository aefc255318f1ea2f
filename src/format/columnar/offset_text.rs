//! Text cells that stay in the buffer they were decompressed into: where each
//! starts, and nothing copied. Columnar files write a length of four bytes before
//! each value; it is blanked here, so that the whole buffer is one text that is
//! checked at once.

use std::ops::Range;

use crate::format::io::utf8::TextBuffer;
use crate::format::null_values::NullValues;

/// Set in the start of a missing cell.
const MISSING: u32 = 1 << 31;
/// Bytes before each cell that is there.
const GAP: usize = 4;
const GAP_BYTES: u32 = 4;
/// The most bytes of a buffer.
pub(crate) const MOST_BYTES: usize = MISSING as usize - 2 * GAP;

/// Cells in one buffer.
#[derive(Debug, Default)]
pub(crate) struct OffsetText {
    text: TextBuffer,
    /// Where each cell starts, and where one more would. A missing one takes no
    /// place: it starts where the next does.
    starts: Vec<u32>,
}

impl OffsetText {
    #[cfg(test)]
    pub(crate) fn of(cells: &[&str]) -> Option<Self> {
        let mut placed = OffsetBytes::default();
        cells.iter().try_for_each(|cell| placed.push(Some(cell)))?;
        placed.check()
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The cell at `index`; `None` when missing or out of range.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> Option<&str> {
        let (&start, &next) = (self.starts.get(index)?, self.starts.get(index + 1)?);
        if start & MISSING != 0 {
            return None;
        }
        self.text.get(start as usize..((next & !MISSING) as usize).saturating_sub(GAP))
    }

    /// Whether a NUL is in any of the cells.
    pub(crate) fn has_nul(&self) -> bool {
        memchr::memchr(0, self.text.as_bytes()).is_some()
    }
}

/// Cells of a few different values: a number for each.
#[derive(Debug, Default)]
pub(crate) struct DictionaryText {
    text: TextBuffer,
    values: Vec<ByteRange>,
    codes: Vec<u32>,
}

/// Where a value starts and ends.
#[derive(Debug, Clone, Copy)]
struct ByteRange {
    /// `MISSING` set where there is none.
    start: u32,
    /// `NO_VALUE` set where it means that there is none.
    end: u32,
}

/// Set in the end of a value that is one of the null values.
const NO_VALUE: u32 = 1 << 31;

impl DictionaryText {
    /// Cells that are the value of their code; one that names no value is missing.
    /// Which of the values are null values is found out here, once for all cells.
    pub(crate) fn new(values: OffsetText, codes: Vec<u32>, nulls: &NullValues) -> Self {
        let place = |(value, place): (usize, &[u32])| {
            let is_null = values.cell(value).is_some_and(|cell| nulls.holds(cell));
            let [start, end] = [place[0], (place[1] & !MISSING).saturating_sub(GAP_BYTES)];
            ByteRange { start, end: if is_null { end | NO_VALUE } else { end } }
        };
        let places = values.starts.windows(2).enumerate().map(place).collect();
        Self { text: values.text, values: places, codes }
    }

    /// The cell at `index`; `None` when missing or out of range, and where `as_value`
    /// also for a null value.
    #[inline(always)]
    pub(crate) fn cell(&self, index: usize, as_value: bool) -> Option<&str> {
        self.at(*self.values.get(*self.codes.get(index)? as usize)?, as_value)
    }

    #[inline(always)]
    fn at(&self, ByteRange { start, end }: ByteRange, as_value: bool) -> Option<&str> {
        if start & MISSING != 0 || (as_value && end & NO_VALUE != 0) {
            return None;
        }
        self.text.get(start as usize..(end & !NO_VALUE) as usize)
    }

    /// The codes of some cells.
    pub(crate) fn codes(&self, cells: Range<usize>) -> Option<&[u32]> {
        self.codes.get(cells)
    }

    /// How many cells there are for each value.
    pub(crate) fn cells_of_a_value(&self) -> usize {
        self.codes.len() / self.values.len().max(1)
    }

    /// The values in the order of their codes, and a missing one behind the last.
    pub(crate) fn values(&self, as_value: bool) -> impl Iterator<Item = Option<&str>> {
        self.values.iter().map(move |place| self.at(*place, as_value)).chain([None])
    }

    /// Whether a NUL is in any of the values.
    pub(crate) fn has_nul(&self) -> bool {
        memchr::memchr(0, self.text.as_bytes()).is_some()
    }
}

/// Cells that are still put together, and not checked to be text.
#[derive(Debug, Default)]
pub(crate) struct OffsetBytes {
    /// Those of the cells, and behind them those that are still to become some.
    pub(crate) bytes: Vec<u8>,
    starts: Vec<u32>,
    /// Where the cells end.
    end: usize,
}

impl OffsetBytes {
    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Makes cells of the bytes behind the last one, but for the first `skipped`:
    /// each four bytes of length, the lowest first, then so many bytes. `present` says of each cell whether it is
    /// there at all, where not all are. Drops what is left. `None`, and nothing more
    /// to be done, if the lengths lead out of the bytes or the bytes are too many.
    pub(crate) fn take(&mut self, skipped: usize, cells: usize, present: Option<&[bool]>) -> Option<()> {
        if self.bytes.len() > MOST_BYTES {
            return None;
        }
        if self.starts.is_empty() {
            // Nothing is moved for them where no cell comes before.
            self.bytes.get_mut(self.end..)?.get_mut(..skipped)?.fill(b' ');
            self.end += skipped;
        } else {
            let skipped = self.end..self.end.checked_add(skipped)?;
            self.bytes.get(skipped.clone())?;
            self.bytes.drain(skipped);
        }
        self.starts.reserve(cells + 1);
        let mut end = self.end;
        let is_missing = |cell: usize| present.is_some_and(|present| present.get(cell) != Some(&true));
        for cell in 0..cells {
            let start = u32::try_from(end + GAP).ok()?;
            if is_missing(cell) {
                self.starts.push(start | MISSING);
                continue;
            }
            let gap = self.bytes.get_mut(end..)?.first_chunk_mut::<GAP>()?;
            let length = u32::from_le_bytes(*gap) as usize;
            *gap = [b' '; GAP];
            self.starts.push(start);
            end = (end + GAP).checked_add(length)?;
        }
        if end > self.bytes.len() {
            return None;
        }
        self.bytes.truncate(end);
        self.end = end;
        Some(())
    }

    /// Appends a cell. `None` if there is no room.
    pub(crate) fn push(&mut self, cell: Option<&str>) -> Option<()> {
        let start = u32::try_from(self.end + GAP).ok()?;
        if let Some(cell) = cell {
            if self.end + GAP + cell.len() > MOST_BYTES {
                return None;
            }
            self.bytes.extend_from_slice(&[b' '; GAP]);
            self.bytes.extend_from_slice(cell.as_bytes());
            self.end = self.bytes.len();
        }
        self.starts.push(if cell.is_some() { start } else { start | MISSING });
        Some(())
    }

    /// The cells; `None` if one of them is not a text.
    pub(crate) fn check(mut self) -> Option<OffsetText> {
        self.bytes.truncate(self.end);
        self.starts.push(u32::try_from(self.end + GAP).ok()?);
        // A character cut in two by the end of a cell meets a blank, and is none.
        Some(OffsetText { text: TextBuffer::new(self.bytes).ok()?, starts: self.starts })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cells: &[Option<&[u8]>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for cell in cells.iter().flatten() {
            bytes.extend(u32::try_from(cell.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(cell);
        }
        bytes
    }

    fn taken(pages: &[&[Option<&[u8]>]]) -> Option<OffsetText> {
        let mut placed = OffsetBytes::default();
        for page in pages {
            placed.bytes.extend(written(page));
            let present: Vec<bool> = page.iter().map(Option::is_some).collect();
            let present = present.contains(&false).then_some(present.as_slice());
            placed.take(0, page.len(), present)?;
        }
        placed.check()
    }

    #[test]
    fn only_whole_text_is_taken() {
        assert!(taken(&[&[Some(b"a\xC3"), Some(b"\xA9b")]]).is_none(), "a letter cut in two");
        assert!(taken(&[&[Some(b"\xC3")], &[Some(b"\xA9")]]).is_none(), "over two pages");
        assert!(taken(&[&[Some(b"\xFF")]]).is_none());
        let mut short = OffsetBytes { bytes: written(&[Some(b"abc")]), ..OffsetBytes::default() };
        short.bytes.pop();
        assert_eq!(short.take(0, 1, None), None, "a length that leads out of the bytes");
        let mut few = OffsetBytes { bytes: written(&[Some(b"abc")]), ..OffsetBytes::default() };
        assert_eq!(few.take(0, 2, None), None, "fewer values than cells");
        let mut endless = OffsetBytes { bytes: vec![0xFF; 8], ..OffsetBytes::default() };
        assert_eq!(endless.take(0, 1, None), None);
        assert_eq!(endless.take(9, 0, None), None, "more levels than bytes");
        assert_eq!(endless.take(usize::MAX, 0, None), None);
    }

    #[test]
    fn what_follows_the_cells_is_dropped() {
        let mut placed = OffsetBytes { bytes: written(&[Some(b"a"), Some(b"\xFF")]), ..OffsetBytes::default() };
        placed.take(0, 1, None).unwrap();
        placed.bytes.extend(written(&[Some(b"b")]));
        placed.take(0, 1, None).unwrap();
        let text = placed.check().unwrap();
        assert_eq!([text.cell(0), text.cell(1), text.cell(2)], [Some("a"), Some("b"), None]);
    }

    #[test]
    fn codes_stand_for_values_and_others_for_nothing() {
        let values = taken(&[&[Some(b"N"), Some(b"Y")]]).unwrap();
        let coded = DictionaryText::new(values, vec![1, 0, 2, 1, u32::MAX], &NullValues::new(&["N".to_owned()]));
        let cells = |as_value| (0..6).map(|index| coded.cell(index, as_value)).collect::<Vec<_>>();
        assert_eq!(cells(false), [Some("Y"), Some("N"), None, Some("Y"), None, None]);
        assert_eq!(cells(true), [Some("Y"), None, None, Some("Y"), None, None]);
        let values = taken(&[&[Some(b""), None, Some(b"a")]]).unwrap();
        let coded = DictionaryText::new(values, vec![0, 1, 2], &NullValues::new(&[String::new()]));
        let cells = |as_value| (0..3).map(|index| coded.cell(index, as_value)).collect::<Vec<_>>();
        assert_eq!(cells(false), [Some(""), None, Some("a")]);
        assert_eq!(cells(true), [None, None, Some("a")]);
    }

    proptest! {
        #[test]
        fn cells_come_back_from_pages_and_pushes(
            pages in prop::collection::vec((any::<bool>(), 0..9_usize, prop::collection::vec(prop::option::of("[a-z\0é☃]{0,20}"), 0..9)), 0..5),
        ) {
            let mut placed = OffsetBytes::default();
            for (is_page, levels, cells) in &pages {
                if *is_page {
                    let bytes: Vec<Option<&[u8]>> = cells.iter().map(|cell| cell.as_ref().map(String::as_bytes)).collect();
                    // Levels come first, and are no text.
                    placed.bytes.extend([0xFF, 0].iter().cycle().take(*levels));
                    placed.bytes.extend(written(&bytes));
                    let present: Vec<bool> = cells.iter().map(Option::is_some).collect();
                    placed.take(*levels, cells.len(), Some(&present)).unwrap();
                } else {
                    cells.iter().for_each(|cell| placed.push(cell.as_deref()).unwrap());
                }
            }
            let expected: Vec<Option<&str>> = pages.iter().flat_map(|(_, _, cells)| cells).map(Option::as_deref).collect();
            prop_assert_eq!(placed.len(), expected.len());
            let text = placed.check().unwrap();
            prop_assert_eq!(text.len(), expected.len());
            prop_assert_eq!(text.has_nul(), expected.iter().flatten().any(|cell| cell.contains('\0')));
            let cells: Vec<Option<&str>> = (0..expected.len()).map(|index| text.cell(index)).collect();
            prop_assert_eq!(cells, expected);
            prop_assert_eq!(text.cell(text.len()), None);
        }
    }
}
