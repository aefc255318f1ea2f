//! Actions on numbers.

pub(crate) mod band_number;
pub(crate) mod clamp_number;
pub(crate) mod round_number;

use super::TransformSpec;

/// Whether the action reads numbers.
pub(crate) fn reads_numbers(action: &TransformSpec) -> bool {
    matches!(action, TransformSpec::BandNumber(_) | TransformSpec::ClampNumber(_) | TransformSpec::RoundNumber(_))
}
