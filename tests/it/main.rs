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
    clippy::print_stdout,
    clippy::semicolon_if_nothing_returned,
    clippy::type_complexity,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may fail, look at its environment and say that it skipped; it exports nothing and need not be fast"
)]

/// Files that are wrong in every way of a numbered list: the fault, place or bytes that each must give.
mod bad_inputs;
/// No record is lost without being counted, in damaged extracts and merged accounts.
mod balance;
/// Cells of an extract leave only in the delivered columns.
mod canary;
/// Small inputs after public reports of people who prepare such files (`SCANT_CASES`).
mod cases;
/// Coarsened cells are the same out of every format.
mod coarsening;
/// Shapes in which consent platforms export who agreed to what.
mod consent_platforms;
/// Published tables of others (`SCANT_CORPORA`).
mod corpora;
/// Faults of the system, kills and several runs at once leave a whole delivery or none.
mod crash;
/// The account counts the cells of the delivered rows, and no others.
mod delivered_cells;
/// The same bytes for any number of threads and any size of blocks.
mod determinism;
/// The keys of a dialect mean the same for an extract, a log and a list.
mod dialects;
/// One value in many spellings is one person.
mod disguise;
/// Direct identifiers of a record that its delivered texts repeat: refused, taken out or counted.
mod echoes;
/// Files without a record among files that have some.
mod empty_parts;
/// The same extract in another order, compression or format delivers the same.
mod equal_inputs;
/// What `--json` says of a command that fails.
mod error_documents;
/// The engine with sinks that fail at every call.
mod faulty_sinks;
/// Identifiers that a typed file holds as floating-point numbers.
mod float_ids;
/// The library as its callers use it: faults, options that cannot be met, and what `Debug` shows.
mod front_door;
/// The optimal levels of generalisation of a published table, and what they cost (`SCANT_CORPORA`).
mod generalisation;
/// What the samples deliver, to the byte.
mod golden;
/// Guards of nightly runs: too few records, or too much changed since the last delivery.
mod guards;
/// Hierarchies: made of extracts in every format, and applied.
mod hierarchies;
/// Consent inside the JSON of a cell, beside the same consent in columns.
mod json_consent;
/// Records of NDJSON with keys left out, and pointers into them.
mod keys_of_records;
/// What the tests share: projects, runs, tables, keys, schemas.
mod kit;
/// Suppression, erasure and preference lists, and answers to deletion lists.
mod lists;
/// Every combination of what an event log can say.
mod log_truth_table;
/// Consent logs from end to end.
mod logs;
/// If more records are malformed than are allowed, the rest is not read.
mod malformed_limit;
/// An extract in hundreds of files.
mod many_files;
/// An identifier that NDJSON writes as a number.
mod ndjson_numbers;
/// The table of telephone numbering is that of the library it is made from.
mod numbering;
/// The second, plain implementation of consent, and its comparison with the engine.
mod oracle;
/// Every document that is written is what its schema says.
mod output_schemas;
/// A delivery beside the tools of others.
mod packages;
/// Unknown keys of a policy are answered with the known ones.
mod policy_keys;
/// The schemas of policies and registers accept what the compiler accepts.
mod policy_schema;
/// Warnings about a policy that can be carried out, and future days.
mod policy_warnings;
/// Privacy models over whole runs, the documents and traces of them, and what pycanon
/// measures.
mod privacy;
/// Profiles of a law or a service, against what they promise.
mod profiles;
/// The delivery against a second implementation in Python.
mod python_oracle;
/// Every command that a README shows works as shown.
mod readme;
/// The page *real files* of the manual, every row of it with a sample.
mod real_files;
/// The recipes of the manual give as many places as they say.
mod recipes;
/// The page for the data protection officer: complete, escaped, closed, and readable in a browser.
mod report;
/// The risk of the people in an extract or a delivery: `scant risk`.
mod risk;
/// Targets, leftovers, full disks, decompression bombs, signals and lost writes.
mod robustness;
/// What the schemas say of actions and derivations is what the file of each says.
mod schema_parts;
/// Dates of one person, shifted by one number of days in every column, record and format.
mod shifted_dates;
/// Who signed a delivery is seen, and what was changed afterwards.
mod signatures;
/// No small count can be worked out from what a recipient has.
mod small_counts;
/// Levels that are suggested, pasted into a policy and delivered.
mod suggested_levels;
/// The rules of the project, checked on its text.
mod tidy;
/// Rare values of a column, merged by how many delivered people have them.
mod top_values;
/// What a person who asks why they were delivered is told.
mod tracing;
/// What every verb says, word for word.
mod transcripts;
/// Every combination of what a record can say about consent.
mod truth_table;
/// Dates that cannot be read are reported, with the column and the format.
mod unreadable_dates;
/// Whatever is done to a delivery is seen by who verifies it.
mod verify;
/// Layouts of public registers of voters, each read by its own policy.
mod voter_files;
/// What is warned of on the screen and in `--json` is the same.
mod warnings;
/// What one record says of a person holds for their other records.
mod whole_subject;
/// A panic in a worker ends the run.
mod worker_panics;
/// Dates of every declared writing: several formats, names, years alone, numbers.
mod written_dates;
/// One table as many programs write it, in the right and in wrong readings.
mod written_elsewhere;
/// Numbers with a comma before the decimals, and marks between groups of digits.
mod written_numbers;
/// One sheet of a workbook, read strictly (in builds with the feature `xlsx`).
mod xlsx;
