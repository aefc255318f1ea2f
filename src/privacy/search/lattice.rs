//! The lattice of levels: a node is a level for each column, and lies below another if
//! none of its levels is higher.

/// All choices of levels.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    tops: Vec<u8>,
}

impl Lattice {
    pub(crate) fn new(tops: Vec<u8>) -> Self {
        Self { tops }
    }

    pub(crate) fn bottom(&self) -> Vec<u8> {
        vec![0; self.tops.len()]
    }

    pub(crate) fn top(&self) -> &[u8] {
        &self.tops
    }

    /// How many nodes there are; no more than can be counted.
    pub(crate) fn nodes(&self) -> u128 {
        self.tops.iter().fold(1, |nodes: u128, top| nodes.saturating_mul(u128::from(*top) + 1))
    }

    /// The number of a node, for lattices whose nodes can be numbered.
    pub(crate) fn number(&self, node: &[u8]) -> usize {
        node.iter()
            .zip(&self.tops)
            .fold(0, |number, (level, top)| number * (usize::from(*top) + 1) + usize::from(*level))
    }

    /// The node of a number.
    pub(crate) fn node(&self, mut number: usize) -> Vec<u8> {
        let mut node = self.bottom();
        for (level, top) in node.iter_mut().zip(&self.tops).rev() {
            let levels = usize::from(*top) + 1;
            *level = u8::try_from(number % levels).unwrap_or(*top);
            number /= levels;
        }
        node
    }

    /// The nodes one level above, by the column that is higher.
    pub(crate) fn above<'a>(&'a self, node: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
        (0..node.len()).filter(|column| node[*column] < self.tops[*column]).map(|column| raised(node, column))
    }
}

/// The nodes one level below.
pub(crate) fn below(node: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..node.len()).filter(|column| node[*column] > 0).map(|column| lowered(node, column))
}

/// A node with one column a level higher.
pub(crate) fn raised(node: &[u8], column: usize) -> Vec<u8> {
    let mut above = node.to_vec();
    above[column] += 1;
    above
}

/// A node with one column a level lower.
pub(crate) fn lowered(node: &[u8], column: usize) -> Vec<u8> {
    let mut below = node.to_vec();
    below[column] -= 1;
    below
}

/// Whether a node is another or lies below it.
pub(crate) fn is_below(node: &[u8], other: &[u8]) -> bool {
    node.iter().zip(other).all(|(level, other)| level <= other)
}

/// The levels of a node, added up.
pub(crate) fn height(node: &[u8]) -> u32 {
    node.iter().map(|level| u32::from(*level)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_numbered_and_have_neighbours() {
        let lattice = Lattice::new(vec![1, 0, 2]);
        assert_eq!(lattice.nodes(), 6);
        let nodes: Vec<Vec<u8>> = (0..6).map(|number| lattice.node(number)).collect();
        assert_eq!(nodes.first().unwrap(), &lattice.bottom());
        assert_eq!(nodes.last().unwrap(), lattice.top());
        for (number, node) in nodes.iter().enumerate() {
            assert_eq!(lattice.number(node), number);
        }
        assert_eq!(lattice.above(&[0, 0, 1]).collect::<Vec<_>>(), [[1, 0, 1], [0, 0, 2]]);
        assert_eq!(below(&[0, 0, 1]).collect::<Vec<_>>(), [[0, 0, 0]]);
        assert!(is_below(&[0, 0, 1], &[1, 0, 1]) && !is_below(&[1, 0, 0], &[0, 0, 2]));
        assert_eq!(height(&[1, 0, 2]), 3);
        assert_eq!(Lattice::new(vec![u8::MAX; 20]).nodes(), u128::MAX);
    }
}
