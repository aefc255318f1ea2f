//! Small damage to an extract, such as transfers, editors and careless exports
//! cause.

use crate::kit::Random;

const BYTES: [u8; 7] = [b',', b'"', b'\r', b'\n', b'\0', 0xE9, 0xFF];

/// A copy with one to three things done to it, and what.
pub(super) fn damage(good: &[u8], random: &mut Random) -> (Vec<u8>, String) {
    let mut bytes = good.to_vec();
    let mut done = Vec::new();
    for _ in 0..=random.below(3) {
        done.push(once(&mut bytes, random));
    }
    (bytes, done.join(", "))
}

fn once(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let byte = BYTES[random.below(BYTES.len())];
    // Mostly behind the header, which is fatal to damage.
    let start = if random.below(10) == 0 { 0 } else { bytes.len().min(60) };
    let any = start + random.below((bytes.len() - start).max(1));
    // The next of its kind, where there is one.
    let of_its_kind = bytes.iter().skip(any).position(|other| *other == byte).map(|more| any + more);
    match (random.below(12), of_its_kind) {
        (0, _) => {
            bytes.truncate(any);
            format!("cut at {any}")
        }
        (1, _) => {
            let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n");
            *bytes = text.into_bytes();
            "CRLF everywhere".to_owned()
        }
        (2, _) => match bytes.iter().skip(any).position(|byte| *byte == b'\n') {
            Some(more) => {
                bytes.insert(any + more, b'\r');
                format!("CRLF at {}", any + more)
            }
            None => "nothing".to_owned(),
        },
        (3 | 4, Some(place)) => {
            bytes.remove(place);
            format!("{byte:#04x} removed at {place}")
        }
        (5 | 6, Some(place)) => {
            bytes.insert(place, byte);
            format!("{byte:#04x} doubled at {place}")
        }
        _ => {
            bytes.insert(any.min(bytes.len()), byte);
            format!("{byte:#04x} inserted at {any}")
        }
    }
}
