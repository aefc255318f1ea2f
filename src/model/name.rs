//! Names that cannot be mixed up: a purpose is not a party, and neither is a
//! column. Parsing is the only way to make one, so later code never re-checks.
//!
//! ```compile_fail
//! use scant::internals::{ColumnName, PurposeId};
//! let purpose = PurposeId::parse("direct-marketing").unwrap();
//! let column: ColumnName = purpose; // a purpose is not a column
//! ```

use std::fmt;
use std::sync::Arc;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// The text is empty.
    #[error("must not be empty")]
    Empty,
    /// The text is longer than the limit, in bytes.
    #[error("is longer than {limit} bytes")]
    TooLong {
        /// The most bytes a name of this kind may have.
        limit: usize,
    },
    /// A character is where it may not.
    #[error("must match {pattern}")]
    WrongCharacter {
        /// The pattern every name of this kind matches.
        pattern: &'static str,
    },
}

const ID_PATTERN: &str = "[a-z0-9][a-z0-9-]{0,62}";
const ID_LIMIT: usize = 63;

fn parse_id(text: &str) -> Result<Arc<str>, NameFault> {
    if text.is_empty() {
        return Err(NameFault::Empty);
    }
    if text.len() > ID_LIMIT {
        return Err(NameFault::TooLong { limit: ID_LIMIT });
    }
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    if !allowed(bytes[0]) || !bytes.iter().all(|&byte| allowed(byte) || byte == b'-') {
        return Err(NameFault::WrongCharacter { pattern: ID_PATTERN });
    }
    Ok(text.into())
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Parses the name, or says why it is not one.
            ///
            /// # Errors
            /// A [`NameFault`], which never repeats the text.
            pub fn parse(text: &str) -> Result<Self, NameFault> {
                ($parse)(text).map(Self)
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

name!(
    /// A declared use of the data, by its id in the register.
    PurposeId,
    parse_id
);
name!(
    /// An organisation, by its id in the register.
    PartyId,
    parse_id
);
name!(
    /// Where records were collected, by its id in the register.
    SourceId,
    parse_id
);
name!(
    /// A set of columns and deliveries that share pseudonyms.
    PseudonymDomain,
    parse_id
);
name!(
    /// A privacy notice, by the id the register gives it. Any text.
    NoticeId,
    |text: &str| if text.is_empty() { Err(NameFault::Empty) } else { Ok(text.into()) }
);
name!(
    /// A column of the extract, as its header names it, or as a policy does.
    ColumnName,
    |text: &str| {
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if text.len() > 1024 {
            return Err(NameFault::TooLong { limit: 1024 });
        }
        if text.chars().any(char::is_control) {
            return Err(NameFault::WrongCharacter { pattern: "text without control characters" });
        }
        Ok(text.into())
    }
);
name!(
    /// A column of the delivery. Stricter than [`ColumnName`], since a
    /// spreadsheet would run a header that starts like a formula.
    OutputName,
    |text: &str| {
        const PATTERN: &str = "[A-Za-z_][A-Za-z0-9_ .-]{0,63}";
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if text.len() > 64 {
            return Err(NameFault::TooLong { limit: 64 });
        }
        let first = text.as_bytes()[0];
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"_ .-".contains(&byte);
        if !(first.is_ascii_alphabetic() || first == b'_') || !text.bytes().all(rest) {
            return Err(NameFault::WrongCharacter { pattern: PATTERN });
        }
        Ok(text.into())
    }
);
name!(
    /// The name of a policy, of a list or of an output file: one plain word.
    PlainName,
    |text: &str| {
        const PATTERN: &str = "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}";
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if text.len() > 63 {
            return Err(NameFault::TooLong { limit: 63 });
        }
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if !text.as_bytes()[0].is_ascii_alphanumeric() || !text.bytes().all(rest) {
            return Err(NameFault::WrongCharacter { pattern: PATTERN });
        }
        Ok(text.into())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_lower_case_letters_digits_and_hyphens() {
        for good in ["a", "0", "rosette-party", "a--b", &"x".repeat(63)] {
            assert!(PartyId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a_b", "a b", "../etc", "a/b", ".", "é", &"x".repeat(64)] {
            assert!(PartyId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_output_name_never_starts_a_formula() {
        for bad in ["=x", "+x", "-x", "@x", "\tx", "\rx", "x\ny", "é", "", "1x"] {
            assert!(OutputName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(OutputName::parse("birth_year").is_ok());
    }

    #[test]
    fn a_plain_name_is_no_path() {
        for bad in ["..", "a/b", "/a", ".", "", "a\0", "a\n", &"x".repeat(300)] {
            assert!(PlainName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
