//! The values of each form, and what is done to them.

use super::more::{capital_script, dashes, deceptive, marked, other_digits};
use super::{Disguise, Kind};
use crate::kit::Random;

const TEXT: &[Disguise] = &[
    ends,
    blanks,
    decomposed,
    wide,
    unseen,
    doubled,
    spreadsheet,
    look_alike,
    dashes,
    marked,
    other_digits,
    capital_script,
];

/// One kind a form. Another form is one entry more.
pub(crate) const KINDS: &[Kind] = &[
    Kind { form: "none", value: id, disguises: TEXT },
    Kind { form: "trim", value: id, disguises: TEXT },
    Kind {
        form: "lower",
        value: small_id,
        disguises: &[
            ends,
            blanks,
            decomposed,
            wide,
            unseen,
            doubled,
            capitals,
            look_alike,
            dashes,
            marked,
            other_digits,
            capital_script,
        ],
    },
    Kind {
        form: "email",
        value: address,
        disguises: &[
            ends,
            decomposed,
            wide,
            unseen,
            capitals,
            a_label,
            around_address,
            second_value,
            look_alike,
            deceptive,
        ],
    },
    Kind {
        form: "phone_e164",
        value: number,
        disguises: &[
            ends,
            separated,
            separated,
            exit_code,
            trunk,
            trunk,
            national,
            unseen,
            wide,
            around_number,
            spreadsheet,
        ],
    },
    Kind { form: "digits", value: digits, disguises: &[ends, separated, blanks, unseen, wide, spreadsheet] },
    Kind { form: "nhs_number", value: nhs_number, disguises: &[ends, separated, blanks, unseen, wide, spreadsheet] },
    Kind {
        form: "postcode",
        value: postcode,
        disguises: &[ends, ends, blanks, doubled, squeezed, small, wide, unseen, second_value],
    },
    Kind { form: "date", value: day, disguises: &[ends, at_a_time, at_a_time, day_first, wide, unseen, spreadsheet] },
];

pub(super) fn pick<'t>(random: &mut Random, of: &[&'t str]) -> &'t str {
    of[random.below(of.len())]
}

fn some_digits(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(b"0123456789"[random.below(10)])).collect()
}

/// `text` with `what` at some place between two characters.
fn inserted(text: &str, what: &str, random: &mut Random) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = places[random.below(places.len())];
    [&text[..at], what, &text[at..]].concat()
}

const NAMES: [&str; 10] = ["anna", "zoë", "rené", "jürgen", "olga", "åsa", "nuño", "weiß", "νίκος", "ольга"];

fn id(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!("{}{}", 1 + random.below(9), some_digits(random, 6)),
        1 => format!("C-{}", some_digits(random, 6)),
        _ => format!("{} {}", pick(random, &NAMES), some_digits(random, 5)),
    }
}

fn small_id(random: &mut Random) -> String {
    // `weiß` and `weiss` are one where case does not count, and drawn once.
    format!("{} {}", pick(random, &NAMES), some_digits(random, 5))
}

const DOMAINS: [(&str, &str); 4] = [
    ("example.org", "example.org"),
    ("mail.example.com", "mail.example.com"),
    ("münchen.example", "xn--mnchen-3ya.example"),
    ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
];

fn address(random: &mut Random) -> String {
    let domain = DOMAINS[random.below(DOMAINS.len())].0;
    format!("{}{}@{domain}", pick(random, &NAMES), some_digits(random, 5))
}

/// `+`, calling code, number, with one blank between the two.
fn number(random: &mut Random) -> String {
    match random.below(5) {
        0 => format!("+44 7700{}", some_digits(random, 6)),
        1 => format!("+49 30{}", some_digits(random, 8)),
        2 => format!("+33 1{}", some_digits(random, 8)),
        3 => format!("+39 06{}", some_digits(random, 8)),
        _ => format!("+1 202555{}", some_digits(random, 4)),
    }
}

fn digits(random: &mut Random) -> String {
    format!("{}{}", pick(random, &["", "0", "00", "1"]), 1_000_000 + random.below(9_000_000))
}

fn nhs_number(random: &mut Random) -> String {
    loop {
        let number = some_digits(random, 9);
        let sum: usize =
            number.bytes().zip((2..=10).rev()).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
        let check = (11 - sum % 11) % 11;
        if check < 10 && number.bytes().any(|digit| digit != number.as_bytes()[0]) {
            return format!("{number}{check}");
        }
    }
}

/// One of the six forms of the grammar, with one blank before its inward part.
fn postcode(random: &mut Random) -> String {
    let outward = match random.below(6) {
        0 => format!("{}{}", pick(random, &["M", "B", "L", "W"]), random.below(10)),
        1 => format!("{}{}", pick(random, &["M", "B", "L", "W"]), 10 + random.below(90)),
        2 => format!("{}{}", pick(random, &["AB", "LS", "SE", "YO"]), random.below(10)),
        3 => format!("{}{}", pick(random, &["AB", "LS", "SE", "YO"]), 10 + random.below(90)),
        4 => format!("W{}{}", 1 + random.below(9), pick(random, &["A", "B", "K", "T"])),
        _ => format!(
            "{}{}{}",
            pick(random, &["SW", "EC", "WC"]),
            1 + random.below(4),
            pick(random, &["A", "E", "M", "X"])
        ),
    };
    let letters = ["A", "B", "D", "H", "N", "Q", "U", "X", "Z"];
    format!("{outward} {}{}{}", random.below(10), pick(random, &letters), pick(random, &letters))
}

/// A day in ISO 8601 form.
fn day(random: &mut Random) -> String {
    format!("{:04}-{:02}-{:02}", 1930 + random.below(80), 1 + random.below(12), 1 + random.below(28))
}

const BLANKS: [&str; 7] = [" ", "\u{a0}", "\u{2003}", "\u{2009}", "\u{202f}", "\u{3000}", "\u{205f}"];

fn ends(text: &str, random: &mut Random) -> String {
    let of = [&BLANKS[..], &["\t", "\r\n", "  ", ""]].concat();
    format!("{}{text}{}", pick(random, &of), pick(random, &of))
}

fn blanks(text: &str, random: &mut Random) -> String {
    text.replace(' ', pick(random, &BLANKS))
}

fn doubled(text: &str, random: &mut Random) -> String {
    text.replace(' ', &[pick(random, &BLANKS), pick(random, &BLANKS)].concat())
}

fn decomposed(text: &str, _: &mut Random) -> String {
    const PAIRS: [(&str, &str); 6] = [
        ("ë", "e\u{308}"),
        ("é", "e\u{301}"),
        ("ü", "u\u{308}"),
        ("å", "a\u{30a}"),
        ("ñ", "n\u{303}"),
        ("ί", "ι\u{301}"),
    ];
    PAIRS.iter().fold(text.to_owned(), |text, (one, two)| text.replace(one, two))
}

fn squeezed(text: &str, _: &mut Random) -> String {
    text.replace(' ', "")
}

fn small(text: &str, _: &mut Random) -> String {
    text.to_lowercase()
}

/// The day with a time of it, at any offset: it stays that day.
fn at_a_time(text: &str, random: &mut Random) -> String {
    let times = [
        " 00:00:00",
        "T12:30:00Z",
        "T23:59:59.999-05:00",
        "t00:15z",
        " 00:00:00+01",
        " 23:30:00,5 +0200",
        "T24:00:00",
        "T",
    ];
    format!("{text}{}", pick(random, &times))
}

/// The same day as another program writes it: for this format, no day.
fn day_first(text: &str, random: &mut Random) -> String {
    match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if random.below(2) == 0 => format!("{day}/{month}/{year}"),
        [year, month, day] => format!("{month}/{day}/{year}"),
        _ => text.to_owned(),
    }
}

/// Some characters, or all, in their full-width form.
fn wide(text: &str, random: &mut Random) -> String {
    let all = random.below(2) == 0;
    let widened = |char: char| match char {
        '!'..='~' if all || random.below(4) == 0 => char::from_u32(u32::from(char) + 0xfee0).unwrap(),
        _ => char,
    };
    text.chars().map(widened).collect()
}

fn unseen(text: &str, random: &mut Random) -> String {
    const UNSEEN: [&str; 23] = [
        "\u{200b}",
        "\u{200d}",
        "\u{2060}",
        "\u{feff}",
        "\u{ad}",
        "\u{ffa0}",
        "\u{3164}",
        "\u{115f}",
        "\u{2800}",
        "\u{fe0f}",
        "\u{e0041}",
        "\u{202a}",
        "\u{200e}",
        "\u{180e}",
        "\u{34f}",
        "\u{61c}",
        "\u{7f}",
        "\u{85}",
        "\u{e000}",
        "\u{10fffd}",
        "\u{378}",
        "\u{488}",
        "\u{20dd}",
    ];
    inserted(text, pick(random, &UNSEEN), random)
}

fn capitals(text: &str, random: &mut Random) -> String {
    if random.below(2) == 0 {
        return text.to_uppercase();
    }
    let raised = |char: char| if random.below(2) == 0 { char.to_uppercase().to_string() } else { char.to_string() };
    text.chars().map(raised).collect()
}

/// With letters of another alphabet that look the same, one of them or all.
fn look_alike(text: &str, random: &mut Random) -> String {
    const LATIN: &str = "aceopxyACEHKMOPTX";
    const CYRILLIC: &str = "\u{430}\u{441}\u{435}\u{43e}\u{440}\u{445}\u{443}\u{410}\u{421}\u{415}\u{41d}\u{41a}\u{41c}\u{41e}\u{420}\u{422}\u{425}";
    let alike = |char: char| LATIN.chars().zip(CYRILLIC.chars()).find(|(latin, _)| *latin == char).map(|(_, own)| own);
    let most = if random.below(2) == 0 { 1 } else { usize::MAX };
    let mut done = 0;
    let mut replaced = |char: char| match alike(char) {
        Some(own) if done < most => {
            done += 1;
            own
        }
        _ => char,
    };
    text.chars().map(&mut replaced).collect()
}

/// As a program writes what it took for a number.
fn spreadsheet(text: &str, random: &mut Random) -> String {
    let number = text.trim();
    // What stands in quotation marks, or behind other marks, was taken for no number.
    if number
        .contains(|char: char| "'\"=,;\u{2019}\u{201c}\u{ff1d}\u{ff1b}\u{ff0c}\u{ff07}\u{ff02}\u{201d}".contains(char))
    {
        return text.to_owned();
    }
    if number.chars().any(|char| char.is_alphabetic() || (matches!(char, '.' | '．') && !number.contains('+'))) {
        return text.to_owned();
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || number.len() < 7 {
        return format!("{number}.0");
    }
    match random.below(3) {
        0 => format!("{number}.0"),
        1 => format!("{}.{}E+{:02}", &number[..1], &number[1..6], number.len() - 1),
        _ => format!("{}.{}e{}", &number[..1], &number[1..], number.len() - 1),
    }
}

fn a_label(text: &str, _: &mut Random) -> String {
    DOMAINS.iter().fold(text.to_owned(), |text, (letters, label)| text.replace(letters, label))
}

fn around_address(text: &str, random: &mut Random) -> String {
    let around =
        [("<", ">"), ("mailto:", ""), ("\"D\" <", ">"), ("'", "'"), ("'", ""), ("", "."), ("", ";"), ("", ",")];
    let (before, after) = around[random.below(around.len())];
    format!("{before}{text}{after}")
}

fn second_value(text: &str, random: &mut Random) -> String {
    let apart = pick(random, &[";", ",", "/", " ", "|", "\n"]);
    let other = pick(random, &["07700900123", "bea@example.net", "work", "(home)"]);
    if random.below(2) == 0 { format!("{text}{apart}{other}") } else { format!("{other}{apart}{text}") }
}

/// Digits in groups, set off by blanks, hyphens, points or brackets.
fn separated(text: &str, random: &mut Random) -> String {
    match random.below(5) {
        0 => inserted(text, pick(random, &BLANKS), random),
        1 => inserted(text, pick(random, &["-", "\u{2010}", "\u{2011}", "\u{2013}"]), random),
        2 => inserted(text, pick(random, &[".", "/"]), random),
        3 => inserted(text, pick(random, &["(", ")"]), random),
        _ => text.replace(' ', pick(random, &["", "-", " - ", ".", "  "])),
    }
}

fn exit_code(text: &str, _: &mut Random) -> String {
    text.replacen('+', "00", 1)
}

/// The trunk zero behind the calling codes that have one; the zero that an Italian
/// number begins with in brackets.
fn trunk(text: &str, random: &mut Random) -> String {
    let zero = pick(random, &["0", "(0)", " (0) "]);
    for code in ["+44 ", "+49 ", "+33 "] {
        if text.contains(code) && !text.contains(&format!("{code}0")) && !text.contains('(') {
            return text.replacen(code, &format!("{code}{zero}"), 1);
        }
    }
    text.replacen("+39 0", "+39 (0)", 1)
}

/// As dialled within the United Kingdom, or without the `+`.
fn national(text: &str, random: &mut Random) -> String {
    text.replacen("+44 7", pick(random, &["07", "44 7", "(0)7"]), 1)
}

fn around_number(text: &str, random: &mut Random) -> String {
    let around =
        [("tel:", ""), ("", " ext 3"), ("", "x5"), ("", "#5"), ("", "/07700900140"), ("", " mobile"), ("T ", "")];
    let (before, after) = around[random.below(around.len())];
    format!("{before}{text}{after}")
}
