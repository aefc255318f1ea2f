//! What a policy can say of its consent logs, and what is refused.

use super::*;
use crate::document::toml::read_toml;
use crate::document::{Fault, Faults};
use crate::model::dialect::Delimiter;
use crate::model::file_format::FileFormat;
use crate::policy::read::consent::register::read_register;

const REGISTER: &str = include_str!("../../../../../samples/story/register.toml");

fn read(text: &str, channel: Option<&'static str>) -> (Option<LogRules>, Vec<Fault>) {
    let (table, syntax) = read_toml(text);
    assert!(syntax.is_empty(), "{syntax:?}");
    let faults = Faults::default();
    let register = read_register(REGISTER).unwrap();
    let purpose = PurposeId::parse("political-campaign").unwrap();
    let asked = ReleaseNeeds {
        register: Some(&register),
        purpose: Some(&purpose),
        channel: channel.map(|channel| (channel, 0..0)),
    };
    let rules = read_events(&TableReader::new(&table, 0..0, "", &faults), &asked);
    (rules, faults.into_sorted())
}

#[test]
fn what_is_not_said_is_the_standard() {
    let (rules, faults) = read("path = 'log.csv'", None);
    assert!(faults.is_empty(), "{faults:?}");
    let rules = rules.unwrap();
    assert_eq!((rules.paths, rules.dialect.format, rules.max_quarantined), (vec!["log.csv".to_owned()], None, 0));
    let evidence = rules.evidence;
    assert_eq!(evidence.subject.as_str(), SUBJECT);
    assert_eq!((evidence.recipients.required, evidence.validity.required, evidence.channel), (false, false, None));
    assert!(evidence.purposes.iter().any(|meaning| meaning.token == "political-campaign"));
    assert_eq!(evidence.notice, EventNotice::Column(ColumnName::parse(NOTICE).unwrap()));
    // The command line may give every log.
    assert!(read("", None).0.unwrap().paths.is_empty());
}

#[test]
fn a_log_of_other_words_is_mapped() {
    let text = "
        paths = ['a.csv', 'b.csv']
        format = 'csv'
        delimiter = ';'
        columns = { pii_principal_id = 'UUID', purpose = 'PURPOSE_NAME', event_state = 'STATUS', channel = 'HOW' }
        states = { ACTIVE = 'ConsentGiven', WITHDRAWN = 'ConsentWithdrawn' }
        purposes = { polit = 'political-campaign' }
        time_formats = ['%Y-%m-%d %H:%M:%S%.f Z', '%Y-%m-%d %H:%M:%S%.f']
        zone = 'Europe/London'
        max_log_age = 'P2D'
        max_quarantined = 3
        newline_in_fields = true
    ";
    let (rules, faults) = read(text, Some("post"));
    assert!(faults.is_empty(), "{faults:?}");
    let rules = rules.unwrap();
    assert_eq!(
        (rules.dialect.delimiter, rules.dialect.format, rules.dialect.newline_in_fields),
        (Delimiter::of(";").unwrap(), Some(FileFormat::Csv), true)
    );
    assert_eq!(rules.max_log_age, Period::parse("P2D").ok());
    assert_eq!(rules.evidence.channel.unwrap().column.as_str(), "HOW");
    assert_eq!(rules.evidence.times.zone(), Some("Europe/London"));
    let EventForm::Events { state, states, .. } = rules.evidence.form else { panic!("one row an event") };
    assert_eq!((state.as_str(), states.len()), ("STATUS", 2));
}

#[test]
fn every_fault_is_found_at_once() {
    let cases = [
        ("path = '/log.csv'", "path: must be a relative path"),
        ("path = 'a'\npaths = ['b']", "paths: stands beside `path`: give one of them"),
        ("paths = ['a', 'a']", "paths: names a log twice"),
        ("paths = []", "paths: lists nothing"),
        ("columns = { pii_principal = 'UUID' }", "columns.pii_principal: is not a column of a log"),
        ("columns = { purpose = 'A', event_time = 'A' }", "columns.event_time: names a column twice"),
        ("columns = { channel = 'HOW' }", "columns: names a channel column, and the release asks for no channel"),
        ("states = { ACTIVE = 'Given' }", "states.ACTIVE: must be one of ConsentGiven"),
        ("states = { '' = 'ConsentGiven' }", "states.: an empty cell is no state"),
        ("states = { ConsentRefused = 'ConsentGiven' }", "states.ConsentRefused: gives a state of the vocabulary"),
        ("purposes = { a = 'research' }", "purposes: no token means political-campaign"),
        ("purposes = { '*' = 'political-campaign' }", "purposes: gives `*` a meaning"),
        ("time_formats = ['%y']", "time_formats: uses %y"),
        ("time_formats = []", "time_formats: lists nothing"),
        ("zone = 'Europe/Lundon'", "zone: is not a zone of the IANA"),
        ("given_at = 'A'", "withdrawn_at: must be given"),
        ("given_at = 'A'\nwithdrawn_at = 'B'\nstates = { A = 'ConsentGiven' }", "states: says what an event is"),
        ("notice = { in_force_at = 'given_at' }", "notice.in_force_at: must be \"event_time\""),
        ("notice = 'column'", "notice: must be a table"),
        ("max_log_age = '2 days'", "max_log_age: must be an ISO 8601 duration"),
        ("delimiter = 'ab'", "delimiter: must be one to four ASCII characters"),
        ("colums = {}", "colums: is not a known key"),
    ];
    for (text, expected) in cases {
        let faults = read(text, None).1;
        let said: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.path, fault.what)).collect();
        assert!(said.iter().any(|said| said.starts_with(expected)), "{text}: {said:?}");
    }
    let all: String = ["path = 7", "zone = 1", "max_log_age = 'x'", "extra = 1"].join("\n");
    assert_eq!(read(&all, None).1.len(), 4);
}

#[test]
fn overlapping_notices_cannot_be_told_by_the_day() {
    let (table, _) = read_toml("notice = { in_force_at = 'event_time' }");
    let faults = Faults::default();
    let mut register = read_register(REGISTER).unwrap();
    for notice in &mut register.notices {
        notice.until = None;
    }
    let asked = ReleaseNeeds { register: Some(&register), purpose: None, channel: None };
    let _ = read_events(&TableReader::new(&table, 0..0, "", &faults), &asked);
    assert!(faults.into_sorted().iter().any(|fault| fault.what.contains("are in force on one day")));
}
