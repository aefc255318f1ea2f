//! Every position and letter of the grammar, in every disguise that says nothing.

use proptest::prelude::*;

use super::*;

/// A regular expression of the six forms, written apart from the code above.
const GRAMMAR: &str = "^(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[0-9][A-HJKPSTUW])\
    |[A-PR-UWYZ][A-HK-Y](?:[0-9]|[1-9][0-9]|[0-9][ABEHMNPRVWXY])|GIR)$";

fn parts(text: &str) -> Option<[String; 4]> {
    let read = Postcode::read(text).ok()?;
    let or_none = |part: Option<&str>| part.unwrap_or("-").to_owned();
    Some([read.area().to_owned(), or_none(read.district()), or_none(read.sector()), or_none(read.canonical())])
}

#[test]
fn each_writing_becomes_what_the_table_says() {
    for (text, expected) in [
        ("M1 1AE", ["M", "M1", "M1 1", "M1 1AE"]),
        ("M60 1NW", ["M", "M60", "M60 1", "M60 1NW"]),
        ("CR2 6XH", ["CR", "CR2", "CR2 6", "CR2 6XH"]),
        ("DN551PT", ["DN", "DN55", "DN55 1", "DN55 1PT"]),
        ("W1P 1HQ", ["W", "W1P", "W1P 1", "W1P 1HQ"]),
        ("ec1a   1bb", ["EC", "EC1A", "EC1A 1", "EC1A 1BB"]),
        ("gir0aa", ["GIR", "GIR", "GIR 0", "GIR 0AA"]),
        ("\u{a0}ls1\u{2009}\u{3000}4ap\n", ["LS", "LS1", "LS1 4", "LS1 4AP"]),
        ("ＬＳ１　４ａｐ", ["LS", "LS1", "LS1 4", "LS1 4AP"]),
        ("M1\t1AE", ["M", "M1", "M1 1", "M1 1AE"]),
        ("se1p", ["SE", "SE1P", "-", "-"]),
        ("AB99", ["AB", "AB99", "-", "-"]),
        ("GIR", ["GIR", "GIR", "-", "-"]),
        ("AB10 1", ["AB", "AB10", "AB10 1", "-"]),
        ("AB", ["AB", "-", "-", "-"]),
        ("BFPO 61", ["BFPO", "BFPO", "BFPO", "BFPO 61"]),
        ("bfpo61", ["BFPO", "BFPO", "BFPO", "BFPO 61"]),
        ("BFPO c/o 1234", ["BFPO", "BFPO", "BFPO", "BFPO 1234"]),
        ("BFPO", ["BFPO", "BFPO", "BFPO", "-"]),
        ("BF1 2AY", ["BF", "BF1", "BF1", "BF1 2AY"]),
        ("BF1 2", ["BF", "BF1", "BF1", "-"]),
        ("BF1", ["BF", "BF1", "BF1", "-"]),
        ("ascn1zz", ["ASCN", "ASCN", "ASCN", "ASCN 1ZZ"]),
        ("TKCA 1ZZ", ["TKCA", "TKCA", "TKCA", "TKCA 1ZZ"]),
        ("FIQQ", ["FIQQ", "FIQQ", "FIQQ", "-"]),
        ("GX11 1AA", ["GX", "GX11", "GX11", "GX11 1AA"]),
        ("GX11", ["GX", "GX11", "GX11", "-"]),
        ("AI-2640", ["AI-2640", "AI-2640", "AI-2640", "AI-2640"]),
        ("ai 2640", ["AI-2640", "AI-2640", "AI-2640", "AI-2640"]),
        ("VG1110", ["VG", "VG", "VG", "VG1110"]),
        ("MSR 1110", ["MSR", "MSR", "MSR", "MSR1110"]),
    ] {
        assert_eq!(parts(text), Some(expected.map(str::to_owned)), "{text:?}");
    }
}

#[test]
fn what_is_no_postcode_is_unreadable() {
    for text in [
        "",
        " ",
        "1AE",
        "M 1AE",
        "ABC1 1AE",
        "M1 AAE",
        "M1 1A",
        "M1 1A1",
        "M1-1AE",
        "M111 1AE",
        "M1AA 1AE",
        "MA 1AE",
        "GIR 1AA",
        "GIR 0AB",
        "M1 1CE",
        "M1 1AV",
        "12345",
        "É1 1AE",
        "M1 1AÉ",
        "M1 1AE x",
        "M1 1AE; M1 1AF",
        "M1 1 AE",
        "S W1A1AA",
        "M1\u{200b}1AE",
        "\u{feff}M1 1AE",
        "M1 1A\u{301}E",
        "M1 1AE\u{2060}",
        "M1\n1AE",
        "SO1O 1AA",
        "AB1Z 1XG",
        "AB1O",
        "QA1 1AA",
        "VA1 1AA",
        "XM4 5HQ",
        "AI1 1AA",
        "AJ1 1AA",
        "AZ1 1AA",
        "W1I 1AA",
        "AB01 1AA",
        "M01",
        "NO",
        "NA",
        "X",
        "AB1 01",
        "BFPO 12345",
        "BFPO c/o",
        "BFPO X",
        "B FPO 61",
        "BFPO 6 1",
        "ASCN 2ZZ",
        "AS CN1ZZ",
        "AI-2641",
        "VG2110",
        "VG 11 10",
        "KY1-1001",
        "HM 12",
        "Ⅿ1 1AE",
        "M① 1AE",
    ] {
        assert_eq!(Postcode::read(text), Err(Unreadable::Postcode), "{text:?}");
    }
    for text in ["ZZ99 3VZ", "zz993wz", "ZZ99  3CZ", "ZZ99 1MV", "ZZ99"] {
        assert_eq!(Postcode::read(text), Err(Unreadable::NoPlace), "{text:?}");
    }
    for text in ["ZZ98 3VZ", "ZZ99 3V", "ZZ99 VVZ", "Z Z993VZ"] {
        assert_eq!(Postcode::read(text), Err(Unreadable::Postcode), "{text:?}");
    }
}

/// All outward codes of one to four letters and digits: no position is left out. Of
/// the third of four, which is a digit or wrong, there is one of each kind.
#[test]
fn the_outward_codes_are_those_of_the_grammar() {
    let grammar = regex::Regex::new(GRAMMAR).unwrap();
    let letters: Vec<char> = ('A'..='Z').chain('0'..='9').collect();
    let mut outward_codes = vec![String::new()];
    let mut known = 0;
    for length in 1..=4 {
        let shorter: Vec<String> = match length {
            4 => outward_codes.into_iter().filter(|code| code.ends_with(['0', '1', '9', 'A', 'Z'])).collect(),
            _ => outward_codes,
        };
        let outward_codes_from =
            |code: &String| letters.iter().map(|letter| format!("{code}{letter}")).collect::<Vec<_>>();
        outward_codes = shorter.iter().flat_map(outward_codes_from).collect();
        for outward in &outward_codes {
            let is_one = grammar.is_match(outward) && !outward.starts_with("ZZ");
            known += usize::from(is_one);
            let read = Postcode::read(&format!("{outward}1AB"));
            assert_eq!(read.is_ok(), is_one && outward != "GIR", "{outward}");
            if length > 1 && !TERRITORIES.contains(&outward.as_str()) && outward != "BFPO" {
                let alone = Postcode::read(outward).ok().and_then(|read| read.district().map(str::to_owned));
                assert_eq!(alone.as_ref(), is_one.then_some(outward), "{outward}");
            }
        }
    }
    assert!(known > 12_000, "{known}");
}

#[test]
fn the_inward_parts_are_those_of_the_grammar() {
    for first in 'A'..='Z' {
        for last in 'A'..='Z' {
            let is_one = ![first, last].iter().any(|letter| "CIKMOV".contains(*letter));
            assert_eq!(Postcode::read(&format!("M1 1{first}{last}")).is_ok(), is_one, "{first}{last}");
        }
    }
}

#[test]
fn areas_are_in_order_and_of_the_grammar() {
    assert!(AREAS.is_sorted());
    assert!(AREAS.iter().all(|area| area_of(format!("{area}1").as_bytes()) == Some(area.len())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_plain_writing_is_read_as_any_is(
        text in "([A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[A-Z0-9 ]{3,9}|GIR 0AA|GX11 1AA|BF1 [0-9]A[A-Z]|ZZ99 3VZ)",
    ) {
        if let Some(plain) = Postcode::plain(text.as_bytes()) {
            prop_assert_eq!(Ok(plain), Postcode::in_any_writing(&text));
        }
    }

    #[test]
    fn disguises_say_nothing(
        outward in "[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[0-9][A-HJKPSTUW]|[A-HK-Y](?:[0-9]|[1-9][0-9]|[0-9][ABEHMNPRVWXY]))",
        inward in "[0-9][ABD-HJLNP-UW-Z]{2}",
        blanks in prop::array::uniform3("[ \t\u{a0}\u{2000}-\u{200a}\u{202f}\u{3000}]{0,4}"),
        disguises in prop::collection::vec(0..3_u8, 7),
    ) {
        prop_assume!(!outward.starts_with("ZZ"));
        let canonical = format!("{outward} {inward}");
        let [before, between, after] = blanks;
        let plain = format!("{outward}{between}{inward}");
        let mut disguises = disguises.iter().cycle();
        let disguised: String = plain.chars().map(|letter| match disguises.next() {
            _ if !letter.is_ascii_alphanumeric() => letter,
            Some(0) => letter.to_ascii_lowercase(),
            Some(1) => char::from_u32(u32::from(letter) + 0xfee0).unwrap(),
            _ => letter,
        }).collect();
        let read = Postcode::read(&format!("{before}{disguised}{after}"));
        let read = read.map_err(|reason| TestCaseError::fail(format!("{disguised:?} {reason:?}")))?;
        prop_assert_eq!(read, Postcode::read(&canonical).unwrap());
        prop_assert_eq!(read.canonical(), Some(canonical.as_str()));
        let [district, sector] = [read.district().unwrap(), read.sector().unwrap()];
        prop_assert!(sector.starts_with(district) && district.starts_with(read.area()));
        prop_assert_eq!(district, outward);
    }

    #[test]
    fn what_is_read_is_ascii_and_reads_back(text in "\\PC{0,12}|[A-Za-z0-9 -]{0,10}") {
        if let Ok(read) = Postcode::read(&text) {
            for part in [Some(read.area()), read.district(), read.sector(), read.canonical()].into_iter().flatten() {
                prop_assert!(part.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
                prop_assert!(!part.is_empty());
            }
            if let Some(canonical) = read.canonical() {
                prop_assert_eq!(Postcode::read(canonical), Ok(read));
            }
        }
    }
}
