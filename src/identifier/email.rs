//! E-mail addresses: one mailbox, nothing before or behind it.
//!
//! The grammar is RFC 5321 section 4.1.2 with RFC 6531 for other scripts, without
//! what no register of people holds: quoted local parts, comments, address
//! literals, source routes. Also refused, although the grammar has them: `/`, `|`
//! and `*` in the local part and quotation marks at its ends, since what looks
//! like that is two values in a cell, a pattern, or text in quotes; and a local
//! part that begins with anything but a letter, a digit or `_`: `=` and `+` are put
//! there by spreadsheets, `#` by whoever takes an entry out of a list. A label or
//! local part with letters of two alphabets that look alike is refused too, and so is
//! one with a letter that is Latin and passes for another: those of phonetics
//! (`ɑ`, `ɡ`), and the i and j without a dot, or with one more.
//!
//! The domain has two labels or more, of 1 to 63 letters, digits and inner
//! hyphens (RFC 1123 section 2.1, RFC 5890), the last of letters; no dot at its
//! end. Other scripts are brought into their A-labels (UTS #46), so that
//! `münchen.example` is `xn--mnchen-3ya.example`.

use std::sync::LazyLock;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::text::script::is_mixed;
use super::text::unseen::has_unseen;
use super::text::{compatible, folded};
use crate::model::outcome::tally::Unreadable;

/// RFC 5321 section 4.5.3.1: octets of a local part, of a domain, of both.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 253;
const LONGEST_LABEL: usize = 63;

/// The canonical form of an address, in small letters; `scratch` is empty.
pub(super) fn canonical<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    let cell = cell.trim();
    let (local, domain) = cell.split_once('@').ok_or(Unreadable::Email)?;
    if cell.is_ascii() {
        if !is_local(local) || !is_domain(domain) {
            return Err(Unreadable::Email);
        }
        // Whether an A-label is one can only the library say.
        if !domain.contains("--") {
            if !cell.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Ok(cell);
            }
            scratch.push_str(cell);
            scratch.make_ascii_lowercase();
            return Ok(scratch);
        }
    } else if has_unseen(cell) {
        return Err(Unreadable::Email);
    }
    let refused = |_| Unreadable::Email;
    let uts46 = Uts46::new();
    let domain = uts46.to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    let domain = domain.map_err(refused)?;
    let letters = uts46.to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast).0;
    if is_mixed(&letters) || has_deceptive(&letters) {
        return Err(Unreadable::Email);
    }
    let local: String = local.nfc().collect();
    // A local part that form KC would change has lost or gained something on the
    // way (RFC 6532 section 3.1): which mailbox it was is not known.
    if compatible(&local) != local || is_mixed(&local) || has_deceptive(&local) {
        return Err(Unreadable::Email);
    }
    let local = if local.is_ascii() { local.to_ascii_lowercase() } else { folded(&local) };
    // Again: capitals of phonetic letters are in other blocks.
    if has_deceptive(&local) || !is_local(&local) || !is_domain(&domain) {
        return Err(Unreadable::Email);
    }
    scratch.extend([&local, "@", &domain]);
    Ok(scratch)
}

/// The domain of an address, in A-labels and small letters; `scratch` is empty.
pub(crate) fn domain_of_address<'a>(cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    canonical(cell, scratch)?.split_once('@').map(|(_, domain)| domain).ok_or(Unreadable::Email)
}

/// A domain as lists write one: alone, or as the pattern of its addresses (`@…`, `*@…`)
/// or of what is below it (`*.…`). It is one where it can stand in an address;
/// `scratch` is empty.
pub(crate) fn domain<'a>(cell: &str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
    let cell = cell.trim();
    let bare = ["*@", "@", "*."].iter().find_map(|pattern| cell.strip_prefix(pattern)).unwrap_or(cell);
    let (address, mut room) = (["a@", bare].concat(), String::new());
    let address = canonical(&address, &mut room).map_err(|_| Unreadable::Domain)?;
    scratch.push_str(address.strip_prefix("a@").ok_or(Unreadable::Domain)?);
    Ok(scratch)
}

/// Whether a text holds a Latin letter that passes for another one: of the blocks of
/// phonetics, or an i or j whose dot is missing or doubled.
fn has_deceptive(text: &str) -> bool {
    static LETTERS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[\x{250}-\x{2AF}\x{1D00}-\x{1DBF}\x{131}\x{237}]|[iIjJ]\p{M}*\x{307}").ok());
    // Without the tables nothing but ASCII could be judged.
    !text.is_ascii() && LETTERS.as_ref().is_none_or(|letters| letters.is_match(&text.nfd().collect::<String>()))
}

/// Atoms between dots.
fn is_local(local: &str) -> bool {
    let begins_well = local.chars().next().is_some_and(|char| char == '_' || char.is_alphanumeric());
    local.len() <= LONGEST_LOCAL
        && begins_well
        && !local.ends_with(['\'', '`'])
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

/// `atext` of RFC 5322 section 3.2.3, but for what sets off another value; of
/// other scripts letters, digits and their marks.
fn is_atom(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_alphanumeric() || b"!#$%&'+-=?^_`{}~".contains(&(char as u8));
    }
    char.is_alphanumeric() || is_combining_mark(char)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        (1..=LONGEST_LABEL).contains(&bytes.len())
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-'
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let Some((_, last)) = domain.rsplit_once('.') else { return false };
    let is_top = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        || last.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    domain.len() <= LONGEST_DOMAIN && is_top && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cell: &str) -> Result<String, Unreadable> {
        canonical(cell, &mut String::new()).map(str::to_owned)
    }

    #[test]
    fn one_mailbox_has_one_form() {
        let long_label = format!("a@{}.example", "b".repeat(63));
        let long_local = format!("{}@b.example", "a".repeat(64));
        for (cell, form) in [
            ("\u{a0}Anna.Smith@Example.ORG ", "anna.smith@example.org"),
            ("anna+news@example.org", "anna+news@example.org"),
            ("o'brien@example.org", "o'brien@example.org"),
            ("a@b.c.d.example", "a@b.c.d.example"),
            ("a@b--c.example", "a@b--c.example"),
            ("a@1.example", "a@1.example"),
            ("hal@münchen.example", "hal@xn--mnchen-3ya.example"),
            ("HAL@MÜNCHEN.example", "hal@xn--mnchen-3ya.example"),
            ("hal@mu\u{308}nchen.example", "hal@xn--mnchen-3ya.example"),
            ("hal@XN--MNCHEN-3YA.example", "hal@xn--mnchen-3ya.example"),
            ("hal@münchen。example", "hal@xn--mnchen-3ya.example"),
            ("hal@ｅxample.org", "hal@example.org"),
            ("ZOÉ@example.org", "zoé@example.org"),
            ("zoe\u{301}@example.org", "zoé@example.org"),
            ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
            (long_label.as_str(), long_label.as_str()),
            (long_local.as_str(), long_local.as_str()),
        ] {
            assert_eq!(of(cell).as_deref(), Ok(form), "{cell:?}");
            assert_eq!(of(form).as_deref(), Ok(form));
        }
    }

    #[test]
    fn a_domain_is_what_can_stand_in_an_address() {
        let of_entry = |cell: &str| domain(cell, &mut String::new()).map(str::to_owned);
        let of_address = |cell: &str| domain_of_address(cell, &mut String::new()).map(str::to_owned);
        for (cell, form) in [
            ("example.org", "example.org"),
            (" @Example.ORG ", "example.org"),
            ("*@example.org", "example.org"),
            ("*.example.org", "example.org"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
        ] {
            assert_eq!(of_entry(cell).as_deref(), Ok(form), "{cell:?}");
            assert_eq!(of_entry(form).as_deref(), Ok(form), "{cell:?}");
            assert_eq!(of_address(&format!("Anna@{form}")).as_deref(), Ok(form), "{cell:?}");
        }
        for cell in [
            "",
            "@",
            "*",
            "anna@example.org",
            "@@example.org",
            "*@*.example.org",
            "*example.org",
            "@ example.org",
            ".example.org",
            "example.org.",
            "example",
            "example.org;example.net",
            "https://example.org",
            "192.0.2.1",
            "ex\u{430}mple.org",
            "a\u{200b}.example",
        ] {
            assert_eq!(of_entry(cell), Err(Unreadable::Domain), "{cell:?}");
        }
        assert_eq!(of_address("@example.org"), Err(Unreadable::Email));
    }

    #[test]
    fn what_is_not_one_mailbox_alone_is_refused() {
        let long_label = format!("a@{}.example", "b".repeat(64));
        let long_local = format!("{}@b.example", "a".repeat(65));
        let long_domain = format!("a@{}example", "b.".repeat(124));
        for cell in [
            "",
            "anna",
            "@",
            "@example.org",
            "anna@",
            "a@b@c.example",
            "=anna@example.org",
            "+anna@example.org",
            "-anna@example.org",
            "#anna@example.org",
            "\u{430}nna@example.org",
            "anna@ex\u{430}mple.org",
            "anna@xn--exmple-4nf.org",
            "*@example.org",
            "anna@example",
            "ö@x",
            "a b@example.org",
            "ian @example.com",
            "anna@ example.org",
            "anna@exam ple.org",
            "a\tb@example.org",
            "a\u{7f}@example.org",
            "a\u{85}@example.org",
            "a\u{200b}@example.org",
            "a\u{202e}@example.org",
            "a\u{ad}b@example.org",
            "a\u{a0}b@example.org",
            "ann\u{ffa0}a@example.org",
            "a@ex\u{200d}ample.org",
            "a@ex\u{ad}ample.org",
            "\u{feff}a@example.org",
            "\u{200b}gus@example.com",
            "a＠example.org",
            "ａ@example.org",
            "a@example.org;07700900123",
            "a@example.org;b@example.net",
            "a@example.org,",
            "eve@example.com;",
            "jo@example.com,",
            "finn@example.com.",
            "a@example..org",
            "a@.org",
            "a@example.org。",
            "<anna@example.org>",
            "mailto:cara@example.com",
            "\"Dan D\" <dan@example.com>",
            "'kay@example.com'",
            "'kay@example.com",
            "\"a b\"@example.org",
            "a(x)@example.org",
            "a@example.org(x)",
            "a@[192.0.2.1]",
            "a@192.0.2.1",
            "a@example.org1",
            "a@example.123",
            "a@-example.org",
            "a@example-.org",
            "a@ex_ample.org",
            ".a@example.org",
            "a.@example.org",
            "a..b@example.org",
            "07700900123/anna@example.org",
            "a|b@example.org",
            "o\u{2019}brien@example.org",
            "\u{251}nna@example.org",
            "a@\u{261}oogle.example",
            "a@xn--oogle-wmc.example",
            "\u{1d0f}lga@example.org",
            "\u{a7ac}us@example.org",
            "\u{131}an@example.org",
            "a@\u{131}an.example",
            "\u{237}o@example.org",
            "\u{130}an@example.org",
            "i\u{307}an@example.org",
            "i\u{323}\u{307}an@example.org",
            "a@\u{130}an.example",
            "a\u{e000}@example.org",
            "a\u{20dd}@example.org",
            "a@xn--a.example",
            "a@xn--\u{fc}.example",
            "a@example.org/x",
            "a@example.o",
            "x@münchen..example",
            "x@\u{301}.example",
            long_label.as_str(),
            long_local.as_str(),
            long_domain.as_str(),
        ] {
            assert_eq!(of(cell), Err(Unreadable::Email), "{cell:?}");
        }
    }
}
