//! Checks the column names a file declares, before anything is bound to them.
//! Knows no policy: whether a column is wanted is decided elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::fault::{FaultFacts, InputFault, InputFaultKind};
use crate::identifier::text::loose::push_loose;

const MOST_COLUMNS: usize = 4096;
const LONGEST_NAME: usize = 1024;

/// Refuses too many columns, an empty or overlong name, and two names that differ in
/// nothing but blanks, capitals, width and characters that cannot be seen: who reads
/// the header sees one column twice. A fault names the column by position.
///
/// # Errors
/// The first fault.
pub(crate) fn check<'a>(names: impl ExactSizeIterator<Item = &'a str>, file: &Arc<str>) -> Result<(), InputFault> {
    if names.len() > MOST_COLUMNS {
        return Err(InputFault::file(InputFaultKind::TooManyColumns, file));
    }
    let last = u32::try_from(names.len()).ok();
    let mut seen = HashMap::new();
    for (index, name) in names.enumerate() {
        let fault = |kind| InputFault::file(kind, file).at_column(u32::try_from(index + 1).unwrap_or(u32::MAX));
        if name.len() > LONGEST_NAME {
            return Err(fault(InputFaultKind::HeaderTooLong));
        }
        let mut loose = String::new();
        push_loose(name, &mut loose);
        if loose.is_empty() {
            let facts = FaultFacts { last_column: last, ..FaultFacts::default() };
            return Err(fault(InputFaultKind::EmptyHeaderCell).with_facts(facts));
        }
        if let Some(first) = seen.insert(loose, index) {
            let facts = FaultFacts { first_column: u32::try_from(first + 1).ok(), ..FaultFacts::default() };
            return Err(fault(InputFaultKind::DuplicateColumn).with_facts(facts));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_names_are_refused_by_position() {
        let file: Arc<str> = "extract".into();
        let kind = |names: &[&str]| check(names.iter().copied(), &file).map_err(|fault| (fault.kind, fault.column));
        assert_eq!(kind(&["a", "b"]), Ok(()));
        assert_eq!(kind(&["email", " EMAIL "]), Err((InputFaultKind::DuplicateColumn, Some(2))));
        for same in
            ["e-mail\u{200b}", "E-MAIL", "\u{feff}e-mail", "e - mail", "\u{ff45}-mail", "e-m\u{ad}ail", "e-mail\u{a0}"]
        {
            assert_eq!(kind(&["e-mail", same]), Err((InputFaultKind::DuplicateColumn, Some(2))), "{same:?}");
        }
        assert_eq!(kind(&["e-mail", "e_mail", "email", "1", "10"]), Ok(()));
        assert_eq!(kind(&["a", "\u{200b}"]), Err((InputFaultKind::EmptyHeaderCell, Some(2))));
        assert_eq!(kind(&["a", " "]), Err((InputFaultKind::EmptyHeaderCell, Some(2))));
        assert_eq!(kind(&["a", &"x".repeat(1025)]), Err((InputFaultKind::HeaderTooLong, Some(2))));
        let many: Vec<String> = (0..4097).map(|index| index.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(kind(&many), Err((InputFaultKind::TooManyColumns, None)));
        assert_eq!(kind(&many[..4096]), Ok(()));
    }
}
