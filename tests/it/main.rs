//! The one integration binary: end-to-end checks by topic, one file a topic.

mod bad_inputs;
mod corpora;
mod forms;
mod golden;
mod matrix;
mod python_oracle;
mod schema;
mod support;
mod tidy;
mod transcripts;
mod wrapping;
mod written;
