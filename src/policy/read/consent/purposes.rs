//! Words of an extract or a log, with the purposes they mean.

use std::ops::Range;

use crate::consent::columns::evidence::TokenMeaning;
use crate::consent::register::Register;
use crate::consent::words::BLANKS;
use crate::document::{TableReader, Value, path_to};
use crate::model::name::PurposeId;
use crate::policy::read::release::near;

/// A table of words and the purposes they mean.
pub(crate) fn purpose_meanings(
    table: &TableReader<'_>,
    key: &'static str,
    separator: Option<&str>,
    register: Option<&Register>,
    purpose: Option<&PurposeId>,
) -> Vec<TokenMeaning> {
    let Some(names) = table.text_map(key) else { return Vec::new() };
    let places = table.peek(key).map(|node| &node.value);
    let place = |token: &str| -> Option<&Range<usize>> {
        let Some(Value::Table(places)) = places else { return None };
        places.entries.iter().find(|(key, ..)| key == token).map(|(.., node)| &node.span)
    };
    let path = table.path_of(key);
    let before = table.faults().count();
    let mut meanings = Vec::new();
    for (token, text) in names {
        let whole = table.span();
        let add = |what: &str, hint: Option<&str>| {
            table.faults().at(place(token).unwrap_or(&whole), &path_to(&path, token), what, hint);
        };
        if token.trim().is_empty() {
            add("an empty cell names no purpose", None);
        }
        if separator.is_some_and(|separator| !separator.is_empty() && token.contains(separator)) {
            add("holds the separator, so no token can match it", None);
        }
        if separator.is_some() && !token.trim().is_empty() && token.trim_matches(BLANKS) != token {
            add("has blanks around it, which are not part of a word", Some("write it without them"));
        }
        match PurposeId::parse(text) {
            Ok(id) => {
                if let Some(register) = register.filter(|register| !register.purposes.contains_key(&id)) {
                    let hint = near(text, register.purposes.keys().map(PurposeId::as_str));
                    add("means a purpose that is not in the register", hint.as_deref());
                }
                meanings.push(TokenMeaning { token: token.to_owned(), purpose: id });
            }
            Err(fault) => add(&fault.to_string(), None),
        }
    }
    let is_meant = |purpose: &PurposeId| meanings.iter().any(|meaning| meaning.purpose == *purpose);
    // A meaning with a fault may be the one for this purpose, and an unknown
    // purpose is reported as a fault of the release: so no further fault is added.
    let all_read = table.faults().count() == before;
    let is_known = |id: &PurposeId| register.is_none_or(|register| register.purposes.contains_key(id));
    if let Some(purpose) = purpose.filter(|purpose| all_read && is_known(purpose) && !is_meant(purpose)) {
        let what = format!("no token means {purpose}, the purpose of the release: nothing could ever be delivered");
        table.fault(key, what, None);
    }
    meanings
}
