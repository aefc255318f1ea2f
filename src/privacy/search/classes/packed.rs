//! The codes of a record's quasi-identifiers in one number: the first is the most
//! significant digit, and each has as many bits as its values need.

use super::quasi_column::QuasiColumn;

/// Where the code of one column lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BitField {
    shift: u32,
    mask: u32,
}

impl BitField {
    /// The bits below it.
    pub(crate) fn shift(self) -> u32 {
        self.shift
    }
}

/// The fields of all columns.
#[derive(Debug, Clone)]
pub(crate) struct Packing {
    fields: Vec<BitField>,
    /// The columns from the most significant to the least.
    order: Vec<usize>,
    bits: u32,
}

impl Packing {
    /// The column with the most levels is the least significant: to generalise that one
    /// leaves classes in their order.
    pub(crate) fn new(columns: &[QuasiColumn]) -> Self {
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(|column| columns[*column].top());
        let mut fields = vec![BitField { shift: 0, mask: 0 }; columns.len()];
        let mut bits = 0;
        for column in order.iter().rev() {
            let width = (columns[*column].values() - 1).checked_ilog2().map_or(0, |log| log + 1);
            let mask = u32::try_from((1_u64 << width) - 1).unwrap_or(u32::MAX);
            fields[*column] = BitField { shift: if width == 0 { 0 } else { bits }, mask };
            bits += width;
        }
        Self { fields, order, bits }
    }

    /// The bits that all codes need together.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    pub(crate) fn field(&self, column: usize) -> BitField {
        self.fields[column]
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}

/// A number that codes are packed in.
pub(crate) trait PackedCode: Copy + Ord + Default {
    fn code(self, field: BitField) -> u32;
    #[must_use]
    fn with(self, field: BitField, code: u32) -> Self;
    /// The field and those above it.
    #[must_use]
    fn prefix(self, field: BitField) -> Self;
}

macro_rules! packed_code {
    ($($number:ty),+) => {
        $(impl PackedCode for $number {
            #[inline]
            fn code(self, field: BitField) -> u32 {
                #[expect(clippy::cast_possible_truncation, reason = "what the mask leaves has 32 bits")]
                let code = (self >> field.shift) as u32 & field.mask;
                code
            }

            #[inline]
            fn with(self, field: BitField, code: u32) -> Self {
                self & !(Self::from(field.mask) << field.shift) | Self::from(code) << field.shift
            }

            #[inline]
            fn prefix(self, field: BitField) -> Self {
                self >> field.shift
            }
        })+
    };
}

packed_code!(u64, u128);

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: u32, levels: usize) -> QuasiColumn {
        let codes: Vec<u32> = (0..values).collect();
        QuasiColumn::new(&vec![codes; levels], &vec![vec![1; values as usize]; levels], values).unwrap()
    }

    #[test]
    fn every_code_has_its_bits_and_the_tallest_column_the_lowest() {
        let packing = Packing::new(&[column(5, 4), column(1, 2), column(256, 3)]);
        assert_eq!(packing.bits(), 11);
        assert_eq!(packing.order(), [1, 2, 0]);
        for code in [0_u32, 3, 4] {
            let packed = 0_u64.with(packing.field(0), code).with(packing.field(1), 0).with(packing.field(2), 255);
            assert_eq!([0, 1, 2].map(|column| packed.code(packing.field(column))), [code, 0, 255]);
            assert_eq!(packed, 255 << 3 | u64::from(code));
            let wide = u128::MAX.with(packing.field(0), code);
            assert_eq!(wide.code(packing.field(0)), code);
            assert_eq!(wide.code(packing.field(2)), 255);
        }
    }
}
