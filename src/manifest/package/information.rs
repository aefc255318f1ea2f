//! `INFORMATION.txt`: what the recipient must tell the people whose data it got, ready to
//! be pasted into a notice of its own.
//!
//! Source: Regulation (EU) 2016/679 (GDPR), Articles 14, 15 to 22 and 77.

use super::TagFile;
use crate::consent::register::SourceKind;
use crate::manifest::document::Document;
use crate::manifest::provenance::{PartySection, ProvenanceSection};
use crate::model::role::AttributeRole;

/// The name of the file.
const INFORMATION: &str = "INFORMATION.txt";
/// Columns of a line.
const WIDTH: usize = 80;

/// The file.
pub(super) fn of<C>(document: &Document<C>) -> TagFile {
    let mut text = String::new();
    for (number, paragraph) in paragraphs(document).iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        wrap(paragraph, &mut text);
    }
    TagFile { name: INFORMATION, bytes: text.into_bytes() }
}

fn paragraphs<C>(document: &Document<C>) -> Vec<String> {
    let told = &document.provenance;
    let release = &document.release;
    let mut paragraphs = vec![
        "INFORMATION FOR THE PEOPLE WHOSE DATA THIS IS".to_owned(),
        "Whoever receives personal data that it did not collect from the people themselves must tell them within a \
         month, or when it first writes to them, if that is earlier (GDPR, Article 14). What follows is for the \
         recipient to paste into its own notice. What only the recipient knows stands in [brackets]."
            .to_owned(),
        "It may have nothing to write to: the controller can send this for it, or the recipient publishes it where the \
         people will see it (Article 14(5)(b))."
            .to_owned(),
        format!("Who has your data: {} [address and contact of its data protection officer].", named(&told.recipient)),
    ];
    if !told.on_behalf_of.is_empty() {
        paragraphs.push(format!("On whose behalf: {}.", all_named(&told.on_behalf_of)));
    }
    paragraphs.push(format!("What for: {}.", sentence(&told.purpose.title)));
    let is_sensitive =
        document.columns.iter().any(|column| column.output.is_some() && column.role == AttributeRole::Sensitive)
            || document.derived.iter().any(|column| column.role == AttributeRole::Sensitive);
    let special = if is_sensitive { " [and Article 9(2), where the data is of a special category]" } else { "" };
    paragraphs.push(format!("On which legal basis: your consent (Article 6(1)(a)){special}."));
    paragraphs.push(format!("From whom we have it: {}.", named(&told.controller)));
    paragraphs.push(source(told));
    paragraphs.push(format!("What you were told when you agreed: {}. {}", notices(told), months(told)));
    paragraphs.push(format!("What it says of you: {}.", categories(document)));
    paragraphs.push(match (told.on_behalf_of.as_slice(), told.no_onward_transfer) {
        ([], true) => "Who else receives it: nobody; it may not be passed on.".to_owned(),
        (_, true) => "Who else receives it: nobody but those named above; it may not be passed on.".to_owned(),
        ([], false) => "Who else receives it: [recipients].".to_owned(),
        (_, false) => "Who else receives it: those named above [and others].".to_owned(),
    });
    paragraphs.push(
        "Whether it goes to a country outside the European Economic Area or the United Kingdom: [no; or to which, and \
         under which safeguards]."
            .to_owned(),
    );
    if !told.uses.is_empty() {
        paragraphs.push(format!("What it may be used for: {}.", told.uses.join("; ")));
    }
    if !told.no_join_with.is_empty() {
        paragraphs.push(format!("With what it may not be joined: {}.", told.no_join_with.join("; ")));
    }
    paragraphs.push(match &release.erase_by {
        Some(day) => format!("For how long: until {day}, by which it is erased."),
        None => "For how long: [how long it is kept, or by what that is decided].".to_owned(),
    });
    paragraphs.push(
        "Your rights: you may ask what is held about you, and have it corrected, erased, restricted or handed over \
         (Articles 15 to 20). You may withdraw your consent at any time, here or where you gave it, with the effect that it is no longer used; \
         what was done before stays lawful. You may object to direct marketing at any time (Article 21). You may complain to a supervisory authority (Article 77) [which one]."
            .to_owned(),
    );
    paragraphs.push(
        "Whether decisions about you are made by it without a person: [no; or by which logic, and what follows]."
            .to_owned(),
    );
    if told.pseudonymisation.is_some() {
        paragraphs.push(format!(
            "To find your record, the recipient must ask {}: the data holds a pseudonym in place of your name.",
            told.controller.name
        ));
    }
    paragraphs
}

fn named(party: &PartySection) -> String {
    let mut text = party.name.clone();
    if let Some(country) = &party.country {
        text += &format!(" ({country})");
    }
    text += &format!(", {}", party.contact.as_deref().unwrap_or("[contact]"));
    text
}

fn all_named(parties: &[PartySection]) -> String {
    parties.iter().map(named).collect::<Vec<_>>().join("; ")
}

/// Without the full stop that the text may end with already.
fn sentence(text: &str) -> &str {
    text.trim_end_matches('.')
}

fn source(told: &ProvenanceSection) -> String {
    let Some(source) = &told.source else {
        return "Where that comes from: [the source, and whether it is open to the public].".to_owned();
    };
    let kind = match source.kind {
        SourceKind::OwnForm => "from yourself",
        SourceKind::OpenRegister => "from a register that is open to the public",
        SourceKind::Supplier => "from another organisation",
    };
    let supplier = source.supplier.as_ref().map(|party| format!(", {}", named(party))).unwrap_or_default();
    let method = source.method.as_ref().map(|method| format!(" ({})", sentence(method))).unwrap_or_default();
    format!("Where that comes from: {}{method}, {kind}{supplier}.", sentence(&source.title))
}

/// When the consents were given, as far as that is told.
fn months(told: &ProvenanceSection) -> String {
    let own = &told.consents;
    match (&own.first, &own.last, &own.not_before) {
        (Some(first), Some(last), _) if first == last => format!("Most people in it agreed in {first}."),
        (Some(first), Some(last), _) => format!("Most people in it agreed from {first} to {last}."),
        (_, _, Some(first)) => format!("Nobody in it agreed before {first} or after {}.", own.not_after),
        _ => "[When people agreed.]".to_owned(),
    }
}

fn notices(told: &ProvenanceSection) -> String {
    if told.notices.is_empty() {
        return "[the notice]".to_owned();
    }
    let notice = |notice: &crate::manifest::provenance::NoticeSection| {
        let until = notice.until.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
        let method = notice.method.as_ref().map(|method| format!(" ({})", sentence(method))).unwrap_or_default();
        format!("the notice {}, in force from {}{until}{method}", notice.id, notice.from)
    };
    told.notices.iter().map(notice).collect::<Vec<_>>().join("; ")
}

fn categories<C>(document: &Document<C>) -> String {
    let columns = document.columns.iter().filter_map(|column| Some((column.output.as_ref()?, &column.lost)));
    let derived = document.derived.iter().map(|column| (&column.output, &column.lost));
    let category = |(name, lost): (&String, &String)| match lost.as_str() {
        "nothing" => name.clone(),
        lost => format!("{name} (left out: {lost})"),
    };
    columns.chain(derived).map(category).collect::<Vec<_>>().join("; ")
}

/// Appends a paragraph, in lines of words.
fn wrap(paragraph: &str, out: &mut String) {
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        let mut text = String::new();
        wrap(&"word ".repeat(40), &mut text);
        assert!(text.lines().all(|line| line.len() <= WIDTH) && text.lines().count() == 3, "{text}");
        text.clear();
        wrap(&"x".repeat(200), &mut text);
        assert_eq!(text.lines().count(), 1);
    }
}
