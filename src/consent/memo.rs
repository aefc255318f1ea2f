//! Remembers what the first different cells of a column say, where columns hold
//! few words but many cells. Changes no answer, only how often it is worked out.

use std::fmt;
use std::sync::OnceLock;

use crate::model::word::is_same;

const PLACES: usize = 64;

/// Answers by cell, for any thread. A cell has one place; where another has taken
/// it first, the answer is worked out every time.
pub(super) struct Memo<T> {
    places: Box<[OnceLock<MemoEntry<T>>; PLACES]>,
}

/// A cell, and what it says.
type MemoEntry<T> = (Box<str>, T);

impl<T: Copy> Memo<T> {
    /// Knows nothing yet.
    pub(super) fn new() -> Self {
        Self { places: Box::new([const { OnceLock::new() }; PLACES]) }
    }

    /// What `ask` says of the cell, which must be the same every time.
    #[inline(always)]
    pub(super) fn or_ask(&self, cell: &str, ask: impl FnOnce(&str) -> T) -> T {
        let taken = &self.places[place(cell)];
        match taken.get() {
            Some((word, answer)) if is_same(word, cell) => *answer,
            Some(_) => ask(cell),
            None => first(taken, cell, ask(cell)),
        }
    }
}

#[cold]
fn first<T: Copy>(free: &OnceLock<MemoEntry<T>>, cell: &str, answer: T) -> T {
    // Another thread may have been quicker, with this cell or another one.
    let _ = free.set((cell.into(), answer));
    answer
}

/// By length and three bytes, which tells the words of one column apart.
#[inline(always)]
fn place(cell: &str) -> usize {
    let bytes = cell.as_bytes();
    let [Some(&first), Some(&middle), Some(&last)] = [bytes.first(), bytes.get(bytes.len() / 2), bytes.last()] else {
        return 0;
    };
    #[expect(clippy::cast_possible_truncation, reason = "which length it is need not be told for certain")]
    let length = bytes.len() as u8;
    // Multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4.
    let mixed = u32::from_le_bytes([first, middle, last, length]).wrapping_mul(0x9E37_79B1);
    (mixed >> 26) as usize % PLACES
}

/// Cells are not shown.
impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_that_of_its_cell_also_where_cells_share_a_place() {
        let known = Memo::new();
        // Far more cells than places, twice: taken from memory where it is there.
        let cells: Vec<String> = (0..1000).map(|number| format!("{number}|{}", number * 7)).collect();
        let mut asked = 0;
        for cell in cells.iter().chain(&cells).map(String::as_str).chain(["", "", "\u{e9}", "\u{e9}"]) {
            let answer = known.or_ask(cell, |cell| {
                asked += 1;
                cell.len()
            });
            assert_eq!(answer, cell.len(), "{cell}");
        }
        let remembered = 2004 - asked;
        assert!((32..=66).contains(&remembered), "{remembered}");
    }

    #[test]
    fn cells_are_not_shown() {
        let known = Memo::new();
        assert!(known.or_ask("CANARY", |cell| cell == "CANARY"));
        assert!(!format!("{known:?}").contains("CANARY"));
    }
}
