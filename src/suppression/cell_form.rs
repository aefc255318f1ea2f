//! What one cell becomes before it is compared with a list: the canonical form of its
//! kind of value, the same on both sides.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::unread::is_blank;
use crate::identifier::day_reader::DayReader;
use crate::identifier::form::Form;
use crate::identifier::ip_address::Network;
use crate::identifier::postcode::Postcode;
use crate::identifier::{email, name};
use crate::model::column_type::ColumnType;
use crate::model::outcome::read::Read;
use crate::model::outcome::tally::Unreadable;
use crate::model::time::date::DateFormat;

/// What one cell becomes before it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "one form a kind of value")]
pub enum CellForm {
    /// The day that it names.
    Day(DayReader),
    /// A domain, as an entry names it: whoever has an address in it or below it.
    Domain,
    /// The domain of an e-mail address, as a record has it.
    DomainOfAddress,
    /// One IP address, however it is written.
    IpAddress,
    /// The name of a person.
    Name,
    /// A whole postcode, however it is spaced.
    Postcode,
    /// An identifier.
    Text(Form),
}

impl CellForm {
    /// The form of a date in this format, in a column of text.
    #[must_use]
    pub fn day(format: &DateFormat) -> Self {
        Self::Day(DayReader::new(format, ColumnType::Text))
    }

    /// The same of a column of this type.
    #[must_use]
    pub fn of_type(&self, column_type: ColumnType) -> Self {
        match (self, column_type) {
            (Self::Day(_), ColumnType::Date | ColumnType::Timestamp) => {
                Self::Day(DayReader::new(&DateFormat::iso(), column_type))
            }
            (Self::Text(form), column_type) => Self::Text(form.clone().of_type(column_type)),
            _ => self.clone(),
        }
    }

    /// The format of a date that is declared.
    pub(super) fn declared_date(&self) -> Option<&DateFormat> {
        match self {
            Self::Day(reader) => reader.declared(),
            _ => None,
        }
    }

    /// Whether what it reads is a domain, which is in others.
    pub(super) fn is_domain(&self) -> bool {
        matches!(self, Self::Domain | Self::DomainOfAddress)
    }

    /// The word a policy uses.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Day(_) => "date",
            Self::Domain | Self::DomainOfAddress => "domain",
            Self::IpAddress => "ip_address",
            Self::Name => "name",
            Self::Postcode => "postcode",
            Self::Text(form) => form.rule().as_str(),
        }
    }

    fn read<'a>(&self, cell: &'a str, scratch: &'a mut String) -> Result<&'a str, Unreadable> {
        if !matches!(self, Self::Text(_)) {
            scratch.clear();
        }
        match self {
            Self::Text(form) => form.canonical(cell, scratch),
            Self::Domain => email::domain(cell, scratch),
            Self::DomainOfAddress => email::domain_of_address(cell, scratch),
            Self::Name => name::canonical(cell, scratch),
            Self::IpAddress => {
                match Network::read(cell.trim())? {
                    // Writing to a String cannot fail.
                    Network::V4(address, 32) => drop(write!(scratch, "{address}")),
                    Network::V6(address, 128) => drop(write!(scratch, "{address}")),
                    // A network is of many.
                    Network::V4(..) | Network::V6(..) => return Err(Unreadable::IpAddress),
                }
                Ok(scratch)
            }
            Self::Postcode => {
                let postcode = Postcode::read(cell)?;
                scratch.push_str(postcode.canonical().ok_or(Unreadable::Postcode)?);
                Ok(scratch)
            }
            Self::Day(reader) => {
                let day = reader.day(cell.trim())?;
                // Writing to a String cannot fail.
                let _ = write!(scratch, "{}", Date::from(day));
                Ok(scratch)
            }
        }
    }

    /// A cell in its form. Blanks alone are no value under any rule that takes
    /// blanks away.
    pub(super) fn value<'a>(&self, cell: Option<&'a str>, scratch: &'a mut String) -> Read<&'a str> {
        let Some(cell) = cell else { return Read::Missing };
        match self.read(cell, scratch) {
            Ok("") => Read::Missing,
            Ok(value) => Read::Value(value),
            Err(_) if is_blank(cell) => Read::Missing,
            Err(reason) => Read::Unreadable(reason),
        }
    }
}
