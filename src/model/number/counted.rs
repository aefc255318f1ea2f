//! Counts as people write them: `1 record`, `2,389 records`, `1 entry is`.

/// A number with separated thousands.
///
/// ```
/// assert_eq!(scant::internals::number(1_065_200), "1,065,200");
/// ```
#[must_use]
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many of something there are; `one` is the word for one of them.
///
/// ```
/// use scant::internals::counted;
/// assert_eq!(counted(1, "entry"), "1 entry");
/// assert_eq!(counted(2389, "entry"), "2,389 entries");
/// assert_eq!(counted(0, "record"), "0 records");
/// ```
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {}", number(count), noun(count, one))
}

/// The word for as many of something.
#[must_use]
pub(crate) fn noun(count: u64, one: &str) -> String {
    let ends_as_entry = one.ends_with("try");
    match one.strip_suffix('y') {
        _ if count == 1 => one.to_owned(),
        Some(stem) if ends_as_entry => format!("{stem}ies"),
        _ => format!("{one}s"),
    }
}

/// `is` of one, `are` of any other number.
#[must_use]
pub(crate) fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_065_200), "1,065,200");
    }

    #[test]
    fn one_is_not_many() {
        for (count, one, words) in
            [(0, "fault", "0 faults"), (1, "day", "1 day"), (2, "day", "2 days"), (1000, "entry", "1,000 entries")]
        {
            assert_eq!(counted(count, one), words);
        }
        assert_eq!([are(0), are(1), are(2)], ["are", "is", "are"]);
    }
}
