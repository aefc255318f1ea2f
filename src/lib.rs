//! Scant turns a raw subscriber extract into a delivery that holds only what its
//! purpose needs, and proves it.
//!
//! It drops every record without a consent that covers the purpose, every
//! recipient, and a privacy notice in force at the time; rewrites or drops each
//! column as a policy says; and publishes what is left with a manifest of what
//! was removed, balanced to the record. What it delivers is minimised and
//! pseudonymised: still personal data.
//!
//! # Which door to use
//!
//! - To deliver, as the command line does: [`release::inputs::policy::load`] a policy,
//!   then [`release::deliver::deliver`].
//! - To see what a policy would do to an extract: [`release::dry_run::rehearse`];
//!   in words: [`policy::explain::explain`].
//! - To judge or rewrite cells of your own, without files or threads:
//!   [`row_rule`], [`consent`], [`transform`] and [`transform::derived`] are pure.
//! - To try it on people who do not exist: [`generate`].
//!
//! ```
//! use std::path::Path;
//! use std::sync::atomic::AtomicBool;
//!
//! use scant::engine::progress::NoObserver;
//! use scant::release::deliver::Order;
//! use scant::release::dry_run::rehearse;
//! use scant::release::guards::GuardOptions;
//! use scant::release::inputs::policy::load;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let as_of = jiff::civil::date(2018, 7, 1);
//! let loaded = load(Path::new("samples/story/policy-later.toml"), as_of)?;
//! let order = Order {
//!     loaded: &loaded,
//!     today: as_of,
//!     extracts: &["samples/story/extract.csv".into()],
//!     consent: &[],
//!     key: None,
//!     internal: None,
//!     max_malformed: None,
//!     expect_records: None,
//!     guarding: GuardOptions::default(),
//!     threads: 2,
//!     memory_bytes: None,
//!     block_bytes: None,
//!     observer: &NoObserver,
//!     stop: &AtomicBool::new(false),
//! };
//! let report = rehearse(&order, Path::new("/tmp"))?.report;
//! assert_eq!((report.read, report.delivered), (300, 64));
//! # Ok(())
//! # }
//! ```
//!
//! # Code map
//!
//! The folders are the way the data goes, and a floor names only floors below it:
//! [`cli`] → [`release`] → [`format`](mod@format) → [`engine`] → [`manifest`] and
//! [`policy`] → [`transform`], [`transform::derived`], [`row_rule`] and [`consent`] →
//! [`model`]. The [`manual`] says more.

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

pub mod account;
pub mod cli;
pub mod consent;
pub mod document;
pub mod engine;
pub mod format;
pub mod generate;
pub mod identifier;
pub mod manifest;
pub mod manual;
pub mod model;
pub mod policy;
pub mod release;
pub mod row_rule;
pub mod suppression;
pub mod transform;
