//! `coarsen_ip`: cuts IP addresses to the network they are in.
//!
//! Looks nothing up: knows no provider and no place. An IPv4 address written as
//! an IPv6 one (`::ffff:192.0.2.7`) is the IPv4 address.
//!
//! *Removes* the host within the network, and the zone of a link.
//! *Keeps* the network, so the provider and often the region.
//! *Parameters* `v4`: bits of an IPv4 address that stay, 0 to 32, default 24;
//! `v6`: the same of an IPv6 address, 0 to 128, default 48.
//! *Types* text → text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is no address, has blanks or leading zeros, is unreadable
//! (`ip_address`).
//!
//! | before | `{}` |
//! |---|---|
//! | `192.0.2.77` | `192.0.2.0/24` |
//! | `2001:db8:1:2::7` | `2001:db8:1::/48` |
//! | `::ffff:192.0.2.77` | `192.0.2.0/24` |
//!
//! *Limits* a /24 or a /48 may be one household's or one firm's; with a time of
//! day it is an address again for its provider.
//!
//! Source: generalisation, ISO/IEC 20889:2018; RFC 4291 §2.3 for the form.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Action, BuildContext, ColumnTransform, Example, Inapplicable, Rewritten};
use crate::model::column_type::ColumnType;
use crate::model::document::TableReader;
use crate::model::loss::Loss;
use crate::model::tally::Unreadable;

/// The parameters of `coarsen_ip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CoarsenIp {
    /// Bits of an IPv4 address that stay, 0 to 32.
    pub v4: u8,
    /// Bits of an IPv6 address that stay, 0 to 128.
    pub v6: u8,
}

/// Documented cases; see [`super::examples`].
pub const EXAMPLES: &[Example] = &[
    Example {
        policy: "coarsen_ip = {}",
        input: ColumnType::Text,
        before: &[Some("192.0.2.77"), Some("2001:db8:1:2::7"), Some("::ffff:192.0.2.77"), Some("192.0.2.077"), None],
        after: &[Some("192.0.2.0/24"), Some("2001:db8:1::/48"), Some("192.0.2.0/24"), None, None],
    },
    Example {
        policy: "coarsen_ip = { v4 = 0, v6 = 0 }",
        input: ColumnType::Text,
        before: &[Some("255.255.255.255"), Some("2001:db8::1"), Some("fe80::1%eth0")],
        after: &[Some("0.0.0.0/0"), Some("::/0"), None],
    },
    Example {
        policy: "coarsen_ip = { v4 = 32, v6 = 128 }",
        input: ColumnType::Text,
        before: &[Some("192.0.2.77"), Some("2001:DB8:0:0::1"), Some("192.0.2")],
        after: &[Some("192.0.2.77/32"), Some("2001:db8::1/128"), None],
    },
];

impl CoarsenIp {
    /// Reads the parameters from a policy.
    #[must_use]
    pub fn read(parameters: &TableReader<'_>) -> Option<Self> {
        let before = parameters.faults().count();
        let v4 = parameters.integer("v4", 0..=32).unwrap_or(24);
        let v6 = parameters.integer("v6", 0..=128).unwrap_or(48);
        parameters.finish();
        let read = Self { v4: u8::try_from(v4).ok()?, v6: u8::try_from(v6).ok()? };
        (parameters.faults().count() == before).then_some(read)
    }
}

impl Action for CoarsenIp {
    fn loss(&self) -> Loss {
        Loss::new(format!("all but the first {} bits of IPv4 and {} of IPv6 addresses", self.v4, self.v6))
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("coarsen_ip", "text", &[ColumnType::Text])?;
        Ok(Box::new(Runs(*self)))
    }
}

#[derive(Debug)]
struct Runs(CoarsenIp);

impl ColumnTransform for Runs {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let Self(CoarsenIp { v4, v6 }) = *self;
        // A shift by all bits is no shift: then nothing stays.
        let mask4 = u32::MAX.checked_shl(32 - u32::from(v4)).unwrap_or(0);
        let mask6 = u128::MAX.checked_shl(128 - u32::from(v6)).unwrap_or(0);
        Rewritten::text(cells, |text, out| {
            let address: IpAddr = text.parse().map_err(|_| Unreadable::IpAddress)?;
            // Writing to a String cannot fail.
            let _ = match address.to_canonical() {
                IpAddr::V4(address) => write!(out, "{}/{v4}", Ipv4Addr::from_bits(address.to_bits() & mask4)),
                IpAddr::V6(address) => write!(out, "{}/{v6}", Ipv6Addr::from_bits(address.to_bits() & mask6)),
            };
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::test_policy::{faults_of, run};

    #[test]
    fn a_prefix_within_a_byte_is_cut_to_the_bit() {
        let run = run(
            "coarsen_ip = { v4 = 20, v6 = 33 }",
            ColumnType::Text,
            &[Some("192.0.47.255"), Some("2001:db8:ffff::")],
        );
        assert_eq!(run.cells.rendered(0).as_deref(), Some("192.0.32.0/20"));
        assert_eq!(run.cells.rendered(1).as_deref(), Some("2001:db8:8000::/33"));
    }

    #[test]
    fn an_address_has_no_more_bits() {
        for bad in ["{ v4 = 33 }", "{ v4 = -1 }", "{ v6 = 129 }", "{ v5 = 1 }"] {
            assert!(!faults_of(&format!("coarsen_ip = {bad}")).is_empty(), "{bad}");
        }
    }
}
