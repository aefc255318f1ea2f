//! Records that are spilled to disk, and their layout there, which
//! [`manual::spill`](crate::manual::spill) draws.

pub(crate) mod entries;
pub(crate) mod minimised;
pub(crate) mod partitions;
pub(crate) mod row_codec;
pub(crate) mod store;

#[cfg(test)]
pub(crate) mod tests {
    use crate::model::digest::to_hex;

    /// Checks that the page draws these bytes, cut into fields of these lengths.
    pub(crate) fn is_drawn(mut bytes: &[u8], fields: &[usize]) {
        assert_eq!(fields.iter().sum::<usize>(), bytes.len(), "{bytes:02x?}");
        let mut drawn = Vec::new();
        for field in fields {
            let (first, rest) = bytes.split_at(*field);
            drawn.push(to_hex(first));
            bytes = rest;
        }
        let line = drawn.join(" ");
        let page = include_str!("../../manual/spill.md");
        assert!(page.lines().any(|drawn| drawn == line), "not in spill.md: {line}");
    }
}
