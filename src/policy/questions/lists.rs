//! Warns of lists whose values are compared exactly as written although people
//! write such values in many ways: a person who is written in another way is not
//! found.

use std::fmt;

use super::column_names::{NameHint, words};
use crate::document::Faults;
use crate::model::name::ColumnName;
use crate::policy::plan::lists::ListRule;

/// A kind of value that is written in many ways and has a canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenInManyWays {
    /// `Ann@Example.org` is `ann@example.org`.
    Email,
    /// `07700 900123` is `+447700900123`.
    Phone,
    /// `sw1a1aa` is `SW1A 1AA`.
    Postcode,
    /// `4.7.1985` is `1985-07-04`.
    Date,
    /// The digest of `ann@example.org` is not `ann@example.org`.
    Digest,
}

impl WrittenInManyWays {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] = [Self::Email, Self::Phone, Self::Postcode, Self::Date, Self::Digest];

    /// What the name of a column says about its values, if anything.
    fn of_name(name: &str) -> Option<Self> {
        let words = words(name);
        let joined = words.concat();
        Self::ALL.into_iter().find(|kind| {
            let known = kind.names();
            known.contains(&joined.as_str())
                || words.iter().any(|word| known.contains(&word.as_str()))
                || (*kind == Self::Date && NameHint::of(name) == Some(NameHint::BirthDate))
        })
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["correo", "courriel", "email", "emails", "epost", "mail", "mailadresse"],
            Self::Phone => &[
                "cellphone",
                "handy",
                "landline",
                "mobile",
                "mobil",
                "msisdn",
                "phone",
                "phones",
                "tel",
                "telefon",
                "telefono",
                "telefoon",
                "telephone",
            ],
            Self::Postcode => &["pcode", "postcode", "postcodes"],
            // Columns of birth dates are recognised already.
            Self::Date => &["date", "datum", "fecha"],
            // A column that is called `hash` may be one on both sides.
            Self::Digest => &[],
        }
    }

    /// What to try with a column that is compared.
    fn hint(self, column: &str) -> String {
        let form = match self {
            Self::Email => "email",
            Self::Phone => "phone_e164",
            Self::Postcode => "postcode",
            Self::Date => "date",
            Self::Digest => {
                return format!(
                    "`digests` in the table of the list (md5, sha1 or sha256) compares them with what they are digests of; `normalise = {{ {column} = \"none\" }}` says that the extract holds digests, too"
                );
            }
        };
        let format = if self == Self::Date { "; `date_format` says how the list writes its own" } else { "" };
        format!(
            "`normalise = {{ {column} = \"{form}\" }}` in the table of the list finds every writing of one{format}; \"none\" says that it is meant"
        )
    }
}

impl fmt::Display for WrittenInManyWays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "e-mail addresses",
            Self::Phone => "telephone numbers",
            Self::Postcode => "postcodes",
            Self::Date => "dates",
            Self::Digest => "digests",
        })
    }
}

/// The kind of value in a column that is compared exactly as written, by its own
/// name or that of the column of the list.
pub(crate) fn told_by_name(rule: &ListRule, index: usize) -> Option<WrittenInManyWays> {
    let name =
        |columns: &[ColumnName]| columns.get(index).and_then(|column| WrittenInManyWays::of_name(column.as_str()));
    name(&rule.columns).or_else(|| name(&rule.list_columns))
}

/// Warns of one such column.
pub(crate) fn ask_about(
    (position, rule): (usize, &ListRule),
    index: usize,
    kind: WrittenInManyWays,
    because: &str,
    questions: &Faults,
) {
    let Some(column) = rule.columns.get(index) else { return };
    let path = format!("consent.lists[{}]", position + 1);
    let what = format!("{column} is compared with the list {} exactly as written, and {because} {kind}", rule.name);
    questions.at(&rule.place, &path, what, Some(&kind.hint(column.as_str())));
}

/// Warns of every list, by the names of its columns.
pub(super) fn ask(lists: &[ListRule], questions: &Faults) {
    for (position, rule) in lists.iter().enumerate() {
        for &index in &rule.exactly {
            if let Some(kind) = told_by_name(rule, index) {
                ask_about((position, rule), index, kind, "its name says that it holds", questions);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_written_in_many_ways() {
        use WrittenInManyWays::{Date, Email, Phone, Postcode};
        for (name, kind) in [
            ("email", Some(Email)),
            ("E-Mail", Some(Email)),
            ("contactEmail", Some(Email)),
            ("mobile_number", Some(Phone)),
            ("post code", Some(Postcode)),
            ("Postcode", Some(Postcode)),
            ("dob", Some(Date)),
            ("DateOfBirth", Some(Date)),
            ("birth_date", Some(Date)),
            ("added date", Some(Date)),
            ("updated", None),
            ("member", None),
            ("town", None),
            ("hotel", None),
        ] {
            assert_eq!(WrittenInManyWays::of_name(name), kind, "{name}");
        }
    }
}
