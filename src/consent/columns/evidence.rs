//! Where the evidence of a consent is in the extract, and what a release
//! demands of it. What a policy says, resolved against the register.

use std::fmt;

use jiff::civil::Date;

use crate::consent::register::Register;
use crate::model::column_type::ColumnType;
use crate::model::json_pointer::JsonPointer;
use crate::model::name::{ColumnName, PartyId, PurposeId};
use crate::model::outcome::detail::Why;
use crate::model::time::date::DateFormat;
use crate::model::time::duration::Period;

/// What a token in the purposes column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMeaning {
    /// The token as the extract writes it.
    pub token: String,
    /// The purpose of the register.
    pub purpose: PurposeId,
}

/// Where a value is: in a column, or inside the JSON of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPlace {
    /// The column.
    pub column: ColumnName,
    /// The way to the value, where the cells are JSON.
    pub pointer: Option<JsonPointer>,
}

impl fmt::Display for CellPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pointer {
            None => write!(f, "{}", self.column),
            Some(pointer) => write!(f, "{} (\"{pointer}\" of its JSON)", self.column),
        }
    }
}

/// What a place holds of one record. The empty text is a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceText<'a> {
    /// A text, to be read by whoever knows what it is.
    Text(&'a str),
    /// There is something, and it is not even a text.
    Unreadable(Why),
}

impl<'a> EvidenceText<'a> {
    /// There is no value.
    pub const MISSING: Self = Self::Text("");

    /// Whether there is no value.
    #[inline(always)]
    pub(crate) fn is_missing(self) -> bool {
        self.text() == Some("")
    }

    /// The text, as far as there is one to read.
    #[inline(always)]
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Unreadable(_) => None,
        }
    }
}

impl Default for EvidenceText<'_> {
    fn default() -> Self {
        Self::MISSING
    }
}

impl<'a> From<Option<&'a str>> for EvidenceText<'a> {
    #[inline(always)]
    fn from(cell: Option<&'a str>) -> Self {
        Self::Text(cell.unwrap_or(""))
    }
}

/// A column of words of which some say yes and some no. A cell that is neither
/// says nothing: unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagColumn {
    /// Where the words are.
    pub place: CellPlace,
    /// The cells that say yes, exactly.
    pub yes: Vec<String>,
    /// The cells that say no, exactly.
    pub no: Vec<String>,
}

/// How many of several columns must say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Every one.
    All,
    /// At least one.
    Any,
}

/// How the extract says which purposes a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurposeEvidence {
    /// Columns that say yes or no to the purpose of the release.
    Granted {
        /// The columns, in the order of the policy.
        flags: Vec<FlagColumn>,
        /// How many of them must say yes.
        need: Need,
    },
    /// No column: the file holds only people who agreed to the purpose.
    Membership {
        /// Why to be in it is a consent; copied to the manifest. Never empty.
        because: String,
    },
    /// One column of tokens.
    Tokens {
        /// Where they are.
        place: CellPlace,
        /// What separates tokens; `None`: the whole cell is one token.
        separator: Option<String>,
        /// What the tokens mean; a token without a meaning covers nothing.
        /// Without a `names` table every purpose of the register by its id.
        meanings: Vec<TokenMeaning>,
    },
}

/// How the extract says which notice a person agreed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEvidence {
    /// Ids of notices.
    Named(CellPlace),
    /// The one notice in force on the day of the consent.
    InForceAtGiven,
}

/// The persons' own choice of recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientColumn {
    /// Where the ids of the parties are.
    pub place: CellPlace,
    /// What separates them; `None`: the whole cell is one id.
    pub separator: Option<String>,
}

/// A column of dates and the format it is read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateColumn {
    /// The column.
    pub column: ColumnName,
    /// The declared format. With `%Y-%m-%d` also an ISO 8601 date and time
    /// (`2018-03-01T09:30:00Z`), which cannot be mistaken for anything else.
    pub format: DateFormat,
}

/// A date of the evidence, and the format it is read in, as in a [`DateColumn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceDate {
    /// Where it is.
    pub place: CellPlace,
    /// The declared format.
    pub format: DateFormat,
}

impl EvidenceDate {
    /// The same for a column of this type: one of dates or times is in ISO 8601
    /// form, whatever the policy declares.
    fn of_type(self, column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Date | ColumnType::Timestamp => Self { format: DateFormat::iso(), ..self },
            _ => self,
        }
    }
}

/// `[consent.columns]`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnEvidence {
    /// What was agreed to.
    pub purposes: PurposeEvidence,
    /// Only take away: any yes is a refusal, and what is neither yes nor no is not
    /// known.
    pub refused: Vec<FlagColumn>,
    /// When it was agreed to.
    pub given_at: EvidenceDate,
    /// When it was withdrawn.
    pub withdrawn_at: Option<EvidenceDate>,
    /// Under which notice.
    pub notice: NoticeEvidence,
    /// For which recipients, where persons chose.
    pub recipients: Option<RecipientColumn>,
}

impl ColumnEvidence {
    /// The same for an extract whose columns have these types.
    #[must_use]
    pub fn of_types(self, type_of: impl Fn(&ColumnName) -> ColumnType) -> Self {
        let typed = |date: EvidenceDate| {
            // A value inside JSON is a text.
            if date.place.pointer.is_some() {
                return date;
            }
            let column_type = type_of(&date.place.column);
            date.of_type(column_type)
        };
        Self { given_at: typed(self.given_at), withdrawn_at: self.withdrawn_at.map(typed), ..self }
    }

    /// Every place of it.
    pub fn places(&self) -> impl Iterator<Item = &CellPlace> {
        let (flags, tokens) = match &self.purposes {
            PurposeEvidence::Granted { flags, .. } => (flags.as_slice(), None),
            PurposeEvidence::Tokens { place, .. } => (&[][..], Some(place)),
            PurposeEvidence::Membership { .. } => (&[][..], None),
        };
        let notice = match &self.notice {
            NoticeEvidence::Named(place) => Some(place),
            NoticeEvidence::InForceAtGiven => None,
        };
        let dates = [Some(&self.given_at), self.withdrawn_at.as_ref()].into_iter().flatten();
        let others = dates.map(|date| &date.place).chain(notice).chain(self.recipients.as_ref().map(|own| &own.place));
        flags.iter().chain(&self.refused).map(|flag| &flag.place).chain(tokens).chain(others)
    }
}

/// What a release demands of a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The purpose of the release.
    pub purpose: PurposeId,
    /// The recipient and every party behind it: each must be named.
    pub parties: Vec<PartyId>,
    /// The as-of day.
    pub as_of: Date,
    /// How long a consent lasts.
    pub max_age: Period,
    /// The register.
    pub register: Register,
}
