//! IP addresses and networks, and the IPv4 addresses that IPv6 ones carry.
//!
//! An IPv4 address inside an IPv6 one is the IPv4 address of somebody, so it is
//! told as such, whatever is around it:
//!
//! | writing | where the IPv4 address is | source |
//! |---|---|---|
//! | `::ffff:a.b.c.d` | last 32 bits | IPv4-mapped, RFC 4291 §2.5.5.2 |
//! | `::a.b.c.d` | last 32 bits, `::` and `::1` apart | IPv4-compatible, RFC 4291 §2.5.5.1 |
//! | `::ffff:0:a.b.c.d` | last 32 bits | IPv4-translated, RFC 2765 §2.1 |
//! | `64:ff9b::a.b.c.d` | last 32 bits | NAT64, RFC 6052 §2.1 |
//! | `2002:aabb:ccdd::` | bits 16 to 47 | 6to4, RFC 3056 §2 |
//! | `2001:0:…` | last 32 bits, inverted; the server's, bits 32 to 63, is dropped | Teredo, RFC 4380 §4 |
//! | `…:0:5efe:a.b.c.d`, `…:200:5efe:a.b.c.d` | last 32 bits | ISATAP, RFC 5214 §6.1 |
//! | any other with its end in dotted decimals | last 32 bits | RFC 4291 §2.2 |
//!
//! The rest of `64:ff9b::/32` is unreadable: within `64:ff9b:1::/48` (RFC 8215)
//! the address is in one of four places (RFC 6052 §2.2), and which is a matter
//! of the network. So it is for prefixes of a network's own (NAT64 with one, 6rd):
//! nothing tells them from other addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::outcome::tally::Unreadable;

/// The network of a cell, as far as it is known: an address has all its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two kinds of addresses")]
pub enum Network {
    /// The first so many bits of an IPv4 address, also of one that was carried.
    V4(Ipv4Addr, u8),
    /// The first so many bits of an IPv6 address.
    V6(Ipv6Addr, u8),
}

impl Network {
    /// Reads an address (`192.0.2.7`, `2001:db8::7`) or a network in the notation
    /// of RFC 4632 and RFC 4291 (`192.0.2.0/24`).
    ///
    /// # Errors
    /// [`Unreadable::IpAddress`]: no address, leading zeros, blanks, a port, a
    /// zone, brackets, or one that carries an IPv4 address nobody can find.
    ///
    /// ```
    /// use scant::internals::Network;
    /// let carried = Network::read("2002:c000:24d::1").unwrap();
    /// assert_eq!(carried, Network::read("192.0.2.77").unwrap());
    /// ```
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        if let Ok(address) = address.parse::<Ipv4Addr>() {
            return Ok(Self::V4(address, bits(length, 32)?).cut(32, 128));
        }
        let address: Ipv6Addr = address.parse().map_err(|_| Unreadable::IpAddress)?;
        let known = bits(length, 128)?;
        let Self::V6(address, _) = Self::V6(address, known).cut(32, 128) else { return Err(Unreadable::IpAddress) };
        carried(address, known, text.contains('.'))
    }

    /// The network it is in: at most `v4` bits of an IPv4 address and `v6` of an
    /// IPv6 one stay; the others are zero.
    #[must_use]
    pub fn cut(self, v4: u8, v6: u8) -> Self {
        // A shift by all bits is not a shift: then nothing stays.
        match self {
            Self::V4(address, known) => {
                let bits = known.min(v4);
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits.into())).unwrap_or(0);
                Self::V4(Ipv4Addr::from_bits(address.to_bits() & mask), bits)
            }
            Self::V6(address, known) => {
                let bits = known.min(v6);
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits.into())).unwrap_or(0);
                Self::V6(Ipv6Addr::from_bits(address.to_bits() & mask), bits)
            }
        }
    }
}

/// How many bits a prefix length says are known; all where there is none.
fn bits(length: Option<&str>, all: u8) -> Result<u8, Unreadable> {
    let Some(length) = length else { return Ok(all) };
    let is_plain = length == "0" || !length.starts_with(['0', '+']);
    length.parse().ok().filter(|bits| is_plain && *bits <= all).ok_or(Unreadable::IpAddress)
}

/// What an IPv6 address of which so many bits are known comes to.
fn carried(address: Ipv6Addr, known: u8, is_dotted: bool) -> Result<Network, Unreadable> {
    let [start @ .., _, _] = address.segments();
    let is_end = |bits: u128| bits & u128::from(u32::MAX);
    let v4 = |bits: u128, before: u8| {
        // 32 bits are left of it.
        let carried = u32::try_from(is_end(bits)).unwrap_or(0);
        Ok(Network::V4(Ipv4Addr::from_bits(carried), known.saturating_sub(before).min(32)).cut(32, 128))
    };
    let all = address.to_bits();
    // The interface half says ISATAP; whether it is of a local or of a global
    // network, and of a group or not, are its seventh and eighth bits.
    let is_isatap = start[4] & 0xfcff == 0 && start[5] == 0x5efe;
    match start {
        [0x2002, ..] if known >= 16 => v4(all >> 80, 16),
        [0x2001, 0, ..] if known >= 32 => v4(!all, 96),
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] if known >= 96 => v4(all, 96),
        [0x64, 0xff9b, ..] if known >= 32 => Err(Unreadable::IpAddress),
        [0, 0, 0, 0, 0, 0] if known >= 96 && all > 1 => v4(all, 96),
        _ if known >= 96 && (is_isatap || is_dotted) => v4(all, 96),
        _ => Ok(Network::V6(address, known)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNREADABLE: Result<Network, Unreadable> = Err(Unreadable::IpAddress);

    fn v4(text: &str, bits: u8) -> Network {
        Network::V4(text.parse().unwrap(), bits)
    }

    fn v6(text: &str, bits: u8) -> Network {
        Network::V6(text.parse().unwrap(), bits)
    }

    #[test]
    fn what_carries_an_ipv4_address_is_told_as_it() {
        for text in [
            "192.0.2.77",
            "::ffff:192.0.2.77",
            "::ffff:c000:24d",
            "2002:c000:24d::1",
            "2002:c000:24d:1:2:3:4:5",
            "64:ff9b::192.0.2.77",
            "::192.0.2.77",
            "::ffff:0:192.0.2.77",
            "2001:0:c633:6407:8000:63bf:3fff:fdb2",
            "2001:db8:1:2:0:5efe:c000:24d",
            "2001:db8:1:2:200:5efe:c000:24d",
            "fe80::5efe:192.0.2.77",
            "2001:db8:64::192.0.2.77",
        ] {
            assert_eq!(Network::read(text), Ok(v4("192.0.2.77", 32)), "{text}");
        }
        for text in [
            "64:ff9b:1::192.0.2.77",
            "64:ff9b:1:c000:2:4d00::",
            "64:ff9b:2::1",
            "64:ff9b:1::/48",
            "64:ff9b::/32",
            "64:ff9b::/64",
        ] {
            assert_eq!(Network::read(text), UNREADABLE, "{text}");
        }
    }

    #[test]
    fn a_network_knows_its_first_bits_and_no_others() {
        for (text, expected) in [
            ("192.0.2.0/24", v4("192.0.2.0", 24)),
            ("192.0.2.77/16", v4("192.0.0.0", 16)),
            ("0.0.0.0/0", v4("0.0.0.0", 0)),
            ("2001:db8:1:2::7/48", v6("2001:db8:1::", 48)),
            ("::/0", v6("::", 0)),
            ("::1", v6("::1", 128)),
            ("::", v6("::", 128)),
            ("2000::/3", v6("2000::", 3)),
            ("2002::/16", v4("0.0.0.0", 0)),
            ("2002:c000:24d::/48", v4("192.0.2.77", 32)),
            ("2002:c000::/32", v4("192.0.0.0", 16)),
            ("64:ff9b::/96", v4("0.0.0.0", 0)),
            ("64:ff9b::192.0.2.77/112", v4("192.0.0.0", 16)),
            ("2001::/32", v4("0.0.0.0", 0)),
            ("::ffff:192.0.2.77/120", v4("192.0.2.0", 24)),
        ] {
            assert_eq!(Network::read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_address_is_unreadable() {
        for text in [
            "",
            " 192.0.2.77",
            "192.0.2.077",
            "192.0.2",
            "192.0.2.77:80",
            "[2001:db8::1]",
            "[2001:db8::1]:443",
            "fe80::1%eth0",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/024",
            "192.0.2.0/+8",
            "192.0.2.0/-1",
            "::/129",
            "192.0.2.0/24/24",
            "192.0.2.0/255.255.255.0",
            "192.0.2.77, 198.51.100.7",
            "3221226061",
            "0xc0.0.2.77",
        ] {
            assert_eq!(Network::read(text), UNREADABLE, "{text:?}");
        }
    }

    /// The ways to carry the address, around bits that have nothing to do with it.
    fn carrying(way: usize, address: u32, around: u128) -> u128 {
        const END: u128 = u32::MAX as u128;
        let last = u128::from(address);
        let iid = |upper: u128| around & !u128::from(u64::MAX) | upper << 32 | last;
        match way {
            0 => 0xffff << 32 | last,
            1 => last,
            2 => 0xffff << 48 | last,
            3 => 0x64_ff9b << 96 | last,
            4 => 0x2002 << 112 | last << 80 | around & u128::MAX >> 48,
            5 => 0x2001_0000 << 96 | around & (u128::MAX >> 32 & !END) | u128::from(!address),
            6 => iid(0x5efe),
            7 => iid(0x0200_5efe),
            // The places of RFC 6052 below the prefix of RFC 8215.
            8 => 0x64_ff9b_0001 << 80 | last >> 16 << 64 | (last & 0xffff) << 40,
            9 => 0x64_ff9b_0001 << 80 | last >> 24 << 64 | (last & 0xff_ffff) << 32,
            10 => 0x64_ff9b_0001 << 80 | last << 24,
            _ => 0x64_ff9b_0001 << 80 | last,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Two addresses that agree in the bits that stay come out the same,
        /// however they are carried: nothing of the others is told.
        #[test]
        fn nothing_of_the_other_bits_is_told(
            first in any::<u32>(), second in any::<u32>(), around in any::<u128>(),
            way in 0..12_usize, bits in 0..=32_u8, v6 in 0..=128_u8, dotted in any::<bool>(),
        ) {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            let second = first & mask | second & !mask;
            prop_assume!(way != 1 || first > 1 && second > 1);
            // A network that carries an address of its own, as 6to4 does, is told as that.
            prop_assume!(!matches!(around >> 112, 0 | 0x64 | 0x2001 | 0x2002));
            let read = |address| {
                let carrier = Ipv6Addr::from_bits(carrying(way, address, around));
                let text = if dotted {
                    let [start @ .., _, _] = carrier.segments();
                    let start: String = start.iter().map(|segment| format!("{segment:x}:")).collect();
                    let end = u32::try_from(carrier.to_bits() & u128::from(u32::MAX)).unwrap();
                    format!("{start}{}", Ipv4Addr::from_bits(end))
                } else {
                    carrier.to_string()
                };
                Network::read(&text).map(|network| network.cut(bits, v6))
            };
            let told = read(first);
            prop_assert_eq!(told, read(second));
            let plain = Network::read(&Ipv4Addr::from_bits(first).to_string()).map(|network| network.cut(bits, v6));
            prop_assert!(told == plain || way >= 8 && told.is_err(), "{:?}", told);
        }

        #[test]
        fn other_addresses_are_cut_to_the_bit(address in any::<u128>(), bits in 0..=128_u8) {
            let address = Ipv6Addr::from_bits(address);
            if let Ok(Network::V6(read, 128)) = Network::read(&address.to_string()) {
                prop_assert_eq!(read, address);
                let Network::V6(cut, known) = Network::V6(read, 128).cut(0, bits) else { panic!("still an IPv6 one") };
                prop_assert_eq!(known, bits);
                let other = (cut.to_bits() ^ address.to_bits()).leading_zeros();
                prop_assert!(other >= u32::from(bits) && cut.to_bits().trailing_zeros() >= 128 - u32::from(bits));
            }
        }
    }
}
