//! What programs write before and after a text, and characters that replace others.

use super::writings::pick;
use crate::kit::Random;

/// Every hyphen by another dash.
pub(super) fn dashes(text: &str, random: &mut Random) -> String {
    let dashes = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{fe58}", "\u{fe63}",
        "\u{ff0d}", "\u{2043}",
    ];
    text.replace('-', pick(random, &dashes))
}

/// As a spreadsheet is told to leave a text alone, or with what stood around it.
pub(super) fn marked(text: &str, random: &mut Random) -> String {
    let around = [
        ("'", ""),
        ("\u{2019}", ""),
        ("'", "'"),
        ("=\"", "\""),
        ("=", ""),
        ("\"", "\""),
        ("\u{201c}", "\u{201d}"),
        ("", ","),
        ("", ";"),
        ("", "; "),
        ("\u{ff1d}", ""),
        ("", "\u{ff1b}"),
    ];
    let (before, after) = around[random.below(around.len())];
    format!("{before}{text}{after}")
}

/// With the digits of another script, one of them or all.
pub(super) fn other_digits(text: &str, random: &mut Random) -> String {
    let zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x1040, 0x104a0];
    let zero = zeros[random.below(zeros.len())];
    let most = if random.below(2) == 0 { 1 } else { usize::MAX };
    let mut done = 0;
    let replaced = |char: char| match char.to_digit(10) {
        Some(digit) if done < most => {
            done += 1;
            char::from_u32(zero + digit).unwrap()
        }
        _ => char,
    };
    text.chars().map(replaced).collect()
}

/// With letters of scripts that look like Latin capitals.
pub(super) fn capital_script(text: &str, random: &mut Random) -> String {
    let letters = ["\u{13df}", "\u{a4da}", "\u{2ca4}", "\u{1455}", "\u{10415}", "\u{104b4}"];
    text.replace(['C', 'c', 'o'], pick(random, &letters))
}

/// An address with Latin letters that pass for others.
pub(super) fn deceptive(text: &str, random: &mut Random) -> String {
    let pairs = [
        ("a", "\u{251}"),
        ("g", "\u{261}"),
        ("i", "\u{131}"),
        ("j", "\u{237}"),
        ("i", "i\u{307}"),
        ("i", "\u{130}"),
        ("o", "\u{1d0f}"),
        ("l", "\u{26d}"),
    ];
    let (letter, other) = pairs[random.below(pairs.len())];
    if random.below(2) == 0 { text.replacen(letter, other, 1) } else { text.replace(letter, other) }
}
