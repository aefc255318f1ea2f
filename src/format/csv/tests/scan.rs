//! The fast scan says what the careful judge says: on any bytes.

use proptest::prelude::*;

use crate::format::csv::scan::classify::{Classified, Grammar};
use crate::format::csv::scan::index::FieldIndex;
use crate::format::csv::scan::syntax::Syntax;
use crate::format::csv::scan::{Stop, scan};
use crate::model::dialect::{Delimiter, Dialect, Escape, NullWords};

/// What both ways must agree on.
#[derive(Debug, PartialEq)]
struct Outcome {
    starts: Vec<u32>,
    ends: Vec<u32>,
    escaped: Vec<crate::format::csv::scan::index::EscapedField>,
    quarantined: Vec<crate::engine::port::Quarantined>,
    records: u32,
    stop: Stop,
}

fn outcome(found: FieldIndex, stop: Stop) -> Outcome {
    let FieldIndex { starts, ends, escaped, quarantined, records, .. } = found;
    Outcome { starts: starts.to_vec(), ends: ends.to_vec(), escaped, quarantined, records, stop }
}

fn fast(grammar: &Grammar, bytes: &[u8], at_end: bool) -> Outcome {
    in_two(grammar, bytes, bytes.len(), at_end)
}

/// As far as a limit, and on from there.
fn in_two(grammar: &Grammar, bytes: &[u8], limit: usize, at_end: bool) -> Outcome {
    let mut found = FieldIndex::default();
    let mut stop = scan(grammar, bytes, 0, limit, at_end, &mut found);
    if let Stop::Done { next } = stop {
        assert!(next >= limit.min(bytes.len()) && next <= bytes.len());
        let starts_behind = found.starts.iter().any(|&start| start as usize >= limit.max(1));
        assert!(!starts_behind, "a record that starts behind the limit");
        stop = scan(grammar, bytes, next, bytes.len(), at_end, &mut found);
    }
    outcome(found, stop)
}

fn slow(grammar: &Grammar, bytes: &[u8], at_end: bool) -> Outcome {
    let mut found = FieldIndex::default();
    let mut record = 0;
    while record < bytes.len() {
        match grammar.judge(bytes, record, at_end, &mut found) {
            Classified::Next(next) => record = next,
            Classified::NeedMore => return outcome(found, Stop::NeedMore { record }),
            Classified::Tail => return outcome(found, Stop::Tail),
            Classified::Unterminated { column } => return outcome(found, Stop::Unterminated { column }),
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
    let quotes = prop_oneof![3 => Just(Some(b'"')), 1 => Just(None)];
    let escapes = prop_oneof![
        2 => Just(None),
        1 => any::<[bool; 2]>().prop_map(|[letters, only_in_quotes]| {
            Some(Escape { byte: b'\\', letters, only_in_quotes })
        }),
    ];
    let delimiters = prop_oneof![4 => Just(","), 2 => Just(" "), 1 => Just(",,")];
    let dialects = (quotes, escapes, delimiters, any::<[bool; 2]>());
    (dialects, any::<[bool; 2]>(), 1usize..4).prop_map(|(dialect, [crlf, at_end], width)| {
        let (quote, escape, delimiter, [newline_in_fields, trim]) = dialect;
        let newline_in_fields = newline_in_fields && (quote.is_some() || escape.is_some());
        let delimiter = Delimiter::of(delimiter).unwrap();
        let null_values = NullWords { words: vec!["\\N".to_owned()], also_quoted: false };
        let dialect = Dialect { delimiter, quote, escape, newline_in_fields, trim, null_values, ..Dialect::default() };
        let header = [b"a".as_slice(), delimiter.as_bytes(), b"a"].concat();
        let other_header = b"\"a\"".to_vec();
        (Grammar { syntax: Syntax::of(&dialect), width, crlf, header, other_header, has_footer: false }, at_end)
    })
}

/// Pieces that make well-formed records likely and every fault possible.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"a".as_slice()),
        4 => Just(b",".as_slice()),
        2 => Just(b"\"".as_slice()),
        2 => Just(b"\\".as_slice()),
        1 => Just(b"\\N".as_slice()),
        1 => Just(b"\\,b\\n".as_slice()),
        1 => Just(b"\\\r\n".as_slice()),
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

/// Some KiB of records, most of them as they should be: of two fields, two ways to
/// be quoted and none, and what is wrong with the others may cancel out.
fn long() -> impl Strategy<Value = Vec<u8>> {
    let good = (0..60_usize, 0..60_usize, 0..6_u8).prop_map(|(first, second, quoted)| {
        let [first, second] = [first, second].map(|length| "x".repeat(length));
        match quoted {
            0 => format!("\"{first}\",{second}\n"),
            1 => format!("{first},\"a,\"\"{second}\"\"\"\n"),
            _ => format!("{first}y,{second}\n"),
        }
    });
    let bad = prop::sample::select(vec![
        "\n",
        "a\n",
        "a,b,c\n",
        ",,,\n",
        "a,b\r\n",
        "\"a\"b,c\n",
        "a\"b,c\n",
        "a,\0\n",
        "\"\n\n",
    ]);
    let line = prop_oneof![40 => good, 1 => bad.prop_map(str::to_owned)];
    proptest::collection::vec(line, 0..400).prop_map(|lines| lines.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn fast_and_careful_agree_over_many_chunks(
        bytes in long(),
        (limit, newline_in_fields, at_end, crlf) in (0..20_000_usize, any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let syntax = Syntax::of(&Dialect { newline_in_fields, ..Dialect::default() });
        let grammar = Grammar { syntax, width: 2, crlf, header: b"a,b".to_vec(), other_header: Vec::new(), has_footer: false };
        let bytes = if crlf { String::from_utf8(bytes).unwrap().replace('\n', "\r\n").into_bytes() } else { bytes };
        prop_assert_eq!(in_two(&grammar, &bytes, limit, at_end), slow(&grammar, &bytes, at_end));
    }

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
fn fast_and_careful_agree_wherever_a_chunk_ends() {
    let fragments: [&[u8]; 12] = [
        b"\"a\rb\",c\r\n",
        b"a\rb,c\r\n",
        b"a,b\r\r\n",
        b"\"a\"\"b\",\"\"\"\"\n",
        b"\"a\"b,\"c\"\n",
        b"a\"b,c\n",
        b"\"a\r\nb\",\"c\nd\"\r\n",
        b"\"a\",\"b\r\"\r\n",
        b"a,\0\n",
        b",\"\"\n",
        b"\"a\" ,b\n",
        b"\xEF\xBB\xBFa,b\r\n",
    ];
    for choice in 0..8 {
        let [newline_in_fields, trim, crlf] = [1, 2, 4].map(|bit| choice & bit != 0);
        let syntax = Syntax::of(&Dialect { newline_in_fields, trim, ..Dialect::default() });
        let grammar = Grammar {
            syntax,
            width: 2,
            crlf,
            header: b"header,too".to_vec(),
            other_header: Vec::new(),
            has_footer: false,
        };
        let ending: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        for fragment in fragments {
            for pad in 0..130 {
                let first = [&b"x".repeat(pad), b",y".as_slice(), ending].concat();
                let bytes = [&first, fragment, b"1,2", ending, b"\"3\",\"4\"", ending].concat();
                for at_end in [false, true] {
                    let expected = slow(&grammar, &bytes, at_end);
                    assert_eq!(fast(&grammar, &bytes, at_end), expected, "{}", bytes.escape_ascii());
                }
            }
        }
    }
}
