//! Sentences of invented people, with identifiers planted between words, order numbers,
//! dates and prices: how much of what was planted is found, and how much of what is
//! found was planted.

use super::super::*;
use super::{found_in, marked};

/// Random numbers that are the same in every run (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap()]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from_digit(u32::try_from(self.below(10)).unwrap(), 10).unwrap()).collect()
    }
}

const NAMES: [&str; 12] = ["anna", "bo", "Cyril", "dora", "Ewan", "fay", "gus", "Hana", "ivo", "june", "Kit", "o.lund"];
const SURNAMES: [&str; 10] =
    ["ashdown", "brook", "Carrow", "dale", "Eddery", "fennick", "Garth", "holm", "ingle", "jessop"];
const HOSTS: [&str; 6] =
    ["example.org", "example.com", "mail.example.net", "post.example.co.uk", "firma.example", "example.info"];

fn email(random: &mut Random) -> String {
    let (name, surname, host) = (random.of(&NAMES), random.of(&SURNAMES), random.of(&HOSTS));
    match random.below(8) {
        0 => format!("{name}_{surname}@{host}"),
        1 => format!("{name}+offers@{host}"),
        2 => format!("{name} (at) {host}"),
        3 => format!("{name}{}@{host}", random.below(99)),
        4 => format!("{name} @ {host}"),
        _ => format!("{name}.{surname}@{host}"),
    }
}

fn phone(random: &mut Random) -> String {
    let (three, other) = (random.digits(3), random.digits(3));
    match random.below(9) {
        0 => format!("07700 900{three}"),
        1 => format!("07700900{three}"),
        2 => format!("+44 7700 900{three}"),
        3 => format!("+44 (0)20 7946 0{three}"),
        4 => format!("020 7946 0{three}"),
        5 => format!("(01632) 960{three}"),
        6 => format!("0044 1632 960 {three}"),
        7 => format!("07700-900-{three}"),
        _ => format!("+33 1 99 00 {} {}", &three[..2], &other[..2]),
    }
}

fn postcode(random: &mut Random) -> String {
    const INWARD: [&str; 5] = ["AB", "DE", "NX", "WL", "ZJ"];
    let outward = random.of(&["SW1A", "M1", "EH12", "B33", "CR2", "DN55", "W1A", "AB10"]);
    let whole = format!("{outward} {}{}", random.below(10), random.of(&INWARD));
    match random.below(5) {
        0 => whole.replace(' ', ""),
        1 => whole.to_lowercase(),
        2 => whole.replace(' ', "  "),
        _ => whole,
    }
}

fn nhs(random: &mut Random) -> String {
    loop {
        let nine = random.digits(9);
        let sum: u32 = nine.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = (11 - sum % 11) % 11;
        if check == 10 || nine.starts_with('0') {
            continue;
        }
        let blank = random.of(&[" ", "", "-"]);
        return format!("{}{blank}{}{blank}{}{check}", &nine[..3], &nine[3..6], &nine[6..]);
    }
}

fn card(random: &mut Random) -> String {
    let body = format!("{}{}", random.of(&["4929", "5123", "4000", "6011"]), random.digits(11));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    let whole = format!("{body}{}", (10 - sum % 10) % 10);
    let blank = random.of(&[" ", "", "-"]);
    [&whole[..4], &whole[4..8], &whole[8..12], &whole[12..]].join(blank)
}

fn iban(random: &mut Random) -> String {
    let bban = format!("{}{}", random.of(&["WEST", "NWBK", "LOYD"]), random.digits(14));
    let numbers: String = format!("{bban}GB00").chars().map(|char| char.to_digit(36).unwrap().to_string()).collect();
    let rest = numbers.bytes().fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    let whole = format!("GB{:02}{bban}", 98 - rest);
    if random.below(2) == 0 {
        return whole;
    }
    let groups: Vec<&str> = (0..whole.len()).step_by(4).map(|at| &whole[at..whole.len().min(at + 4)]).collect();
    groups.join(" ")
}

fn insurance(random: &mut Random) -> String {
    let prefix = random.of(&["AB", "CE", "JG", "PW", "SX"]);
    let (digits, last) = (random.digits(6), random.of(&["A", "B", "C", "D"]));
    match random.below(3) {
        0 => format!("{prefix}{digits}{last}"),
        1 => format!("{prefix} {} {} {} {last}", &digits[..2], &digits[2..4], &digits[4..]),
        _ => format!("{prefix}{digits}{last}").to_lowercase(),
    }
}

fn url(random: &mut Random) -> String {
    let (host, name) = (random.of(&HOSTS), random.of(&NAMES));
    match random.below(4) {
        0 => format!("https://{host}/{name}?id={}", random.digits(4)),
        1 => format!("www.{host}/{name}"),
        2 => format!("http://{host}"),
        _ => format!("{host}/{name}"),
    }
}

/// What is no identifier and has digits, dots and signs all the same.
fn other(random: &mut Random) -> String {
    match random.below(14) {
        0 => format!("order {}", 4_500_000 + random.below(90_000)),
        1 => format!("ORD-2024-{}", random.digits(5)),
        2 => format!("on {:02}/{:02}/20{:02}", 1 + random.below(28), 1 + random.below(12), random.below(26)),
        3 => format!("{:02}.{:02}.20{:02}", 1 + random.below(28), 1 + random.below(12), random.below(26)),
        4 => format!(
            "20{:02}-{:02}-{:02} {:02}:{:02}",
            random.below(26),
            1 + random.below(12),
            1 + random.below(28),
            random.below(24),
            random.below(60)
        ),
        5 => format!("£{}.{}", random.below(900), random.digits(2)),
        6 => format!("£{},{}.00", 1 + random.below(90), random.digits(3)),
        7 => format!("{} items @ {}.{}", 1 + random.below(30), random.below(9), random.digits(2)),
        8 => format!("at {}pm", 1 + random.below(11)),
        9 => format!("junction {} of the M{}", 1 + random.below(30), 1 + random.below(60)),
        10 => format!("ref #{}", random.digits(6)),
        11 => format!("SKU {}{}-{}", random.of(&["KX", "TR", "LMP"]), random.digits(3), random.digits(2)),
        12 => format!("{}% of {} kg", random.below(100), random.below(5000)),
        _ => format!("invoice INV/{}/{}", 2000 + random.below(26), random.digits(4)),
    }
}

const WORDS: [&str; 28] = [
    "the",
    "customer",
    "called",
    "about",
    "her",
    "delivery",
    "and",
    "asked",
    "whether",
    "a",
    "refund",
    "was",
    "possible",
    "before",
    "Friday",
    "since",
    "nobody",
    "answered",
    "at",
    "home",
    "please",
    "note",
    "that",
    "in",
    "it",
    "again",
    "end.",
    "either/or",
];

/// As it is.
fn plainly(_: &mut Random, planted: &str) -> String {
    planted.to_owned()
}

/// As somebody writes it who does not want a program to find it, or whose program did.
fn disguised(random: &mut Random, planted: &str) -> String {
    let of_script = |nought: u32| {
        let digit =
            move |char: char| char.to_digit(10).and_then(|digit| char::from_u32(nought + digit)).unwrap_or(char);
        planted.chars().map(digit).collect::<String>()
    };
    let between = |odd: &str, every: usize| {
        let char = |(at, char): (usize, char)| if at % every == 1 { format!("{char}{odd}") } else { char.to_string() };
        planted.chars().enumerate().map(char).collect::<String>()
    };
    match random.below(8) {
        0 => of_script(0xff10),
        1 => of_script(0x660),
        2 => of_script(0x966),
        3 => between("\u{200b}", 3),
        4 => between("\u{ad}", 4),
        5 => between("\u{336}", 2),
        6 => planted.replace(' ', "\u{a0}").replace('-', "\u{2011}"),
        _ => planted
            .chars()
            .map(|char| match char {
                '!'..='~' => char::from_u32(u32::from(char) + 0xff01 - 0x21).unwrap(),
                _ => char,
            })
            .collect(),
    }
}

/// What is found, each place once.
fn merged(text: &str, pattern: TextPattern) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    found_in(text, &[pattern], &mut ranges);
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// How much is found of what was planted, and how much of what is found was planted,
/// in tenths of a per cent, by place.
fn measure(
    pattern: TextPattern,
    plant: fn(&mut Random) -> String,
    write: fn(&mut Random, &str) -> String,
) -> (usize, usize) {
    let mut random = Random(16);
    let (mut planted, mut recalled, mut found, mut right) = (0, 0, 0, 0);
    for _ in 0..1500 {
        let (mut text, mut places) = (String::new(), Vec::new());
        for _ in 0..12 + random.below(12) {
            if !text.is_empty() {
                text.push(' ');
            }
            match random.below(8) {
                0 => {
                    let planted = plant(&mut random);
                    let planted = write(&mut random, &planted);
                    places.push(text.len()..text.len() + planted.len());
                    text.push_str(&planted);
                    text.push_str(random.of(&[".", ",", ";", " -", ")"]));
                }
                1 | 2 => {
                    text.push_str(&other(&mut random));
                    text.push_str(random.of(&["", ",", "."]));
                }
                _ => text.push_str(random.of(&WORDS)),
            }
        }
        let marked = marked(&text, &[pattern]);
        // Where nothing is left of it but signs.
        let is_gone = |range: &Range<usize>| {
            let at = text[..range.start].chars().count();
            let length = text[range.clone()].chars().count();
            !marked.chars().skip(at).take(length).any(char::is_alphanumeric)
        };
        for missed in places.iter().filter(|range| !is_gone(range)) {
            println!("{pattern:?} missed {:?}", &text[missed.clone()]);
        }
        planted += places.len();
        recalled += places.iter().filter(|range| is_gone(range)).count();
        for range in merged(&text, pattern) {
            let is_right = places.iter().any(|place| place.start < range.end && range.start < place.end);
            if !is_right {
                println!("{pattern:?} found {:?}", &text[range]);
            }
            found += 1;
            right += usize::from(is_right);
        }
    }
    assert!(planted > 2000);
    (recalled * 1000 / planted, right * 1000 / found)
}

type Plant = fn(&mut Random) -> String;

/// Patterns, what is planted, and how much of it must be found, and be right.
const CASES: [(TextPattern, Plant, usize, usize); 8] = [
    (TextPattern::Email, email, 1000, 990),
    (TextPattern::Phone, phone, 1000, 990),
    (TextPattern::UkPostcode, postcode, 1000, 980),
    (TextPattern::NhsNumber, nhs, 1000, 980),
    (TextPattern::NationalInsurance, insurance, 1000, 990),
    (TextPattern::Card, card, 1000, 990),
    (TextPattern::Iban, iban, 1000, 990),
    (TextPattern::Url, url, 1000, 990),
];

#[test]
fn nearly_all_is_found_and_little_else() {
    for (pattern, plant, recall_floor, precision_floor) in CASES {
        let (recall, precision) = measure(pattern, plant, plainly);
        println!("{pattern:?}: recall {recall} ‰, precision {precision} ‰");
        assert!(recall >= recall_floor && precision >= precision_floor, "{pattern:?}: {recall} {precision}");
    }
}

#[test]
fn all_is_found_that_is_disguised() {
    for (pattern, plant, ..) in CASES {
        let (recall, precision) = measure(pattern, plant, disguised);
        println!("{pattern:?}, disguised: recall {recall} ‰, precision {precision} ‰");
        assert!(recall >= 995, "{pattern:?}: {recall}");
    }
}
