//! Telephone numbers as people, forms and programs write them.

use proptest::prelude::*;

use super::*;

fn of(region: &str, cell: &str) -> Result<String, Unreadable> {
    canonical(cell, Region::parse(region).unwrap(), &mut String::new()).map(str::to_owned)
}

#[track_caller]
fn gives(cases: &[(&str, &str, &str)]) {
    for (region, cell, number) in cases {
        assert_eq!(of(region, cell).as_deref(), Ok(*number), "{region} {cell:?}");
    }
}

#[track_caller]
fn refuses(cases: &[(&str, &str)]) {
    for (region, cell) in cases {
        assert_eq!(of(region, cell), Err(Unreadable::Phone), "{region} {cell:?}");
    }
}

#[test]
fn every_british_writing_of_a_number_gives_one_form() {
    let one = "+447700900123";
    for cell in [
        "07700900123",
        "07700 900-123",
        " +44 7700 900123\u{a0}",
        "0044 7700 900123",
        "+44 (0)7700 900123",
        "+4407700900123",
        "0044 (0)7700 900123",
        "(07700) 900.123",
        "(+44) 7700\u{a0}900123",
        "07700\u{2011}900123",
        "447700900123",
    ] {
        gives(&[("GB", cell, one)]);
    }
    gives(&[("GB", "+1 202 555 0123", "+12025550123"), ("GB", "01632 960960", "+441632960960")]);
}

#[test]
fn a_trunk_zero_goes_where_it_is_no_part_of_the_number() {
    gives(&[
        ("GB", "+49 (0)30 23125 135", "+493023125135"),
        ("GB", "+49 030 23125 135", "+493023125135"),
        ("GB", "+49 30 23125 135", "+493023125135"),
        ("DE", "030 23125 135", "+493023125135"),
        ("GB", "+39 06 698 12345", "+390669812345"),
        ("GB", "+39 (0)6 698 12345", "+390669812345"),
        ("IT", "06 698 12345", "+390669812345"),
        ("VA", "06 698 12345", "+390669812345"),
        ("IT", "0039 06 698 12345", "+390669812345"),
        ("GB", "+378 0549 886377", "+3780549886377"),
        ("SM", "886377", "+3780549886377"),
        ("GB", "+33 (0)1 42 68 53 00", "+33142685300"),
        ("FR", "01.42.68.53.00", "+33142685300"),
        ("RU", "8 (495) 123-45-67", "+74951234567"),
        ("GB", "+7 800 123 45 67", "+78001234567"),
        ("HU", "06 30 123 4567", "+36301234567"),
        ("GB", "+61 (0)412 345 678", "+61412345678"),
        ("AR", "011 15 2345-6789", "+5491123456789"),
        ("GB", "+1 (1) 202 555 0123", "+12025550123"),
    ]);
    refuses(&[("GB", "+34 (0)912 345 678"), ("GB", "+45 (0)32 12 34 56"), ("GB", "+49 00 30 23125135")]);
}

#[test]
fn a_number_without_a_country_is_read_by_its_region_alone() {
    let one = "+12025550123";
    for cell in ["(202) 555-0123", "202.555.0123", "2025550123", "12025550123", "1-202-555-0123", "+1 202 555 0123"] {
        gives(&[("US", cell, one), ("CA", cell, one)]);
    }
    gives(&[("US", "011 44 20 7946 0134", "+442079460134"), ("AU", "0011 44 20 7946 0134", "+442079460134")]);
    gives(&[("RU", "79161234567", "+79161234567"), ("FR", "33612345678", "+33612345678")]);
    refuses(&[
        ("GB", "(202) 555-0123"),
        ("GB", "12025550123"),
        ("GB", "011 44 20 7946 0134"),
        ("GB", "7700900123"),
        ("US", "555-0123"),
        ("US", "0044 20 7946 0134"),
        ("DE", "4931 12345"),   // or 04931 12345
        ("IT", "393471234567"), // or 39 393471234567
    ]);
}

#[test]
fn what_is_not_one_number_alone_is_refused() {
    for cell in [
        "",
        "+",
        "-",
        "0",
        "00",
        "07700 900129 ext 3",
        "07700 900123 x5",
        "07700 900123#5",
        "tel:+447700900141",
        "07700 900139/07700 900140",
        "07700 900139, 07700 900140",
        "07700 900139 07700 900140",
        "+447700900142.0",
        "07700900142.00",
        "+39 06039.54113.0",
        "+39 0603954113. 0",
        "+4930231251.0",
        "4.47701E+11",
        "4.47701",
        "+0123456789",
        "+1234567",
        "+999 123 456 789",
        "+1234567890123456",
        "+210 1234567",
        "+44 7700 9001",
        "+44 7700 9001234",
        "٠٧٧٠٠٩٠٠١٢٣",
        "０７７００９００１２３",
        "+44+7700900123",
        "0+7700900123",
        "++447700900123",
        "\u{202a}+44 7700 900138\u{202c}",
        "07700\u{200b}900123",
        "07700\t900123",
        "07700\n900123",
        "0770\u{ad}0900123",
        "O7700 900123",
        "[07700] 900123",
        "01234567890123456789012345678901234567890",
    ] {
        refuses(&[("GB", cell), ("DE", cell)]);
    }
}

#[test]
fn a_region_is_two_letters_of_a_country_with_numbers() {
    assert_eq!(Region::default().as_str(), "GB");
    for bad in ["", "UK", "gb", "001", "XX", "GBR", "G"] {
        assert!(Region::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    /// What is taken for canonical at a look is what reading it whole gives.
    #[test]
    fn the_look_and_the_reading_agree(digits in "[1-9][0-9]{6,14}") {
        let number = format!("+{digits}");
        let read = international(&digits);
        prop_assert!(!is_international(&number) || read == Some(number.clone()), "{}", number);
    }

    #[test]
    fn a_number_is_its_own_form_in_every_region(
        cell in "[0-9]{5,14}|(00|011|0011|810)[1-9][0-9]{6,12}|0[1-9][0-9]{6,11}",
        from in prop::sample::select(vec!["GB", "US", "DE", "IT", "SM", "RU", "AR", "BR", "JP", "MX", "GG", "HU", "CN"]),
        to in prop::sample::select(vec!["GB", "US", "IT", "AU"]),
    ) {
        if let Ok(number) = of(from, &cell) {
            prop_assert_eq!(of(to, &number), Ok(number.clone()), "{} {}", from, cell);
        }
    }
}

#[test]
fn no_calling_code_begins_with_nought() {
    for cell in ["+0447700900123", "+044 7700 900123", "+00447700900123", "+0 447700900123", "+07700900123"] {
        refuses(&[("GB", cell)]);
    }
}
