//! Lists of digests: in every writing and under every rule they drop whom the list of
//! the values itself drops; what is no digest cannot be read.

use scant::internals::ReleaseError;
use sha2::Digest as _;

use super::project::{ERASURES, ListProject, dropped, record};
use crate::kit::{Options, Outcome, said};

const FUNCTIONS: [&str; 3] = ["md5", "sha1", "sha256"];

fn policy(rule: &str, digests: Option<&str>) -> String {
    let digests = digests.map_or_else(String::new, |word| format!("\ndigests = \"{word}\""));
    let normalise = format!("normalise = {{ email = \"{rule}\" }}{digests}\nregion = \"GB\"");
    ERASURES.replace("normalise = { email = \"email\" }", &normalise)
}

fn digest(function: &str, value: &str) -> Vec<u8> {
    match function {
        "md5" => md5::Md5::digest(value).to_vec(),
        "sha1" => sha1::Sha1::digest(value).to_vec(),
        _ => sha2::Sha256::digest(value).to_vec(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 by the letter of RFC 4648: the bits as one text of zeros and ones.
fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push('0');
    }
    let sixes = bits.as_bytes().chunks(6).map(|six| std::str::from_utf8(six).unwrap());
    let mut text: String = sixes.map(|six| letters[usize::from_str_radix(six, 2).unwrap()]).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// All writings of a digest.
fn writings(bytes: &[u8]) -> Vec<String> {
    let (hexadecimal, base64) = (hexadecimal(bytes), base64(bytes));
    let url_safe = base64.replace('+', "-").replace('/', "_");
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    vec![
        hexadecimal.to_uppercase(),
        format!(" {hexadecimal} "),
        bare(&base64),
        bare(&url_safe),
        base64,
        url_safe,
        hexadecimal,
    ]
}

/// A rule, cells of an extract, and the values that a list holds in canonical form.
const RULES: [(&str, [&str; 4], [&str; 2]); 7] = [
    (
        "email",
        [" Ann@X.org", "bob@münchen.example", "cy@x.org", "no address"],
        ["ann@x.org", "bob@xn--mnchen-3ya.example"],
    ),
    (
        "phone_e164",
        ["07700 900127", "+44 (0)7700 900128", "07700900129", "call me"],
        ["+447700900127", "+447700900128"],
    ),
    ("postcode", ["sw1a1aa", "M1  1AE", "M1 1AF", "M1"], ["SW1A 1AA", "M1 1AE"]),
    ("date", ["1985-07-04", "1990-01-02 10:00:00", "1990-01-03", "4.7.1985"], ["1985-07-04", "1990-01-02"]),
    ("digits", ["12-34", "(0)56", "56", "1E5"], ["1234", "056"]),
    ("lower", ["ANN", " Zoë", "bob", "two  blanks"], ["ann", "zoë"]),
    ("none", ["Ann", "ZOE\u{308}", "ann", "two  blanks"], ["Ann", "ZOË"]),
];

fn outcome(policy: &str, entries: &[String], cells: &[&str]) -> Outcome {
    let project = ListProject::new(policy);
    project.write("erasures.csv", format!("address\n{}\n", entries.join("\n")));
    let mut text = record("missing", "", "E1", "Y");
    text.extend(cells.iter().zip(1..).map(|(cell, id)| record(&format!("{id}"), &format!("\"{cell}\""), "E1", "Y")));
    project.outcome(&text, Options::default())
}

#[test]
fn a_list_of_digests_drops_whom_the_list_of_the_values_drops() {
    for (rule, cells, values) in RULES {
        let expected = outcome(&policy(rule, None), &values.map(str::to_owned), &cells);
        assert_eq!(expected.dropped, dropped(&[("erased", 2), ("not_comparable:erasures", 1)]), "{rule}");
        for function in FUNCTIONS {
            let writings = values.map(|value| writings(&digest(function, value)));
            for (first, second) in writings[0].iter().zip(&writings[1]) {
                let entries = [first.clone(), second.clone()];
                assert_eq!(
                    outcome(&policy(rule, Some(function)), &entries, &cells),
                    expected,
                    "{rule} {function} {first}"
                );
            }
        }
    }
}

#[test]
fn every_writing_of_a_digest_is_one_entry() {
    let project = ListProject::new(&policy("email", Some("md5")));
    let mut entries = writings(&digest("md5", "ann@x.org"));
    entries.push("\"\"".to_owned());
    project.write("erasures.csv", format!("address\n{}\n", entries.join("\n")));
    let text = record("1", "ann@x.org", "E1", "Y") + &record("2", "bob@x.org", "E1", "Y");
    let delivery = project.deliver(&text, Options::default()).unwrap();
    let list = &delivery.report.lists[0];
    assert_eq!((list.entries, list.found, list.without_value), (1, 1, 1));
}

#[test]
fn what_is_no_digest_of_that_kind_refuses_the_run_and_can_be_allowed() {
    let good = hexadecimal(&digest("sha1", "ann@x.org"));
    let records = record("1", "ann@x.org", "E1", "Y") + &record("2", "bob@x.org", "E1", "Y");
    for bad in [
        good[1..].to_owned(),
        format!("{good}0"),
        format!("sha1:{good}"),
        good.replace(&good[..1], "g"),
        hexadecimal(&digest("md5", "bob@x.org")),
        base64(&digest("sha256", "bob@x.org")),
        "bob@x.org".to_owned(),
    ] {
        let policy = policy("email", Some("sha1"));
        let project = ListProject::new(&policy);
        project.write("erasures.csv", format!("address\n{good}\n{bad}\n"));
        match project.deliver(&records, Options::default()) {
            Err(ReleaseError::UnreadableEntries(entries)) => {
                assert_eq!((entries.found, &*entries.first_records()), (1, &[2][..]), "{bad}");
                assert_eq!(entries.by_column["address"]["digest"], 1, "{bad}");
            }
            other => panic!("{bad}: {other:?}"),
        }
        let output = project.scant(&["run", "policy.toml", "extract.csv", "-o", "out", "--as-of=2018-07-01"]);
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(said(&output).contains("`digests`") && !said(&output).contains(&bad), "{}", said(&output));
        let project = ListProject::new(&format!("{policy}\nmax_unreadable = 1\n"));
        project.write("erasures.csv", format!("address\n{good}\n{bad}\n"));
        let outcome = project.outcome(&records, Options::default());
        assert_eq!(outcome.dropped, dropped(&[("erased", 1)]), "{bad}");
    }
}

#[test]
fn explain_says_that_digests_are_compared() {
    let project = ListProject::new(&policy("email", Some("sha256")));
    let output = project.scant(&["explain", "policy.toml", "--as-of", "2018-07-01"]);
    let said = said(&output);
    assert!(
        said.contains("A record whose email (as email), by its SHA-256 digest, stands in the erasure list"),
        "{said}"
    );
}
