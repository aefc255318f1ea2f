//! `coarsen_ip`: cuts IP addresses to the network they are in.
//!
//! Looks nothing up: it has no list of providers or places. Where an IPv6 address
//! carries an IPv4 address (IPv4-mapped, -compatible and -translated, 6to4, NAT64,
//! Teredo, ISATAP), the IPv4 address is taken. No more of its bits are kept than
//! `v4` says, whatever `v6` says.
//!
//! *Removes* the host within the network.
//! *Keeps* the network, so the provider and often the region.
//! *Parameters* `v4`: how many bits of an IPv4 address are kept, 0 to 32, default
//! 24; `v6`: the same for an IPv6 address, 0 to 128, default 48.
//! *Types* text → text.
//! *Missing cells* stay missing.
//! *Errors* a cell that is neither an address nor a network (`192.0.2.0/24`) is
//! unreadable (`ip_address`). So is an address with blanks, leading zeros, a port,
//! brackets or a zone, and one within `64:ff9b:1::/48`, which carries an IPv4
//! address at an unknown offset.
//!
//! | before | `{}` |
//! |---|---|
//! | `192.0.2.77` | `192.0.2.0/24` |
//! | `2001:db8:1:2::7` | `2001:db8:1::/48` |
//! | `2002:c000:24d::1` | `192.0.2.0/24` |
//! | `192.0.2.0/28` | `192.0.2.0/24` |
//! | `192.0.0.0/16` | `192.0.0.0/16` |
//!
//! *Limits* a /24 or a /48 may belong to one household or one firm; together with a
//! time of day its provider can tell the exact address. With `v6` above 64, part of
//! the half that may hold a device number is kept. Where a network carries IPv4
//! addresses in its own way (NAT64 with a prefix of its own, 6rd), that cannot be
//! detected.
//!
//! Source: generalisation, ISO/IEC 20889:2018; the RFCs named in
//! [`ip_address`](crate::identifier::ip_address).

use std::fmt::Write as _;

use crate::document::TableReader;
use crate::identifier::ip_address::Network;
use crate::model::column_type::ColumnType;
use crate::model::number::counted::counted;
use crate::model::outcome::loss::Loss;
use crate::transform::{Action, BuildContext, ColumnTransform, Example, Inapplicable, ParameterSchema, Rewritten};

/// The parameters of `coarsen_ip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CoarsenIp {
    /// How many bits of an IPv4 address are kept, 0 to 32.
    pub v4: u8,
    /// How many bits of an IPv6 address are kept, 0 to 128.
    pub v6: u8,
}

/// The schema of the parameters.
pub(crate) const SCHEMA: ParameterSchema = ParameterSchema {
    policy: r#"{
        "description": "IP addresses become networks.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "v4": { "description": "Bits of an IPv4 address that are kept. Default 24.",
                "type": "integer", "minimum": 0, "default": 24, "maximum": 32 },
            "v6": { "description": "Bits of an IPv6 address that are kept. Default 48.",
                "type": "integer", "minimum": 0, "default": 48, "maximum": 128 }
        }
    }"#,
    documents: r#"{
        "description": "Networks.",
        "type": "object", "additionalProperties": false, "required": ["v4", "v6"],
        "properties": {
            "v4": { "description": "Bits kept of an IPv4 address.", "type": "integer", "minimum": 0, "maximum": 32 },
            "v6": { "description": "Bits kept of an IPv6 address.", "type": "integer", "minimum": 0, "maximum": 128 }
        }
    }"#,
};

/// Documented cases; see [`crate::transform::examples`].
pub(crate) const EXAMPLES: &[Example] = &[
    Example {
        policy: "coarsen_ip = {}",
        input: ColumnType::Text,
        before: &[Some("192.0.2.77"), Some("2001:db8:1:2::7"), Some("::ffff:192.0.2.77"), Some("192.0.2.077"), None],
        after: &[Some("192.0.2.0/24"), Some("2001:db8:1::/48"), Some("192.0.2.0/24"), None, None],
    },
    Example {
        policy: "coarsen_ip = { v4 = 24, v6 = 120 }",
        input: ColumnType::Text,
        before: &[Some("2002:c000:24d::1"), Some("192.0.2.0/28"), Some("192.0.0.0/16"), Some("64:ff9b:1::192.0.2.77")],
        after: &[Some("192.0.2.0/24"), Some("192.0.2.0/24"), Some("192.0.0.0/16"), None],
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
        Loss::new(format!(
            "all but the first {} of IPv4 and {} of IPv6 addresses",
            counted(self.v4.into(), "bit"),
            self.v6
        ))
    }

    fn technique(&self) -> &'static str {
        "generalisation (rounding)"
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn ColumnTransform>, Inapplicable> {
        context.accept("coarsen_ip", "text", &[ColumnType::Text])?;
        Ok(Box::new(CoarsenIpKernel(*self)))
    }
}

#[derive(Debug)]
struct CoarsenIpKernel(CoarsenIp);

impl ColumnTransform for CoarsenIpKernel {
    fn output_type(&self) -> ColumnType {
        ColumnType::Text
    }

    fn apply(&self, cells: &[Option<&str>]) -> Rewritten {
        let Self(CoarsenIp { v4, v6 }) = *self;
        Rewritten::text(cells, |text, out| {
            // Writing to a String cannot fail.
            let _ = match Network::read(text)?.cut(v4, v6) {
                Network::V4(address, bits) => write!(out, "{address}/{bits}"),
                Network::V6(address, bits) => write!(out, "{address}/{bits}"),
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
