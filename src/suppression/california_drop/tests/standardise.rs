//! What each identifier becomes, and what is none.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::super::{Identifier, push_base64};
use crate::identifier::day_reader::DayReader;
use crate::model::column_type::ColumnType;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

fn standardise(identifier: Identifier, cell: &str) -> Result<String, Unreadable> {
    let mut out = String::from("left over");
    let dates = DayReader::new(&DateFormat::iso(), ColumnType::Text);
    identifier.standardise(cell, &dates, &mut out).map(|()| out)
}

#[track_caller]
fn becomes(identifier: Identifier, cases: &[(&str, &str, &str)]) {
    for (cell, expected, hash) in cases {
        assert_eq!(standardise(identifier, cell).as_deref(), Ok(*expected), "{cell}");
        let mut hashed = Vec::new();
        push_base64(&Sha256::digest(expected), &mut hashed);
        assert!(hash.is_empty() || hashed == hash.as_bytes(), "{cell}");
    }
}

#[track_caller]
fn is_none(identifier: Identifier, reason: Unreadable, cells: &[&str]) {
    for cell in cells {
        assert_eq!(standardise(identifier, cell), Err(reason), "{cell}");
    }
}

#[test]
fn an_address_is_one_and_no_more() {
    becomes(
        Identifier::Email,
        &[
            ("Anna.Smith@Domain.com", "anna.smith@domain.com", "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="),
            (" a b@X.org\u{a0}", "ab@x.org", ""),
            ("zoe\u{308}@x.org", "zo\u{eb}@x.org", ""),
        ],
    );
    is_none(
        Identifier::Email,
        Unreadable::Email,
        &[
            "Anna <a@x.org>",
            "a@x.org;",
            "mailto:a@x.org",
            "a@x.org b@x.org",
            "nobody",
            "a@",
            "ａ@x.org",
            "a\u{200b}@x.org",
        ],
    );
}

#[test]
fn a_number_is_its_last_ten_digits_where_they_are_certain() {
    becomes(
        Identifier::Phone,
        &[
            ("+1(415)555-9317", "4155559317", "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E="),
            ("+84(90)123 4567", "4901234567", "ptzVkgbv9DonwvPCHmXmJ2SEOaolSh37z3ZzY/Gmm+U="),
            ("+354(123)4567", "3541234567", "Btrzydf5K6ALAKKXJGFHSx7u5bDzHC9WlVYtpq1n2rY="),
            ("911", "911", ""),
            ("011 44 20 7946 0958", "2079460958", ""),
            ("+44 (0)20 7946 0958", "2079460958", ""),
            ("+49 (0)30 23125 135", "3023125135", ""),
            ("４１５.555.9317", "4155559317", ""),
        ],
    );
    is_none(
        Identifier::Phone,
        Unreadable::Phone,
        &[
            "n/a",
            "415 555 9317 ext 2",
            "415-555-9317x2",
            "tel:+14155559317",
            "4155559317/4155559318",
            "4155559317.0",
            "+14155559317.00",
            "1.4155559317E+10",
            "٤١٥٥٥٥٩٣١٧",
            "+49 (0)30 123456",
            "-",
        ],
    );
}

#[test]
fn a_postcode_is_five_letters_or_fewer() {
    becomes(
        Identifier::Zip,
        &[
            ("91790", "91790", "2FPZucR4x7U8KlM+SFAX4LPGhwNz/PIZUCSUdDh0o/s="),
            ("91790-3771", "91790", ""),
            ("M1B 1A1", "m1b1a", "n8L9q8mVeT6Xt9/EeUNiTukGDrkbPJ3DvOEx14uElxk="),
            (" 00712345", "71234", "aeNUYKh7Xw5sqpxSbSP9eOHsj6iXewbUyavv89DIuhQ="),
            (" 00300-9999", "300", "mDvWFLta/s5as7YCP3EUfNe2vCMU+dJ690IlQcZVg4k="),
            ("SW1A 1AA", "sw1a1", ""),
        ],
    );
    is_none(
        Identifier::Zip,
        Unreadable::Postcode,
        &["00000", "91790.0", "CA 91790", "ca91790-3771", "91790, CA", "90é10"],
    );
}

#[test]
fn a_birth_date_is_eight_digits() {
    becomes(
        Identifier::BirthDate,
        &[
            ("1776-07-04", "17760704", "skXYXxBER6HQTZ3rXSZH1wVGLQ054mS5rbR/bwvzy4I="),
            ("1985-07-04 00:00:00", "19850704", ""),
            ("1985-07-04T00:00:00Z", "19850704", ""),
        ],
    );
    is_none(Identifier::BirthDate, Unreadable::Date, &["4 July", "1999-02-29", "07/04/1776"]);
}

#[test]
fn vehicles_and_devices_have_ids_of_a_certain_length() {
    becomes(
        Identifier::Vin,
        &[
            ("1HGCM82633A004352", "1hgcm82633a004352", "iNswy1m+0VSt8jAfFrvaiQ1R/0HAbgSwNGkwqo6QBss="),
            (" 1HGCM82633A-004352", "1hgcm82633a004352", ""),
        ],
    );
    is_none(Identifier::Vin, Unreadable::Identifier, &["1HGCM82633A00435", "1HGCM82633A0043520", "1HGCM82633A00435é"]);
    becomes(Identifier::Maid, &[("{A3F1C2D4-5678-90AB-CDEF-1234567890AB}", "a3f1c2d4567890abcdef1234567890ab", "")]);
    is_none(
        Identifier::Maid,
        Unreadable::Identifier,
        &["a3f1c2d4-5678-90ab-cdef-1234567890a", "g3f1c2d4-5678-90ab-cdef-1234567890ab", "none"],
    );
    becomes(Identifier::Ctvid, &[("SmartTV_9F8E7D6C", "smarttv9f8e7d6c", "")]);
    is_none(Identifier::Ctvid, Unreadable::Identifier, &["short_1", &"x".repeat(33), "телевизор1"]);
}

proptest! {
    #[test]
    fn a_standardised_form_is_its_own(cell in r"[ 0-9A-Za-zéÉø.@-]{0,16}|.{0,12}") {
        for (_, identifier) in Identifier::ALL {
            if identifier == Identifier::BirthDate {
                continue;
            }
            if let Ok(once) = standardise(identifier, &cell) {
                prop_assert_eq!(standardise(identifier, &once), Ok(once), "{:?}", identifier);
            }
        }
    }
}
