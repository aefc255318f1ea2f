//! The one integration binary: end-to-end checks by topic, one file a topic.
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::assigning_clones,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::items_after_statements,
    clippy::large_enum_variant,
    clippy::match_bool,
    clippy::needless_for_each,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::semicolon_if_nothing_returned,
    clippy::type_complexity,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may fail, look at its environment and say that it skipped; it exports nothing and need not be fast"
)]

mod bad_inputs;
mod balance;
mod canary;
mod cases;
mod coarsening;
mod corpora;
mod crash;
mod dates;
mod dice;
mod disguise;
mod double_ids;
mod edge;
mod error_documents;
mod faulty_sinks;
mod forms;
mod giving_up;
mod golden;
mod guards;
mod lists;
mod log_truth_table;
mod logs;
mod matrix;
mod ndjson_numbers;
mod numbering;
mod oracle;
mod parts;
mod persons;
mod policy_keys;
mod python_oracle;
mod readme;
mod schema;
mod second_look;
mod small;
mod small_counts;
mod support;
mod tidy;
mod tracing;
mod transcripts;
mod truth_table;
mod warned;
mod worker_panics;
mod workshop;
mod wrapping;
mod written;
