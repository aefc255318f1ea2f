//! English names of months, in any case: whole, of three letters, and `Sept`, which
//! British and Australian programs write (CLDR 38 and later, en-GB and en-AU).

/// The names in whole, in the order of the calendar.
pub(super) const WHOLE: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A short name of four letters.
pub(super) const SEPT: &str = "Sept";

/// Every name, with the number of its month.
pub(super) fn all() -> impl Iterator<Item = (&'static str, i32)> {
    let whole = WHOLE.into_iter().zip(1..);
    let short = whole.clone().filter_map(|(name, month)| Some((name.get(..3)?, month)));
    whole.chain(short).chain([(SEPT, 9)])
}

/// Reads a name from the front of `rest`: all letters that stand there.
pub(super) fn read(rest: &mut &[u8]) -> Option<i32> {
    let width = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, tail) = rest.split_at_checked(width)?;
    let (_, month) = all().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))?;
    *rest = tail;
    Some(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_any_case_and_nothing_else_is_one() {
        for (name, month) in all() {
            for text in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
                assert_eq!(read(&mut text.as_bytes()), Some(month), "{text}");
            }
        }
        for bad in ["", "Ja", "Januar", "Janu", "Mrz", "Juin", "Septe", "5"] {
            assert_eq!(read(&mut bad.as_bytes()), None, "{bad}");
        }
        let mut rest = &b"may, 2024"[..];
        assert_eq!((read(&mut rest), rest), (Some(5), &b", 2024"[..]));
    }
}
