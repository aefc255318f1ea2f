//! Members, frames, checksums, limits: what a strict reader of compressed data
//! accepts.

use std::fs;
use std::io::Write as _;

use flate2::write::GzEncoder;

use super::*;

const CONTENT: &[u8] = b"id,note\n1,a\n2,b\n3,the same words, the same words, the same words\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn unpack(compression: impl Into<Option<Compression>>, stored: &[u8]) -> Result<Vec<u8>, InputFaultKind> {
    unpack_by(compression.into(), stored, &[1000])
}

/// Asks for so many bytes at a time, in turn.
fn unpack_by(compression: Option<Compression>, stored: &[u8], asked: &[usize]) -> Result<Vec<u8>, InputFaultKind> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, stored).unwrap();
    let file = InputFile::open(&path, &"x".into()).unwrap();
    let mut reader = ContentReader::new(compression, TextEncoding::default(), file).unwrap();
    let mut content = Vec::new();
    let mut buffer = vec![0; asked.iter().copied().max().unwrap()];
    let mut asked = asked.iter().cycle();
    let kind = |error| match error {
        EngineError::Input(fault) => fault.kind,
        other => panic!("{other}"),
    };
    loop {
        let count = reader.read(&mut buffer[..*asked.next().unwrap()]).map_err(kind)?;
        if count == 0 {
            break;
        }
        content.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(reader.read(&mut buffer).unwrap(), 0, "the end stays the end");
    let (bytes, digest) = reader.finish().map_err(kind)?;
    assert_eq!((bytes, digest), (stored.len() as u64, Digest::blake3(stored)));
    Ok(content)
}

use Compression::{Gzip, Zstd};
use InputFaultKind as Kind;

#[test]
fn all_members_and_frames_are_read_empty_and_skippable_ones_too() {
    let twice = [CONTENT, CONTENT].concat();
    assert_eq!(unpack(Gzip, &gzip(CONTENT)), Ok(CONTENT.to_vec()));
    assert_eq!(unpack(Gzip, &[gzip(CONTENT), gzip(b""), gzip(CONTENT), gzip(b"")].concat()), Ok(twice.clone()));
    let skippable = b"\x5A\x2A\x4D\x18\x03\0\0\0abc".to_vec();
    let frames = [skippable.clone(), zstd(CONTENT), skippable, zstd(b""), zstd(CONTENT)].concat();
    assert_eq!(unpack(Zstd, &frames), Ok(twice));
    let large: Vec<u8> = (0..900_000u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(unpack(Gzip, &gzip(&large)), Ok(large.clone()));
    assert_eq!(unpack(Zstd, &zstd(&large)), Ok(large));
}

#[test]
fn a_file_that_is_not_compressed_is_read_as_it_is() {
    let large: Vec<u8> = (0..900_000u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(unpack(None, &large), Ok(large.clone()));
    // Buffers that are filled from one kept here, and such as are read into at once.
    for asked in [&[1 << 20][..], &[1, 1 << 17, 3, 1 << 20], &[1 << 17, (1 << 17) - 1]] {
        assert_eq!(unpack_by(None, &large, asked), Ok(large.clone()), "{asked:?}");
        assert_eq!(unpack_by(Some(Zstd), &zstd(&large), asked), Ok(large.clone()), "{asked:?}");
    }
    assert_eq!(unpack(None, &gzip(CONTENT)), Ok(gzip(CONTENT)));
}

#[test]
fn a_cut_anywhere_is_truncation() {
    for (compression, stored) in [(Gzip, gzip(CONTENT)), (Zstd, zstd(CONTENT))] {
        for length in 4..stored.len() {
            assert_eq!(unpack(compression, &stored[..length]), Err(Kind::Truncated), "{compression:?} {length}");
            let second = [&stored, &stored[..length]].concat();
            assert_eq!(unpack(compression, &second), Err(Kind::Truncated), "{compression:?}, second, {length}");
        }
    }
    let skippable = b"\x5A\x2A\x4D\x18\x09\0\0\0abc";
    assert_eq!(unpack(Zstd, skippable), Err(Kind::Truncated));
    assert_eq!(unpack(Zstd, &skippable[..6]), Err(Kind::Truncated));
}

#[test]
fn a_flipped_bit_in_checksum_or_length_is_corruption() {
    let gz = gzip(CONTENT);
    for back in 1..=8 {
        let mut stored = gz.clone();
        let at = stored.len() - back;
        stored[at] ^= 1;
        assert_eq!(unpack(Gzip, &stored), Err(Kind::Corrupt), "{back} bytes from the end");
    }
    let zst = zstd(CONTENT);
    for back in 1..=4 {
        let mut stored = zst.clone();
        let at = stored.len() - back;
        stored[at] ^= 1;
        assert_eq!(unpack(Zstd, &stored), Err(Kind::Corrupt), "{back} bytes from the end");
    }
}

#[test]
fn nothing_may_follow_the_last_member_or_frame() {
    for (compression, stored) in [(Gzip, gzip(CONTENT)), (Zstd, zstd(CONTENT))] {
        for rest in [b"\0".as_slice(), &[0; 512], b"garbage", b"\x1F", b"\n"] {
            let padded = [&stored, rest].concat();
            assert_eq!(unpack(compression, &padded), Err(Kind::TrailingData), "{compression:?}");
        }
    }
    assert_eq!(unpack(Zstd, &[zstd(CONTENT), gzip(CONTENT)].concat()), Err(Kind::TrailingData));
}

#[test]
fn frames_that_want_a_dictionary_or_too_much_memory_are_told_as_such() {
    let dictionary = b"\x28\xB5\x2F\xFD\x01\x00\x07\x00\x00\x00\x00";
    assert_eq!(unpack(Zstd, dictionary), Err(Kind::NeedsDictionary));
    // Windows of 128 MiB, the step above, and 2 GiB.
    for (window, too_large) in [(17 << 3, false), (17 << 3 | 1, true), (21 << 3, true)] {
        let frame = [b"\x28\xB5\x2F\xFD\x00".as_slice(), &[window], b"\x01\x00\x00"].concat();
        let expected = if too_large { Err(Kind::WindowTooLarge) } else { Ok(Vec::new()) };
        assert_eq!(unpack(Zstd, &frame), expected, "window {window}");
    }
    let single = b"\x28\xB5\x2F\xFD\xE0\x00\x00\x00\x80\x00\x00\x00\x00\x01\x00\x00";
    assert_eq!(unpack(Zstd, single), Err(Kind::WindowTooLarge));
}

#[test]
fn a_bomb_stops_after_the_free_bytes_and_a_regular_file_does_not() {
    let zeros = vec![b'0'; (RATIO_FREE + (8 << 20)) as usize];
    assert_eq!(unpack(Gzip, &gzip(&zeros)), Err(Kind::RatioLimit));
    assert_eq!(unpack(Zstd, &zstd(&zeros)), Err(Kind::RatioLimit));
    let below = &zeros[..(8 << 20)];
    assert_eq!(unpack(Zstd, &zstd(below)).map(|content| content.len()), Ok(below.len()));
}
