//! Five shapes in which consent platforms export who agreed to what, each read by a
//! policy: what is delivered, and what is said of everybody who is not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kit::{Sample, root, samples_of};

/// The shapes with their counts, told here and not only in the files that are written
/// by the program: how many are read and delivered, and why the others are not.
fn shapes() -> Vec<(Sample, Value)> {
    let counts = [
        ("contacts", 10, json!({"consent_expired": 1, "consent_refused": 4, "consent_unknown": 3})),
        ("purposes-in-json", 8, json!({"consent_expired": 1, "consent_refused": 1, "consent_unknown": 4})),
        (
            "receipts",
            9,
            json!({
                "consent_pending": 1,
                "consent_refused": 1,
                "consent_unknown": 3,
                "consent_withdrawn": 1,
                "purpose_not_covered": 1,
            }),
        ),
        (
            "subscribers",
            8,
            json!({
                "consent_expired": 1,
                "consent_refused": 1,
                "consent_unknown": 3,
                "suppressed:unsubscribed": 1,
            }),
        ),
        ("xdm-profiles", 9, json!({"consent_refused": 2, "consent_unknown": 5})),
    ];
    let samples = samples_of("consent-platforms");
    assert_eq!(samples.len(), counts.len());
    let told = |(sample, (name, read, dropped)): (Sample, (&str, u64, Value))| {
        assert_eq!(sample.name, name);
        (sample, json!({"read": read, "delivered": 2, "dropped": dropped, "malformed": {}}))
    };
    samples.into_iter().zip(counts).map(told).collect()
}

#[test]
fn every_shape_is_read_by_its_policy() {
    for (shape, counts) in shapes() {
        let found = shape.run().unwrap_or_else(|error| panic!("{}: {error}: {error:?}", shape.name));
        assert_eq!(found, shape.expected(), "{}", shape.name);
        for (key, count) in counts.as_object().unwrap() {
            assert_eq!(&found[key], count, "{}: {key}", shape.name);
        }
    }
}

/// Each has somebody who is delivered, somebody who said no, and somebody of whom
/// nothing can be said.
#[test]
fn no_shape_shows_only_what_is_easy() {
    for (shape, counts) in shapes() {
        for reason in ["consent_refused", "consent_unknown"] {
            assert!(counts["dropped"][reason].as_u64() >= Some(1), "{}: {reason}", shape.name);
        }
        let dropped: u64 = counts["dropped"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(counts["read"].as_u64(), Some(dropped + 2), "{}", shape.name);
    }
}

#[test]
fn the_readme_has_a_paragraph_for_every_shape_with_where_it_is_described() {
    let page = std::fs::read_to_string(root("samples/consent-platforms/README.md")).unwrap();
    let paragraphs = page.lines().filter_map(|line| line.strip_prefix("**`")).map(|rest| rest.split_once('`').unwrap());
    let mut named = BTreeSet::new();
    for (name, rest) in paragraphs {
        assert!(rest.contains("](http"), "{name} has no source");
        assert!(named.insert(name.to_owned()), "{name} twice");
    }
    assert_eq!(named, shapes().into_iter().map(|(shape, _)| shape.name).collect());
}

/// Writes what is expected of every shape again, to be read.
#[test]
#[ignore = "writes the samples"]
fn rewrite() {
    samples_of("consent-platforms").iter().for_each(Sample::rewrite);
}
