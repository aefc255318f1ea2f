//! Finds canaries in whatever a run produced: as they are, in either case, and
//! encoded as hexadecimal, base64, UTF-16, percent and JSON escapes. The searched
//! bytes are decoded, so that a canary is found at any alignment and inside of
//! anything.

use memchr::memmem::Finder;

/// In every cell but those a rule must be able to read.
pub const MARK: &str = "vQz7Jx";
/// In the cells of a delivered `keep` column, which may stand in data files.
pub const KEPT_MARK: &str = "wKx5Rf";

/// What no sink may hold. Cells that a rule must read cannot hold the mark: all
/// their dates, numbers and addresses share beginnings that nothing else has.
const TRACES: [&str; 14] = [
    MARK,
    "1957-",
    "1959-",
    "2017-1",
    "2018-03-",
    "2018-04-",
    "2018-05-",
    "731077700",
    "10.77.",
    "07700 900",
    "07700900",
    "+447700900",
    "zy97 8q",
    "zy978q",
];

/// A hit: what was found, in which form first, where.
#[derive(Debug, PartialEq, Eq)]
pub struct Hit {
    pub trace: String,
    pub form: &'static str,
    pub sink: String,
}

/// Searches sinks, and counts what it searched.
#[derive(Default)]
pub struct Search {
    pub hits: Vec<Hit>,
    pub sinks: usize,
    /// Bytes of partial folders, seen while a run went on.
    pub partial_bytes: usize,
}

impl Search {
    /// Searches a sink in which no cell may stand at all.
    pub fn sink(&mut self, name: &str, bytes: &[u8]) {
        let mut traces = TRACES.to_vec();
        traces.push(KEPT_MARK);
        self.look(name, bytes, &traces);
    }

    /// Searches a sink in which the cells of `keep` columns may stand.
    pub fn data(&mut self, name: &str, bytes: &[u8]) {
        self.look(name, bytes, &TRACES);
    }

    fn look(&mut self, name: &str, bytes: &[u8], traces: &[&str]) {
        self.sinks += 1;
        self.partial_bytes += if name.starts_with("partial-") { bytes.len() } else { 0 };
        let forms = forms(bytes);
        for trace in traces {
            let lower = trace.to_ascii_lowercase();
            let finder = Finder::new(lower.as_bytes());
            if let Some((form, _)) = forms.iter().find(|(_, decoded)| finder.find(decoded).is_some()) {
                self.hits.push(Hit { trace: (*trace).to_owned(), form, sink: name.to_owned() });
            }
        }
    }
}

/// Everything the bytes might stand for, in lower case.
fn forms(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("plain", bytes.to_vec()),
        // Little- and big-endian alike: of these texts, every other byte is NUL.
        ("UTF-16", bytes.iter().copied().filter(|byte| *byte != 0).collect()),
        ("percent", unescape(bytes, b"%", 2)),
        ("JSON", unescape(bytes, b"\\u", 4)),
        ("backslash", unescape(bytes, b"\\x", 2)),
    ];
    for phase in 0..2 {
        forms.push(("hexadecimal", in_runs(bytes, |byte| hex(byte).is_some(), phase, from_hex)));
    }
    for phase in 0..4 {
        forms.push(("base64", in_runs(bytes, |byte| sextet(byte).is_some(), phase, from_base64)));
    }
    forms.iter_mut().for_each(|(_, bytes)| bytes.make_ascii_lowercase());
    forms
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Standard and URL-safe at once.
fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Decodes every run of an alphabet, from `phase` on; a blank between runs.
fn in_runs(bytes: &[u8], is_digit: fn(u8) -> bool, phase: usize, decode: fn(&[u8], &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    for run in bytes.split(|byte| !is_digit(*byte)) {
        if run.len() >= 7 + phase {
            decode(&run[phase..], &mut out);
            out.push(b' ');
        }
    }
    out
}

fn from_hex(run: &[u8], out: &mut Vec<u8>) {
    let value = |byte| hex(byte).unwrap_or(0);
    out.extend(run.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])));
}

fn from_base64(run: &[u8], out: &mut Vec<u8>) {
    for four in run.chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(sextet(*byte).unwrap_or(0)));
        let bits = bits << (6 * (4 - four.len()));
        out.extend(&bits.to_be_bytes()[1..four.len().max(1)]);
    }
}

/// Replaces `prefix` and `digits` hexadecimal digits by the (low) byte they mean.
fn unescape(bytes: &[u8], prefix: &[u8], digits: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let number = bytes[at..].strip_prefix(prefix).and_then(|rest| rest.get(..digits));
        let value = number
            .and_then(|number| number.iter().try_fold(0_u32, |value, byte| Some(value << 4 | u32::from(hex(*byte)?))));
        if let Some(value) = value {
            out.push(value.to_le_bytes()[0]);
            at += prefix.len() + digits;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(planted: &[u8]) -> bool {
        let mut search = Search::default();
        let noise =
            b"{\"read\": 3000, \"sha256\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\", \"as_of\": \"2018-07-01\"} ";
        search.sink("noise", noise);
        assert_eq!(search.hits, []);
        search.sink("planted", &[noise, planted, noise].concat());
        !search.hits.is_empty()
    }

    fn base64(bytes: &[u8], last: [char; 2]) -> String {
        let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(last).collect();
        let mut out = String::new();
        for three in bytes.chunks(3) {
            let mut word = [0; 4];
            word[1..=three.len()].copy_from_slice(three);
            let bits = u32::from_be_bytes(word);
            (0..=three.len()).for_each(|place| out.push(alphabet[(bits >> (18 - 6 * place)) as usize & 63]));
        }
        out
    }

    #[test]
    fn a_planted_canary_is_found_in_every_form() {
        for trace in TRACES.into_iter().chain([KEPT_MARK]) {
            for text in [trace.to_owned(), trace.to_uppercase(), trace.to_lowercase()] {
                // With something before and after it, at every alignment.
                for around in 0..4 {
                    let cell = format!("{}{text}-000123", "~?>".get(..around).unwrap_or("~?>é"));
                    let bytes = cell.as_bytes();
                    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
                    let json: String = cell.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                    assert!(finds(bytes), "{text}");
                    assert!(finds(hex.as_bytes()) && finds(hex.to_uppercase().as_bytes()), "{text}");
                    assert!(finds(percent.as_bytes()) && finds(json.as_bytes()), "{text}");
                    assert!(finds(base64(bytes, ['+', '/']).as_bytes()), "{text}");
                    assert!(finds(base64(bytes, ['-', '_']).as_bytes()), "{text}");
                    let little: Vec<u8> = cell.encode_utf16().flat_map(u16::to_le_bytes).collect();
                    let big: Vec<u8> = cell.encode_utf16().flat_map(u16::to_be_bytes).collect();
                    assert!(finds(&little) && finds(&big), "{text}");
                }
            }
        }
    }
}
