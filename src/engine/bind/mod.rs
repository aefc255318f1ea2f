//! Binds a plan to the columns of one source, by name, in any order.

pub(crate) mod consent_log;
pub(super) mod echo;
pub(crate) mod fault;
pub(crate) mod fit;
mod row_rules;
pub(crate) mod selection;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bind::echo::BoundEcho;
pub use super::bind::fault::BindFault;
use super::bind::fit::PlanFit;
use super::bind::row_rules::BoundRules;
use super::bind::selection::of_the_record;
use super::fault::{InputFault, InputFaultKind};
use super::port::{OutputColumn, SourceColumn};
use super::spill::row_codec::{CellKind, RowLayout};
use crate::identifier::day_reader::DayReader;
use crate::identifier::form::Form;
use crate::identifier::key::MasterKey;
use crate::model::column_type::ColumnType;
use crate::model::name::{ColumnName, OutputName};
use crate::model::time::date::DateFormat;
use crate::policy::plan::{ColumnDecision, ColumnRule, OnUnreadable, Plan, RowOrder, Unlisted};
use crate::privacy::models::t_closeness::ValueOrder;
use crate::row_rule::{Reads, RowRule, View};
use crate::suppression::{Suppression, SuppressionList};
use crate::transform::derived::Derivation;
use crate::transform::keep::keep;
use crate::transform::shared::pattern::Pattern;
use crate::transform::{BuildContext, ColumnTransform, Inapplicable};

/// A column as a row rule reads it. The cells are read once for all rules that
/// share the slot.
pub(super) struct Slot {
    pub(super) source: usize,
    pub(super) view: View,
}

/// A row rule and its slots, in the order of its columns.
pub(super) struct BoundRule {
    pub(super) rule: Box<dyn RowRule>,
    pub(super) slots: Vec<usize>,
}

/// The lists and their slots.
pub(super) struct BoundLists {
    pub(super) rule: Suppression,
    pub(super) slots: Vec<usize>,
}

/// A delivered column.
pub(super) struct BoundColumn {
    pub(super) source: usize,
    pub(super) transform: Box<dyn ColumnTransform>,
    pub(super) pattern: Option<Pattern>,
    pub(super) on_unreadable: OnUnreadable,
    pub(super) name: ColumnName,
    /// Whether it is kept unchanged: then some of its cells are examined for their
    /// shape.
    pub(super) is_kept: bool,
    /// Whether its action reads whose record a cell is in.
    pub(super) reads_subject: bool,
}

/// A column made from several.
pub(super) struct BoundDerivation {
    pub(super) sources: Vec<usize>,
    pub(super) derivation: Box<dyn Derivation>,
}

/// A plan bound to one source.
pub struct Binding {
    pub(super) subject: usize,
    /// How the cells of the subject are read.
    pub(super) subject_form: Form,
    pub(super) slots: Vec<Slot>,
    /// Judged before the rules, for every record.
    pub(super) lists: BoundLists,
    pub(super) rules: Vec<BoundRule>,
    /// Indices of the policy's own reasons that concern one record alone.
    pub(super) of_the_record: Vec<u8>,
    pub(super) columns: Vec<BoundColumn>,
    pub(super) derived: Vec<BoundDerivation>,
    /// What delivered texts are searched for, if the policy asks for that.
    pub(super) echo: Option<BoundEcho>,
    pub(super) needed: Vec<usize>,
    pub(super) layout: RowLayout,
    output: Vec<OutputColumn>,
}

impl Binding {
    /// How the cells of delivered columns are held, by position.
    pub(crate) fn kinds_of(&self, positions: &[usize]) -> Vec<CellKind> {
        positions
            .iter()
            .filter_map(|position| self.output.get(*position))
            .map(|own| CellKind::of(own.column_type))
            .collect()
    }

    /// The columns of the delivery.
    #[must_use]
    pub fn output(&self) -> &[OutputColumn] {
        &self.output
    }
}

impl PlanFit {
    /// Fits `plan` to the columns of `file`. `lists` are those of the plan, read
    /// already.
    ///
    /// # Errors
    /// Every [`BindFault`] at once.
    pub fn new(
        plan: &Plan,
        columns: &[SourceColumn],
        file: &Arc<str>,
        key: Option<&MasterKey>,
        lists: &[Arc<SuppressionList>],
    ) -> Result<Self, Vec<BindFault>> {
        let mut binder = Binder {
            plan,
            columns,
            file,
            key,
            faults: Vec::new(),
            named: BTreeSet::new(),
            read: BTreeSet::new(),
            slots: Vec::new(),
        };
        let subject = binder.position(&plan.extract.subject);
        for list in &plan.consent.lists {
            for (column, format) in list.dated_columns() {
                binder.check_dates(column, format);
            }
        }
        let lists = Suppression::new(lists, |column| binder.type_of(column));
        let lists = BoundLists { slots: binder.slots(lists.reads()), rule: lists };
        let (rules, log_gate) = binder.rules();
        let bound: Vec<BoundColumn> = plan
            .columns
            .iter()
            .filter_map(|rule| {
                // A dropped column must exist, but its cells are not read.
                let Some(_) = &rule.output else { return binder.named(&rule.name).and(None) };
                let position = binder.position(&rule.name)?;
                binder.column(rule, position)
            })
            .collect();
        let derived: Vec<BoundDerivation> =
            (0..plan.derived.len()).filter_map(|index| binder.derivation(index)).collect();
        let unlisted = binder.unlisted();
        let echo = binder.echo(&bound);
        binder.finish(subject, lists, (rules, log_gate), (bound, derived, echo), unlisted)
    }
}

struct Binder<'a> {
    plan: &'a Plan,
    columns: &'a [SourceColumn],
    file: &'a Arc<str>,
    key: Option<&'a MasterKey>,
    faults: Vec<BindFault>,
    /// Indices of the columns that the policy names; `read`: of those whose cells
    /// are read.
    named: BTreeSet<usize>,
    read: BTreeSet<usize>,
    slots: Vec<Slot>,
}

impl Binder<'_> {
    /// The index of a column whose cells are read; a fault if it is missing, or of
    /// a type that cannot be read.
    fn position(&mut self, name: &ColumnName) -> Option<usize> {
        let position = self.named(name)?;
        if let Some(textless) = self.columns.get(position).and_then(|column| column.without_text)
            && !self.read.contains(&position)
        {
            let fault = InputFault::file(InputFaultKind::UnsupportedType, self.file).about(name.as_str());
            self.faults.push(fault.without_text(textless).into());
        }
        self.read.insert(position);
        Some(position)
    }

    /// The index of a column; a fault if it is missing.
    fn named(&mut self, name: &ColumnName) -> Option<usize> {
        let found = self.columns.iter().position(|column| column.name == name.as_str());
        if let Some(position) = found {
            self.named.insert(position);
        } else {
            let fault = InputFault::file(InputFaultKind::MissingColumn, self.file).about(name.as_str());
            if !self.faults.contains(&BindFault::Input(fault.clone())) {
                self.faults.push(BindFault::Input(fault));
            }
        }
        found
    }

    /// The type of a column. Adds no fault for a missing one: `named` does.
    fn type_of(&self, name: &ColumnName) -> ColumnType {
        let found = self.columns.iter().find(|column| column.name == name.as_str());
        found.map_or(ColumnType::Text, |column| column.column_type)
    }

    /// How the cells of the subject are read.
    fn subject_form(&self) -> Form {
        let extract = &self.plan.extract;
        extract.subject_form.clone().of_type(self.type_of(&extract.subject))
    }

    /// How the days of a column are read.
    fn days(&mut self, name: &ColumnName, format: &DateFormat) -> DayReader {
        self.check_dates(name, format);
        DayReader::new(format, self.type_of(name))
    }

    /// A fault where a column cannot hold dates of this format.
    fn check_dates(&mut self, name: &ColumnName, format: &DateFormat) {
        if let Some(fault) = Inapplicable::of_dates(format, self.type_of(name)) {
            self.faults.push(BindFault::Inapplicable { column: name.clone(), start: 0, fault });
        }
    }

    fn rule(&mut self, rule: Box<dyn RowRule>) -> BoundRule {
        BoundRule { slots: self.slots(rule.reads()), rule }
    }

    fn slots(&mut self, wanted: &[Reads]) -> Vec<usize> {
        let mut slots = Vec::new();
        for reads in wanted {
            let Some(source) = self.position(&reads.column) else { continue };
            let known = self.slots.iter().position(|slot| slot.source == source && slot.view == reads.view);
            slots.push(known.unwrap_or_else(|| {
                self.slots.push(Slot { source, view: reads.view });
                self.slots.len() - 1
            }));
        }
        slots
    }

    fn column(&mut self, rule: &ColumnRule, source: usize) -> Option<BoundColumn> {
        let input = self.columns[source].column_type;
        let plan = self.plan;
        let transform = match &rule.decision {
            ColumnDecision::Drop => return None,
            ColumnDecision::Keep { .. } => Ok(keep(input)),
            ColumnDecision::Transform(spec) => {
                let recipient = &plan.release.recipient;
                let context = BuildContext::new(plan.as_of, &rule.date_format, input, self.key, recipient);
                let context = context.in_region(plan.extract.subject_form.region()).with_numbers(rule.numbers);
                spec.action().build(&context)
            }
        };
        match transform {
            Ok(transform) => Some(BoundColumn {
                source,
                reads_subject: transform.reads_subject(),
                transform,
                pattern: rule.pattern.clone(),
                on_unreadable: rule.on_unreadable,
                name: rule.name.clone(),
                is_kept: matches!(rule.decision, ColumnDecision::Keep { .. }),
            }),
            Err(fault) => {
                let (column, start) = (rule.name.clone(), rule.place.start);
                self.faults.push(BindFault::Inapplicable { column, start, fault });
                None
            }
        }
    }

    fn derivation(&mut self, index: usize) -> Option<BoundDerivation> {
        let rule = &self.plan.derived[index];
        let sources: Option<Vec<usize>> = rule.spec.reads().iter().map(|name| self.position(name)).collect();
        let sources = sources?;
        let plan = self.plan;
        let columns = self.columns;
        let cells_of = |name: &ColumnName| {
            let index = rule.spec.reads().iter().position(|read| read == name).unwrap_or(0);
            let context = BuildContext::new(
                plan.as_of,
                &rule.date_formats[index],
                columns[sources[index]].column_type,
                None,
                &plan.release.recipient,
            );
            context.days(rule.spec.word())
        };
        match rule.spec.build(plan.as_of, cells_of) {
            Ok(derivation) => Some(BoundDerivation { sources, derivation }),
            Err(fault) => {
                let column = rule.spec.reads().first()?.clone();
                self.faults.push(BindFault::Inapplicable { column, start: 0, fault });
                None
            }
        }
    }

    /// Columns that the policy does not name.
    fn unlisted(&mut self) -> Vec<usize> {
        let unlisted: Vec<usize> = (0..self.columns.len()).filter(|position| !self.named.contains(position)).collect();
        if let (Unlisted::Refuse, Some(&first)) = (self.plan.extract.unlisted, unlisted.first()) {
            // By number, not by name: in a file without a header the name is data.
            let column = u32::try_from(first + 1).unwrap_or(u32::MAX);
            let fault = InputFault::file(InputFaultKind::UnknownColumn, self.file).at_column(column);
            self.faults.push(fault.into());
        }
        unlisted
    }

    /// A fault for each sensitive column whose values have no order of their own, and
    /// the policy compares them by one.
    fn check_orders(&mut self, columns: &[BoundColumn], derived: &[BoundDerivation]) {
        let types = columns.iter().map(|column| column.transform.output_type());
        let types: Vec<ColumnType> =
            types.chain(derived.iter().map(|derived| derived.derivation.output_type())).collect();
        let names: Vec<&OutputName> = self.plan.output_names().collect();
        for rule in self.plan.privacy.iter().flat_map(|privacy| &privacy.models) {
            let Some(position) = rule.sensitive.filter(|_| rule.model.order() == Some(&ValueOrder::Natural)) else {
                continue;
            };
            let (Some(column_type), Some(name)) = (types.get(position), names.get(position)) else { continue };
            if matches!(column_type, ColumnType::Boolean | ColumnType::Text)
                && let Ok(column) = ColumnName::parse(name.as_str())
            {
                let wants = "numbers, dates or times, or an `order` of its values";
                let fault = Inapplicable::WrongType { action: rule.model.word(), wants, found: *column_type };
                self.faults.push(BindFault::Inapplicable { column, start: 0, fault });
            }
        }
    }

    fn finish(
        mut self,
        subject: Option<usize>,
        lists: BoundLists,
        (rules, log_gate): BoundRules,
        (columns, derived, echo): (Vec<BoundColumn>, Vec<BoundDerivation>, Option<BoundEcho>),
        unlisted: Vec<usize>,
    ) -> Result<PlanFit, Vec<BindFault>> {
        // None of the columns the policy needs: most likely the delimiter is
        // another one, or there is no header. One fault says that better than a
        // fault for each column.
        let missing =
            |fault: &BindFault| matches!(fault, BindFault::Input(fault) if fault.kind == InputFaultKind::MissingColumn);
        if self.named.is_empty() && self.faults.iter().any(missing) {
            let fault = InputFault::file(InputFaultKind::HeaderMismatch, self.file);
            return Err(vec![fault.into()]);
        }
        self.check_orders(&columns, &derived);
        let Some(subject) = subject.filter(|_| self.faults.is_empty()) else { return Err(self.faults) };
        let subject_form = self.subject_form();
        let plan = self.plan;
        let names = plan.columns.iter().filter_map(|rule| rule.output.clone());
        let names = names.chain(plan.derived.iter().map(|rule| rule.output.clone()));
        let types = columns.iter().map(|column| column.transform.output_type());
        let types = types.chain(derived.iter().map(|derived| derived.derivation.output_type()));
        let output: Vec<OutputColumn> =
            names.zip(types).map(|(name, column_type)| OutputColumn { name, column_type }).collect();
        let kinds = output.iter().map(|column| CellKind::of(column.column_type)).collect();
        let first = if plan.output.order == RowOrder::Pseudonym { plan.subject_pseudonym() } else { None };
        let types = self
            .named
            .iter()
            .filter_map(|&position| {
                let column = &self.columns[position];
                Some((ColumnName::parse(&column.name).ok()?, column.column_type))
            })
            .collect();
        let binding = Binding {
            subject,
            subject_form,
            slots: self.slots,
            lists,
            rules,
            of_the_record: of_the_record(self.plan),
            columns,
            derived,
            echo,
            needed: self.read.into_iter().collect(),
            layout: RowLayout::new(kinds, first).with_codes(plan.measured_columns().len() + 1),
            output,
        };
        Ok(PlanFit { binding, log_gate, unlisted, types })
    }
}
