//! The one integration binary: end-to-end checks by topic, one file a topic.

mod schema;
mod tidy;
