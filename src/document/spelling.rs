//! Which known word a misspelt one is closest to.

use strsim::levenshtein;

use super::shown::looks_like_a_name;

/// The candidate that the text begins, where it is the only one (`phone` is meant
/// for `phone_e164`, not for `none`); else the one within an edit distance of two
/// (Damerau–Levenshtein would be kinder to swaps; two plain edits cover them). It is
/// shown to people, so it must look like a name: some candidates are in a document.
#[must_use]
pub(crate) fn closest<'a>(text: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let names = || candidates.iter().filter(|candidate| looks_like_a_name(candidate));
    let mut begun = names().filter(|candidate| text.len() > 2 && candidate.starts_with(text));
    if let (Some(candidate), None) = (begun.next(), begun.next()) {
        return Some(candidate);
    }
    names()
        .map(|candidate| (levenshtein(text, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 2 && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_by_its_beginning_or_by_two_edits() {
        let words = ["digits", "email", "none", "nhs_number", "phone_e164", "trim"];
        assert_eq!(closest("phone", &words), Some("phone_e164"));
        assert_eq!(closest("emial", &words), Some("email"));
        assert_eq!(closest("nhs", &words), Some("nhs_number"));
        assert_eq!(closest("hash", &words), None);
    }
}
