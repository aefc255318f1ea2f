//! A run without a delivery: the same counts, and what the guards would say.
//! Writes nothing that stays.

use std::path::Path;

use super::error::ReleaseError;
use super::guards::{compare, last_delivery};
use super::inputs::consent_logs::open_logs;
use super::inputs::extract::open_all;
use super::inputs::keyset;
use super::inputs::number_columns::count_padded;
use super::order::Order;
use super::publish::quarantine::Quarantine;
use super::publish::staging::FileSpace;
use super::read::{PersonEvidence, ReadResult, lists, read_all, rules};
use super::report::DryRunResult;
use crate::engine::trace::Tracer;

/// The same counts as [`deliver`](super::deliver::deliver), and nothing written: waiting rows stand in
/// nameless files in `scratch` meanwhile. Needs no key.
///
/// # Errors
/// [`ReleaseError`].
pub fn rehearse(order: &Order<'_>, scratch: &Path) -> Result<DryRunResult, ReleaseError> {
    let plan = &order.loaded.compiled.plan;
    order.guarding.check(plan)?;
    let last = last_delivery(plan, order.guarding.against, None)?;
    read_aside(order, scratch, None, |read| {
        let account = read.joined()?.count(&read.binding)?;
        let report = read.report(plan, &account);
        let changes = last.and_then(|last| compare(plan, order.guarding, Some(&last), &account));
        let judged =
            read.check_quarantine(order, Vec::new()).and_then(|_| read.check_guards(plan, &account, changes.as_ref()));
        let refused = match judged {
            Ok(()) => None,
            Err(error @ (ReleaseError::Refused { .. } | ReleaseError::TooManyQuarantined { .. })) => {
                Some(error.to_string())
            }
            Err(error) => return Err(error),
        };
        Ok(DryRunResult { report, refused, changes })
    })
}

/// Reads everything as a run would, for a purpose that delivers nothing: waiting
/// rows stand in nameless files in `scratch`, and the key is made up.
pub(super) fn read_aside<T>(
    order: &Order<'_>,
    scratch: &Path,
    tracer: Option<&Tracer>,
    then: impl FnOnce(ReadResult<'_>) -> Result<T, ReleaseError>,
) -> Result<T, ReleaseError> {
    let key = keyset::throwaway()?;
    let mut lists = lists(order, Some(&key))?;
    let inputs =
        open_all(&order.loaded.compiled.plan, order.extracts, order.block_bytes, Some(&key), &rules(&lists), None)?;
    count_padded(&mut lists, &order.loaded.compiled.plan, &inputs)?;
    let space = FileSpace::new(scratch);
    let quarantine = Quarantine::without_file();
    let mut sink = quarantine.sink();
    let logs = open_logs(order.loaded, order.extracts, order.consent, order.block_bytes)?;
    let read = read_all(order, Some(&key), PersonEvidence { lists, logs }, inputs, &space, &mut sink, tracer);
    then(read.map_err(|error| quarantine.show_places(error))?)
}
