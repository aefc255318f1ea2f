//! What the end-to-end tests share: a folder with a policy, a register, a key and an
//! extract; runs in it, through the library or the command; and their results, read
//! back. Asserts nothing about results.

mod clock;
mod commands;
mod files;
mod gated;
mod library;
mod needs;
mod outcome;
mod policies;
mod project;
mod ran;
mod random;
mod samples;
mod schemas;
mod small;

pub(crate) use self::clock::{LATER, StoppedClock};
pub(crate) use self::commands::{RUN, json_of, said, scant, stderr};
pub(crate) use self::files::{DELIVERED_NAMES, KEPT_NAMES, data_file, data_of, files_under, json_at, names_in, root};
pub(crate) use self::gated::{
    IN_FRONT, converted, gate_cells, keep_all, policy_for_gated, put_in_front, where_all_consent,
};
pub(crate) use self::library::{Options, deliver, sample_key, try_deliver, with_job};
pub(crate) use self::needs::{
    NOBODY, SOMEBODY, browser_modules, checkers_python, chromium, copy_binary, limited_processes, needs, third_party,
    venv_python,
};
pub(crate) use self::outcome::{Outcome, read_csv};
pub(crate) use self::policies::{LOG_HEADER, WRITTEN_AS, policy_head, story_policy};
pub(crate) use self::project::Project;
pub(crate) use self::ran::{Ran, run_files};
pub(crate) use self::random::Random;
pub(crate) use self::samples::{Sample, samples_of};
pub(crate) use self::schemas::{assert_valid, schema, validator};
pub(crate) use self::small::{run_small, run_small_with, small_policy, small_policy_with};
