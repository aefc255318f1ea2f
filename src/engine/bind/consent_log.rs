//! Binds the reading of events to the columns of one log, by name.

use std::sync::Arc;

use crate::consent::log::evidence::{EventEvidence, EventForm, EventNotice, OptionalColumn};
use crate::engine::bind::BindFault;
use crate::engine::fault::{InputFault, InputFaultKind};
use crate::engine::port::SourceColumn;
use crate::model::column_type::ColumnType;
use crate::model::name::ColumnName;
use crate::transform::Inapplicable;

/// The index of each column in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBinding {
    pub(crate) subject: usize,
    pub(crate) purpose: usize,
    /// The time of the event, or of the grant.
    pub(crate) time: usize,
    pub(crate) withdrawn_at: Option<usize>,
    pub(crate) state: Option<usize>,
    pub(crate) notice: Option<usize>,
    pub(crate) recipients: Option<usize>,
    pub(crate) validity: Option<usize>,
    pub(crate) channel: Option<usize>,
    pub(crate) needed: Vec<usize>,
    /// Whether the columns of `time` and `withdrawn_at` have the type date or
    /// timestamp: then their texts are in ISO 8601 form, whatever the policy
    /// declares.
    pub(crate) typed: [bool; 2],
    pub(crate) subject_type: ColumnType,
}

impl LogBinding {
    /// Binds `evidence` to the columns of `file`.
    ///
    /// # Errors
    /// A fault for each column that is missing, or cannot hold times as declared.
    pub fn new(evidence: &EventEvidence, columns: &[SourceColumn], file: &Arc<str>) -> Result<Self, Vec<BindFault>> {
        let mut binder = LogBinder { columns, missing: Vec::new(), needed: Vec::new() };
        let subject = binder.required(&evidence.subject);
        let purpose = binder.required(&evidence.purpose);
        let (time, withdrawn_at, state) = match &evidence.form {
            EventForm::Dates { given_at, withdrawn_at } => {
                (binder.required(given_at), Some(binder.required(withdrawn_at)), None)
            }
            EventForm::Events { time, state, .. } => (binder.required(time), None, Some(binder.required(state))),
        };
        let notice = match &evidence.notice {
            EventNotice::Column(column) => Some(binder.required(column)),
            EventNotice::InForceAtEvent => None,
        };
        let recipients = binder.optional(&evidence.recipients);
        let validity = binder.optional(&evidence.validity);
        let channel = evidence.channel.as_ref().map(|demand| binder.required(&demand.column));
        let LogBinder { missing, mut needed, .. } = binder;
        if !missing.is_empty() {
            let fault =
                |name: &ColumnName| InputFault::file(InputFaultKind::MissingColumn, file).about(name.as_str()).into();
            return Err(missing.iter().map(fault).collect());
        }
        needed.sort_unstable();
        needed.dedup();
        let type_of = |index: usize| columns.get(index).map_or(ColumnType::Text, |column| column.column_type);
        let is_typed = |index| matches!(type_of(index), ColumnType::Date | ColumnType::Timestamp);
        let subject_type = type_of(subject);
        let times = match &evidence.form {
            EventForm::Dates { given_at, withdrawn_at } => vec![given_at, withdrawn_at],
            EventForm::Events { time, .. } => vec![time],
        };
        let places = [Some(time), withdrawn_at].into_iter().flatten();
        let faults: Vec<BindFault> = times
            .into_iter()
            .zip(places)
            .filter_map(|(column, place)| {
                let fault = Inapplicable::of_dates(evidence.times.format()?, type_of(place))?;
                Some(BindFault::Inapplicable { column: column.clone(), start: 0, fault })
            })
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let typed = [is_typed(time), withdrawn_at.is_some_and(is_typed)];
        Ok(Self {
            subject,
            purpose,
            time,
            withdrawn_at,
            state,
            notice,
            recipients,
            validity,
            channel,
            needed,
            typed,
            subject_type,
        })
    }
}

struct LogBinder<'a> {
    columns: &'a [SourceColumn],
    missing: Vec<ColumnName>,
    needed: Vec<usize>,
}

impl LogBinder<'_> {
    fn found(&mut self, name: &ColumnName) -> Option<usize> {
        let found = self.columns.iter().position(|column| column.name == name.as_str());
        self.needed.extend(found);
        found
    }

    /// The index of a column. 0 if it is missing: then there is a fault, and the
    /// binding is not made.
    fn required(&mut self, name: &ColumnName) -> usize {
        let found = self.found(name);
        if found.is_none() && !self.missing.contains(name) {
            self.missing.push(name.clone());
        }
        found.unwrap_or(0)
    }

    fn optional(&mut self, column: &OptionalColumn) -> Option<usize> {
        if column.required { Some(self.required(&column.column)) } else { self.found(&column.column) }
    }
}
