//! `[release]`, resolved: who gets what, for which purpose, under which terms.

use crate::model::name::{PartyId, PurposeId};
use crate::model::time::duration::Period;

/// `[release]`: who gets what for which purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseTerms {
    /// Who decides.
    pub controller: PartyId,
    /// Who receives.
    pub recipient: PartyId,
    /// Every beneficiary down the chain.
    pub on_behalf_of: Vec<PartyId>,
    /// The use the delivery serves.
    pub purpose: PurposeId,
    /// The channel the data is for, which a consent must cover.
    pub channel: Option<String>,
    /// When the delivery must be erased, counted from the as-of date.
    pub erase_after: Option<Period>,
    /// Under which agreement, and what it lets the recipient do.
    pub terms: AgreedTerms,
}

/// What controller and recipient agreed on beside purpose and erasure; told in the
/// manifest, enforced by nothing here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreedTerms {
    /// The agreement.
    pub agreement: Option<Agreement>,
    /// What the recipient may do with the data, in words.
    pub uses: Vec<String>,
    /// It may not be passed on.
    pub no_onward_transfer: bool,
    /// With what it may not be joined, in words.
    pub no_join_with: Vec<String>,
}

/// A signed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// By which its parties know it.
    pub id: String,
    /// SHA-256 of the signed text, 64 hexadecimal digits in small letters.
    pub sha256: Option<String>,
    /// Whom it lets have the data.
    pub parties: Vec<PartyId>,
}
