//! Precision: how far down their hierarchies values stay.
//!
//! Sweeney, Achieving k-anonymity privacy protection using generalization and
//! suppression (2002). Under global recoding every record of a column has one level;
//! suppression is ignored.

/// What is lost of it: the mean of level by highest level. Precision is 1 less this. A
/// column without levels loses nothing.
#[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
pub(crate) fn lost(levels: &[u8], tops: &[u8]) -> f64 {
    let shares =
        levels.iter().zip(tops).map(|(level, top)| if *top == 0 { 0.0 } else { f64::from(*level) / f64::from(*top) });
    shares.sum::<f64>() / levels.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_node() {
        assert_eq!(lost(&[1, 0, 1], &[2, 3, 1]), 0.5);
        assert_eq!(lost(&[0, 0], &[0, 4]), 0.0);
        assert_eq!(lost(&[2], &[2]), 1.0);
    }
}
