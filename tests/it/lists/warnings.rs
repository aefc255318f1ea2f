//! A list that is compared exactly as written, although people write its kind of
//! values in many ways: there is a warning, the run continues, and the warning shows
//! no value.

use super::project::{ListProject, record};
use crate::kit::{RUN, json_of, said};

const VALUES: [(&str, &str, &str); 5] = [
    ("e-mail addresses", "email", "qx@example.org\nqy@example.org\nM-1\n"),
    ("telephone numbers", "phone_e164", "07700 900123\n+44 7700 900124\n"),
    ("postcodes", "postcode", "SW1A 1AA\ne1 6an\n"),
    ("dates", "date", "1985-07-04\n4/7/1985\n"),
    ("digests", "none", "900150983cd24fb0d6963f7d28e17f72\nqZk+NkcGgWq6PiVxeFDCbJzQ2J0=\n"),
];

/// What each verb warns of about lists.
fn warned(lists: &str, list: &str) -> Vec<Vec<String>> {
    let project = ListProject::new(lists);
    project.write("stop.csv", list);
    project.extract(&record("1", "a@x.org", "E1 6AN", "Y"));
    let verbs = [
        &["check", "policy.toml", "--as-of=2018-07-01"][..],
        &["explain", "policy.toml", "extract.csv", "--as-of=2018-07-01"],
        &RUN,
    ];
    let of_verb = |verb: &[&str]| {
        let output = project.scant(&[verb, &["--json"]].concat());
        assert!(output.status.success(), "never blocks: {}", said(&output));
        let document = json_of(&output);
        let text = format!("{}{document}", said(&output));
        for value in ["qx@", "900123", "SW1A", "1985", "900150", "qZk"] {
            assert!(!text.contains(value), "{text}");
        }
        let warnings = document["warnings"].as_array().unwrap().iter();
        let of_lists =
            warnings.filter(|one| one["path"].as_str().is_some_and(|path| path.starts_with("consent.lists")));
        of_lists
            .map(|one| {
                assert!(said(&output).contains(one["what"].as_str().unwrap()), "{}", said(&output));
                format!("{} {} {}", one["path"].as_str().unwrap(), one["what"].as_str().unwrap(), one["hint"])
            })
            .collect()
    };
    verbs.into_iter().map(of_verb).collect()
}

fn list(columns: &str, more: &str) -> String {
    format!(
        "[[consent.lists]]\nname = \"stop\"\nkind = \"suppression\"\npath = \"stop.csv\"\nmatch = {{ {columns} }}\n{more}\n"
    )
}

#[test]
fn a_column_that_is_named_after_what_is_written_in_many_ways_is_asked_about() {
    let text = list("email = \"value\"", "");
    for told in warned(&text, "value\nM-1\n") {
        assert_eq!(told.len(), 1, "once: {told:?}");
        let what = "consent.lists[1] email is compared with the list stop exactly as written, and its name says that it holds e-mail addresses";
        assert!(told[0].starts_with(what) && told[0].contains("email = \\\"email\\\""), "{told:?}");
    }
    // By the column of the list, too.
    assert_eq!(warned(&list("note = \"Post Code\"", ""), "Post Code\nM-1\n").concat().len(), 3);
}

#[test]
fn so_is_one_whose_values_are() {
    for (kind, word, values) in VALUES {
        for told in warned(&list("note = \"value\"", ""), &format!("value\n{values}")) {
            assert_eq!(told.len(), 1, "{kind}: {told:?}");
            assert!(told[0].contains(" looked at ") && told[0].contains(&format!(" are like {kind}")), "{told:?}");
            assert!(told[0].contains(&format!("note = \\\"{word}\\\"")), "{told:?}");
        }
    }
}

#[test]
fn a_run_that_is_refused_says_so_too() {
    let project = ListProject::new(&list("note = \"value\"", ""));
    project.write("stop.csv", "value\nqx@example.org\n");
    project.extract(&record("1", "a@x.org", "E1 6AN", "N"));
    let output = project.scant(&[&RUN[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let document = json_of(&output);
    let warnings = document["warnings"].to_string();
    assert!(warnings.contains("of 1 value looked at 1 is like e-mail addresses"), "{warnings}");
    assert_eq!(
        said(&output).matches("1 value looked at 1 is like").count(),
        2,
        "once on the screen, once for programs"
    );
}

#[test]
fn what_is_said_or_not_of_such_a_kind_is_not_asked_about() {
    let addresses = "value\nqx@example.org\n";
    for (text, values) in [
        (list("email = \"value\"", "normalise = { email = \"email\" }"), addresses),
        (list("email = \"value\"", "normalise = { email = \"none\" }"), addresses),
        (list("note = \"value\"", "normalise = { note = \"lower\" }"), addresses),
        (list("note = \"value\"", "normalise = { note = \"none\" }"), "value\n900150983cd24fb0d6963f7d28e17f72\n"),
        (list("note = \"value\"", ""), "value\nM-1\nM-2\nqx@example.org\n"),
        (list("note = \"value\"", "may_be_empty = true"), "value\n"),
    ] {
        assert_eq!(warned(&text, values).concat(), Vec::<String>::new(), "{text}");
    }
}
