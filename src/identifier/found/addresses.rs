//! E-mail addresses, and addresses of the web, in a text. Wider than the reader of
//! whole cells: whatever is around an `@` as an address has it is found, also where
//! the reader refuses it, since a misspelt address names the same person.

use std::ops::Range;

/// How many bytes of a local part in quotation marks are looked at.
const QUOTED: usize = 66;

/// What a host ends with that is followed by nothing: not all there are, since
/// sentences that lack a blank end so, too (`as before.In`).
const ENDS: [&str; 20] = [
    "app", "at", "ch", "co", "com", "de", "dev", "edu", "es", "eu", "fr", "gov", "ie", "info", "io", "net", "nl",
    "org", "test", "uk",
];

/// What ends a local part, an address or a word around it.
fn is_local(char: char) -> bool {
    char.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(char)
}

fn is_host(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '-' | '_')
}

/// Where an `@`, or what people write for it, begins and ends.
fn at_signs(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.char_indices().filter_map(|(at, char)| match char {
        '@' => {
            // A blank on either side.
            let start = if text.get(..at).is_some_and(|before| before.ends_with(' ')) { at - 1 } else { at };
            let end = if text.get(at + 1..).is_some_and(|behind| behind.starts_with(' ')) { at + 2 } else { at + 1 };
            Some(start..end)
        }
        '(' | '[' | '{' | '<' => {
            let inside = text.get(at + 1..)?;
            let word = inside.trim_start_matches(' ');
            let is_at = word.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("at"));
            let rest = word.get(2..).filter(|_| is_at && inside.len() - word.len() <= 2)?;
            let close = rest.trim_start_matches(' ').strip_prefix([')', ']', '}', '>'])?;
            let end = text.len() - close.trim_start_matches(' ').len();
            let before = text.get(..at)?;
            (rest.len() - close.len() <= 3 && end - at <= 12).then(|| before.trim_end_matches(' ').len()..end)
        }
        _ => None,
    })
}

pub(super) fn find_emails(text: &str, found: &mut Vec<Range<usize>>) {
    for sign in at_signs(text) {
        let (Some(before), Some(behind)) = (text.get(..sign.start), text.get(sign.end..)) else { continue };
        let Some(length) = domain(behind) else { continue };
        let local = before.trim_end_matches(is_local);
        let start = match before.len() - local.len() {
            // A local part in quotation marks.
            0 => match before.strip_suffix('"') {
                Some(inside) => {
                    let from = (0..=4).find_map(|more| {
                        inside
                            .len()
                            .saturating_sub(QUOTED + more)
                            .checked_add(0)
                            .filter(|at| inside.is_char_boundary(*at))
                    });
                    let from = from.unwrap_or(inside.len());
                    match inside.get(from..).and_then(|near| near.rfind('"')) {
                        Some(open) => from + open,
                        None => continue,
                    }
                }
                None => continue,
            },
            // Brackets and quotation marks at its start are of the sentence.
            _ => {
                local.len()
                    + before
                        .get(local.len()..)
                        .map_or(0, |own| own.len() - own.trim_start_matches(['\'', '`', '*', '|', '=', '/']).len())
            }
        };
        if start < sign.start {
            found.push(start..sign.end + length);
        }
    }
}

/// How many bytes of a text that begins with a domain it has: two labels or more, the
/// last one of letters. Some write `(dot)` for its full stops.
fn domain(text: &str) -> Option<usize> {
    const DOTS: [&str; 6] = [" (dot) ", "(dot)", " [dot] ", "[dot]", " {dot} ", "{dot}"];
    let mut end = 0;
    let mut last = "";
    let mut labels = 0;
    loop {
        let rest = text.get(end..)?;
        let length = rest.len() - rest.trim_start_matches(|char| is_host(char) && char != '.').len();
        if length == 0 {
            break;
        }
        last = rest.get(..length)?;
        labels += 1;
        let behind = rest.get(length..)?;
        let dot = DOTS.iter().find(|dot| behind.get(..dot.len()).is_some_and(|start| start.eq_ignore_ascii_case(dot)));
        let dots = behind.len() - behind.trim_start_matches('.').len();
        let gap = dot.map_or(dots, |dot| dot.len());
        let goes_on = behind.get(gap..).is_some_and(|next| next.starts_with(|char| is_host(char) && char != '.'));
        if gap == 0 || !goes_on {
            return (labels > 1 && last.chars().any(char::is_alphabetic)).then_some(end + length);
        }
        end += length + gap;
    }
    (labels > 1 && last.chars().any(char::is_alphabetic)).then_some(end)
}

pub(super) fn find_urls(text: &str, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for word in text.split([' ', '<', '>', '"']) {
        found.extend(url(word).map(|url| start + url.start..start + url.end));
        start += word.len() + 1;
    }
}

/// The address in a text without blanks.
fn url(word: &str) -> Option<Range<usize>> {
    let end = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '}', '*', '_']).len();
    let start = with_scheme(word).or_else(|| with_www(word)).or_else(|| bare_host(word))?;
    (start < end).then_some(start..end)
}

fn with_scheme(word: &str) -> Option<usize> {
    let colon = word.find("://")?;
    let before = word.get(..colon)?;
    let scheme =
        before.len() - before.trim_end_matches(|char: char| char.is_ascii_alphanumeric() || "+-.".contains(char)).len();
    let behind = word.get(colon + "://".len()..)?;
    (scheme > 0 && behind.starts_with(|char: char| char.is_alphanumeric() || "[%_-".contains(char)))
        .then(|| colon - scheme)
}

fn with_www(word: &str) -> Option<usize> {
    let is_www = |at: usize| {
        let begins = word.get(at..at + 4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
        let is_free = !word.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        begins && is_free && word.get(at + 4..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    };
    word.char_indices().map(|(at, _)| at).find(|at| is_www(*at))
}

/// A host with a path behind it, or one that ends as most do.
fn bare_host(word: &str) -> Option<usize> {
    let mut start = 0;
    for part in word.split_inclusive(|char| !is_host(char)) {
        let host = part.trim_end_matches(|char| !is_host(char)).trim_end_matches(['.', '-', '_']);
        let behind = word.get(start + host.len()..).unwrap_or("");
        let is_mailbox = word.get(..start).is_some_and(|before| before.ends_with('@'));
        let labels = host.split('.').count();
        let is_label = |label: &str| !label.is_empty() && label.chars().any(char::is_alphanumeric);
        if labels > 1 && !is_mailbox && !behind.starts_with('@') && host.split('.').all(is_label) {
            let last = host.rsplit('.').next().unwrap_or("");
            let is_top = last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
            let has_path = behind.starts_with('/') && behind.len() > 1 || behind.starts_with('?') && behind.len() > 2;
            // `home.At noon` is the end of a sentence.
            let is_sentence =
                last.chars().next().is_some_and(char::is_uppercase) && !last.chars().all(char::is_uppercase);
            let is_usual = !is_sentence && ENDS.contains(&last.to_lowercase().as_str());
            if is_top && (has_path || is_usual) {
                return Some(start);
            }
        }
        start += part.len();
    }
    None
}
