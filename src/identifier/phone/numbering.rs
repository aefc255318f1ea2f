//! How the countries of the world number: libphonenumber's metadata, one line a
//! region in `numbering.txt`. A test holds the file to the library
//! (`tests/it/numbering.rs`, which also writes it anew). The library itself would
//! take 180 ms at the start of every run, and its reader loses the zero that is
//! part of an Italian number.

use std::sync::LazyLock;
use std::sync::OnceLock;

use regex::Regex;
use regex::RegexBuilder;

/// Calling code, region, lengths of national numbers, exit codes, trunk prefix,
/// what is taken off a national number, what is put in its place, and what
/// national numbers look like; `-` for nothing. The main country of a calling code
/// is first.
const TABLE: &str = include_str!("numbering.txt");

/// One region.
#[derive(Debug)]
pub(super) struct Numbering {
    pub(super) code: u16,
    pub(super) region: &'static str,
    /// Bit n: there are national numbers of n digits.
    lengths: u32,
    exit: Option<NumberPattern>,
    trunk: Option<&'static str>,
    prefix: Option<NumberPattern>,
    replacement: Option<String>,
    shape: NumberPattern,
}

/// A pattern of the metadata, compiled when it is first needed.
#[derive(Debug)]
struct NumberPattern {
    source: &'static str,
    /// The texts it matches, where it is nothing but these.
    words: Option<Vec<&'static str>>,
    start: OnceLock<Option<Regex>>,
    whole: OnceLock<Option<Regex>>,
}

impl NumberPattern {
    fn new(source: &'static str) -> Self {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let words: Vec<&str> = source.split('|').collect();
        let words = words.iter().all(|word| is_word(word)).then_some(words);
        Self { source, words, start: OnceLock::new(), whole: OnceLock::new() }
    }

    /// As it is at the start of a text.
    fn at_start(&self) -> Option<&Regex> {
        self.start.get_or_init(|| compiled(&format!("^(?:{})", self.source))).as_ref()
    }

    fn starts(&self, text: &str) -> bool {
        match &self.words {
            Some(words) => words.iter().any(|word| text.starts_with(word)),
            None => self.at_start().is_none_or(|pattern| pattern.is_match(text)),
        }
    }

    fn is_whole(&self, text: &str) -> bool {
        let pattern = self.whole.get_or_init(|| compiled(&format!("^(?:{})$", self.source)));
        pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).build().ok()
}

impl Numbering {
    fn of(line: &'static str) -> Option<Self> {
        let mut fields = line.split(' ').map(|field| (field != "-").then_some(field));
        let mut next = || fields.next().flatten();
        let (code, region) = (next()?.parse().ok()?, next()?);
        let lengths = next()?.split(',').filter_map(|length| length.parse::<u32>().ok());
        Some(Self {
            code,
            region,
            lengths: lengths.filter(|length| *length < u32::BITS).fold(0, |all, length| all | 1 << length),
            exit: next().map(NumberPattern::new),
            trunk: next(),
            prefix: next().map(NumberPattern::new),
            // `$1` as the crate wants it beside other digits.
            replacement: next().map(|text| text.replace("$1", "${1}").replace("$2", "${2}")),
            shape: NumberPattern::new(next()?),
        })
    }

    pub(super) fn has_length(&self, national: &str) -> bool {
        u32::try_from(national.len()).is_ok_and(|length| length < u32::BITS && self.lengths & 1 << length != 0)
    }

    /// Whether a national number looks like those that are given out.
    pub(super) fn looks_like(&self, national: &str) -> bool {
        self.shape.is_whole(national)
    }

    /// Whether something would be taken off a national number, perhaps.
    pub(super) fn may_have_trunk(&self, national: &str) -> bool {
        self.prefix.as_ref().is_some_and(|prefix| prefix.starts(national))
    }

    /// What is dialled within the region: with the trunk prefix, where there is one
    /// that is no part of the international number too.
    pub(super) fn is_dialled(&self, digits: &str) -> bool {
        match self.trunk {
            None => true,
            Some(trunk) => trunk == self.code.to_string() || self.stripped(digits).is_some(),
        }
    }

    /// The national number of a text of digits: without the trunk prefix, if what
    /// is left has a length that numbers of the region have. What begins with one
    /// and keeps it must look like a number.
    pub(super) fn national(&self, digits: &str) -> Option<String> {
        let stripped = self.stripped(digits).filter(|stripped| self.has_length(stripped));
        stripped.or_else(|| {
            let is_whole = self.has_length(digits) && (!self.may_have_trunk(digits) || self.shape.is_whole(digits));
            is_whole.then(|| digits.to_owned())
        })
    }

    /// What comes after the exit code and can be a calling code, which begins
    /// with no zero.
    pub(super) fn after_exit_code<'t>(&self, digits: &'t str) -> Option<&'t str> {
        let exit = self.exit.as_ref()?.at_start()?.find(digits)?;
        digits.get(exit.end()..).filter(|rest| !rest.starts_with('0'))
    }

    /// What comes after the region's own calling code, if it looks like one of its
    /// numbers and the whole does not.
    pub(super) fn without_code<'t>(&self, digits: &'t str) -> Option<&'t str> {
        let rest = digits.strip_prefix(&self.code.to_string())?;
        (!self.shape.is_whole(digits) && self.shape.is_whole(rest)).then_some(rest)
    }

    /// A national number without its trunk prefix, as libphonenumber takes it off
    /// (`maybeStripNationalPrefixAndCarrierCode`): not where a number that looks
    /// like one would no longer. `None` where there is nothing to take off.
    fn stripped(&self, digits: &str) -> Option<String> {
        let prefix = self.prefix.as_ref().filter(|prefix| prefix.starts(digits))?.at_start()?;
        let found = prefix.captures(digits)?;
        let last = found.get(found.len() - 1).filter(|_| found.len() > 1);
        let stripped = match &self.replacement {
            Some(replacement) if last.is_some() => prefix.replace(digits, replacement).into_owned(),
            _ => digits.get(found.get(0)?.end()..)?.to_owned(),
        };
        let spoils = self.shape.is_whole(digits) && !self.shape.is_whole(&stripped);
        (stripped != digits && !spoils).then_some(stripped)
    }
}

/// All regions.
pub(super) struct AllRegions {
    regions: Vec<Numbering>,
    /// By calling code, where its main country is.
    main: Vec<Option<usize>>,
}

impl AllRegions {
    pub(super) fn regions(&self) -> &[Numbering] {
        &self.regions
    }

    /// The country of a number that begins with its calling code, and the rest of
    /// it. No calling code begins another.
    pub(super) fn country<'t>(&self, digits: &'t str) -> Option<(&Numbering, &'t str)> {
        // No calling code begins with nought: `+044` is none of a country.
        if digits.starts_with('0') {
            return None;
        }
        let mut code = 0;
        for (place, digit) in digits.bytes().enumerate().take(3) {
            code = code * 10 + usize::from(digit - b'0');
            if let Some(Some(main)) = self.main.get(code) {
                return Some((self.regions.get(*main)?, digits.get(place + 1..)?));
            }
        }
        None
    }
}

/// The table, read once.
pub(super) fn all() -> &'static AllRegions {
    static WORLD: LazyLock<AllRegions> = LazyLock::new(|| {
        let regions: Vec<Numbering> = TABLE.lines().filter_map(Numbering::of).collect();
        let mut main = vec![None; 1000];
        for (place, region) in regions.iter().enumerate() {
            if let Some(main @ None) = main.get_mut(usize::from(region.code)) {
                *main = Some(place);
            }
        }
        AllRegions { regions, main }
    });
    &WORLD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_pattern_compiles() {
        let world = all();
        assert_eq!(world.regions().len(), TABLE.lines().count());
        for region in world.regions() {
            let patterns = [&region.exit, &region.prefix].into_iter().flatten().chain([&region.shape]);
            for pattern in patterns {
                assert!(pattern.at_start().is_some(), "{}", region.region);
                let _ = pattern.is_whole("");
                assert!(pattern.whole.get().is_some_and(Option::is_some), "{}", region.region);
            }
            assert!(region.lengths != 0, "{}", region.region);
        }
    }

    #[test]
    fn no_calling_code_begins_another() {
        let codes: Vec<String> = all().regions().iter().map(|region| region.code.to_string()).collect();
        for one in &codes {
            assert!(codes.iter().all(|other| one == other || !other.starts_with(one.as_str())), "{one}");
        }
    }
}
