//! One value in many writings, made without any of the code that reads them: what
//! people, forms and programs do to an identifier on its way into a list or an
//! extract. Two writings of one value are one person; a canonical form may refuse
//! either, but must never read them as two.

mod more;
mod pairs;
mod writings;

use crate::kit::Random;

pub(crate) use writings::KINDS;

/// Another writing of a value.
pub(crate) type Disguise = fn(&str, &mut Random) -> String;

/// Identifiers of one canonical form.
pub(crate) struct Kind {
    /// The word a policy uses for the form.
    pub(crate) form: &'static str,
    /// A value of somebody, in a plain writing. Two different texts are two people.
    pub(crate) value: fn(&mut Random) -> String,
    /// What is done to it; each gives another writing of the same value.
    pub(crate) disguises: &'static [Disguise],
}

impl Kind {
    /// A value as one of two people would write it down: as it is, or in up to three
    /// disguises, one upon the other.
    pub(crate) fn written(&self, value: &str, random: &mut Random) -> String {
        (0..random.below(4)).fold(value.to_owned(), |text, _| {
            let disguise = self.disguises[random.below(self.disguises.len())];
            disguise(&text, random)
        })
    }
}
