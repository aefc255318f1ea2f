//! C: compressed inputs, 41 to 51.

use std::io::Write;

use scant::internals::InputFaultKind as Kind;

use super::case::{Case, case};
use super::project::{CANARY, HEADER, row, table};

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// The same bytes with one of them changed, counted from the end.
fn flipped(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    bytes
}

fn bomb() -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(HEADER.as_bytes()).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    (0..200).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.finish().unwrap()
}

pub fn cases() -> Vec<Case> {
    let good = table(3);
    let gz = |trial: super::case::Trial, bytes: Vec<u8>| trial.file("extract.csv.gz", bytes);
    let zst = |trial: super::case::Trial, bytes: Vec<u8>| trial.file("extract.csv.zst", bytes);
    let packed = gzip(good.as_bytes());
    let frame = zstd(good.as_bytes());
    let members = [gzip(good.as_bytes()), gzip(row(4).as_bytes())].concat();
    let many = table(20_000);
    let skippable = b"\x5A\x2A\x4D\x18\x03\0\0\0abc";
    vec![
        case(41, "plain gzip").file("extract.csv.gz", packed.clone()).delivers(&[1, 2, 3]),
        gz(case(41, "cut inside a member"), packed[..packed.len() / 2].to_vec()).fails(Kind::Truncated),
        gz(case(41, "cut inside the trailer"), packed[..packed.len() - 1].to_vec()).fails(Kind::Truncated),
        gz(case(41, "cut inside the second member"), members[..members.len() - 9].to_vec()).fails(Kind::Truncated),
        gz(case(41, "cut between members, with a count beside it"), packed.clone())
            .beside("extract.csv.gz.count", "4\n")
            .fails(Kind::CountMismatch),
        gz(case(41, "cut between members, the count given"), packed.clone())
            .expect_records(4)
            .fails(Kind::CountMismatch),
        gz(case(41, "whole, with a count beside it"), members.clone())
            .beside("extract.csv.gz.count", "4\n")
            .expect_records(4)
            .delivers(&[1, 2, 3, 4]),
        gz(case(41, "a count that is none"), packed.clone())
            .beside("extract.csv.gz.count", "many\n")
            .fails(Kind::UnreadableCount),
        gz(case(42, "two members"), members).delivers(&[1, 2, 3, 4]),
        gz(
            case(42, "an empty member in between, as bgzip ends"),
            [packed.clone(), gzip(b""), gzip(row(4).as_bytes()), gzip(b"")].concat(),
        )
        .delivers(&[1, 2, 3, 4]),
        gz(case(43, "garbage behind it"), [packed.as_slice(), CANARY.as_bytes()].concat()).fails(Kind::TrailingData),
        gz(case(43, "zeros behind it"), [packed.as_slice(), &[0; 512]].concat()).fails(Kind::TrailingData),
        gz(case(44, "a wrong checksum"), flipped(packed.clone(), 8)).fails(Kind::Corrupt),
        gz(case(44, "a wrong length"), flipped(packed.clone(), 1)).fails(Kind::Corrupt),
        gz(case(44, "a wrong checksum after many blocks"), flipped(gzip(many.as_bytes()), 8)).fails(Kind::Corrupt),
        zst(case(45, "truncated"), frame[..frame.len() - 5].to_vec()).fails(Kind::Truncated),
        zst(case(45, "a wrong checksum"), flipped(frame.clone(), 1)).fails(Kind::Corrupt),
        zst(case(45, "two frames"), [frame.clone(), zstd(row(4).as_bytes())].concat()).delivers(&[1, 2, 3, 4]),
        zst(case(45, "skippable frames"), [skippable, frame.as_slice(), skippable].concat()).delivers(&[1, 2, 3]),
        zst(case(46, "a frame that needs a dictionary"), b"\x28\xB5\x2F\xFD\x01\x00\x07\x00\x00\x00\x00".to_vec())
            .fails(Kind::NeedsDictionary),
        zst(case(47, "a window of 2 GiB"), b"\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00".to_vec())
            .fails(Kind::WindowTooLarge),
        zst(case(48, "a bomb"), bomb()).fails(Kind::RatioLimit),
        gz(case(49, "gzip inside gzip"), gzip(&packed)).fails(Kind::NestedCompression),
        zst(case(49, "gzip inside zstd"), zstd(&packed)).fails(Kind::NestedCompression),
        gz(case(50, "an empty member"), gzip(b"")).fails(Kind::EmptyInput),
        zst(case(50, "an empty frame"), zstd(b"")).fails(Kind::EmptyInput),
        gz(case(50, "a header in a member"), gzip(HEADER.as_bytes())).fails(Kind::EmptyInput),
        case(51, ".zip").file("extract.csv.zip", b"PK\x03\x04".as_slice()).fails(Kind::OtherCompression),
        case(51, ".bz2").file("extract.csv.bz2", b"BZh91AY".as_slice()).fails(Kind::OtherCompression),
        case(51, ".xz").file("extract.csv.xz", b"\xFD7zXZ\0".as_slice()).fails(Kind::OtherCompression),
        case(51, ".lz4").file("extract.csv.lz4", b"\x04\x22\x4D\x18".as_slice()).fails(Kind::OtherCompression),
        case(51, "bzip2 named .csv").csv(b"BZh91AY".as_slice()).fails(Kind::OtherCompression),
    ]
}
