//! What an event of a consent log says happened: the states of the W3C Data
//! Privacy Vocabulary, by their local names. Only two of them permit.

/// The state an event brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentState {
    /// It lapsed.
    Expired,
    /// It was given.
    Given,
    /// It was found to be void.
    Invalidated,
    /// It was refused.
    Refused,
    /// It was given again.
    Renewed,
    /// It was asked for and put off.
    RequestDeferred,
    /// It was asked for.
    Requested,
    /// It was ended by the controller.
    Revoked,
    /// The log says that it is not known.
    Unknown,
    /// What a word comes to that neither the vocabulary nor the policy has: it cannot
    /// be read, and counts as [`Self::Unknown`].
    Undeclared,
    /// It was taken back by the person.
    Withdrawn,
}

impl ConsentState {
    /// Every state, with its name in the vocabulary.
    pub const ALL: [(&'static str, Self); 10] = [
        ("ConsentGiven", Self::Given),
        ("RenewedConsentGiven", Self::Renewed),
        ("ConsentRequested", Self::Requested),
        ("ConsentRequestDeferred", Self::RequestDeferred),
        ("ConsentRefused", Self::Refused),
        ("ConsentWithdrawn", Self::Withdrawn),
        ("ConsentRevoked", Self::Revoked),
        ("ConsentInvalidated", Self::Invalidated),
        ("ConsentExpired", Self::Expired),
        ("ConsentUnknown", Self::Unknown),
    ];

    /// The state of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }

    /// Whether it can be the ground of a delivery.
    #[must_use]
    pub fn permits(self) -> bool {
        matches!(self, Self::Given | Self::Renewed)
    }

    /// Whether a person who meant one purpose may have meant every purpose: so a
    /// word for a purpose that the policy does not declare counts for all of them. A request
    /// takes nothing away; it concerns what it names.
    #[must_use]
    pub fn takes_away(self) -> bool {
        !self.permits() && !matches!(self, Self::Requested | Self::RequestDeferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_states_permit_and_names_match_exactly() {
        let permitting: Vec<&str> =
            ConsentState::ALL.iter().filter(|(_, state)| state.permits()).map(|(name, _)| *name).collect();
        assert_eq!(permitting, ["ConsentGiven", "RenewedConsentGiven"]);
        for (name, state) in ConsentState::ALL {
            assert_eq!(ConsentState::of_name(name), Some(state));
        }
        for other in ["consentgiven", "Given", "dpv:ConsentGiven", "ConsentGiven ", ""] {
            assert_eq!(ConsentState::of_name(other), None, "{other}");
        }
    }
}
