//! `scant suggest`: the levels of generalisation that make every class large enough
//! and lose least.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use jiff::civil::Date;

use super::arguments::values;
use super::exit::Exit;
use super::show::Speaker;
use super::show::policy_piece::policy_text;
use super::show::progress::SearchProgress;
use super::show::suggested::Suggested;
use super::world;
use crate::model::name::ColumnName;
use crate::model::number::share::Share;
use crate::privacy::search::classes::facts::ClassLimit;
use crate::privacy::search::optimum::is_searched_whole;
use crate::privacy::utility::metric::Metric;
use crate::release::error::ReleaseError;
use crate::release::suggest::fault::NoSuggestion;
use crate::release::suggest::{LevelSource, SuggestJob};

/// How long a search may take that is not one for the optimum, in seconds.
const TIME_LIMIT: u32 = 30;

/// Find the levels of generalisation that reach k-anonymity and lose least
///
/// Each quasi-identifier is generalised to one level of its hierarchy in all records,
/// so that records are alike in classes of at least k; those in smaller classes are
/// suppressed, no more than allowed. Prints the levels as a piece of a policy, what
/// they cost, and the risk before and after.
///
/// Up to 100,000 choices of levels the best is found for certain. Of more, the best
/// that is found in time.
///
/// Counted are all records of the extract. Where a policy delivers fewer, classes are
/// smaller.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  scant suggest extract.csv --quasi dob,postcode --k 5 --max-suppressed 0.04 \
    --subject subscriber_id\n  scant suggest adult.csv --quasi age,sex --hierarchy age=age.csv --levels sex=whole --k 10")]
pub(super) struct Suggest {
    /// A file of the extract (can be repeated)
    #[arg(required = true)]
    extract: Vec<PathBuf>,
    /// The quasi-identifiers, with commas between them (can be repeated)
    #[arg(long, value_name = "NAMES", required = true, value_delimiter = ',', value_parser = values::column)]
    quasi: Vec<ColumnName>,
    /// The least people, or records, that must be alike
    #[arg(long, value_name = "K", value_parser = values::class_size)]
    k: u32,
    /// The levels of a column: a file in the form of ARX, as `scant hierarchy` makes it (can be repeated)
    #[arg(long, value_name = "NAME=FILE", value_parser = values::hierarchy_file)]
    hierarchy: Vec<(ColumnName, LevelSource)>,
    /// Of what the levels of a column are made: date, number:WIDTH, postcode, prefix,
    /// prefix:LENGTH, or whole (can be repeated)
    ///
    /// The first four are those of `scant hierarchy`; with `whole` the column is kept or
    /// dropped. A column of which nothing is said must have nothing but dates, or nothing
    /// but postcodes.
    #[arg(long, value_name = "NAME=KIND", value_parser = values::level_kind)]
    levels: Vec<(ColumnName, LevelSource)>,
    /// The share of the records that may be suppressed
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = values::share)]
    max_suppressed: Share,
    /// The column that says whom a record is about
    ///
    /// With it, k people must be alike: somebody with five records in a class is one.
    /// Records that name nobody count as one person together.
    #[arg(long, value_name = "COLUMN", value_parser = values::column)]
    subject: Option<ColumnName>,
    /// What is to be as little as possible: `loss`, `non_uniform_entropy`,
    /// `discernibility`, or what is lost of `precision`
    ///
    /// For `non_uniform_entropy` and `precision` suppressed records cost nothing, so all that
    /// may be suppressed is.
    #[arg(long, value_name = "METRIC", default_value = "loss", value_parser = values::metric)]
    metric: Metric,
    /// Search what is suppressed once more, for levels of its own, until that brings nothing
    ///
    /// Shows what could be gained. A policy has one level a column, so it cannot be pasted.
    #[arg(long)]
    local_recoding: bool,
    /// Seconds after which the best so far is given [default: 30 above 100,000 choices]
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    time_limit: Option<u32>,
    /// A policy whose [extract] and [columns.NAME] say how the files are written
    ///
    /// Nothing else of it is judged: it need not be finished.
    #[arg(long, value_name = "POLICY")]
    policy: Option<PathBuf>,
    /// The last day that a date may be [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    as_of: Option<Date>,
}

impl Suggest {
    pub(super) fn run(&self, speaker: Speaker) -> Exit {
        match self.suggest(speaker) {
            Ok(()) => Exit::Done,
            Err(error) => speaker.fail(&error),
        }
    }

    fn suggest(&self, speaker: Speaker) -> Result<(), ReleaseError> {
        let as_of = self.as_of.map_or_else(world::today, Ok)?;
        let stop = world::stop_signal();
        let levels = [&self.hierarchy[..], &self.levels[..]].concat();
        let job = SuggestJob {
            extract: &self.extract,
            policy: self.policy.as_deref(),
            quasi: &self.quasi,
            levels: &levels,
            subject: self.subject.as_ref(),
            as_of,
            stop: &stop,
        };
        let counted = job.count()?;
        let limit = ClassLimit { k: self.k, max_suppressed: self.max_suppressed.most_of(counted.records) };
        let table = &counted.table;
        let seconds = self.time_limit.or_else(|| (!is_searched_whole(table.tops())).then_some(TIME_LIMIT));
        let time = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let watch = || SearchProgress::new(time, stop.clone(), speaker.quiet);
        let found = table.search(self.metric, limit, &watch());
        if stop.load(Ordering::Relaxed) {
            return Err(ReleaseError::Interrupted);
        }
        let best = match (&found.best, found.is_proven) {
            (Some(best), _) => best,
            (None, true) => {
                let max_suppressed = limit.max_suppressed;
                return Err(NoSuggestion::NothingSatisfies { k: self.k, max_suppressed }.into());
            }
            (None, false) => return Err(NoSuggestion::NoTime.into()),
        };
        let recoded = self.local_recoding.then(|| table.recode(best, self.k, &watch()));
        if stop.load(Ordering::Relaxed) {
            return Err(ReleaseError::Interrupted);
        }
        let suggested = Suggested {
            extract: &self.extract,
            policy: self.policy.as_deref(),
            counted: &counted,
            subject: self.subject.as_ref(),
            limit,
            share: self.max_suppressed,
            metric: self.metric,
            seconds,
            found: &found,
            best,
            recoded: recoded.as_ref(),
        };
        speaker.say(&suggested.in_words());
        let piece = policy_text(&suggested);
        speaker.product(&piece);
        speaker.document(|| suggested.document(&piece));
        Ok(())
    }
}
