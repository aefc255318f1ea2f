//! Where the evidence of a consent is in the extract, and what a release
//! demands of it. What a policy says, resolved against the register.

use jiff::civil::Date;

use crate::consent::register::Register;
use crate::model::column_type::ColumnType;
use crate::model::name::{ColumnName, PartyId, PurposeId};
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

/// A column of words of which some say yes and some no. A cell that is neither
/// says nothing: unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagColumn {
    /// The column.
    pub column: ColumnName,
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
        /// The column.
        column: ColumnName,
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
    /// A column of notice ids.
    Column(ColumnName),
    /// The one notice in force on the day of the consent.
    InForceAtGiven,
}

/// The persons' own choice of recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientColumn {
    /// The column of party ids.
    pub column: ColumnName,
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

impl DateColumn {
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
    pub given_at: DateColumn,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateColumn>,
    /// Under which notice.
    pub notice: NoticeEvidence,
    /// For which recipients, where persons chose.
    pub recipients: Option<RecipientColumn>,
}

impl ColumnEvidence {
    /// The same for an extract whose columns have these types.
    #[must_use]
    pub fn of_types(self, type_of: impl Fn(&ColumnName) -> ColumnType) -> Self {
        let typed = |date: DateColumn| {
            let column_type = type_of(&date.column);
            date.of_type(column_type)
        };
        Self { given_at: typed(self.given_at), withdrawn_at: self.withdrawn_at.map(typed), ..self }
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
