//! What is found in a text and what is not, pattern by pattern; and that whatever the
//! readers of whole cells read is found as well.

mod corpus;

use proptest::prelude::*;

use super::*;
use crate::identifier::canonical::Normalise;
use crate::identifier::postcode::Postcode;

pub(super) fn found_in(text: &str, patterns: &[TextPattern], found: &mut Vec<Range<usize>>) {
    PlainText::readings(text).iter().for_each(|plain| find(plain, patterns, Region::default(), found));
}

/// The text with `#` for every character that is found.
pub(super) fn marked(text: &str, patterns: &[TextPattern]) -> String {
    let mut found = Vec::new();
    found_in(text, patterns, &mut found);
    let is_found = |at: usize| found.iter().any(|range| range.contains(&at));
    text.char_indices().map(|(at, char)| if is_found(at) { '#' } else { char }).collect()
}

#[track_caller]
fn finds(pattern: TextPattern, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(marked(text, &[pattern]), *expected, "{text:?}");
    }
}

#[track_caller]
fn passes(pattern: TextPattern, texts: &[&str]) {
    for text in texts {
        assert_eq!(marked(text, &[pattern]), **text, "{text:?}");
    }
}

#[test]
fn mail_addresses() {
    finds(
        TextPattern::Email,
        &[
            ("mail jo@example.org.", "mail ##############."),
            ("<jo.b+x@mail.example.co.uk>, or", "<#########################>, or"),
            ("'jo@example.org'", "'##############'"),
            ("jo @ example.org", "################"),
            ("jo＠example．org", "##############"),
            ("j\u{200b}o@exam\u{ad}ple.org", "################"),
            ("zoë@münchen.example", "###################"),
            ("jo (at) example (dot) org!", "#########################!"),
            ("jo[at]example.org", "#################"),
            ("\"jo b\"@example.org", "##################"),
            ("jo..b@example.org", "#################"),
            ("a@b.co@c.org", "############"),
            ("mailto:jo@example.org", "mailto:##############"),
            ("jo@example\u{3002}org", "##############"),
        ],
    );
    passes(TextPattern::Email, &["@jo_b said", "3 @ 4.50 each", "jo@home", "look (at) me", "a @ b", "", "@", "@@.@"]);
}

#[test]
fn telephone_numbers() {
    finds(
        TextPattern::Phone,
        &[
            ("ring 07700 900123 now", "ring ############ now"),
            ("(01632) 960 123", "(##############"),
            ("+44 (0)7700 900-123.", "###################."),
            ("0044 7700 900123", "################"),
            ("Mob:07700.900.123", "Mob:#############"),
            ("٠٧٧٠٠ ٩٠٠١٢٣", "############"),
            ("０７７００\u{a0}９００１２３", "############"),
            ("077\u{200b}00 90\u{ad}0123", "##############"),
            ("0 7 7 0 0 9 0 0 1 2 3", "#####################"),
            ("07700 900123 / 07700 900456", "############ / ############"),
            ("+49 30 901820", "#############"),
            ("01632/960123", "############"),
            ("441632960123", "############"),
            ("07700900123\u{200b}07700900456", "###########\u{200b}###########"),
        ],
    );
    passes(
        TextPattern::Phone,
        &[
            "on 01-02-2024 and 01.02.2024 12:30",
            "order 4500012345",
            "0.99, 1.50 and 12",
            "2024-01-02 10:00",
            "+1 for that, +12 more",
            "0930 - 1045",
            "1234567",
        ],
    );
}

#[test]
fn numbers_with_check_digits() {
    finds(
        TextPattern::NhsNumber,
        &[
            ("NHS 943 476 5919.", "NHS ############."),
            ("9434765919", "##########"),
            ("943-476-5919", "############"),
            ("94347 65919", "###########"),
            ("９４３ ４７６ ５９１９", "############"),
        ],
    );
    passes(TextPattern::NhsNumber, &["943 476 5918", "94347659190", "0000000000", "2024-01-02 10"]);
    finds(
        TextPattern::Card,
        &[
            ("card 4111 1111 1111 1111, exp", "card ###################, exp"),
            ("378282246310005", "###############"),
            ("5555-5555-5555-4444", "###################"),
            ("4111\u{200b}111111111111", "#################"),
        ],
    );
    passes(TextPattern::Card, &["4111 1111 1111 1112", "0000 0000 0000 0000", "1234567890123456789012"]);
    finds(
        TextPattern::Iban,
        &[
            ("to GB82 WEST 1234 5698 7654 32 please", "to ########################### please"),
            ("de89370400440532013000", "######################"),
            ("GB82-WEST-1234-5698-7654-32", "###########################"),
            ("NO93 8601 1117 947", "##################"),
        ],
    );
    passes(TextPattern::Iban, &["GB83 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 3", "GB82"]);
}

#[test]
fn codes_of_letters_and_digits() {
    finds(
        TextPattern::UkPostcode,
        &[
            ("at SW1A 1AA.", "at ########."),
            ("sw1a1aa", "#######"),
            ("m1 1ae", "######"),
            ("SW1A\u{a0}1\u{200b}AA", "#########"),
            ("ЅW1А 1АА", "########"),
            ("SW 1A 1AA", "#########"),
            ("SW1A-1AA", "########"),
            ("BFPO 61, BFPO c/o 61", "#######, ###########"),
            ("GIR 0AA", "#######"),
            ("ＳＷ１Ａ １ＡＡ", "########"),
        ],
    );
    passes(TextPattern::UkPostcode, &["in SW1A", "at 5pm on the M1", "SO1O 1AA", "XSW1A 1AA", "a 1 1 th", "A4 9am"]);
    finds(
        TextPattern::NationalInsurance,
        &[
            ("NINO AB 12 34 56 C.", "NINO #############."),
            ("ab123456c", "#########"),
            ("AB123456", "########"),
            ("AB 12 34 56", "###########"),
            ("АВ-12-34-56-С", "#############"),
        ],
    );
    passes(
        TextPattern::NationalInsurance,
        &["ab123456", "GB123456A", "AO123456A", "AB12345C", "AB123456E", "AB1234567"],
    );
}

#[test]
fn addresses_of_the_web() {
    finds(
        TextPattern::Url,
        &[
            ("see https://example.org/a?b=c, or", "see #########################, or"),
            ("WWW.example.org", "###############"),
            ("(http://192.0.2.1:8080/x)", "(#######################)"),
            ("example.org", "###########"),
            ("shop.example/jo", "###############"),
            ("ftp://jo:secret@files.example", "#############################"),
            ("h\u{200b}ttps://example.org", "####################"),
        ],
    );
    passes(
        TextPattern::Url,
        &["jo@example.org", "and/or", "e.g. this", "end.Then", "home.At noon", "1.5/2", "://", "www.", "a.b"],
    );
}

/// A text of many bytes, of pieces that make a search begin again and again.
#[test]
fn no_text_takes_long() {
    let all = TextPattern::ALL.map(|(_, pattern)| pattern);
    for piece in [
        "0 ",
        "@",
        "a@a.",
        "(at",
        "( ",
        "+(",
        "AB 1",
        "GB8",
        "1-",
        "www.",
        "://",
        "\"@",
        "a.",
        "\u{200b}0",
        "[dot]",
        "\"a@a.b",
    ] {
        let text = piece.repeat(12_000 / piece.len());
        let mut found = Vec::new();
        found_in(&text, &all, &mut found);
        // Nothing is found over and over.
        assert!(found.len() <= text.len(), "{piece}");
    }
}

fn is_marked_whole(cell: &str, pattern: TextPattern) -> bool {
    let text = format!("Then, {cell}; and");
    let marked = marked(&text, &[pattern]);
    let inside = marked.strip_prefix("Then, ").and_then(|rest| rest.strip_suffix("; and"));
    // Signs at the ends are no part of what is found.
    inside.is_some_and(|inside| !inside.chars().any(char::is_alphanumeric))
}

proptest! {
    #[test]
    fn what_the_readers_read_is_found(
        email in "[a-z0-9._+'-]{1,8}@[a-z0-9-]{1,6}\\.[a-z]{2,4}",
        phone in "(\\+44|0044|0|\\+49|\\+1)[ ()-]{0,2}[0-9]{2,5}([ ()-]{0,2}|\\.)[0-9]{3,6}[ -]?[0-9]{0,4}",
        postcode in "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|BFPO ?[0-9]{1,4}",
        nhs in "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}",
    ) {
        let mut scratch = String::new();
        let mut reads = |rule: Normalise, cell: &str| {
            scratch.clear();
            rule.canonical(cell, Region::default(), &mut scratch).is_ok()
        };
        prop_assert!(!reads(Normalise::Email, &email) || is_marked_whole(&email, TextPattern::Email), "{}", email);
        prop_assert!(!reads(Normalise::NhsNumber, &nhs) || is_marked_whole(&nhs, TextPattern::NhsNumber), "{}", nhs);
        if phone.starts_with('+') && reads(Normalise::PhoneE164, &phone) {
            prop_assert!(is_marked_whole(&phone, TextPattern::Phone), "{}", phone);
        }
        let is_whole = Postcode::read(&postcode).is_ok_and(|read| read.canonical().is_some());
        prop_assert!(!is_whole || is_marked_whole(&postcode, TextPattern::UkPostcode), "{}", postcode);
    }

    #[test]
    fn any_text_has_ranges_of_its_own(text in "\\PC{0,40}|[ 0-9+@./()A-Za-z-]{0,60}") {
        let all = TextPattern::ALL.map(|(_, pattern)| pattern);
        let mut found = Vec::new();
        found_in(&text, &all, &mut found);
        for range in found {
            prop_assert!(range.start < range.end && text.get(range.clone()).is_some(), "{:?} {:?}", text, range);
        }
    }
}
