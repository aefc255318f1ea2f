//! Tests of the parser of one record: its verdicts, its fast way, its limits.

use proptest::prelude::*;

use super::*;
use crate::format::asked_columns::AskedColumns;
use crate::format::ndjson::keys::KeyRules;
use crate::model::dialect::MissingKeys;

/// The keys of a first record, and nothing asked for besides.
fn keys_of(line: &str) -> Option<Keys> {
    Keys::of_first(line, &KeyRules { missing: MissingKeys::Malformed, asked: &AskedColumns::default() })
}

fn verdict(line: &str) -> Result<(), RecordFault> {
    let keys = keys_of(r#"{"a":1,"b":2}"#).unwrap();
    let mut cells = ParsedCells::of_width(1);
    let outcome = parse(line, 0, &keys, &[Some(0), None], &mut cells);
    let expected = usize::from(outcome.is_ok());
    assert_eq!(cells.spans.len(), expected, "{line}");
    outcome
}

#[test]
fn a_record_is_accepted_or_has_one_fault() {
    use StructureFault as F;
    for (line, expected) in [
        (r#"{"a":1,"b":2}"#, Ok(())),
        (r#" {"b":null , "a":"x"} "#, Ok(())),
        (r#"{"\u0061":1,"b":true}"#, Ok(())),
        ("", Err((F::BlankRecord, None))),
        (" \t\r", Err((F::BlankRecord, None))),
        ("[1,2]", Err((F::WrongType, None))),
        ("17", Err((F::WrongType, None))),
        (r#"{"a":1,"b":2"#, Err((F::WrongType, None))),
        (r#"{"a":1,"b":2}{"a":1,"b":2}"#, Err((F::WrongType, None))),
        (r#"{"a":01,"b":2}"#, Err((F::WrongType, None))),
        (r#"{"a":NaN,"b":2}"#, Err((F::WrongType, None))),
        ("{\"a\":\"\t\",\"b\":2}", Err((F::WrongType, None))),
        (r#"{"a":{"c":2},"b":2}"#, Err((F::WrongType, Some(1)))),
        (r#"{"a":1,"b":{"c":2}}"#, Ok(())),
        (r#"{"a":1,"b":[{"c":[2,"x"]},null]}"#, Ok(())),
        (r#"{"a":1,"b":[1,]}"#, Err((F::WrongType, None))),
        (r#"{"a":1,"b":{"c"}}"#, Err((F::WrongType, None))),
        ("{\"a\":1,\"b\":[\"\t\"]}", Err((F::WrongType, None))),
        (r#"{"a":[],"b":2}"#, Err((F::WrongType, Some(1)))),
        (r#"{"a":"\ud800","b":2}"#, Err((F::WrongType, Some(1)))),
        (r#"{"a":1}"#, Err((F::MissingField, Some(2)))),
        ("{}", Err((F::MissingField, Some(1)))),
        (r#"{"a":1,"b":2,"c":3}"#, Err((F::ExtraField, None))),
        (r#"{"a":1,"b":2,"a":3}"#, Err((F::ExtraField, Some(1)))),
        (r#"{"a":1,"b":"\u0000"}"#, Err((F::Nul, Some(2)))),
        ("{\"a\":1,\"b\":\"\0\"}", Err((F::Nul, None))),
    ] {
        assert_eq!(verdict(line), expected, "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Lines that are plain but for one or two bytes.
    #[test]
    fn a_plain_line_is_what_any_line_is(
        values in prop::array::uniform3(prop::sample::select(vec![
            r#""x""#, r#""""#, "null", "true", "0", "-1.50", "-0.0", "1001.0", "-0", "100", "1e5", "1E999999999999", r#""a longer text, with \u00e9 and more""#,
            r#""a longer text, with é and more in it""#, "1e5", "[1]", "\"\t\"", "01", "nulll",
        ])),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b" \",:{}x0\\n".to_vec())), 0..3),
    ) {
        let keys = keys_of(r#"{"a":1,"a key longer than that":2,"c":3}"#).unwrap();
        let [a, b, c] = values;
        let mut line = format!(r#"{{"a":{a},"a key longer than that": {b}, "c":{c}}}"#);
        for (at, byte) in changes {
            let at = at.index(line.len());
            if line.is_char_boundary(at) && line.is_char_boundary(at + 1) {
                line.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
            }
        }
        let slots = [Some(1), None, Some(0)];
        let (mut cells, mut expected) = (ParsedCells::of_width(2), ParsedCells::of_width(2));
        let outcome = parse(&line, 100, &keys, &slots, &mut cells);
        prop_assert_eq!(outcome, parse_any(&line, 100, &keys, &slots, &mut expected));
        prop_assert_eq!(cells.spans, expected.spans);
        prop_assert_eq!(cells.made, expected.made);
    }
}

#[test]
fn limits_are_those_of_text() {
    let field = |length| format!(r#"{{"a":"{}","b":2}}"#, "x".repeat(length));
    let escaped = |length| format!(r#"{{"a":1,"b":"{}\n"}}"#, "x".repeat(length));
    let long = |column| Err((StructureFault::FieldTooLong, Some(column)));
    assert_eq!(verdict(&field(64 << 10)), Ok(()));
    assert_eq!(verdict(&field((64 << 10) + 1)), long(1));
    assert_eq!(verdict(&escaped((64 << 10) - 1)), Ok(()));
    assert_eq!(verdict(&escaped(64 << 10)), long(2));
    let blanks = " ".repeat((1 << 20) + 1);
    assert_eq!(verdict(&blanks), Err((StructureFault::RecordTooLong, None)));
}

#[test]
fn deep_nesting_does_not_recurse() {
    let deep = format!(r#"{{"a":{}1{},"b":2}}"#, "[".repeat(400_000), "]".repeat(400_000));
    assert_eq!(verdict(&deep), Err((StructureFault::WrongType, Some(1))));
    // Not needed, and too long.
    let deep = format!(r#"{{"a":1,"b":{}1{}}}"#, "[".repeat(400_000), "]".repeat(400_000));
    assert_eq!(verdict(&deep), Err((StructureFault::FieldTooLong, Some(2))));
    let deep = format!(r#"{{"a":1,"b":{}1{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(verdict(&deep), Ok(()));
}

#[test]
fn the_first_record_must_be_an_object_with_keys() {
    for line in ["", "[]", "{}", "{", "id,name", "{\"a\":1} x"] {
        assert!(keys_of(line).is_none(), "{line}");
    }
}
