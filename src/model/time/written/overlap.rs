//! Whether two ways of writing dates could both read one text and take it for two
//! dates. What reads `3/4/2024` as March and as April guesses.
//!
//! Both automata are run side by side over the same bytes. Where every text that
//! both take has the same parts in the same places (`%d/%m/%Y` and `%-d/%-m/%Y`),
//! both mean the same by it. Where one text has not, the two overlap, and such a text
//! is looked for that shows it.

use std::collections::{HashMap, HashSet};

use super::automaton::{DateAutomaton, Step};
use super::pattern::DatePattern;
use super::serial::DateSerial;
use crate::model::time::reading::DateReading;

/// One way of writing dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::model::time) enum DateWriting {
    /// Directives.
    Pattern(DatePattern),
    /// A number.
    Serial(DateSerial),
}

impl DateWriting {
    /// Reads the whole text.
    pub(in crate::model::time) fn read(&self, text: &str) -> Option<DateReading> {
        match self {
            Self::Pattern(pattern) => pattern.read(text),
            Self::Serial(serial) => serial.read(text),
        }
    }

    fn automaton(&self) -> DateAutomaton {
        match self {
            Self::Pattern(pattern) => DateAutomaton::of_pattern(pattern),
            Self::Serial(serial) => DateAutomaton::of_serial(*serial),
        }
    }
}

/// Two ways of writing dates overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::model::time) struct CommonText {
    /// A text that both read, each as another date; none where none was found that
    /// the calendar has, and then there may be none.
    pub(in crate::model::time) text: Option<String>,
}

/// Texts tried before it is left open which one shows the overlap.
const MOST_TRIES: u32 = 20_000;

/// Both automata, and whether the text so far had other parts for the one than for
/// the other.
type PairState = (usize, usize, bool);

/// Whether the two overlap.
pub(in crate::model::time) fn overlap(one: &DateWriting, other: &DateWriting) -> Option<CommonText> {
    if one == other {
        return None;
    }
    let pair = AutomatonPair::new(one.automaton(), other.automaton());
    if !pair.leads_on.contains_key(&AutomatonPair::START) {
        return None;
    }
    let mut draw = TextDraw(0x9E37_79B9_7F4A_7C15);
    let differ = |text: &String| match (one.read(text), other.read(text)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    };
    let text = (0..MOST_TRIES).filter_map(|_| pair.draw_text(&mut draw)).find(differ);
    Some(CommonText { text })
}

struct AutomatonPair {
    one: DateAutomaton,
    other: DateAutomaton,
    /// The states from which a text can end that has other parts for the one than for
    /// the other, each with where one byte leads from it to another of them.
    leads_on: HashMap<PairState, Vec<(Vec<u8>, PairState)>>,
}

impl AutomatonPair {
    const START: PairState = (0, 0, false);

    fn new(one: DateAutomaton, other: DateAutomaton) -> Self {
        let mut pair = Self { one, other, leads_on: HashMap::new() };
        let mut found: HashMap<PairState, Vec<(Vec<u8>, PairState)>> = HashMap::new();
        let mut open = vec![Self::START];
        while let Some(state) = open.pop() {
            if found.contains_key(&state) {
                continue;
            }
            let steps = pair.steps(state);
            open.extend(steps.iter().map(|(_, to)| *to));
            found.insert(state, steps);
        }
        // Backwards from the ends, until nothing is added.
        let mut from: HashMap<PairState, Vec<PairState>> = HashMap::new();
        for (state, steps) in &found {
            for (_, to) in steps {
                from.entry(*to).or_default().push(*state);
            }
        }
        let mut open: Vec<PairState> = found.keys().copied().filter(|state| pair.is_end(*state)).collect();
        let mut alive: HashSet<PairState> = HashSet::new();
        while let Some(state) = open.pop() {
            if alive.insert(state) {
                open.extend(from.get(&state).into_iter().flatten());
            }
        }
        found.retain(|state, _| alive.contains(state));
        for steps in found.values_mut() {
            steps.retain(|(_, to)| alive.contains(to));
        }
        pair.leads_on = found;
        pair
    }

    fn is_end(&self, (one, other, is_other): PairState) -> bool {
        let ends = |automaton: &DateAutomaton, state: usize| automaton.is_end.get(state).copied().unwrap_or(false);
        is_other && ends(&self.one, one) && ends(&self.other, other)
    }

    fn steps(&self, (one, other, is_other): PairState) -> Vec<(Vec<u8>, PairState)> {
        fn of(automaton: &DateAutomaton, state: usize) -> &[Step] {
            automaton.steps.get(state).map_or(&[], Vec::as_slice)
        }
        let mut steps = Vec::new();
        for step in of(&self.one, one) {
            for beside in of(&self.other, other) {
                let bytes = step.bytes.both(beside.bytes);
                if !bytes.is_empty() {
                    steps.push((bytes, (step.to, beside.to, is_other || step.role != beside.role)));
                }
            }
        }
        steps
    }

    /// A text that both take, with other parts for the one than for the other.
    fn draw_text(&self, draw: &mut TextDraw) -> Option<String> {
        /// Longer than every text of directives; only numbers go on for ever.
        const LONGEST: usize = 400;
        let mut state = Self::START;
        let mut text = Vec::new();
        while text.len() < LONGEST {
            let steps = self.leads_on.get(&state)?;
            // Of a number every digit may be the last.
            if self.is_end(state) && (steps.is_empty() || draw.below(4) == 0) {
                return String::from_utf8(text).ok();
            }
            let (bytes, to) = steps.get(draw.below(steps.len()))?;
            text.push(*bytes.get(draw.below(bytes.len()))?);
            state = *to;
        }
        None
    }
}

/// Numbers drawn by a fixed rule (xorshift), so that one policy has one answer.
struct TextDraw(u64);

impl TextDraw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap_or(0).checked_rem(end).unwrap_or(0)
    }
}
