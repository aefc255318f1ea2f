//! J: Parquet files that are truncated, declare something false, or hold more than
//! they should, 105 to 111.

use std::fs;
use std::path::PathBuf;

use scant::internals::InputFaultKind as Kind;
use scant::internals::ReleaseError;

use super::case::{Case, Trial, case, own};
use super::compression::gzip;
use super::parquet_file::{Lies, end, parquet};
use super::project::{CANARY, InputProject, POLICY, assert_error_clean, row_with, table};
use crate::kit::{Options, third_party};

const FROM_PARQUET: (&str, &str) = ("[extract]\nformat = \"csv\"", "[extract]\nformat = \"parquet\"");

fn file(trial: Trial, content: Vec<u8>) -> Trial {
    trial.file("extract.parquet", content).policy(FROM_PARQUET.0, FROM_PARQUET.1)
}

fn lying(trial: Trial, lies: Lies) -> Trial {
    file(trial, parquet(&table(3), &lies))
}

/// A footer of a list that says it has 2³¹ elements, in a file of a few bytes.
fn bomb() -> Vec<u8> {
    end(b"PAR1\x15\x02\x19\xFC\xFF\xFF\xFF\xFF\x07".to_vec(), 4)
}

/// A footer of structs in structs in structs.
fn nested_bomb() -> Vec<u8> {
    let deep = (0..100_000).fold(Vec::new(), |mut bytes: Vec<u8>, _| {
        bytes.push(0x1C);
        bytes
    });
    end([b"PAR1".to_vec(), deep].concat(), 4)
}

pub fn cases() -> Vec<Case> {
    let later_codec = Lies { codec_of_second: Some(12), ..Lies::default() };
    let later_type = Lies { logical_type: Some(17), ..Lies::default() };
    let good = parquet(&table(3), &Lies::default());
    let footer = u32::from_le_bytes(good[good.len() - 8..good.len() - 4].try_into().unwrap()) as usize;
    let too_long = [&good[..good.len() - 8], &u32::MAX.to_le_bytes(), b"PAR1"].concat();
    let in_footer = [&good[..good.len() - footer / 2], &good[good.len() - 8..]].concat();
    let rows = |rows, group_rows| Lies { rows: Some(rows), group_rows, ..Lies::default() };
    let codec = |codec, pack| Lies { codec: Some((codec, pack)), ..Lies::default() };
    let two_members = |bytes: &[u8]| {
        let (one, two) = bytes.split_at(bytes.len() / 2);
        [gzip(one), gzip(two)].concat()
    };
    let int96 = Lies { physical_type: Some(3), ..Lies::default() };
    let list = Lies { repeated: true, ..Lies::default() };
    let keep_name = (
        "[columns.name]\nrole = \"direct_identifier\"\ndrop = true",
        "[columns.name]\nrole = \"sensitive\"\nkeep = { because = \"to read it\" }",
    );
    vec![
        file(case(105, "a whole file"), good.clone()).delivers(&[1, 2, 3]),
        file(case(105, "0 bytes"), Vec::new()).fails(Kind::EmptyInput),
        file(case(105, "the magic alone"), b"PAR1".to_vec()).fails(Kind::CorruptFile),
        file(case(105, "cut in the data"), good[..good.len() / 3].to_vec()).fails(Kind::Truncated),
        file(case(105, "cut in the footer"), good[..good.len() - footer / 2].to_vec()).fails(Kind::Truncated),
        file(case(105, "bytes of the footer are missing"), in_footer).fails(Kind::CorruptFile),
        file(case(105, "no magic at the start"), [b"XXXX", &good[4..]].concat()).fails(Kind::FormatMismatch),
        file(case(105, "no magic at the end"), [&good[..good.len() - 4], b"XXXX"].concat()).fails(Kind::Truncated),
        file(case(105, "a footer longer than the file"), too_long).fails(Kind::CorruptFile),
        file(case(105, "a list of 2³¹ elements"), bomb()).fails(Kind::CorruptFile),
        file(case(105, "structures 100,000 deep"), nested_bomb()).fails(Kind::CorruptFile),
        file(case(105, "CSV named .parquet"), table(3).into_bytes()).fails(Kind::FormatMismatch),
        lying(case(106, "more rows in the footer than in the row groups"), rows(4, None)).fails(Kind::CountMismatch),
        lying(case(106, "fewer rows in the footer than in the row groups"), rows(2, None)).fails(Kind::CountMismatch),
        lying(case(106, "more rows in footer and row group than in pages"), rows(4, Some(4)))
            .fails(Kind::CountMismatch),
        lying(case(106, "fewer rows in footer and row group than in pages"), rows(2, Some(2)))
            .fails(Kind::CountMismatch),
        lying(
            case(106, "a second row group of the chunks of the first"),
            Lies { again: 1, rows: Some(6), ..Lies::default() },
        )
        .fails(Kind::SharedChunks),
        lying(case(106, "no rows"), rows(0, Some(0))).fails(Kind::EmptyInput),
        lying(
            case(107, "smallest and greatest cells that are not"),
            Lies { bounds: Some(("N", "N")), ..Lies::default() },
        )
        .delivers(&[1, 2, 3]),
        lying(case(108, "gzip"), codec(2, gzip)).delivers(&[1, 2, 3]),
        lying(case(108, "gzip of two members"), codec(2, two_members)).fails_at(Kind::CorruptFile, None, Some(1)),
        lying(case(109, "an encrypted footer"), Lies { encrypted: true, ..Lies::default() }).fails(Kind::Unsupported),
        file(case(109, "an encrypted file"), [b"PARE".as_slice(), &good[4..good.len() - 4], b"PARE"].concat())
            .fails(Kind::Unsupported),
        lying(case(109, "an unknown codec"), codec(12, <[u8]>::to_vec)).fails(Kind::Unsupported),
        lying(case(109, "a timestamp of 96 bits that is none"), int96.clone())
            .policy(keep_name.0, keep_name.1)
            .fails_at(Kind::CorruptFile, None, Some(2)),
        lying(case(109, "a list"), list.clone()).policy(keep_name.0, keep_name.1).fails(Kind::UnsupportedType),
        lying(case(109, "a codec of a later version"), later_codec.clone()).policy(keep_name.0, keep_name.1).fails_at(
            Kind::Unsupported,
            None,
            Some(2),
        ),
        lying(case(109, "a codec of a later version, of a column that is dropped"), later_codec).delivers(&[1, 2, 3]),
        lying(case(109, "a type of a later version"), later_type.clone())
            .policy(keep_name.0, keep_name.1)
            .fails(Kind::UnsupportedType),
        lying(case(109, "a type of a later version that is dropped"), later_type).delivers(&[1, 2, 3]),
        lying(case(109, "a timestamp of 96 bits that is dropped"), int96.clone()).delivers(&[1, 2, 3]),
        lying(case(109, "a list that is dropped"), list).delivers(&[1, 2, 3]),
        own(109, "files of others", files_of_others),
        own(110, "metadata of the extract", metadata_stays),
        own(111, "dictionaries of the extract", dictionaries_stay),
    ]
}

/// Of each file only that it is refused or read whole, and that nothing of it is
/// said; which is which the reader's own tests know.
fn files_of_others() {
    let Some(folder) = third_party("corpora", "parquet-testing/bad_data") else { return };
    let paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let paths: Vec<&PathBuf> =
        paths.iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let project = InputProject::new(&POLICY.replace(FROM_PARQUET.0, FROM_PARQUET.1));
        let error = project.deliver(std::slice::from_ref(path), Options::default()).unwrap_err();
        assert!(matches!(error, ReleaseError::Input(_) | ReleaseError::Bind { .. }), "{}: {error:?}", path.display());
        project.assert_nothing_delivered("to");
    }
}

/// Runs a Parquet extract into every format; gives every byte that is delivered,
/// decompressed where it is compressed.
fn delivered_bytes(extract: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for format in ["csv", "ndjson", "parquet", "ipc"] {
        let policy = POLICY.replace(FROM_PARQUET.0, FROM_PARQUET.1);
        let output = "[output]\nformat = \"csv\"";
        let project = InputProject::new(&policy.replace(output, &output.replace("csv", format)));
        let path = project.write("extract.parquet", extract);
        let delivery = project.deliver(&[path], Options::default()).unwrap_or_else(|error| {
            assert_error_clean(&error);
            panic!("{error:?}")
        });
        assert_eq!((delivery.report.read, delivery.report.delivered), (4, 2));
        for folder in ["to/out", "to/out/data", "to/out.internal"] {
            for entry in fs::read_dir(project.path(folder)).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_file() {
                    let bytes = fs::read(&entry).unwrap();
                    found.push((format!("{format}: {}", entry.display()), [frames(&bytes), bytes].concat()));
                }
            }
        }
    }
    found
}

/// What every zstd frame inside `bytes` decompresses to.
fn frames(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"\x28\xB5\x2F\xFD")
            && let Ok(mut frame) = zstd::stream::Decoder::new(&bytes[at..]).map(zstd::stream::Decoder::single_frame)
        {
            let mut content = Vec::new();
            let _ = std::io::Read::read_to_end(&mut frame, &mut content);
            found.extend(content);
        }
    }
    found
}

/// Two records that are delivered, and two that are not and have canaries in
/// the columns that are.
fn two_of_four() -> String {
    let refused = |number| row_with(number, CANARY).replace(",Y,", ",N,");
    format!("{}{}{}", table(2), refused(3), refused(4))
}

fn metadata_stays() {
    let metadata = Some(("pandas", "{\"index\": \"CANARY7f3a\"}"));
    let extract = parquet(&two_of_four(), &Lies { metadata, bounds: Some((CANARY, CANARY)), ..Lies::default() });
    for (place, bytes) in delivered_bytes(&extract) {
        assert_clean_of(&place, &bytes, "pandas");
        assert_clean_of(&place, &bytes, CANARY);
    }
}

fn dictionaries_stay() {
    let extract = parquet(&two_of_four(), &Lies { dictionary: true, ..Lies::default() });
    let mut seen = 0;
    for (place, bytes) in delivered_bytes(&extract) {
        assert_clean_of(&place, &bytes, CANARY);
        seen += usize::from(bytes.windows(6).any(|window| window == b"note 2"));
    }
    assert_eq!(seen, 4, "the search sees what is delivered, in every format");
}

#[track_caller]
fn assert_clean_of(place: &str, bytes: &[u8], text: &str) {
    assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text} in {place}");
}
