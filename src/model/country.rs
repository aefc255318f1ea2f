//! Countries and territories by their codes: a code that no country has would match none, and
//! an embargo that is misspelt would stop nothing.
//!
//! Source: ISO 3166-1, alpha-2 codes officially assigned (249 of them).

use std::fmt;

/// Every code, in alphabetical order.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL \
     BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV \
     CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
     GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM \
     IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK \
     LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
     MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR \
     PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS \
     ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
     UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// What people write for some of them.
const OTHER_NAMES: [(&str, &str); 2] = [("UK", "GB"), ("EL", "GR")];

/// A country or territory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Reads a code.
    ///
    /// # Errors
    /// What it must be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let known = CODES.split(' ').find(|code| *code == text);
        if let Some([first, second]) = known.map(str::as_bytes) {
            return Ok(Self([*first, *second]));
        }
        let own = text.to_ascii_uppercase();
        let other = OTHER_NAMES.iter().find(|(name, _)| *name == own).map(|(_, code)| *code);
        let meant = other.or_else(|| CODES.split(' ').find(|code| *code == own));
        let meant = meant.map(|code| format!(": did you mean {code}?")).unwrap_or_default();
        Err(format!("must be a code of ISO 3166-1, two capital letters such as GB{meant}"))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Two letters of ASCII are UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_a_country_has_are_codes() {
        assert_eq!(CODES.split(' ').count(), 249);
        assert_eq!(CountryCode::parse("GB").unwrap().to_string(), "GB");
        for (wrong, meant) in [("UK", "GB?"), ("EL", "GR?"), ("gb", "GB?"), ("ZZ", "such as GB"), ("USA", "such as GB")]
        {
            let said = CountryCode::parse(wrong).unwrap_err();
            assert!(said.ends_with(meant), "{said}");
        }
    }
}
