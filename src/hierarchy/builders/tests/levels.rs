//! Hierarchies made of values: what each level is, and that nothing unreadable is in one.

use proptest::prelude::*;

use super::dates::DateLevels;
use super::numbers::NumberLevels;
use super::prefixes::PrefixLevels;
use super::*;
use crate::identifier::day_reader::{DayReader, Plausible};
use crate::model::column_type::ColumnType;
use crate::model::number::decimal::Decimal;
use crate::model::number::format::NumberFormat;
use crate::model::time::date::DateFormat;

/// The file, and what is not in it.
fn made(levels: &Levels, values: &[&str]) -> (String, Vec<(String, Unreadable)>) {
    let built = levels.of(values).unwrap();
    let unreadable = built.unreadable.iter().map(|(value, reason)| ((*value).to_owned(), *reason)).collect();
    let file = built.hierarchy.map(|hierarchy| {
        assert_eq!(built.level_names.len() + 1, hierarchy.height());
        hierarchy.to_csv()
    });
    (file.unwrap_or_default(), unreadable)
}

fn dates(format: &str) -> Levels {
    let reader = DayReader::new(&DateFormat::parse(format).unwrap(), ColumnType::Text);
    Levels::Dates(DateLevels::new(reader.within(Plausible::past(jiff::civil::date(2026, 11, 1)))))
}

fn numbers(width: &str, origin: &str, levels: Option<u8>) -> Levels {
    let [width, origin] = [width, origin].map(|text| Decimal::parse(text).unwrap());
    Levels::Numbers(NumberLevels::new(NumberFormat::default(), width, origin, levels).unwrap())
}

#[test]
fn dates_become_months_and_more_in_the_order_of_days() {
    let (file, unreadable) = made(&dates("%d/%m/%Y"), &["31/12/1999", "01/02/1987", "1987", "01/01/1900", "x"]);
    assert_eq!(file, "01/02/1987;1987-02;1987-Q1;1987;1980s;*\n31/12/1999;1999-12;1999-Q4;1999;1990s;*\n");
    let reasons: Vec<Unreadable> = unreadable.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons, [Unreadable::Date, Unreadable::Implausible, Unreadable::Date]);
    assert_eq!(made(&dates("%Y-%m"), &["1987-02"]).0, "1987-02;1987-Q1;1987;1980s;*\n");
    assert_eq!(made(&dates("%Y"), &["1987"]).0, "1987;1980s;*\n");
}

#[test]
fn postcodes_become_what_they_are_coarsened_to() {
    let values = ["SW1A 1AA", "ab101xg", "AB10", "ZZ99 3VZ", "nowhere", "BFPO 61"];
    let (file, unreadable) = made(&Levels::Postcodes, &values);
    let expected = "ab101xg;AB10 1;AB10;AB;*\nBFPO 61;BFPO;BFPO;BFPO;*\nSW1A 1AA;SW1A 1;SW1A;SW;*\n";
    assert_eq!(file, expected);
    let reasons: Vec<Unreadable> = unreadable.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons, [Unreadable::Postcode, Unreadable::NoPlace, Unreadable::Postcode]);
}

#[test]
fn bands_double_until_one_has_all() {
    let (file, unreadable) = made(&numbers("5", "0", None), &["17", "3", "4.5", "twelve", "1e2", ""]);
    let expected = "3;[0,5);[0,10);[0,20);[0,40);[0,80);*\n\
        4.5;[0,5);[0,10);[0,20);[0,40);[0,80);*\n\
        17;[15,20);[10,20);[0,20);[0,40);[0,80);*\n\
        1e2;[100,105);[100,110);[100,120);[80,120);[80,160);*\n";
    assert_eq!(file, expected);
    assert_eq!(unreadable.len(), 2);
    assert!(unreadable.iter().all(|(_, reason)| *reason == Unreadable::Number));
    // No width brings together what the origin separates.
    assert_eq!(made(&numbers("10", "0", None), &["-1", "5"]).0, "-1;[-10,0);*\n5;[0,10);*\n");
    assert_eq!(made(&numbers("10", "-10", None), &["-1", "5"]).0, "-1;[-10,0);*\n5;[0,10);*\n");
    assert_eq!(made(&numbers("10", "0", None), &["1", "5"]).0, "1;*\n5;*\n");
    assert_eq!(made(&numbers("0.5", "0", Some(2)), &["0.7"]).0, "0.7;[0.5,1.0);[0.0,1.0);*\n");
    let beyond = Decimal::parse("1000000000000000000").unwrap();
    assert!(NumberLevels::new(NumberFormat::default(), beyond, Decimal::whole(0), Some(60)).is_none());
    assert!(NumberLevels::new(NumberFormat::default(), Decimal::whole(0), Decimal::whole(0), None).is_none());
}

#[test]
fn prefixes_lose_one_character_a_level() {
    let of = |length| Levels::Prefixes(PrefixLevels { length });
    assert_eq!(made(&of(None), &["b1", "a123", "a12"]).0, "a12;a12;a1;a;*\na123;a12;a1;a;*\nb1;b1;b1;b;*\n");
    assert_eq!(
        made(&of(Some(2)), &["a123", ""]),
        ("a123;a;*\n".to_owned(), vec![(String::new(), Unreadable::Unmapped)])
    );
    assert_eq!(made(&of(Some(1)), &["a123"]).0, "a123;*\n");
    assert_eq!(made(&of(None), &["Zoe\u{308}"]).0, "Zoe\u{308};Zo;Z;*\n");
    assert_eq!(of(None).of(&["x".repeat(65).as_str()]).unwrap_err(), NotBuilt::TooLong);
}

#[test]
fn what_is_not_read_is_nowhere() {
    let (file, unreadable) = made(&dates("%Y-%m-%d"), &["x", "y"]);
    assert_eq!((file.as_str(), unreadable.len()), ("", 2));
}

proptest! {
    /// `from_rows` refuses a value with two parents, so that it was made is the law.
    #[test]
    fn every_level_follows_from_the_one_before(
        values in prop::collection::btree_set("-?[0-9]{1,4}(\\.[0-9]{1,2})?|[a-c]{1,5}|\\PC{0,4}", 1..30),
        width in 1_i64..50, origin in -40_i64..40, levels in prop::option::of(0_u8..8),
    ) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        for levels in [
            numbers(&width.to_string(), &origin.to_string(), levels),
            Levels::Prefixes(PrefixLevels { length: levels.map(usize::from) }),
            Levels::Postcodes,
            dates("%Y"),
        ] {
            let built = levels.of(&values).unwrap();
            let rows = built.hierarchy.as_ref().map_or(0, Hierarchy::len);
            prop_assert_eq!(rows + built.unreadable.len(), values.len());
            if let Some(hierarchy) = built.hierarchy {
                prop_assert_eq!(hierarchy.codes_at(hierarchy.height() - 1), 1);
                prop_assert_eq!(&Hierarchy::parse(hierarchy.to_csv().as_bytes()).unwrap(), &hierarchy);
            }
        }
    }
}
