//! The one integration binary: end-to-end checks by topic, one file a topic.

mod canary;
mod faulty_sinks;
mod oracle;
mod schema;
mod truth_table;
mod workshop;
