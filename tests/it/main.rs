//! The one integration binary: end-to-end checks by topic, one file a topic.

mod bad_inputs;
mod schema;
