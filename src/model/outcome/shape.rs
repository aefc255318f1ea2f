//! What cells look like, counted: for the warning that a column which is kept
//! unchanged holds e-mail addresses whatever it is called. Counts and short digests,
//! never a cell.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellShape {
    /// A day.
    Date,
    /// An e-mail address.
    Email,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A telephone number.
    Phone,
    /// A text of many words.
    Prose,
}

impl CellShape {
    /// Every shape, in words.
    pub const ALL: [(&'static str, Self); 5] = [
        ("dates", Self::Date),
        ("e-mail addresses", Self::Email),
        ("IP addresses", Self::Ip),
        ("telephone numbers", Self::Phone),
        ("text of many words", Self::Prose),
    ];

    /// What a cell looks like, if it looks like any. Quick rather than exact.
    ///
    /// ```
    /// use scant::internals::CellShape;
    /// assert_eq!(CellShape::of("ann@example.org"), Some(CellShape::Email));
    /// assert_eq!(CellShape::of("01/05/2018"), Some(CellShape::Date));
    /// assert_eq!(CellShape::of("+44 7700 900123"), Some(CellShape::Phone));
    /// assert_eq!(CellShape::of("1042"), None);
    /// ```
    #[must_use]
    pub fn of(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        if let Some((local, domain)) = cell.rsplit_once('@')
            && !local.is_empty()
            && domain.contains('.')
            && !cell.contains(char::is_whitespace)
        {
            return Some(Self::Email);
        }
        if is_date(cell) {
            return Some(Self::Date);
        }
        if cell.contains(['.', ':']) && cell.parse::<IpAddr>().is_ok() {
            return Some(Self::Ip);
        }
        if is_phone(cell) {
            return Some(Self::Phone);
        }
        (cell.split_whitespace().nth(5).is_some()).then_some(Self::Prose)
    }
}

/// `2018-05-01`, also with a time behind it, and `1/5/2018`, `01.05.2018`.
fn is_date(cell: &str) -> bool {
    let day = cell.split(['T', ' ']).next().unwrap_or("");
    let Some(separator) = day.bytes().find(|byte| !byte.is_ascii_digit()).filter(|byte| b"-/.".contains(byte)) else {
        return false;
    };
    let parts: Vec<&str> = day.split(char::from(separator)).collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    parts.iter().all(is_number) && matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4])
}

/// A number that begins as telephone numbers do, written as they are.
fn is_phone(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.starts_with(['+', '0', '('])
        && (9..=15).contains(&digits)
        && cell.bytes().all(|byte| byte.is_ascii_digit() || b"+ ()-./".contains(&byte))
}

/// The smallest digests that are remembered.
const DIGESTS: usize = 256;

/// What some cells of one column look like. A commutative monoid under
/// [`Shapes::merge`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shapes {
    cells: u64,
    counts: [u64; CellShape::ALL.len()],
    /// The smallest digests of all cells, each as often as it came: where all of
    /// them differ, nearly all cells do.
    digests: Vec<u64>,
}

impl Shapes {
    /// Looks at some cells that are there.
    pub fn look<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let mut digests = Vec::new();
        for cell in cells {
            self.cells += 1;
            if let Some(shape) = CellShape::of(cell)
                && let Some(place) = CellShape::ALL.iter().position(|(_, known)| *known == shape)
            {
                self.counts[place] += 1;
            }
            let mut hasher = DefaultHasher::new();
            cell.hash(&mut hasher);
            digests.push(hasher.finish());
        }
        self.remember(&digests);
    }

    /// Adds what others look like.
    pub fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.remember(&other.digests);
    }

    fn remember(&mut self, digests: &[u64]) {
        // Soon none of those that come is among the smallest.
        let last = if self.digests.len() < DIGESTS { u64::MAX } else { self.digests[DIGESTS - 1] };
        let before = self.digests.len();
        self.digests.extend(digests.iter().filter(|digest| **digest <= last));
        if self.digests.len() == before {
            return;
        }
        self.digests.sort_unstable();
        self.digests.truncate(DIGESTS);
    }

    /// How many cells were looked at.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// How many looked like this.
    #[must_use]
    pub fn count(&self, shape: CellShape) -> u64 {
        CellShape::ALL.iter().position(|(_, known)| *known == shape).map_or(0, |place| self.counts[place])
    }

    /// Whether no cell that is remembered came twice.
    #[must_use]
    pub fn all_differ(&self) -> bool {
        self.digests.windows(2).all(|pair| pair[0] != pair[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes_are_told_apart() {
        for (cell, shape) in [
            ("o'neill+x@mail.example.co.uk", Some(CellShape::Email)),
            ("2018-05-01T09:30:00Z", Some(CellShape::Date)),
            ("1.5.2018", Some(CellShape::Date)),
            ("192.0.2.1", Some(CellShape::Ip)),
            ("2001:db8::1", Some(CellShape::Ip)),
            ("(01632) 960123", Some(CellShape::Phone)),
            ("please ring her mother before nine o'clock", Some(CellShape::Prose)),
            ("user@host", None),
            ("12345", None),
            ("1.5", None),
            ("2018-05", None),
            ("North Kelvinside", None),
            ("", None),
        ] {
            assert_eq!(CellShape::of(cell), shape, "{cell}");
        }
    }

    fn looked(cells: &[u8]) -> Shapes {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell}@example.org")).collect();
        let mut shapes = Shapes::default();
        shapes.look(cells.iter().map(String::as_str));
        shapes
    }

    proptest! {
        #[test]
        fn looking_in_parts_is_looking_at_once(cells in proptest::collection::vec(0_u8.., 0..40), cut in 0_usize..40) {
            let (one, other) = cells.split_at(cut.min(cells.len()));
            let (mut left, mut right) = (looked(one), looked(other));
            left.merge(&looked(other));
            right.merge(&looked(one));
            prop_assert_eq!(&left, &right);
            prop_assert_eq!(&left, &looked(&cells));
            let mut once = cells.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(left.all_differ(), once.len() == cells.len());
        }
    }
}
