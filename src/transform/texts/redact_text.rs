//! `redact_text`: takes identifiers out of free text that must be kept.
//!
//! Looks for the patterns that the policy names, as the readers of whole cells read
//! them, in the text as it is written and in its plain writing: full-width digits and
//! those of other scripts, marks, characters that cannot be seen and blanks that do
//! not break hide nothing. Check digits are checked where there are some. What looks
//! like an identifier and cannot be decided is taken out, too.
//!
//! *Removes* what is found: e-mail addresses, telephone numbers, whole postcodes,
//! numbers of patients, insurance, cards and accounts, web addresses, and what own
//! patterns match.
//! *Keeps* all other text, as it is written.
//! *Parameters* `patterns`: some of `card`, `email`, `iban`, `national_insurance`,
//! `nhs_number`, `phone`, `uk_postcode`, `url`; `regex`: up to 100 expressions of the
//! policy's own, which are not matched by nothing at all (a match of up to 1,024 bytes
//! is found wherever it is); one of both is required. `with`: what stands for each
//! place, 1 to 64 characters, default `[…]`; no pattern may be found in it.
//! *Types* text → text.
//! *Missing cells* stay missing.
//! *Errors* none. A text that still holds something after it was searched four times,
//! since what is taken out joins the rest anew, becomes `with` as a whole.
//!
//! | before | `patterns = ["email", "phone"]` |
//! |---|---|
//! | Ring Jo on 07700 900123 or jo@example.org | Ring Jo on […] or […] |
//! | order 4500012345 of 01/02/2024 | order 4500012345 of 01/02/2024 |
//! | (missing) | (missing) |
//!
//! *Limits* names, streets, and what a story tells are not found, and one sentence can
//! single a person out: the guard `echo` looks for the names that the record itself
//! has. Nor are telephone numbers without their area code or their first nought, a
//! number spelt in words, and a number with another sign than blanks, hyphens, points,
//! slashes and brackets between its digits. Drop the column where you can.
//!
//! Source: redaction, ISO/IEC 20889:2018; Luhn, ISO/IEC 7812-1; ISO 13616; NHS Data
//! Dictionary, "NHS Number".

use std::ops::Range;

use crate::document::TableReader;
use crate::identifier::found::TextPattern;
use crate::identifier::found::find;
use crate::identifier::found::plain::PlainText;
use crate::identifier::phone::Region;
use crate::model::column_type::ColumnType;
use crate::model::outcome::loss::Loss;
use crate::transform::shared::search::SearchPattern;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// What stands for what was found, where the policy does not say.
const WITH: &str = "[…]";

/// Own patterns of one column.
const MOST_PATTERNS: usize = 100;

/// A text is searched again after something was taken out of it, at most this often.
const PASSES: usize = 4;

/// The parameters of `redact_text`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct RedactText {
    /// What is looked for, in the order of the alphabet.
    pub patterns: Vec<TextPattern>,
    /// The policy's own patterns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regex: Vec<SearchPattern>,
    /// What stands for each place.
    pub with: String,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "Identifiers are taken out of free text.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "patterns": { "description": "What is looked for.", "type": "array", "minItems": 1, "uniqueItems": true,
                "items": { "enum": ["card", "email", "iban", "national_insurance", "nhs_number", "phone", "uk_postcode", "url"] } },
            "regex": { "description": "Regular expressions of one's own, without look-around and back-references. None may match nothing at all.",
                "type": "array", "minItems": 1, "maxItems": 100, "items": { "type": "string", "minLength": 1 } },
            "with": { "description": "What stands for each place; no pattern may be found in it. Default […].",
                "type": "string", "minLength": 1, "maxLength": 64, "default": "[…]" }
        },
        "anyOf": [{ "required": ["patterns"] }, { "required": ["regex"] }]
    }"#,
    documents: r#"{
        "description": "What was looked for in texts, and what stands for it.",
        "type": "object", "additionalProperties": false, "required": ["patterns", "with"],
        "properties": {
            "patterns": { "description": "What was looked for.", "type": "array",
                "items": { "enum": ["card", "email", "iban", "national_insurance", "nhs_number", "phone", "uk_postcode", "url"] } },
            "regex": { "description": "The policy's own expressions.", "type": "array", "items": { "type": "string" } },
            "with": { "description": "What stands for each place.", "type": "string" }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"redact_text = { patterns = ["email", "phone"] }"#,
        input: ColumnType::Text,
        before: &[
            Some("Ring Jo on 07700 900123 or jo@example.org"),
            Some("order 4500012345 of 01/02/2024"),
            Some("０７７００\u{a0}９０0\u{ad}123"),
            None,
        ],
        after: &[Some("Ring Jo on […] or […]"), Some("order 4500012345 of 01/02/2024"), Some("[…]"), None],
    },
    Example {
        policy: r#"redact_text = { patterns = ["uk_postcode", "nhs_number", "national_insurance", "card", "iban", "url"], with = "(removed)" }"#,
        input: ColumnType::Text,
        before: &[
            Some("at SW1A 1AA, NHS 943 476 5919, NI AB 12 34 56 C"),
            Some("4111 1111 1111 1111 or GB82 WEST 1234 5698 7654 32"),
            Some("see https://shop.example/jo"),
            Some("lives in SW1A"),
        ],
        after: &[
            Some("at (removed), NHS (removed), NI (removed)"),
            Some("(removed) or (removed)"),
            Some("see (removed)"),
            Some("lives in SW1A"),
        ],
    },
    Example {
        policy: r"redact_text = { regex = ['\bC-[0-9]{4}\b'] }",
        input: ColumnType::Text,
        before: &[Some("case C-1001, C-１００２"), Some("C-10012"), None],
        after: &[Some("case […], […]"), Some("C-10012"), None],
    },
];

impl RedactText {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        if !parameters.has("patterns") && !parameters.has("regex") {
            let hint = "say patterns = [\"email\", \"phone\"], or regex = ['…'] for what is your own";
            parameters.missing("patterns", Some(hint));
        }
        let mut patterns = read_patterns(parameters);
        patterns.sort_unstable();
        let regex = read_regex(parameters);
        let with = parameters.parsed("with", stand_in).unwrap_or_else(|| WITH.to_owned());
        parameters.finish();
        let read = Self { patterns, regex, with };
        if parameters.faults().count() > before {
            return None;
        }
        let kernel = RedactTextKernel { action: read, region: Region::default() };
        if !kernel.places(&kernel.action.with).is_empty() {
            let hint = "use a text that none of the patterns finds, such as […]";
            parameters.fault("with", "is found by the patterns themselves", Some(hint));
            return None;
        }
        Some(kernel.action)
    }
}

fn read_patterns(parameters: &TableReader<'_>) -> Vec<TextPattern> {
    let words = parameters.texts("patterns");
    if words.as_ref().is_some_and(Vec::is_empty) {
        parameters.fault("patterns", "is empty", Some("name what is looked for, or leave it out"));
    }
    let mut patterns = Vec::new();
    for word in words.unwrap_or_default() {
        match TextPattern::ALL.iter().find(|(own, _)| *own == word) {
            Some((own, pattern)) if patterns.contains(pattern) => {
                parameters.fault("patterns", format!("names {own} twice"), None);
            }
            Some((_, pattern)) => patterns.push(*pattern),
            None => {
                let all = TextPattern::ALL.map(|(word, _)| word).join(", ");
                let hint = format!("they are {all}; an expression of your own goes into `regex`");
                parameters.fault("patterns", "names a pattern that is not known", Some(&hint));
            }
        }
    }
    patterns
}

fn read_regex(parameters: &TableReader<'_>) -> Vec<SearchPattern> {
    let sources = parameters.placed_texts("regex");
    if sources.as_ref().is_some_and(Vec::is_empty) {
        parameters.fault("regex", "is empty", Some("write an expression, or leave it out"));
    }
    let sources = sources.unwrap_or_default();
    if sources.len() > MOST_PATTERNS {
        parameters.fault("regex", "has more than 100 expressions", Some("join some of them with |"));
    }
    let mut patterns = Vec::new();
    for (source, span) in sources.into_iter().take(MOST_PATTERNS) {
        match SearchPattern::parse(source) {
            Ok(pattern) => patterns.push(pattern),
            Err(fault) => {
                parameters.faults().at(span, &parameters.path_of("regex"), fault.to_string(), None);
            }
        }
    }
    patterns
}

fn stand_in(text: &str) -> Result<String, &'static str> {
    let length = text.chars().count();
    let is_seen = text.chars().any(|char| !char.is_whitespace()) && !text.chars().any(char::is_control);
    if is_seen && length <= 64 { Ok(text.to_owned()) } else { Err("must be 1 to 64 visible characters") }
}

impl Action for RedactText {
    fn loss(&self) -> Loss {
        let words = TextPattern::ALL.iter().filter(|(_, pattern)| self.patterns.contains(pattern));
        let mut found: Vec<&str> = words.map(|(word, _)| *word).collect();
        if !self.regex.is_empty() {
            found.push("what the policy's own patterns match");
        }
        Loss::new(format!("what is found of: {}", found.join(", ")))
    }

    fn technique(&self) -> &'static str {
        "masking (redaction in free text)"
    }

    fn holds_original_text(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("redact_text", "text", &[ColumnType::Text])?;
        Ok(Box::new(RedactTextKernel { action: self.clone(), region: context.region }))
    }
}

#[derive(Debug)]
struct RedactTextKernel {
    action: RedactText,
    region: Region,
}

impl RedactTextKernel {
    /// What is found in a text: ranges in order that do not touch each other.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.action.regex.iter().for_each(|pattern| pattern.find(text, &mut found));
        for plain in PlainText::readings(text) {
            find(&plain, &self.action.patterns, self.region, &mut found);
            if plain.is_rewritten() {
                let own = found.len();
                self.action.regex.iter().for_each(|pattern| pattern.find(plain.as_str(), &mut found));
                found.iter_mut().skip(own).for_each(|range| *range = plain.source_of(range.clone()));
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        let mut places: Vec<Range<usize>> = Vec::new();
        for range in found {
            match places.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => places.push(range),
            }
        }
        places
    }

    fn redact(&self, text: &str, out: &mut String) {
        let mut rest = text.to_owned();
        for _ in 0..PASSES {
            let places = self.places(&rest);
            if places.is_empty() {
                out.push_str(&rest);
                return;
            }
            let mut less = String::with_capacity(rest.len());
            let mut from = 0;
            for place in places {
                less.push_str(rest.get(from..place.start).unwrap_or(""));
                less.push_str(&self.action.with);
                from = place.end;
            }
            less.push_str(rest.get(from..).unwrap_or(""));
            rest = less;
        }
        out.push_str(if self.places(&rest).is_empty() { &rest } else { &self.action.with });
    }
}

impl ColumnTransform for RedactTextKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        Rewritten::text(cells, |text, out| {
            self.redact(text, out);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    const ALL: &str = r#"redact_text = { patterns = ["email", "phone", "uk_postcode", "nhs_number", "national_insurance", "card", "iban", "url"] }"#;

    fn redacted(policy: &str, text: &str) -> String {
        run(policy, ColumnType::Text, &[Some(text)]).cells.rendered(0).unwrap()
    }

    #[test]
    fn parameters_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ patterns = [] }",
            "{ patterns = [\"emails\"] }",
            "{ patterns = [\"url\", \"url\"] }",
            "{ patterns = [1] }",
            "{ regex = [] }",
            "{ regex = [\"(\"] }",
            "{ regex = [\"a*\"] }",
            "{ regex = [\"…\"] }",
            "{ patterns = [\"url\"], with = \"\" }",
            "{ patterns = [\"url\"], with = \" \" }",
            "{ patterns = [\"url\"], with = \"a\\nb\" }",
            "{ patterns = [\"url\"], with = \"example.org\" }",
            "{ regex = [\"[a-z]+\"], with = \"removed\" }",
        ] {
            assert!(!faults_of(&format!("redact_text = {bad}")).is_empty(), "{bad}");
        }
        let faults = faults_of(r#"redact_text = { regex = ["ok", "("] }"#);
        assert_eq!(faults[0].path, "redact_text.regex");
    }

    #[test]
    fn cells_that_were_changed_are_counted_and_the_rest_is_as_written() {
        let run = run(ALL, ColumnType::Text, &[Some("Zoe\u{308} \u{a0} x"), Some("jo@example.org"), None]);
        assert_eq!((run.tally.changed, run.tally.unchanged, run.tally.missing), (1, 1, 1));
        assert_eq!(run.cells.rendered(0).as_deref(), Some("Zoe\u{308} \u{a0} x"));
    }

    #[test]
    fn what_joins_anew_is_found_again() {
        // Each pass takes one pair out, and the next is a pair then.
        let policy = r#"redact_text = { regex = ["a(-)?b"], with = "-" }"#;
        assert_eq!(redacted(policy, "aabb"), "-");
        assert_eq!(redacted(policy, &["a".repeat(50), "b".repeat(50)].concat()), "-");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "([ 0-9+@./:()A-Za-z-]{1,12}|jo@example\\.org|07700 900123|SW1A 1AA|\\PC{0,6}){0,8}") {
            let once = redacted(ALL, &text);
            prop_assert_eq!(redacted(ALL, &once), once);
        }
    }
}
