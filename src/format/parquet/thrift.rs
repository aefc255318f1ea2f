//! Walks a Thrift compact structure without building anything, so that sizes
//! and depths can be checked before a decoder allocates them. Knows no Parquet.

/// What the walk meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThriftField {
    /// A structure begins.
    Structure,
    /// A whole number.
    Integer(i64),
    /// A field that is true or false.
    Boolean(bool),
    /// Anything else.
    Other,
    /// A field is over, which with its header took the bytes from the one place to
    /// the other.
    Ended(usize, usize),
}

const DEEPEST: usize = 32;

/// Walks one structure at the start of `bytes` and calls `visit` with the ids of
/// the fields that lead to each thing met (elements of a list have the id of the
/// list). Gives the length of the structure; `None` if it is malformed, nested
/// too deeply, or has a list longer than the bytes that follow it.
pub(super) fn walk(bytes: &[u8], visit: &mut dyn FnMut(&[i16], ThriftField)) -> Option<usize> {
    let mut walker = Walker { bytes, at: 0, path: Vec::new(), visit };
    walker.structure(0)?;
    Some(walker.at)
}

struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
    path: Vec<i16>,
    visit: &'a mut dyn FnMut(&[i16], ThriftField),
}

impl Walker<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        let end = self.at.checked_add(length)?;
        (end <= self.bytes.len()).then(|| self.at = end)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A length that cannot be longer than what is left, at a byte each.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(self.varint()?).ok()?;
        (length <= self.bytes.len() - self.at).then_some(length)
    }

    fn structure(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        (self.visit)(&self.path, ThriftField::Structure);
        let mut id = 0_i16;
        loop {
            let from = self.at;
            let header = self.byte()?;
            if header == 0 {
                return Some(());
            }
            id = match header >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => id.checked_add(i16::from(step))?,
            };
            self.path.push(id);
            // A boolean field has its value in its type.
            match header & 0x0f {
                kind @ (1 | 2) => (self.visit)(&self.path, ThriftField::Boolean(kind == 1)),
                kind => self.value(kind, depth)?,
            }
            (self.visit)(&self.path, ThriftField::Ended(from, self.at));
            self.path.pop();
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1..=3 => {
                let byte = self.byte()?;
                (self.visit)(&self.path, ThriftField::Integer(i64::from(byte.cast_signed())));
            }
            4..=6 => {
                let number = self.zigzag()?;
                (self.visit)(&self.path, ThriftField::Integer(number));
            }
            7 => {
                self.skip(8)?;
                (self.visit)(&self.path, ThriftField::Other);
            }
            8 => {
                let length = self.length()?;
                self.skip(length)?;
                (self.visit)(&self.path, ThriftField::Other);
            }
            9 | 10 => {
                let header = self.byte()?;
                let length = match header >> 4 {
                    15 => self.length()?,
                    short => usize::from(short),
                };
                for _ in 0..length {
                    self.value(header & 0x0f, depth + 1)?;
                }
            }
            12 => self.structure(depth + 1)?,
            // Parquet has no maps.
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_meets_fields_with_their_path() {
        // 1: i32 = -3; 2: list of two structures { 1: i32 = 1 }; 4: true; 5: "ab".
        let bytes = [0x15, 5, 0x19, 0x2c, 0x15, 2, 0, 0x15, 2, 0, 0x21, 0x18, 2, b'a', b'b', 0, 99];
        let mut met = Vec::new();
        assert_eq!(walk(&bytes, &mut |path, what| met.push((path.to_vec(), what))), Some(bytes.len() - 1));
        assert_eq!(
            met,
            [
                (vec![], ThriftField::Structure),
                (vec![1], ThriftField::Integer(-3)),
                (vec![1], ThriftField::Ended(0, 2)),
                (vec![2], ThriftField::Structure),
                (vec![2, 1], ThriftField::Integer(1)),
                (vec![2, 1], ThriftField::Ended(4, 6)),
                (vec![2], ThriftField::Structure),
                (vec![2, 1], ThriftField::Integer(1)),
                (vec![2, 1], ThriftField::Ended(7, 9)),
                (vec![2], ThriftField::Ended(2, 10)),
                (vec![4], ThriftField::Boolean(true)),
                (vec![4], ThriftField::Ended(10, 11)),
                (vec![5], ThriftField::Other),
                (vec![5], ThriftField::Ended(11, 15)),
            ]
        );
    }

    #[test]
    fn bombs_end_the_walk() {
        // A list said to hold 2³¹ structures; a string of 2³¹ bytes; no end; depth.
        let endless = [0x1c; 100];
        for bomb in
            [&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07][..], &[0x18, 0xff, 0xff, 0xff, 0xff, 7], &[0x15], &endless]
        {
            assert_eq!(walk(bomb, &mut |_, _| ()), None);
        }
    }
}
