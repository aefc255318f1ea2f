//! What an action is told of its column when it is built, and why it may not fit it.

use jiff::civil::Date;

use crate::identifier::day_reader::DayReader;
use crate::identifier::key::MasterKey;
use crate::identifier::phone::Region;
use crate::model::column_type::ColumnType;
use crate::model::name::PartyId;
use crate::model::number::format::NumberFormat;
use crate::model::time::date::DateFormat;

/// What an action is given when it is built.
#[derive(Debug)]
#[non_exhaustive]
pub struct BuildContext<'a> {
    /// The date at which ages are judged.
    pub as_of: Date,
    /// The format of the column's dates, where its type is text.
    pub date_format: &'a DateFormat,
    /// The type of the column as read.
    pub input: ColumnType,
    /// The master key; `None` when only the policy is checked.
    pub key: Option<&'a MasterKey>,
    /// Whom the delivery is for.
    pub recipient: &'a PartyId,
    /// The region of telephone numbers that are written without a country code.
    pub region: Region,
    /// The marks in the column's numbers, where its type is text.
    pub numbers: NumberFormat,
}

impl<'a> BuildContext<'a> {
    /// Builds the context, for the default region.
    #[must_use]
    pub fn new(
        as_of: Date,
        date_format: &'a DateFormat,
        input: ColumnType,
        key: Option<&'a MasterKey>,
        recipient: &'a PartyId,
    ) -> Self {
        Self { as_of, date_format, input, key, recipient, region: Region::default(), numbers: NumberFormat::default() }
    }

    /// The same for an extract of another region.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    /// The same for a column whose numbers are written in this way. A typed column of
    /// numbers has none of these marks.
    #[must_use]
    pub fn with_numbers(self, numbers: NumberFormat) -> Self {
        let numbers = if self.input == ColumnType::Text { numbers } else { NumberFormat::default() };
        Self { numbers, ..self }
    }

    /// How the column's days are read.
    ///
    /// # Errors
    /// [`Inapplicable::WrongType`] for a column that cannot hold dates.
    pub fn days(&self, action: &'static str) -> Result<DayReader, Inapplicable> {
        self.accept_dates(action, "dates", &[ColumnType::Text, ColumnType::Date, ColumnType::Timestamp])?;
        Ok(DayReader::new(self.date_format, self.input))
    }

    /// Refuses a column whose type is none of `types`, which hold dates or times. Where
    /// the format says that numbers stand for them, it takes numbers instead.
    pub(super) fn accept_dates(
        &self,
        action: &'static str,
        wants: &'static str,
        types: &[ColumnType],
    ) -> Result<(), Inapplicable> {
        if let Some(fault) = Inapplicable::of_dates(self.date_format, self.input) {
            return Err(fault);
        }
        if may_hold_dates(self.date_format, self.input) { Ok(()) } else { self.accept(action, wants, types) }
    }

    /// Refuses a column whose type is not among `types`. An action that accepts
    /// decimals also accepts doubles and floats, since these are delivered as
    /// decimals.
    pub(super) fn accept(
        &self,
        action: &'static str,
        wants: &'static str,
        types: &[ColumnType],
    ) -> Result<(), Inapplicable> {
        if types.contains(&self.input) || types.contains(&self.input.delivered()) {
            return Ok(());
        }
        Err(Inapplicable::WrongType { action, wants, found: self.input })
    }
}

/// Why an action cannot be applied to a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inapplicable {
    /// The column has a type the action cannot read.
    #[error("`{action}` reads {wants}, and the column is {found}", found = .found.as_str())]
    WrongType {
        /// The action.
        action: &'static str,
        /// The types it reads, in words.
        wants: &'static str,
        /// The type of the column.
        found: ColumnType,
    },
    /// The `date_format` says that numbers stand for dates, and the column holds none.
    #[error("`date_format` says that numbers stand for its dates, and the column is {found}", found = .found.as_str())]
    NoSerials {
        /// The type of the column.
        found: ColumnType,
    },
    /// The column's `date_format` tells dates less closely than the action needs.
    #[error("`{action}` needs dates that tell the {needs}, and the `date_format` of the column does not")]
    TooCoarse {
        /// The action.
        action: &'static str,
        /// What they must tell.
        needs: &'static str,
    },
    /// The column's `date_format` has no time of day.
    #[error("`{action}` needs a `date_format` with a time of day, such as %Y-%m-%dT%H:%M:%S")]
    NoTimeOfDay {
        /// The action.
        action: &'static str,
    },
    /// No cell of the column can be one of the words that a selection lists.
    #[error("`{rule}` lists no word that a cell can be: the column is {found}, and its cells are {cells}", found = .found.as_str())]
    NeverListed {
        /// Where the policy lists them, such as `rows.drop[1]`.
        rule: String,
        /// The type of the column.
        found: ColumnType,
        /// What its cells look like, in words.
        cells: &'static str,
    },
    /// A key is needed and none was given.
    #[error("`{action}` needs a key")]
    KeyNeeded {
        /// The action.
        action: &'static str,
    },
}

impl Inapplicable {
    /// Why a column of this type cannot hold dates of this format: numbers stand for
    /// them, and it holds something else. A column of dates or timestamps says itself
    /// how it is written, whatever another format says.
    #[must_use]
    pub fn of_dates(format: &DateFormat, input: ColumnType) -> Option<Self> {
        let holds_none = matches!(input, ColumnType::Boolean | ColumnType::Date | ColumnType::Timestamp);
        (format.is_serial() && holds_none).then_some(Self::NoSerials { found: input })
    }
}

/// Whether the numbers of a column of this type may be dates in this format. A whole
/// number is read as the text that a CSV file would hold, `20240229` or `1980`.
fn may_hold_dates(format: &DateFormat, input: ColumnType) -> bool {
    match input {
        ColumnType::Integer | ColumnType::Year => !format.is_iso_date(),
        ColumnType::Decimal | ColumnType::Double => format.is_serial(),
        _ => false,
    }
}
