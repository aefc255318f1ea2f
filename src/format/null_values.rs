//! The cells that a policy declares to mean "no value". Which cells are compared
//! with them (in CSV only unquoted ones) is the matter of each format.

/// The cells that mean "no value".
#[derive(Debug, Clone, Default)]
pub(crate) struct NullValues {
    empty: bool,
    longest: usize,
    others: Vec<String>,
}

impl NullValues {
    /// The cells of a policy.
    pub(crate) fn new(values: &[String]) -> Self {
        let others: Vec<String> = values.iter().filter(|value| !value.is_empty()).cloned().collect();
        Self {
            empty: values.iter().any(String::is_empty),
            longest: others.iter().map(String::len).max().unwrap_or(0),
            others,
        }
    }

    #[inline(always)]
    /// Whether the cell is one of them.
    pub(crate) fn holds(&self, cell: &str) -> bool {
        if cell.is_empty() {
            return self.empty;
        }
        cell.len() <= self.longest && self.others.iter().any(|value| value == cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_are_compared_and_empty_is_one_only_where_it_is_listed() {
        let nulls = NullValues::new(&[String::new(), "NULL".to_owned(), "-".to_owned()]);
        assert!(nulls.holds("") && nulls.holds("NULL") && nulls.holds("-"));
        assert!(!nulls.holds("null") && !nulls.holds(" ") && !nulls.holds("NULLS"));
        assert!(!NullValues::new(&["-".to_owned()]).holds(""));
    }
}
