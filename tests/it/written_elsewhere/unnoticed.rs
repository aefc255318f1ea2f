//! What no reader can notice, as `src/manual/dialects.md` lists it: texts without a
//! `pattern` that another description gives another meaning. One entry is one line of
//! that list; each holds only where the two descriptions differ in just that, and
//! only for cells that differ in the way it says.

use serde_json::Value;

/// A cell as it is delivered and as it should be, and how the file and the policy say that it is written.
pub(super) struct Difference<'a> {
    pub(super) column: &'a str,
    pub(super) right: Option<&'a str>,
    pub(super) wrong: Option<&'a str>,
    /// `[extract]` of the file's own policy.
    pub(super) file: &'a Value,
    /// `[extract]` of the policy that it was read by.
    pub(super) policy: &'a Value,
}

/// The first column of the manual's list, and whether a difference is of that kind.
pub(super) const UNNOTICED: [(&str, fn(&Difference<'_>) -> bool); 7] = [
    ("a word for missing that is not said, or said of a file that has it as text", words_for_missing),
    ("blanks around fields that are data (`trim`)", blanks),
    (
        "quotes that are text for quotes around fields, with `newline_in_fields`: such a field holds all records up to the next quote",
        swallowed,
    ),
    ("quotes for text (`quote = \"\"` over a file with quotes)", quotes),
    ("an escape before itself (`\\\\`) for two characters, or two characters for one", escapes),
    ("letters behind an escape (`\\n`) in quotes for text, where no `escape` is said", escapes),
    ("one encoding for a near one (windows-1252 for ISO 8859-15, or UTF-8 for either)", encodings),
];

impl Difference<'_> {
    /// Whether the file and the policy say different things of one of these keys.
    fn is_about(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.file[key] != self.policy[key])
    }

    /// Whether both cells have a text, and the texts are the same after `change`.
    fn is_same(&self, change: fn(&str) -> String) -> bool {
        self.right.zip(self.wrong).is_some_and(|(right, wrong)| change(right) == change(wrong))
    }
}

/// One of both is missing or empty, the other, too, or a word that one of both says.
fn words_for_missing(difference: &Difference<'_>) -> bool {
    let is_word = |cell: Option<&str>| {
        let said = |extract: &Value| {
            let words = extract["null_values"].as_array();
            words.is_some_and(|words| words.iter().any(|word| word.as_str() == cell))
        };
        cell.is_none_or(str::is_empty) || said(difference.file) || said(difference.policy)
    };
    difference.column == "note"
        && difference.is_about(&["null_values", "quoted_nulls"])
        && is_word(difference.right)
        && is_word(difference.wrong)
}

fn blanks(difference: &Difference<'_>) -> bool {
    let is_blank = |cell: Option<&str>| cell.is_none_or(|cell| cell.trim().is_empty());
    difference.column == "note"
        && difference.is_about(&["trim"])
        && (difference.is_same(|text| text.trim().to_owned())
            || is_blank(difference.right) && is_blank(difference.wrong))
}

fn quotes(difference: &Difference<'_>) -> bool {
    difference.column == "note" && difference.is_about(&["quote"]) && is_same_but_for_marks(difference)
}

fn swallowed(difference: &Difference<'_>) -> bool {
    difference.column == "note"
        && difference.is_about(&["quote"])
        && difference.policy["newline_in_fields"] == true
        && difference.wrong.is_some_and(|wrong| wrong.contains('\n'))
}

fn escapes(difference: &Difference<'_>) -> bool {
    difference.column == "note" && difference.is_about(&ESCAPES) && is_same_but_for_marks(difference)
}

const ESCAPES: [&str; 3] = ["escape", "escape_letters", "escape_only_in_quotes"];

/// Whether the texts are the same without what is a quote or an escape in one of them alone.
fn is_same_but_for_marks(difference: &Difference<'_>) -> bool {
    let unquoted: fn(&str) -> String = |text| text.replace(['"', '\''], "");
    // A letter behind an escape may stand for a control character.
    let unescaped: fn(&str) -> String = |text| text.replace(|at: char| at.is_control() || "\\bfnrtv".contains(at), "");
    let both: fn(&str) -> String = |text| text.replace(|at: char| at.is_control() || "\\bfnrtv\"'".contains(at), "");
    match (difference.is_about(&["quote"]), difference.is_about(&ESCAPES)) {
        (true, true) => difference.is_same(both),
        (true, false) => difference.is_same(unquoted),
        (false, _) => difference.is_same(unescaped),
    }
}

fn encodings(difference: &Difference<'_>) -> bool {
    let without = |text: &str| text.chars().filter(char::is_ascii).collect();
    difference.is_about(&["encoding"]) && difference.is_same(without)
}

#[test]
fn each_kind_is_a_line_of_the_manual() {
    let manual = include_str!("../../../src/manual/dialects.md");
    let list = manual.split("**What a reader cannot notice,**").nth(1).expect("the manual has the list");
    for (kind, _) in UNNOTICED {
        assert!(list.contains(&format!("\n| {kind} |")), "{kind}");
    }
}
