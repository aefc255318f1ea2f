//! Latin letters that Unicode does not take apart into a plain letter and a mark, and
//! the plain letters that people write for them where they have no others.

const LATIN: [(char, &str); 12] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('þ', "th"),
    ('ð', "d"),
    ('đ', "d"),
    ('ø', "o"),
    ('ł', "l"),
    ('ı', "i"),
    ('ħ', "h"),
    ('ŋ', "n"),
    ('\u{1e9e}', "ss"),
];

/// The plain letters of such a letter.
pub(crate) fn plain(letter: char) -> Option<&'static str> {
    LATIN.iter().find(|(special, _)| *special == letter).map(|(_, plain)| *plain)
}
