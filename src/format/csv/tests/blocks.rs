//! Verdicts do not depend on where blocks end, nor on the thread that parses one.

use std::fmt::Write as _;
use std::sync::Arc;
use std::thread;

use super::support::{Reading, Record, file, read_in_blocks};
use crate::engine::fault::EngineError;
use crate::engine::port::BlockParser;
use crate::format::csv::open;
use crate::model::dialect::Dialect;
use crate::model::outcome::structure_fault::StructureFault;

/// A file with every fault and every kind of cell, in the given line ending.
fn tricky(newline: &str, in_fields: bool) -> Vec<u8> {
    let mut text = format!("id,note{newline}");
    let lines = [
        "1,plain",
        "2,\"quoted, with delimiter\"",
        "3,\"doubled \"\" quote\"",
        "",
        "4",
        "5,six,7",
        "8,5\" pipe",
        "\"9\"x,y",
        "10,",
        "11,\"\"",
        "id,note",
        "12,é€𝄞\u{FFFD}",
        "13,b\rc",
        ",",
        "\u{FEFF}14,x",
    ];
    for line in lines {
        text += line;
        text += newline;
    }
    if in_fields {
        write!(text, "15,\"two{newline}lines\"{newline}\"{newline}16,forged{newline}\",x{newline}").unwrap();
        write!(text, "17,\"a\"\"{newline}\"\"{newline}{newline}\"{newline}18,ok{newline}").unwrap();
    }
    let other = if newline == "\n" { "\r\n" } else { "\n" };
    write!(text, "19,other ending{other}20,ok{newline}").unwrap();
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"21,\xE9t\xE9");
    bytes.extend_from_slice(newline.as_bytes());
    bytes.extend_from_slice(b"22,nul\0");
    bytes.extend_from_slice(newline.as_bytes());
    bytes.extend_from_slice(b"23,last");
    bytes
}

fn read(content: &[u8], newline_in_fields: bool, block_bytes: usize) -> Result<Reading, EngineError> {
    read_in_blocks(content, &Dialect { newline_in_fields, ..Dialect::default() }, block_bytes)
}

fn slide(content: &[u8], newline_in_fields: bool) {
    let whole = read(content, newline_in_fields, 1 << 20).unwrap();
    assert!(whole.records.len() > 15);
    for block_bytes in 1..=content.len() {
        let cut = read(content, newline_in_fields, block_bytes).unwrap();
        assert_eq!(cut, whole, "blocks of {block_bytes} bytes");
    }
}

#[test]
fn every_boundary_over_every_byte_without_line_feeds_in_fields() {
    slide(&tricky("\n", false), false);
    slide(&tricky("\r\n", false), false);
}

#[test]
fn every_boundary_over_every_byte_with_line_feeds_in_fields() {
    slide(&tricky("\n", true), true);
    slide(&tricky("\r\n", true), true);
    slide(&tricky("\n", false), true);
}

#[test]
fn a_wrong_guess_is_asked_again_and_never_an_error_of_its_own() {
    // Free text that looks like records, with quotes that a wrong guess leaves open.
    let mut content = b"id,note\n".to_vec();
    for record in 0..40 {
        content.extend_from_slice(format!("{record},\"x\n7,forged\n8,\"\"open\n9,\"\"\n\"\n").as_bytes());
    }
    slide(&content, true);
}

#[test]
fn a_fatal_fault_is_the_same_at_every_boundary() {
    let mut content = tricky("\n", false);
    content.extend_from_slice(b"\n24,\"open\n25,x\n");
    let fault = |block_bytes| match read(&content, false, block_bytes) {
        Err(EngineError::Input(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let whole = fault(1 << 20);
    for block_bytes in 1..=content.len() {
        assert_eq!(fault(block_bytes), whole, "blocks of {block_bytes} bytes");
    }
}

#[test]
fn a_record_longer_than_the_limit_spans_blocks_in_bounded_memory() {
    let mut content = b"id,note\n1,a\n2,".to_vec();
    content.extend_from_slice(&b"x".repeat(5 << 20));
    content.extend_from_slice("é\n3,b\n4,c\n".as_bytes());
    for newline_in_fields in [false, true] {
        let reading = |block_bytes| read(&content, newline_in_fields, block_bytes).unwrap();
        let whole = reading(16 << 20);
        assert_eq!(whole.records.len(), 4);
        let too_long =
            Record::Malformed { fault: StructureFault::RecordTooLong, offset: 12, length: (1 << 20) + 1, column: None };
        assert_eq!(whole.records[1], too_long);
        for block_bytes in [4096, 65_536, 300_001, 1 << 20, 5 << 20] {
            assert_eq!(reading(block_bytes), whole, "blocks of {block_bytes} bytes");
        }
    }
}

#[test]
fn threads_parse_the_same_blocks_at_once() {
    let content: Vec<u8> = (0..4000).map(|row| format!("{row},\"note {row}\"\n")).collect::<String>().into_bytes();
    let content = [b"id,note\n".as_slice(), &content].concat();
    let (_folder, path) = file("x.csv", &content);
    let mut source = open(&path, "x.csv".into(), &Dialect::default(), 1024).unwrap();
    let mut ranges = Vec::new();
    while let Some(ticket) = source.next_block().unwrap() {
        ranges.push(ticket);
    }
    let parser = source.parser();
    let records = |parser: &Arc<dyn BlockParser>, share: Vec<_>| -> u32 {
        share.into_iter().map(|mut ticket| parser.parse(&mut ticket, &[]).unwrap().records).sum()
    };
    let mut shares: Vec<Vec<_>> = (0..8).map(|_| Vec::new()).collect();
    for (index, ticket) in ranges.into_iter().enumerate() {
        shares[index % 8].push(ticket);
    }
    let total: u32 = thread::scope(|scope| {
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| records(&parser, share))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, 4000);
    let evidence = source.finish().unwrap();
    assert_eq!(evidence.blake3.as_bytes(), blake3::hash(&content).as_bytes());
    let Reading { evidence: again, .. } = read(&content, false, 1 << 20).unwrap();
    assert_eq!(evidence, again);
}
