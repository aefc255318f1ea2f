//! The count of one action over some cells; tallies of a run add up by merging.

use std::collections::BTreeMap;

/// Why an action could not read a cell. Counted, never quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreadable {
    /// Neither `true` nor `false`.
    Boolean,
    /// Fits no date of the declared format, or a day that does not exist.
    Date,
    /// Not a digest, where a list holds digests.
    Digest,
    /// Not the name of a domain, where a list holds domains.
    Domain,
    /// Not an e-mail address.
    Email,
    /// Not an IPv4 or IPv6 address.
    IpAddress,
    /// Missing where the other values that go with it are there.
    Missing,
    /// Not the name of a person, or more than that.
    Name,
    /// Does not match the `pattern` the policy declares.
    Pattern,
    /// Not a telephone number the normalisation knows.
    Phone,
    /// Stands for no place: a pseudo-postcode for no fixed abode, abroad, not known.
    NoPlace,
    /// Not a postcode of the UK grammar.
    Postcode,
    /// Not a number, or one outside the range of the type.
    Number,
    /// A letter of which no published rule says what it becomes.
    Script,
    /// Not a time of the declared format.
    Timestamp,
    /// A value of which a hierarchy does not say what it becomes.
    Unmapped,
    /// A value that stands for "no value" (`0`, `n/a`, `unknown`, `test`).
    Sentinel,
    /// An identifier whose check digit or length is wrong.
    Identifier,
    /// Outside every value that can be true (a birth date after the as-of date).
    Implausible,
}

impl Unreadable {
    /// All of them, in the order of their definition.
    pub(crate) const ALL: [Self; 19] = [
        Self::Boolean,
        Self::Date,
        Self::Digest,
        Self::Domain,
        Self::Email,
        Self::IpAddress,
        Self::Missing,
        Self::Name,
        Self::Pattern,
        Self::Phone,
        Self::NoPlace,
        Self::Postcode,
        Self::Number,
        Self::Script,
        Self::Timestamp,
        Self::Unmapped,
        Self::Sentinel,
        Self::Identifier,
        Self::Implausible,
    ];

    /// The word for it in the manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Digest => "digest",
            Self::Domain => "domain",
            Self::Email => "email",
            Self::Identifier => "identifier",
            Self::Implausible => "implausible",
            Self::IpAddress => "ip_address",
            Self::Missing => "missing",
            Self::Name => "name",
            Self::NoPlace => "no_place",
            Self::Number => "number",
            Self::Pattern => "pattern",
            Self::Phone => "phone",
            Self::Postcode => "postcode",
            Self::Script => "script",
            Self::Sentinel => "sentinel",
            Self::Timestamp => "timestamp",
            Self::Unmapped => "unmapped",
        }
    }
}

/// What happened to the cells of one column. A commutative monoid under
/// [`Tally::merge`], with [`Tally::default`] as zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain facts, stated by whoever finds them")]
pub struct Tally {
    /// Cells seen: `changed + unchanged + missing + unreadable + suppressed`.
    pub cells: u64,
    /// Cells whose value is another one now.
    pub changed: u64,
    /// Cells that were missing and stay so.
    pub missing: u64,
    /// Cells passed on as they were.
    pub unchanged: u64,
    /// Cells that were left out so that their record may be delivered: none while it is
    /// not decided what is delivered.
    pub suppressed: u64,
    /// Cells that became missing because they could not be read, by reason.
    pub unreadable: BTreeMap<Unreadable, u64>,
    /// Of the cells that are there: how many repeated a direct identifier of their
    /// record, where that was looked for.
    pub echoes: u64,
}

impl Tally {
    /// Adds another tally to this one.
    pub fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        self.changed += other.changed;
        self.missing += other.missing;
        self.unchanged += other.unchanged;
        self.suppressed += other.suppressed;
        self.echoes += other.echoes;
        for (reason, count) in &other.unreadable {
            *self.unreadable.entry(*reason).or_default() += count;
        }
    }

    /// Counts a cell that has another value now.
    pub fn count_changed(&mut self) {
        self.cells += 1;
        self.changed += 1;
    }

    /// Counts a missing cell.
    pub fn count_missing(&mut self) {
        self.cells += 1;
        self.missing += 1;
    }

    /// Counts a cell passed on as it was.
    pub fn count_unchanged(&mut self) {
        self.cells += 1;
        self.unchanged += 1;
    }

    /// Counts a cell that could not be read.
    pub fn count_unreadable(&mut self, reason: Unreadable) {
        self.cells += 1;
        *self.unreadable.entry(reason).or_default() += 1;
    }

    /// Cells that could not be read, for any reason.
    #[must_use]
    pub fn unreadable_in_all(&self) -> u64 {
        self.unreadable.values().sum()
    }

    /// Whether the parts add up to the cells seen.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.cells == self.changed + self.missing + self.unchanged + self.suppressed + self.unreadable_in_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_balances_whatever_is_counted() {
        let mut tally = Tally::default();
        tally.count_changed();
        tally.count_missing();
        tally.count_unchanged();
        tally.count_unreadable(Unreadable::Date);
        assert!(tally.is_balanced());
        let mut twice = tally.clone();
        twice.merge(&tally);
        assert_eq!(twice.cells, 8);
        assert!(twice.is_balanced());
    }
}
