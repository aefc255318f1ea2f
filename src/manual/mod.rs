//! The manual: prose about the whole, kept beside the code so that it changes
//! with it.
//!
//! - [`architecture`]: the floors, the steps of a run, the invariants.
//! - [`choices`]: where building showed a better way than first planned, and why.
//! - [`consent`]: what counts as a consent in a log of events, and whose it is.
//! - [`defaults`]: what happens when a policy says nothing, and why.
//! - [`dialects`]: how a file of records may be written, and the keys that say so.
//! - [`glossary`]: the terms, one word for one thing, and the words that are not used.
//! - [`hierarchies`]: what values become at coarser levels, the file that says so, and how one is made.
//! - [`identifiers`]: what each canonical form reads, what it treats as equal, and what it refuses.
//! - [`limits`]: what scant does not promise.
//! - [`lists`]: people who are not delivered whatever they agreed to, and how deletion lists are answered.
//! - [`nightly`]: guards and the state file of scheduled runs.
//! - [`postcodes`]: what each writing of a postcode becomes.
//! - [`privacy`]: classes of records, the models they must meet, and what happens where they do not.
//! - [`reading`]: what the strict reader accepts, and what it does with the rest.
//! - [`real_files`]: from what a file looks like to the lines of a policy, each row with a sample.
//! - [`recipes`]: how to add a transform, a row rule, a format, a verb.
//! - [`report`]: the page for the data protection officer, what it rests on, and how it is read.
//! - [`requests`]: how to answer a person who asks why they were in a delivery.
//! - [`risk`]: how likely the people in a table are found, what is counted, and by which definitions.
//! - [`spill`]: the bytes of what waits on disk until the last record was read.
//! - [`suggest`]: how levels of generalisation are searched, what is counted, and what is least.
//! - [`policy_keys`], [`register_keys`]: every key of a policy and of a register.
//! - [`reasons`]: why records are not delivered, and what to look at.
//! - [`provenance`]: where the records of a delivery come from, and what the recipient must tell people.
//! - [`verify`]: how a delivery is checked by whoever has it, and with which tools.

pub mod architecture {
    #![doc = include_str!("architecture.md")]
}
pub mod choices {
    #![doc = include_str!("choices.md")]
}
pub mod consent {
    #![doc = include_str!("consent.md")]
}
pub mod defaults {
    #![doc = include_str!("defaults.md")]
}
pub mod dialects {
    #![doc = include_str!("dialects.md")]
}
pub mod glossary {
    #![doc = include_str!("glossary.md")]
}
pub mod hierarchies {
    #![doc = include_str!("hierarchies.md")]
}
pub mod identifiers {
    #![doc = include_str!("identifiers.md")]
}
pub mod limits {
    #![doc = include_str!("limits.md")]
}
pub mod lists {
    #![doc = include_str!("lists.md")]
}
pub mod nightly {
    #![doc = include_str!("nightly.md")]
}
pub mod postcodes {
    #![doc = include_str!("postcodes.md")]
}
pub mod privacy {
    #![doc = include_str!("privacy.md")]
}
#[expect(clippy::doc_markdown, reason = "made from the schemas, whose texts are plain")]
pub mod policy_keys {
    #![doc = include_str!("policy-keys.md")]
}
pub mod provenance {
    #![doc = include_str!("provenance.md")]
}
pub mod reading {
    #![doc = include_str!("reading.md")]
}
pub mod real_files {
    #![doc = include_str!("real-files.md")]
}
pub mod reasons {
    #![doc = include_str!("reasons.md")]
}
pub mod recipes {
    #![doc = include_str!("recipes.md")]
}
pub mod report {
    #![doc = include_str!("report.md")]
}
pub mod register_keys {
    #![doc = include_str!("register-keys.md")]
}
pub mod requests {
    #![doc = include_str!("requests.md")]
}
pub mod risk {
    #![doc = include_str!("risk.md")]
}
pub mod spill {
    #![doc = include_str!("spill.md")]
}
pub mod suggest {
    #![doc = include_str!("suggest.md")]
}
pub mod verify {
    #![doc = include_str!("verify.md")]
}
