//! Reads the register: purposes, parties and privacy notices. Judges no consent and
//! opens no file.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::defined_ids::{DefinedIds, named};
use super::sources::{never, sources};
use crate::consent::register::{Disclosure, Notice, Party, PartyRole, Purpose, Register};
use crate::document::toml::read_toml;
use crate::document::{Fault, Faults, TableReader, closest, opens_with_format};
use crate::model::country::CountryCode;
use crate::model::name::{NoticeId, PartyId, PurposeId};
use crate::model::time::date::DateFormat;

/// The format this version reads.
pub(crate) const REGISTER_FORMAT: &str = "scant-register/1";

const ROLES: [(&str, PartyRole); 4] = [
    ("broker", PartyRole::Broker),
    ("controller", PartyRole::Controller),
    ("processor", PartyRole::Processor),
    ("recipient", PartyRole::Recipient),
];

/// Reads a register.
///
/// # Errors
/// Every fault of the document, in its order.
///
/// ```
/// use scant::internals::read_register;
/// let faults = read_register("format = 'scant-register/1'\npurposes = {}\npartys = {}\n").unwrap_err();
/// let all: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
/// assert_eq!(all, ["must be given", "is not a known key"]);
/// assert_eq!(faults[1].hint.as_deref(), Some("did you mean `parties`?"));
/// ```
pub fn read_register(text: &str) -> Result<Register, Vec<Fault>> {
    if let Some(fault) = not_of_format(text, REGISTER_FORMAT) {
        return Err(vec![fault]);
    }
    let (table, syntax) = read_toml(text);
    if !syntax.is_empty() {
        return Err(syntax);
    }
    let faults = Faults::default();
    let register = register_of(&TableReader::new(&table, 0..0, "", &faults));
    if faults.is_empty() { Ok(register) } else { Err(faults.into_sorted()) }
}

/// The only fault of a text without a known `format`: it may be any document, so
/// its other keys are not judged.
pub(crate) fn not_of_format(text: &str, format: &'static str) -> Option<Fault> {
    let kind = format.split('/').next().unwrap_or_default();
    if opens_with_format(text, kind) {
        return None;
    }
    let hint = match kind {
        "scant-policy" if opens_with_format(text, "scant-register") => {
            "this is a register: name the policy that uses it"
        }
        "scant-policy" => "is this the extract? the policy comes first",
        _ => "`register` names the register of purposes, parties and notices: is this another file?",
    };
    let what = format!("has no line format = \"{format}\" before its first table");
    Some(Fault { start: 0, end: 0, path: String::new(), what, hint: Some(hint.to_owned()) })
}

/// Checks the `format` key that every document begins with.
pub(crate) fn check_format(root: &TableReader<'_>, wanted: &'static str) {
    let Some(found) = root.required_text("format") else { return };
    if found != wanted {
        root.fault("format", format!("must be \"{wanted}\""), Some("this version of scant reads no other format"));
    }
}

fn register_of(root: &TableReader<'_>) -> Register {
    check_format(root, REGISTER_FORMAT);
    let required = |key| root.required_table(key);
    let purposes = required("purposes").map(|table| {
        named(&table, PurposeId::parse, |table| {
            let title = table.required_line("title").map(str::to_owned);
            let dpv = table.line("dpv").map(str::to_owned);
            Some(Purpose { title: title?, dpv })
        })
    });
    let parties = required("parties").map(|table| named(&table, PartyId::parse, party));
    let known = DefinedIds::of(root);
    let mut register = Register {
        purposes: purposes.unwrap_or_default(),
        parties: parties.unwrap_or_default(),
        sources: sources(root, &known),
        notices: Vec::new(),
        never: never(root, &known),
        max_delivered: root.integer("max_delivered", 1..=i64::MAX).and_then(|count| u64::try_from(count).ok()),
    };
    let mut ids = BTreeSet::new();
    for table in root.tables("notices") {
        if let Some(notice) = notice(&table, &known, &mut ids) {
            register.notices.push(notice);
        }
    }
    root.finish();
    register
}

fn party(table: &TableReader<'_>) -> Option<Party> {
    let name = table.required_line("name").map(str::to_owned);
    if !table.has("role") {
        table.missing("role", Some("say broker, controller, processor or recipient"));
    }
    let role = table.choice("role", &ROLES);
    let contact = table.line("contact").map(str::to_owned);
    let country = table.parsed("country", CountryCode::parse);
    Some(Party { name: name?, role: role?, contact, country })
}

fn notice(table: &TableReader<'_>, known: &DefinedIds<'_>, ids: &mut BTreeSet<NoticeId>) -> Option<Notice> {
    let id = table.required_parsed("id", NoticeId::parse);
    if let Some(id) = &id
        && !ids.insert(id.clone())
    {
        table.fault("id", "another notice has this id", None);
    }
    if !table.has("from") {
        table.missing("from", Some("the first day in force, as 2018-01-15"));
    }
    let from = day(table, "from");
    let until = day(table, "until");
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        table.fault("until", "must be after `from`: it is the first day no longer in force", None);
    }
    let digest = table.text("digest").map(str::to_ascii_lowercase);
    if digest.as_ref().is_some_and(|hex| hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        table.fault("digest", "must be 64 hexadecimal digits: SHA-256 of the published text", None);
    }
    let method = table.line("method").map(str::to_owned);
    let discloses = table.tables("discloses").iter().filter_map(|entry| disclosure(entry, known)).collect();
    table.finish();
    Some(Notice { id: id?, from: from?, until, digest, method, discloses })
}

fn day(table: &TableReader<'_>, key: &'static str) -> Option<Date> {
    let day = DateFormat::iso().date(table.date_text(key)?);
    if day.is_none() {
        table.fault(key, "must be a day, as 2018-01-15", None);
    }
    day
}

fn disclosure(table: &TableReader<'_>, known: &DefinedIds<'_>) -> Option<Disclosure> {
    let purpose = table.required_text("purpose").and_then(|id| {
        if !known.purposes.contains(&id) {
            let hint = closest(id, &known.purposes).map(|word| format!("did you mean `{word}`?"));
            table.fault("purpose", "is not a purpose of the register", hint.as_deref());
        }
        PurposeId::parse(id).ok()
    });
    let mut recipients = BTreeSet::new();
    for (id, span) in table.placed_texts("recipients").unwrap_or_default() {
        if !known.parties.contains(&id) {
            let hint = closest(id, &known.parties).map(|word| format!("did you mean `{word}`?"));
            let path = table.path_of("recipients");
            table.faults().at(span, &path, "names a party that is not in the register", hint.as_deref());
        }
        recipients.extend(PartyId::parse(id));
    }
    let categories = table.texts("categories").unwrap_or_default().into_iter().map(str::to_owned).collect();
    table.finish();
    Some(Disclosure { purpose: purpose?, recipients, categories })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
format = "scant-register/1"
[purposes.direct-marketing]
title = "Offers by post and e-mail"
[parties.bigbroker]
name = "Big Broker Marketing Services"
role = "broker"
[[notices]]
id = "Privacy, May 2016"
from = 2016-05-01
until = 2018-01-15
[[notices.discloses]]
purpose = "direct-marketing"
recipients = ["bigbroker"]
categories = ["retail"]
[[notices]]
id = "silent"
from = "2018-01-15"
"#;

    #[test]
    fn a_register_is_read_in_its_order() {
        let register = read_register(GOOD).unwrap();
        let ids: Vec<&str> = register.notices.iter().map(|notice| notice.id.as_str()).collect();
        assert_eq!(ids, ["Privacy, May 2016", "silent"]);
        assert_eq!(register.notices[0].discloses[0].categories, ["retail"]);
        assert!(register.notices[1].discloses.is_empty());
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let text = GOOD
            .replace("role = \"broker\"", "role = \"brokr\"")
            .replace("until = 2018-01-15", "until = 2016-05-01\ndigest = \"abc\"")
            .replace("recipients = [\"bigbroker\"]", "recipients = [\"bigbroker\", \"bigbrokr\"]")
            .replace("id = \"silent\"", "id = \"Privacy, May 2016\"")
            .replace("[purposes.direct-marketing]", "[purposes.Direct]\ntitle = \"x\"\n[purposes.direct-marketing]");
        let faults = read_register(&text).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "purposes.Direct",
                "parties.bigbroker.role",
                "notices[1].until",
                "notices[1].digest",
                "notices[1].discloses[1].recipients",
                "notices[2].id",
            ]
        );
        let unknown = &faults[4];
        assert_eq!(&text[unknown.start..unknown.end], "\"bigbrokr\"");
        assert_eq!(unknown.hint.as_deref(), Some("did you mean `bigbroker`?"));
    }

    #[test]
    fn another_format_and_a_day_that_does_not_exist_are_faults() {
        let text = GOOD.replace("scant-register/1", "scant-register/2").replace("2018-01-15\"", "2018-02-30\"");
        let paths: Vec<String> = read_register(&text).unwrap_err().into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["format", "notices[2].from"]);
    }

    const SOURCED: &str = r#"
format = "scant-register/1"
max_delivered = 500
[purposes.campaign]
title = "Campaigns"
[parties.alder]
name = "Alder"
role = "recipient"
contact = "privacy@alder.example"
country = "GB"
[sources.form]
title = "The form on our page"
kind = "own_form"
method = "filled in by the person"
[sources.bought]
title = "Addresses of movers"
kind = "supplier"
supplier = "alder"
[[never]]
purpose = "campaign"
source = "bought"
because = "it was not collected for that"
"#;

    #[test]
    fn sources_and_what_is_never_allowed_are_read() {
        let register = read_register(SOURCED).unwrap();
        assert_eq!(register.sources.len(), 2);
        assert_eq!((register.never.len(), register.max_delivered), (1, Some(500)));
        let party = register.parties.values().next().unwrap();
        assert_eq!(
            (party.contact.as_deref(), party.country.as_ref().unwrap().as_str()),
            (Some("privacy@alder.example"), "GB")
        );
    }

    #[test]
    fn what_is_not_defined_or_forbids_everything_is_a_fault() {
        let text = SOURCED
            .replace("source = \"bought\"", "source = \"brought\"")
            .replace("purpose = \"campaign\"\nsource", "source")
            .replace("kind = \"own_form\"", "kind = \"own_form\"\nsupplier = \"alder\"")
            .replace("country = \"GB\"", "country = \"gb\"")
            .replace("max_delivered = 500", "max_delivered = 0")
            .replace("method = \"filled in", "method = \"filled\\nin")
            + "[[never]]\nbecause = \"so\"\n";
        let faults = read_register(&text).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        let expected = [
            "max_delivered",
            "parties.alder.country",
            "sources.form.supplier",
            "sources.form.method",
            "never[1].source",
            "never[2]",
        ];
        let sorted = |mut paths: Vec<&'static str>| {
            paths.sort_unstable();
            paths
        };
        let mut found = paths.clone();
        found.sort_unstable();
        assert_eq!(found, sorted(expected.to_vec()));
        let unknown = faults.iter().find(|fault| fault.path == "never[1].source").unwrap();
        assert_eq!(unknown.hint.as_deref(), Some("did you mean `bought`?"));
    }
}
