//! `pseudonymise`: replaces identifiers by keyed pseudonyms.
//!
//! The only action that needs a key; it does not read key files. A pseudonym is the
//! start of `BLAKE3 keyed_hash(k, canonical cell)` in lower-case hexadecimal, where
//! `k` is derived from the master key, the recipient and the domain
//! ([`MasterKey::pseudonym_key`]): two recipients never get the same pseudonyms,
//! one recipient always gets the same.
//!
//! *Removes* the identifier, for everyone who does not have the key.
//! *Keeps* that two cells of one domain are the same identifier: records can be
//! counted and joined. It is still personal data (GDPR Art. 4(5)).
//! *Parameters* `domain`: columns and deliveries with the same share pseudonyms,
//! `[a-z0-9][a-z0-9-]{0,62}`, required; `bits`: length, 96 to 256 in steps of 8,
//! default 128; `normalise`: `none` (default), `trim`, `lower`, `email`,
//! `phone_e164`, `digits`, `nhs_number`, see [`crate::identifier::canonical`]; `sentinels`:
//! texts that stand for "no value", instead of empty, 0, n/a, na, null, none,
//! unknown, test. Empty always is one.
//! *Types* text, integer, or double and float that hold whole numbers → text.
//! *Missing cells* stay missing.
//! *Errors* a sentinel gets no pseudonym and is unreadable (`sentinel`); a cell
//! that the normalisation refuses is unreadable (`email`, `phone`, `identifier`).
//!
//! | before | `domain = "subscriber"` |
//! |---|---|
//! | A-1001 | 32 hexadecimal digits |
//! | A-1001 | the same |
//! | N/A | (missing) |
//!
//! *Limits* a person who has the key can try identifiers until one matches. Even
//! without the key, how often a pseudonym occurs, and beside which cells, tells
//! something. Do not pseudonymise what has few values (dates, postcodes, sex):
//! coarsen it.
//!
//! Source: keyed one-way pseudonyms, ENISA 2019 "Pseudonymisation techniques and
//! best practices" §5; WP216 §4.

use crate::document::TableReader;
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
#[cfg(doc)]
use crate::identifier::key::MasterKey;
use crate::identifier::key::{PseudonymKey, ShortTexts, TOGETHER};
use crate::identifier::sentinels::Sentinels;
use crate::model::cells::{Cells, TextCells};
use crate::model::column_type::ColumnType;
use crate::model::digest::push_hex;
use crate::model::name::PseudonymDomain;
use crate::model::outcome::loss::Loss;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::transform::{
    Action, BuildContext, CellCounter, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten,
};

/// The parameters of `pseudonymise`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Pseudonymise {
    /// Which columns and deliveries share pseudonyms.
    pub domain: PseudonymDomain,
    /// Length of a pseudonym.
    pub bits: PseudonymBits,
    /// How an identifier is brought into its canonical form.
    pub normalise: Normalise,
    /// Which words get no pseudonym.
    pub sentinels: Sentinels,
}

/// Length of a pseudonym: 96 to 256 bits in whole bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct PseudonymBits(u16);

impl PseudonymBits {
    /// The length, if it is one.
    #[must_use]
    pub fn new(bits: u16) -> Option<Self> {
        ((96..=256).contains(&bits) && bits.is_multiple_of(8)).then_some(Self(bits))
    }

    /// The length in bits.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    fn bytes(self) -> usize {
        usize::from(self.0 / 8)
    }
}

impl Default for PseudonymBits {
    fn default() -> Self {
        Self(128)
    }
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r##"{
        "description": "Identifiers become keyed pseudonyms: still personal data.",
        "type": "object", "additionalProperties": false, "required": ["domain"],
        "properties": {
            "domain": { "description": "Columns and deliveries of one domain share pseudonyms, so that they join inside it and nowhere else.", "$ref": "#/$defs/id" },
            "bits": { "description": "Length of the pseudonym, a multiple of 8. Default 128.",
                "type": "integer", "minimum": 96, "multipleOf": 8, "default": 128, "maximum": 256 },
            "normalise": { "description": "The canonical form taken first, so that one person has one pseudonym. Default none.",
                "enum": ["none", "trim", "lower", "email", "phone_e164", "digits", "nhs_number"], "default": "none" },
            "sentinels": { "description": "Texts that stand for no value and get no pseudonym; replaces the built-in list (0, n/a, na, null, none, unknown, test).", "type": "array", "items": { "type": "string" } }
        }
    }"##,
    documents: r##"{
        "description": "How pseudonyms are made.",
        "type": "object", "additionalProperties": false, "required": ["domain", "bits", "normalise", "sentinels"],
        "properties": {
            "domain": { "description": "Columns and deliveries of one domain share pseudonyms.", "$ref": "#/$defs/id" },
            "bits": { "description": "Length in bits.", "type": "integer", "minimum": 96, "maximum": 256, "multipleOf": 8 },
            "normalise": { "description": "The canonical form that is hashed.", "$ref": "#/$defs/normalise" },
            "sentinels": { "description": "Cells that identify nobody.", "type": "array", "items": { "type": "string" } }
        }
    }"##,
};

/// Documented cases; see [`crate::transform::examples`]. The pseudonyms depend on a key.
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: r#"pseudonymise = { domain = "subscriber" }"#,
        input: ColumnType::Text,
        before: &[Some("A-1001"), Some("A-1001"), Some("N/A"), None],
        after: &[],
    },
    Example {
        policy: r#"pseudonymise = { domain = "subscriber", bits = 256 }"#,
        input: ColumnType::Integer,
        before: &[Some("1001"), Some("0"), None],
        after: &[],
    },
    Example {
        policy: r#"pseudonymise = { domain = "phone", bits = 96, normalise = "phone_e164", sentinels = ["none"] }"#,
        input: ColumnType::Text,
        before: &[Some("07700 900123"), Some("+447700900123"), Some("4.47701E+11"), Some("None")],
        after: &[],
    },
];

impl Pseudonymise {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let domain = parameters.required_parsed("domain", PseudonymDomain::parse);
        let bits = parameters.integer("bits", 96..=256).unwrap_or(128);
        let bits = u16::try_from(bits).ok().and_then(PseudonymBits::new);
        if bits.is_none() {
            parameters.fault("bits", "must be a multiple of 8", None);
        }
        let normalise = parameters.choice("normalise", &Normalise::ALL).unwrap_or_default();
        let sentinels = parameters.texts("sentinels").map(Sentinels::of).unwrap_or_default();
        parameters.finish();
        let read = Self { domain: domain?, bits: bits?, normalise, sentinels };
        (parameters.faults().count() == before).then_some(read)
    }

    /// The form of the identifiers.
    #[must_use]
    pub fn form(&self) -> Form {
        Form::new(self.normalise).with_sentinels(&self.sentinels)
    }
}

impl Action for Pseudonymise {
    fn loss(&self) -> Loss {
        Loss::new("the identifier, for whoever has not got the key")
    }

    fn technique(&self) -> &'static str {
        "pseudonymisation (keyed one-way function)"
    }

    fn needs_key(&self) -> bool {
        true
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        const ACTION: &str = "pseudonymise";
        context.accept(
            ACTION,
            "text or whole numbers",
            &[ColumnType::Decimal, ColumnType::Integer, ColumnType::Text],
        )?;
        let key = context.key.ok_or(Inapplicable::KeyNeeded { action: ACTION })?;
        Ok(Box::new(PseudonymiseKernel {
            bytes: self.bits.bytes(),
            key: key.pseudonym_key(context.recipient, &self.domain),
            form: self.form().in_region(context.region).of_type(context.input),
        }))
    }
}

#[derive(Debug)]
struct PseudonymiseKernel {
    bytes: usize,
    key: PseudonymKey,
    form: Form,
}

/// What a cell becomes.
#[derive(Clone, Copy)]
enum HashOutcome {
    /// Hashed on its own, since it is too long for the batch.
    Hashed([u8; 32]),
    Missing,
    /// To be hashed in the batch, where it has this index.
    Short(usize),
    Unreadable(Unreadable),
}

impl PseudonymiseKernel {
    /// Hashes a long cell at once; adds a short one to the batch.
    fn take(&self, cell: Option<&str>, short: &mut ShortTexts, scratch: &mut String) -> HashOutcome {
        match self.form.read(cell, scratch) {
            Read::Value(canonical) => match short.push(canonical.as_bytes()) {
                Some(index) => HashOutcome::Short(index),
                None => HashOutcome::Hashed(self.key.pseudonym(canonical)),
            },
            Read::Missing => HashOutcome::Missing,
            Read::Unreadable(reason) => HashOutcome::Unreadable(reason),
        }
    }
}

impl ColumnTransform for PseudonymiseKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    // Not `Rewritten::text`: this runs for every delivered record, and a pseudonym
    // need not be copied or compared with its cell.
    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let mut scratch = String::new();
        let mut written = TextCells::with_capacity(cells.len(), cells.len() * self.bytes * 2);
        let mut counted = CellCounter::with_capacity(cells.len());
        for (group, cells) in cells.chunks(TOGETHER).enumerate() {
            let mut short = ShortTexts::new();
            let mut outcomes = [HashOutcome::Missing; TOGETHER];
            for (outcome, cell) in outcomes.iter_mut().zip(cells) {
                *outcome = self.take(*cell, &mut short, &mut scratch);
            }
            let hashes = self.key.pseudonyms(&short);
            for (place, outcome) in outcomes.iter().take(cells.len()).enumerate() {
                let hash = match outcome {
                    HashOutcome::Short(place) => &hashes[*place],
                    HashOutcome::Hashed(hash) => hash,
                    HashOutcome::Unreadable(reason) => {
                        counted.unreadable(group * TOGETHER + place, *reason);
                        written.push(None);
                        continue;
                    }
                    HashOutcome::Missing => {
                        counted.missing();
                        written.push(None);
                        continue;
                    }
                };
                counted.rewritten(true);
                written.push_with(|out| push_hex(&hash[..self.bytes], out));
            }
        }
        counted.of(Cells::Text(written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::key::MasterKey;
    use crate::model::digest::to_hex;
    use crate::model::name::PartyId;
    use crate::model::time::date::DateFormat;
    use crate::transform::test_policy::{faults_of, run, spec};

    fn pseudonyms(parameters: &str, cells: &[Option<&str>]) -> Vec<Option<String>> {
        let policy = format!(r#"pseudonymise = {{ domain = "subscriber"{parameters} }}"#);
        let run = run(&policy, ColumnType::Text, cells);
        (0..cells.len()).map(|row| run.cells.rendered(row)).collect()
    }

    /// A second implementation of the derivation, with the `blake3` crate alone.
    #[test]
    fn a_pseudonym_is_the_documented_hash() {
        let mut hasher = blake3::Hasher::new_derive_key("scant 2026-11 pseudonym key v1");
        hasher.update(&[7; 32]);
        for part in [&b"bigbroker"[..], b"subscriber", &2_u32.to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let expected = blake3::keyed_hash(hasher.finalize().as_bytes(), b"A-1001").to_hex();
        for bits in (96..=256).step_by(8) {
            let found = pseudonyms(&format!(", bits = {bits}"), &[Some("A-1001")]);
            assert_eq!(found, [Some(expected[..bits / 4].to_owned())]);
        }
        assert_eq!(pseudonyms("", &[Some("A-1001")]), [Some(expected[..32].to_owned())]);
    }

    #[test]
    fn every_cell_of_a_long_column_gets_its_own_pseudonym() {
        let key = MasterKey::new(&mut [7; 32]);
        let key =
            key.pseudonym_key(&PartyId::parse("bigbroker").unwrap(), &PseudonymDomain::parse("subscriber").unwrap());
        // Texts of up to 100 bytes, so that some are hashed in the batch and some
        // alone, with missing cells and sentinels between them.
        let cells: Vec<Option<String>> = (1..=100)
            .map(|n: usize| match n % 7 {
                3 => None,
                5 => Some("n/a".to_owned()),
                _ => Some(format!("{n}").repeat(n)[..n].to_owned()),
            })
            .collect();
        let expected = cells.iter().map(|cell| {
            let cell = cell.as_ref().filter(|cell| *cell != "n/a")?;
            Some(to_hex(&key.pseudonym(cell)[..16]))
        });
        let borrowed: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        for length in [0, 1, 15, 16, 17, 32, 100] {
            let found = pseudonyms("", &borrowed[..length]);
            assert_eq!(found, expected.clone().take(length).collect::<Vec<_>>(), "{length} cells");
        }
        let policy = r#"pseudonymise = { domain = "subscriber" }"#;
        let run = run(policy, ColumnType::Text, &borrowed);
        let sentinels: Vec<u32> = (0..100).filter(|row| (row + 1) % 7 == 5).collect();
        assert_eq!((run.unreadable, run.tally.missing, run.tally.is_balanced()), (sentinels, 14, true));
    }

    #[test]
    fn equal_identifiers_share_a_pseudonym_and_others_do_not() {
        let found = pseudonyms(
            r#", normalise = "email""#,
            &[Some("Anna@Example.org"), Some(" anna@example.org"), Some("anna@example.com"), Some("anna"), Some("n/a")],
        );
        assert_eq!(found[0], found[1]);
        assert_ne!(found[0], found[2]);
        assert_eq!(found[3..], [None, None]);
    }

    #[test]
    fn a_sentinel_gets_no_pseudonym_whichever_way_it_is_written() {
        let run = run(
            r#"pseudonymise = { domain = "d", normalise = "digits" }"#,
            ColumnType::Text,
            &[Some(" N/A "), Some("(0)"), Some("00"), Some("A1"), None, Some("")],
        );
        assert_eq!(run.unreadable, [0, 1, 2, 3, 5]);
        assert_eq!(run.tally.unreadable.get(&Unreadable::Sentinel), Some(&4));
        assert_eq!(run.tally.unreadable.get(&Unreadable::Identifier), Some(&1));
        assert!(run.tally.is_balanced());
    }

    #[test]
    fn recipients_domains_and_keys_share_no_pseudonym() {
        let format = DateFormat::iso();
        let with = |fill: u8, recipient: &str, domain: &str| {
            let key = MasterKey::new(&mut [fill; 32]);
            let recipient = PartyId::parse(recipient).unwrap();
            let as_of = jiff::civil::date(2026, 11, 1);
            let context = BuildContext::new(as_of, &format, ColumnType::Text, Some(&key), &recipient);
            let policy = format!(r#"pseudonymise = {{ domain = "{domain}" }}"#);
            let built = spec(&policy).action().build(&context).unwrap();
            built.apply(&[Some("A-1001")]).cells.rendered(0).unwrap()
        };
        let base = with(1, "a", "x");
        assert_eq!(base, with(1, "a", "x"));
        for other in [with(2, "a", "x"), with(1, "b", "x"), with(1, "a", "y")] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn without_a_key_there_is_no_pseudonym() {
        let format = DateFormat::iso();
        let recipient = PartyId::parse("bigbroker").unwrap();
        let context = BuildContext::new(jiff::civil::date(2026, 11, 1), &format, ColumnType::Text, None, &recipient);
        let built = spec(r#"pseudonymise = { domain = "d" }"#).action().build(&context);
        assert_eq!(built.err(), Some(Inapplicable::KeyNeeded { action: "pseudonymise" }));
    }

    #[test]
    fn parameters_that_cannot_be_are_faults() {
        for bad in [
            "{}",
            "{ domain = \"D\" }",
            "{ domain = \"d\", bits = 64 }",
            "{ domain = \"d\", bits = 100 }",
            "{ domain = \"d\", bits = 264 }",
            "{ domain = \"d\", normalise = \"upper\" }",
            "{ domain = \"d\", sentinels = [0] }",
            "{ domain = \"d\", salt = \"s\" }",
        ] {
            assert!(!faults_of(&format!("pseudonymise = {bad}")).is_empty(), "{bad}");
        }
    }
}
