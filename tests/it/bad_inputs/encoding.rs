//! D: encodings, and letters that look alike, 52 to 66.

use scant::internals::InputFaultKind as Kind;

use super::case::{Case, Trial, case, own};
use super::project::{CANARY, HEADER, InputProject, POLICY, assert_error_clean, row, row_with, table, utf16};
use crate::kit::Options;

/// Good records around a second one with this note.
fn with_note(note: &[u8]) -> Vec<u8> {
    let bad = row_with(2, "@@").into_bytes();
    let at = bad.windows(2).position(|pair| pair == b"@@").unwrap();
    [HEADER.as_bytes(), row(1).as_bytes(), &bad[..at], note, &bad[at + 2..], row(3).as_bytes()].concat()
}

fn bad_note(number: u16, name: &'static str, note: &[u8], fault: &'static str) -> Case {
    case(number, name).csv(with_note(note)).quarantines(2, fault, Some(5)).delivers(&[1, 3])
}

fn utf32(text: &str) -> Vec<u8> {
    text.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect()
}

fn big_endian(little: Vec<u8>) -> Vec<u8> {
    little.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect()
}

pub fn pseudonymised(trial: Trial, normalise: &str) -> Trial {
    trial.with_key().policy(
        "[columns.note]\nrole = \"insensitive\"\nkeep = { because = \"the cases look for their records\" }",
        &format!(
            "[columns.note]\nrole = \"direct_identifier\"\npseudonymise = {{ domain = \"cases\", normalise = \"{normalise}\" }}"
        ),
    )
}

pub fn cases() -> Vec<Case> {
    let good = table(3);
    let header_with = |bytes: &[u8]| [b"id,name".as_slice(), bytes, b"\n1,2\n"].concat();
    let dropped = good.replace("07700 900002", "@@").into_bytes();
    let at = dropped.windows(2).position(|pair| pair == b"@@").unwrap();
    let in_dropped = [&dropped[..at], b"caf\xE9", &dropped[at + 2..]].concat();
    vec![
        case(52, "a byte order mark").csv(format!("\u{feff}{good}")).delivers(&[1, 2, 3]),
        case(52, "a byte order mark before a quoted name")
            .csv(format!("\u{feff}{}", good.replacen("id,", "\"id\",", 1)))
            .delivers(&[1, 2, 3]),
        case(53, "a byte order mark inside")
            .csv(format!("{HEADER}{}\u{feff}{}{}", row(1), row(2), row(3)))
            .quarantines(2, "BadUtf8", Some(1))
            .delivers(&[1, 3]),
        case(53, "two files with marks, concatenated")
            .csv(format!("{good}\u{feff}{HEADER}{}", row(4)))
            .quarantines(4, "BadUtf8", Some(1))
            .delivers(&[1, 2, 3, 4]),
        case(54, "UTF-16, little-endian").csv([b"\xFF\xFE".to_vec(), utf16(&good)].concat()).fails(Kind::Utf16),
        case(54, "UTF-16, big-endian")
            .csv([b"\xFE\xFF".to_vec(), big_endian(utf16(&good))].concat())
            .fails(Kind::Utf16),
        case(55, "UTF-16 without a mark").csv(utf16(&good)).fails(Kind::Nul),
        case(56, "UTF-32").csv([b"\xFF\xFE\0\0".to_vec(), utf32(&good)].concat()).fails(Kind::Utf32),
        case(56, "UTF-32, big-endian").csv(b"\0\0\xFE\xFF\0\0\0i\0\0\0d".as_slice()).fails(Kind::Utf32),
        bad_note(57, "Latin-1", b"caf\xE9", "BadUtf8"),
        bad_note(57, "Windows-1252", b"\x80 5", "BadUtf8"),
        bad_note(58, "half of a surrogate pair", b"\xED\xA0\x80", "BadUtf8"),
        bad_note(58, "an overlong slash", b"\xC0\xAF", "BadUtf8"),
        bad_note(58, "beyond the last character", b"\xF4\x90\x80\x80", "BadUtf8"),
        bad_note(58, "cut inside a character", b"\xE2\x82", "BadUtf8"),
        case(59, "no UTF-8 in a dropped column").csv(in_dropped).quarantines(2, "BadUtf8", Some(4)).delivers(&[1, 3]),
        case(60, "no UTF-8 in the header").csv(header_with(b",caf\xE9")).fails_at(Kind::BadUtf8, None, Some(3)),
        bad_note(61, "NUL", b"a\0b", "Nul"),
        own(62, "replacement characters", replacement_characters),
        own(63, "composed and decomposed letters", composed_and_decomposed),
        own(64, "unseen characters in addresses", unseen_characters),
        pseudonymised(case(65, "digits of other scripts in a telephone number"), "phone_e164")
            .csv(format!("{HEADER}{}{}", row_with(1, "٠٧٧٠٠٩٠٠١٢٣"), row_with(2, "０７７００９００１２３")))
            .unreadable("note", "phone", 2)
            .delivers_text("00001,,1980\n00002,,1980\n"),
        case(66, "escape sequences in cells of a malformed record")
            .csv(with_note(format!("\x1b[31m{CANARY}\x1b]0;x\x07,").as_bytes()))
            .quarantines(2, "ExtraField", Some(10))
            .delivers(&[1, 3]),
        case(66, "escape sequences in header cells")
            .csv(format!("\x1b[2J{CANARY},\x1b[31mname\n1,2\n"))
            .fails(Kind::HeaderMismatch),
        case(66, "an escape sequence in a column nobody lists")
            .csv(good.replacen(",phone,", &format!(",\x1b[31m{CANARY},"), 1))
            .delivers(&[1, 2, 3]),
    ]
}

fn replacement_characters() {
    let project = InputProject::new(POLICY);
    let text = good_with("caf\u{fffd} \u{fffd}");
    let extract = project.write("extract.csv", text);
    project.deliver(&[extract], Options::default()).unwrap();
    assert_eq!(project.data("to"), "id,note,born\n00001,caf\u{fffd} \u{fffd},1980\n".as_bytes());
    let account = project.json("to/out.internal/account.json");
    assert_eq!(account["inputs"][0]["replacement_characters"], 2);
}

fn good_with(note: &str) -> String {
    format!("{HEADER}{}", row_with(1, note))
}

/// Delivers these notes as pseudonyms of one normalisation; what was unreadable
/// is empty.
fn pseudonyms(normalise: &str, notes: &[&str]) -> Vec<String> {
    let policy = POLICY.replace(
        "[columns.note]\nrole = \"insensitive\"\nkeep = { because = \"the cases look for their records\" }",
        &format!("[columns.note]\nrole = \"direct_identifier\"\npseudonymise = {{ domain = \"cases\", normalise = \"{normalise}\" }}"),
    );
    let project = InputProject::new(&policy).with_key(true);
    let rows: String = (1..).zip(notes).map(|(number, note)| row_with(number, note)).collect();
    let extract = project.write("extract.csv", format!("{HEADER}{rows}"));
    project.deliver(&[extract], Options::default()).unwrap_or_else(|error| {
        assert_error_clean(&error);
        panic!("{error:?}")
    });
    let data = String::from_utf8(project.data("to")).unwrap();
    data.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect()
}

fn composed_and_decomposed() {
    for normalise in ["none", "trim", "lower"] {
        let found = pseudonyms(normalise, &["Zoë", "Zoe\u{308}", "Zoe"]);
        assert_eq!(found[0], found[1], "{normalise}");
        assert_ne!(found[0], found[2], "{normalise}");
        assert_eq!(found[0].len(), 32);
    }
}

/// An address has one pseudonym or none, never two that look the same.
fn unseen_characters() {
    let found = pseudonyms(
        "email",
        &[
            "anna@example.org",
            "\u{a0}Anna@Example.ORG\u{a0}",
            "an\u{202e}na@example.org",
            "an\u{200b}na@example.org",
            "an\u{a0}na@example.org",
            "an\u{ad}na@example.org",
        ],
    );
    assert_eq!(found[0].len(), 32);
    assert_eq!(found[1], found[0]);
    assert_eq!(found[2..], ["", "", "", ""]);
}
