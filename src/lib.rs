//! Scant turns a raw subscriber extract into a delivery that holds only what its
//! purpose needs, and accounts for every record.
//!
//! It drops every record whose subject has no valid consent: one that covers the
//! purpose, given under a privacy notice that was in force then and that names the
//! recipient and every party behind it. It also drops people on suppression, erasure and
//! deletion lists, and what the policy's row rules exclude; a reason that concerns the
//! person drops all their records. It rewrites or drops each column as the policy says,
//! and writes what is left into a folder with a manifest of what was removed. What it
//! delivers is minimised and pseudonymised: still personal data.
//!
//! # A delivery
//!
//! A [`Policy`] says what may be delivered to whom, a [`Job`] names the files, and the
//! [`Delivery`] says where it went and what was removed, by reason. An [`Observer`] is
//! told how far it is.
//!
//! ```
//! use scant::{Extent, Job, Observer, Phase, Policy, Progress};
//!
//! struct Lines;
//!
//! impl Observer for Lines {
//!     fn started(&self, phase: Phase, _: Extent) {
//!         println!("{phase:?} begins");
//!     }
//!     fn advanced(&self, _: Phase, so_far: Progress) {
//!         println!("{} records", so_far.records);
//!     }
//! }
//!
//! # let folder = tempfile::tempdir()?;
//! # let (folder, key) = (folder.path(), folder.path().join("key.json"));
//! # scant::internals::create(&key, jiff::civil::date(2018, 7, 1))?;
//! let policy = Policy::load("samples/story/policy-later.toml", jiff::civil::date(2018, 7, 1))?;
//! let delivery = Job::new(&policy)
//!     .extract("samples/story/extract.csv")
//!     .key(key)
//!     .observer(&Lines)
//!     .deliver(folder.join("delivery"))?;
//! let report = &delivery.report;
//! println!("{} of {} records are in {}", report.delivered, report.read, delivery.folder.display());
//! assert_eq!((report.read, report.delivered, report.dropped["deceased"]), (300, 64, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Job::dry_run`] counts the same and leaves nothing on disk. What goes wrong is an
//! [`Error`], whose [`ErrorKind`] says who must act. Then there is no delivery, with one
//! exception: where only what follows its publication failed,
//! [`Error::delivery_is_complete`]. What cannot be removed is told to the observer. No
//! message holds a cell of the extract.
//!
//! # One transform, and one pseudonym
//!
//! A [`Transform`] rewrites cells of your own as an action of a policy would, without
//! files or threads. A value is read, missing or unreadable: [`Read`] has three states, so
//! that nobody takes the third for the second.
//!
//! ```
//! use scant::{Key, Read, Transform, Unreadable};
//!
//! let to_district = Transform::new(r#"coarsen_postcode = { to = "district" }"#)?;
//! let districts = to_district.apply(&[Some("SW1A 1AA"), None, Some("nowhere")])?;
//! assert_eq!(districts[0], Read::Value("SW1A".to_owned()));
//! assert!(matches!(districts[1..], [Read::Missing, Read::Unreadable(_)]));
//!
//! let mut secret = [7; 32]; // 32 random bytes, never a constant; the call clears them
//! let key = Key::from_bytes(&mut secret); // or Key::load("key.json")
//! let pseudonymise = Transform::new(r#"pseudonymise = { domain = "subscriber" }"#)?;
//! // For another recipient or domain the same identifier gets another pseudonym.
//! let people = pseudonymise.key(&key, "bigbroker")?.apply(&[Some("S000000001"), Some("n/a")])?;
//! assert!(matches!(&people[0], Read::Value(pseudonym) if pseudonym.len() == 32));
//! // A word that stands for "no value" identifies nobody, and is told as such.
//! assert_eq!(people[1], Read::Unreadable(Unreadable::Sentinel));
//! # Ok::<(), scant::TransformFault>(())
//! ```
//!
//! # More
//!
//! The [`manual`] has the glossary, what counts as a consent, how lists and identifiers
//! are compared, what is not promised, and for those who work on scant the architecture
//! and how to add a transform, a rule, a format or a verb.

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    expect(
        clippy::cast_possible_truncation,
        clippy::disallowed_methods,
        clippy::float_cmp,
        clippy::format_collect,
        clippy::items_after_statements,
        clippy::needless_for_each,
        clippy::redundant_closure_for_method_calls,
        clippy::struct_excessive_bools,
        reason = "unit tests are read more than they are run, and may look at their environment"
    )
)]

mod account;
mod cli;
mod consent;
mod document;
mod engine;
mod format;
mod generate;
mod hierarchy;
mod identifier;
#[doc(hidden)]
pub mod internals;
mod manifest;
pub mod manual;
mod model;
mod policy;
mod privacy;
mod release;
mod report;
mod row_rule;
mod suppression;
mod transform;

pub use crate::engine::port::Extent;
pub use crate::engine::progress::{Observer, Phase, Progress};
pub use crate::model::outcome::read::Read;
pub use crate::model::outcome::tally::Unreadable;
pub use crate::release::inputs::policy::Policy;
pub use crate::release::interface::clock::Clock;
pub use crate::release::interface::failure::{Error, ErrorKind};
pub use crate::release::interface::job::Job;
pub use crate::release::interface::transform::{Key, Transform, TransformFault};
pub use crate::release::publish::access::FileMode;
pub use crate::release::report::{Delivery, DryRun, ListReport, RunReport};
