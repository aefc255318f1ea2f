//! The fast scan says what the careful judge says: on any bytes.

use proptest::prelude::*;

use super::careful::{Grammar, Step, Syntax};
use super::found::Found;
use super::scan::{Stop, scan};

/// What both ways must agree on.
#[derive(Debug, PartialEq)]
struct Outcome {
    ends: Vec<u32>,
    escaped: Vec<super::found::Escaped>,
    quarantined: Vec<crate::engine::port::Quarantined>,
    records: u32,
    stop: Stop,
}

fn outcome(found: Found, stop: Stop) -> Outcome {
    let Found { ends, escaped, quarantined, records, .. } = found;
    Outcome { ends, escaped, quarantined, records, stop }
}

fn fast(grammar: &Grammar, bytes: &[u8], at_end: bool) -> Outcome {
    let mut found = Found::default();
    let stop = scan(grammar, bytes, 0, bytes.len(), at_end, &mut found);
    outcome(found, stop)
}

fn slow(grammar: &Grammar, bytes: &[u8], at_end: bool) -> Outcome {
    let mut found = Found::default();
    let mut record = 0;
    while record < bytes.len() {
        match grammar.judge(bytes, record, at_end, &mut found) {
            Step::Next(next) => record = next,
            Step::NeedMore => return outcome(found, Stop::NeedMore { record }),
            Step::Tail => return outcome(found, Stop::Tail),
            Step::Unterminated { column } => return outcome(found, Stop::Unterminated { column }),
        }
    }
    outcome(found, Stop::Done { next: record })
}

/// Takes the verdicts on UTF-8 out, which the fast scan leaves to the whole block:
/// bytes that are none become letters.
fn as_text(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(bytes).into_owned().into_bytes();
    text.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'e');
    text
}

fn syntaxes() -> impl Strategy<Value = (Grammar, bool)> {
    (any::<[bool; 5]>(), 1usize..4).prop_map(|([newline_in_fields, trim, crlf, at_end, semicolon], width)| {
        let delimiter = if semicolon { b' ' } else { b',' };
        let syntax = Syntax { delimiter, quote: b'"', newline_in_fields, trim };
        let header = [b"a".as_slice(), &[delimiter], b"a"].concat();
        (Grammar { syntax, width, crlf, header }, at_end)
    })
}

/// Pieces that make well-formed records likely and every fault possible.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"a".as_slice()),
        4 => Just(b",".as_slice()),
        2 => Just(b"\"".as_slice()),
        2 => Just(b",\"a\"\"b,\"".as_slice()),
        2 => Just(b"\"\",".as_slice()),
        1 => Just(b"\"x\ny\"".as_slice()),
        3 => Just(b"\n".as_slice()),
        2 => Just(b"\r\n".as_slice()),
        1 => Just(b"\r".as_slice()),
        1 => Just(b" ".as_slice()),
        1 => Just(b"\0".as_slice()),
        1 => Just("é".as_bytes()),
        1 => Just(b"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz".as_slice()),
        1 => Just(b"a,a\n".as_slice()),
    ];
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn fast_and_careful_agree_on_pieces(bytes in pieces(), (grammar, at_end) in syntaxes()) {
        let bytes = as_text(&bytes);
        prop_assert_eq!(fast(&grammar, &bytes, at_end), slow(&grammar, &bytes, at_end));
    }

    #[test]
    fn fast_and_careful_agree_on_any_bytes(
        bytes in proptest::collection::vec(prop::sample::select(b"aa,,\"\n\r\0 \xC3\xA9".to_vec()), 0..400),
        (grammar, at_end) in syntaxes(),
    ) {
        let bytes = as_text(&bytes);
        prop_assert_eq!(fast(&grammar, &bytes, at_end), slow(&grammar, &bytes, at_end));
    }
}

#[test]
fn a_clean_file_never_needs_care() {
    // Every line length from 3 to 130, so that line feeds and quotes fall on every
    // place of a chunk.
    let line = |length: usize, quoted: bool| {
        let text = "x".repeat(length);
        if quoted { format!("\"{text}\",\"a\"\"b\"\n") } else { format!("{text},b\n") }
    };
    for quoted in [false, true] {
        let content: String = (1..130).map(|length| line(length, quoted)).collect();
        let syntax = Syntax { delimiter: b',', quote: b'"', newline_in_fields: false, trim: false };
        let grammar = Grammar { syntax, width: 2, crlf: false, header: b"header,too".to_vec() };
        let found = fast(&grammar, content.as_bytes(), true);
        assert_eq!((found.records, found.quarantined.len()), (129, 0));
        assert_eq!(found, slow(&grammar, content.as_bytes(), true));
    }
}
