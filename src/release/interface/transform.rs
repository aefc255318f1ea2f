//! One transform over cells of the caller's own, chosen as a policy chooses it: no
//! files but the keyset, no threads, no account.

use std::fmt;
use std::path::Path;

use jiff::civil::Date;

use super::clock::{Clock as _, SystemClock};
use super::failure::Error;
use crate::document::toml::read_toml;
use crate::document::{Fault, Faults, TableReader, Value};
use crate::hierarchy::files::HierarchyFiles;
use crate::identifier::key::MasterKey;
use crate::model::column_type::ColumnType;
use crate::model::name::PartyId;
use crate::model::outcome::read::Read;
use crate::model::time::date::DateFormat;
use crate::release::error::ReleaseError;
use crate::release::inputs::keyset;
use crate::transform::{BuildContext, ColumnTransform, TransformSpec};

/// A key, from which each recipient gets pseudonyms of their own.
pub struct Key(MasterKey);

impl Key {
    /// Reads the primary key of a keyset, as `scant key new` makes one.
    ///
    /// # Errors
    /// [`Error`], for every file that is not a regular file of one name, owned by us,
    /// closed to other users, holding a keyset with one primary key.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        keyset::open(path.as_ref()).map(Self).map_err(|fault| ReleaseError::Key(fault).into())
    }

    /// Takes 32 secret bytes, and clears them where they were.
    #[must_use]
    pub fn from_bytes(secret: &mut [u8; 32]) -> Self {
        Self(MasterKey::new(secret))
    }

    /// The public fingerprint, as it is in manifests.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.id().to_string()
    }
}

/// A key is shown as its fingerprint.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0.id())
    }
}

/// Rewrites cells, each on its own, as one action of a policy does.
///
/// ```
/// use scant::{Read, Transform, Unreadable};
/// let to_year = Transform::new(r#"coarsen_date = { to = "year" }"#)?;
/// let years = to_year.apply(&[Some("1989-12-22"), None, Some("n/k")])?;
/// assert_eq!(years, [Read::Value("1989".to_owned()), Read::Missing, Read::Unreadable(Unreadable::Date)]);
/// # Ok::<(), scant::TransformFault>(())
/// ```
#[derive(Debug)]
pub struct Transform<'a> {
    action: TransformSpec,
    as_of: Date,
    date_format: DateFormat,
    key: Option<&'a MasterKey>,
    recipient: PartyId,
}

/// Why a transform does not exist or cannot be applied: lines that say what is
/// wrong and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformFault(String);

impl fmt::Display for TransformFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TransformFault {}

impl<'a> Transform<'a> {
    /// Reads an action and its parameters, as they are under `[columns.NAME]` of a
    /// policy. Cells are text; dates among them are `%Y-%m-%d`, and ages are those of
    /// today by the system's clock, unless [`date_format`](Self::date_format) and
    /// [`as_of`](Self::as_of) say otherwise.
    ///
    /// # Errors
    /// [`TransformFault`], with everything that is wrong.
    pub fn new(action: &str) -> Result<Self, TransformFault> {
        let recipient = PartyId::parse("recipient").map_err(|fault| TransformFault(fault.to_string()))?;
        let (table, faults) = read_toml(action);
        refuse(&faults)?;
        let [(word, _, node)] = table.entries.as_slice() else {
            return Err(TransformFault("must be one action, such as `coarsen_date = { to = \"year\" }`".to_owned()));
        };
        let Value::Table(parameters) = &node.value else {
            return Err(TransformFault("the parameters of an action stand in braces".to_owned()));
        };
        let faults = Faults::default();
        let parameters = TableReader::new(parameters, 0..0, word.as_str(), &faults);
        let action = TransformSpec::read(word, &parameters, &HierarchyFiles::default());
        refuse(&faults.into_sorted())?;
        let unknown = || TransformFault(format!("an action is one of {}", crate::transform::ACTIONS.join(", ")));
        let action = action.ok_or_else(unknown)?;
        let as_of = SystemClock.today();
        Ok(Self { action, as_of, date_format: DateFormat::iso(), key: None, recipient })
    }

    /// Judges ages as of this day; a date that no living person can have by then is
    /// unreadable.
    #[must_use]
    pub fn as_of(self, as_of: Date) -> Self {
        Self { as_of, ..self }
    }

    /// Reads dates in this format, such as `%d/%m/%Y`.
    ///
    /// # Errors
    /// [`TransformFault`] for what is not a format of dates.
    pub fn date_format(self, pattern: &str) -> Result<Self, TransformFault> {
        let date_format = DateFormat::parse(pattern).map_err(|fault| TransformFault(fault.to_string()))?;
        Ok(Self { date_format, ..self })
    }

    /// Makes pseudonyms with this key, for this recipient: two recipients share none.
    ///
    /// # Errors
    /// [`TransformFault`] for what is not an id of a party.
    pub fn key(self, key: &'a Key, recipient: &str) -> Result<Self, TransformFault> {
        let recipient = PartyId::parse(recipient).map_err(|fault| TransformFault(fault.to_string()))?;
        Ok(Self { key: Some(&key.0), recipient, ..self })
    }

    /// The cells afterwards, as a CSV file shows them: as many as went in.
    ///
    /// # Errors
    /// [`TransformFault`] where the action needs what it was not given: a key, a format
    /// with a time of day.
    pub fn apply(&self, cells: &[Option<&str>]) -> Result<Vec<Read<String>>, TransformFault> {
        let kernel = self.kernel()?;
        if kernel.reads_subject() {
            let word = self.action.word();
            return Err(TransformFault(format!(
                "`{word}` needs to know whose record a cell is in: run it by a policy"
            )));
        }
        if matches!(self.action, TransformSpec::TopValues(_)) {
            let what = "`top_values` needs to see every record that is delivered: run it by a policy";
            return Err(TransformFault(what.to_owned()));
        }
        let rewritten = kernel.apply(cells);
        let mut unreadable = rewritten.unreadable.iter().peekable();
        let state = |(row, cell): (usize, Option<&str>)| {
            if unreadable.next_if(|at| **at as usize == row).is_none() {
                return Ok(rewritten.cells.rendered(row).map_or(Read::Missing, Read::Value));
            }
            // A run of cells counts its reasons and does not keep whose they are, so the
            // cell is asked about alone.
            let mut alone = kernel.apply(&[cell]).tally.unreadable.into_keys();
            alone
                .next()
                .map(Read::Unreadable)
                .ok_or_else(|| TransformFault("a bug in scant, please report it".to_owned()))
        };
        cells.iter().copied().enumerate().map(state).collect()
    }

    fn kernel(&self) -> Result<Box<dyn ColumnTransform>, TransformFault> {
        let context = BuildContext::new(self.as_of, &self.date_format, ColumnType::Text, self.key, &self.recipient);
        self.action.action().build(&context).map_err(|fault| TransformFault(fault.to_string()))
    }
}

fn refuse(faults: &[Fault]) -> Result<(), TransformFault> {
    if faults.is_empty() {
        return Ok(());
    }
    let line = |fault: &Fault| {
        let place = if fault.path.is_empty() { String::new() } else { format!("{}: ", fault.path) };
        let hint = fault.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
        format!("{place}{}{hint}", fault.what)
    };
    Err(TransformFault(faults.iter().map(line).collect::<Vec<_>>().join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::tally::Unreadable;

    fn value(text: &str) -> Read<String> {
        Read::Value(text.to_owned())
    }

    #[test]
    fn cells_are_read_missing_or_unreadable() {
        let transform = Transform::new(r#"coarsen_postcode = { to = "district" }"#).unwrap();
        let cells = [Some("M1 1AE"), Some("ZZ99 3VZ"), None, Some("SO1O 1AA"), Some("m1 1ae")];
        let expected = [
            value("M1"),
            Read::Unreadable(Unreadable::NoPlace),
            Read::Missing,
            Read::Unreadable(Unreadable::Postcode),
            value("M1"),
        ];
        assert_eq!(transform.apply(&cells).unwrap(), expected);
    }

    #[test]
    fn ages_dates_and_pseudonyms_take_what_they_are_given() {
        let bands = Transform::new("age_band = { bands = [0, 18, 65] }").unwrap();
        let bands = bands.as_of(jiff::civil::date(2018, 7, 1)).date_format("%d/%m/%Y").unwrap();
        assert_eq!(bands.apply(&[Some("22/12/1989")]).unwrap(), [value("18-64")]);
        let key = Key::from_bytes(&mut [7; 32]);
        let pseudonym = |recipient: &str| {
            let transform = Transform::new(r#"pseudonymise = { domain = "subscriber" }"#).unwrap();
            transform.key(&key, recipient).unwrap().apply(&[Some("A-1"), Some("A-1"), Some("n/a")]).unwrap()
        };
        let [one, same, none] = &pseudonym("broker")[..] else { panic!("three") };
        assert!(one == same && *none == Read::Unreadable(Unreadable::Sentinel));
        assert_ne!(*one, pseudonym("other")[0]);
        assert!(!format!("{key:?}").contains("07"));
    }

    #[test]
    fn what_is_no_action_is_told_without_the_text() {
        for (action, told) in [
            ("coarsen_date = { to = \"fortnight\" }", "coarsen_date.to"),
            ("coarsen_date = { }", "coarsen_date"),
            ("CANARY = { to = 1 }", "an action is one of age_band"),
            ("CANARY", "is not TOML"),
            ("a = {}\nb = {}", "must be one action"),
            ("coarsen_date = 3", "stand in braces"),
        ] {
            let fault = Transform::new(action).unwrap_err().to_string();
            assert!(fault.contains(told) && !fault.contains("CANARY"), "{action}: {fault}");
        }
        let no_key = Transform::new(r#"pseudonymise = { domain = "a" }"#).unwrap().apply(&[Some("x")]);
        assert_eq!(no_key.unwrap_err().to_string(), "`pseudonymise` needs a key");
        let key = Key::from_bytes(&mut [7; 32]);
        let shift = Transform::new(r#"shift_date = { max_days = 30, domain = "a" }"#).unwrap();
        let alone = shift.key(&key, "broker").unwrap().apply(&[Some("2018-05-01")]);
        assert!(alone.unwrap_err().to_string().starts_with("`shift_date` needs to know whose record"));
        let top = Transform::new(r#"top_values = { keep = 3, other = "x" }"#).unwrap().apply(&[Some("a")]);
        assert!(top.unwrap_err().to_string().starts_with("`top_values` needs to see every record"));
    }
}
