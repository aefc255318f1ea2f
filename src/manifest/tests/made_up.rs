//! Documents with every field made up, as they could be written. Their counts do
//! not balance, which does not matter to the reader.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::manifest::compare_last::{Change, ChangeReport, ComparedDelivery};
use crate::manifest::consent_log::{LogCounts, LogFileSection, LogSection};
use crate::manifest::details::ReasonPart;
use crate::manifest::document::{
    CellsSection, ColumnSection, DecisionWord, DerivedSection, Document, GuardsSection, HierarchyFile, InputSection,
    LegalBasis, ListFileSection, ListSection, ListTold, NotListedSection, OutputSection, PseudonymisationSection,
    RecordsSection, ReleaseSection, SelectionFile, SubjectsSection, ToolSection,
};
use crate::manifest::last_delivery::{LAST_FORMAT, LastDelivery, LastRecords};
use crate::manifest::minimisation::{DeliveredCells, MinimisationSection};
use crate::manifest::run_document::{RUN_FORMAT, RunDocument};
use crate::model::column_type::ColumnType;
use crate::model::digest::Digest;
use crate::model::document_ref::DocumentRef;
use crate::model::outcome::change::Portion;
use crate::model::outcome::detail::Why;
use crate::model::role::AttributeRole;
use crate::policy::plan::echo::EchoRule;
use crate::policy::plan::lists::{ListKind, OnNotComparable};

/// An endless supply of choices, used to make documents; starts again after the
/// last.
pub(super) struct Choices<'a>(std::iter::Cycle<std::slice::Iter<'a, u64>>);

impl<'a> Choices<'a> {
    pub(super) fn new(choices: &'a [u64]) -> Self {
        Self(choices.iter().cycle())
    }

    pub(super) fn count(&mut self) -> u64 {
        *self.0.next().unwrap()
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.count()).unwrap()
    }

    pub(super) fn is(&mut self) -> bool {
        self.count() % 2 == 1
    }

    pub(super) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.size() % all.len()].clone()
    }

    pub(super) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.is().then(|| make(self))
    }

    pub(super) fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.count() % 3).map(|_| make(self)).collect()
    }

    fn table<K: Ord, T>(
        &mut self,
        mut key: impl FnMut(&mut Self) -> K,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> BTreeMap<K, T> {
        self.some(|choices| (key(choices), make(choices))).into_iter().collect()
    }

    pub(super) fn text(&mut self) -> String {
        self.of(&["", "a", "delivered", "O'Neill \"x\" \\", "Zoë 東\u{1F600}", "\0\n\u{7f}\u{2028}", "1", "null"])
            .to_owned()
    }

    pub(super) fn digest(&mut self) -> Digest {
        Digest::blake3(&self.count().to_le_bytes())
    }

    fn document_ref(&mut self) -> DocumentRef {
        DocumentRef { name: self.text(), version: self.maybe(Self::text), digest: self.digest() }
    }

    fn by_reason(&mut self) -> BTreeMap<&'static str, u64> {
        self.table(|choices| choices.of(&["boolean", "ip_address", "no_place", "sentinel"]), Self::count)
    }

    fn by_fault<C>(&mut self, count: impl FnMut(&mut Self) -> C) -> BTreeMap<&'static str, C> {
        self.table(|choices| choices.of(&["BadUtf8", "Nul", "WrongType", "malformed"]), count)
    }

    fn parameters(&mut self) -> Value {
        self.of(&[json!({}), json!({ "to": "year", "edges": [-1, 0.1, 1e300], "more": { "a": null } }), json!("x")])
    }

    fn list(&mut self) -> ListTold {
        let kind = self.of(&ListKind::ALL).1;
        let on_unreadable = self.maybe(|choices| choices.of(&OnNotComparable::ALL).1);
        let (name, as_of) = (self.text(), self.maybe(Self::text));
        if self.is() {
            return ListTold::Delivered { name, kind, as_of, on_unreadable };
        }
        ListTold::Kept(Box::new(ListSection {
            name,
            kind,
            as_of,
            on_unreadable,
            files: vec![ListFileSection {
                file: self.text(),
                bytes: self.count(),
                blake3: self.digest(),
                skipped_lines: self.count() % 2,
                records: self.count(),
            }],
            records: self.count(),
            without_value: self.count(),
            unreadable: self.table(Self::text, Self::by_reason),
            undated: self.count() % 2,
            removed: self.count() % 2,
            removal_unknown: self.count() % 2,
            entries: self.count(),
            found: self.count(),
            compared: self.count(),
            incomplete: self.count() % 2,
            records_without_value: self.count(),
            not_comparable: self.table(Self::text, Self::by_reason),
            not_answered: self.maybe(Self::count),
        }))
    }

    fn consent_log(&mut self) -> LogSection {
        let file = |choices: &mut Self| LogFileSection {
            file: choices.text(),
            bytes: choices.count(),
            rows: choices.count(),
            blake3: choices.digest(),
            replacement_characters: choices.count(),
            skipped_lines: choices.count() % 2,
        };
        let counts = LogCounts {
            events: self.count(),
            concerning: self.count(),
            unreadable: self.count(),
            without_subject: self.count(),
            unreadable_subject: self.by_reason(),
            quarantined: self.by_fault(Self::count),
            subjects: self.count(),
            subjects_permitted: self.count(),
            newest: None,
        };
        LogSection { files: self.some(file), counts }
    }

    fn records<C>(&mut self, mut count: impl FnMut(&mut Self) -> C) -> RecordsSection<C> {
        let part = |choices: &mut Self| ReasonPart {
            notice: choices.maybe(Self::text),
            party: choices.maybe(Self::text),
            not_chosen: choices.is(),
            column: choices.maybe(Self::text),
            pointer: choices.maybe(Self::text),
            why: choices.maybe(|choices| choices.of(&[Why::Missing, Why::NoEvidence, Why::Implausible, Why::NotJson])),
            date_format: choices.maybe(Self::text),
            with_their_subject: choices.is(),
            records: choices.count(),
        };
        RecordsSection {
            read: self.maybe(Self::count),
            delivered: self.count(),
            quarantined: self.by_fault(&mut count),
            dropped: self.table(Self::text, &mut count),
            withheld_by_the_person: self.maybe(|choices| choices.some(Self::text)),
            dropped_with_their_subject: self.maybe(Self::count),
            details: self.maybe(|choices| choices.table(Self::text, |choices| choices.some(part))),
        }
    }

    fn cells(&mut self) -> CellsSection {
        CellsSection {
            delivered: self.count(),
            changed: self.count(),
            missing: self.count(),
            unreadable: self.by_reason(),
            suppressed: self.count(),
            echoes: self.maybe(Self::count),
        }
    }

    fn column(&mut self) -> ColumnSection {
        ColumnSection {
            source: self.text(),
            role: self.of(&AttributeRole::ALL).1,
            decision: self.of(&[DecisionWord::Drop, DecisionWord::Keep, DecisionWord::Transform]),
            action: self.maybe(Self::text),
            technique: self.text(),
            parameters: self.maybe(Self::parameters),
            output: self.maybe(Self::text),
            column_type: self.maybe(|choices| choices.of(&[ColumnType::Text, ColumnType::Year, ColumnType::Decimal])),
            cells: self.maybe(Self::cells),
            lost: self.text(),
            because: self.maybe(Self::text),
            direct_identifier_released: self.is(),
        }
    }

    fn derived(&mut self) -> DerivedSection {
        DerivedSection {
            output: self.text(),
            role: self.of(&AttributeRole::ALL).1,
            derivation: self.text(),
            parameters: self.parameters(),
            column_type: self.of(&[ColumnType::Integer, ColumnType::Boolean, ColumnType::Timestamp]),
            cells: self.maybe(Self::cells),
            lost: self.text(),
        }
    }

    fn release(&mut self) -> ReleaseSection {
        ReleaseSection {
            id: self.text(),
            controller: self.text(),
            recipient: self.text(),
            on_behalf_of: self.some(Self::text),
            purpose: self.text(),
            channel: self.maybe(Self::text),
            legal_basis: LegalBasis::Consent,
            consent_by_membership: self.maybe(Self::text),
            as_of: self.text(),
            run_on: self.maybe(Self::text),
            run_in: self.maybe(Self::text),
            erase_by: self.maybe(Self::text),
        }
    }

    fn minimisation(&mut self) -> MinimisationSection {
        let cells = |choices: &mut Self| DeliveredCells {
            kept: choices.count(),
            rewritten: choices.count(),
            removed: choices.count(),
        };
        MinimisationSection {
            columns_in: self.size(),
            columns_kept: self.size(),
            columns_rewritten: self.size(),
            columns_removed: self.size(),
            columns_out: self.size(),
            records_not_delivered: self.maybe(Self::count),
            cells_of_delivered_records: self.maybe(cells),
        }
    }

    fn guards(&mut self) -> GuardsSection {
        GuardsSection {
            min_delivered: self.count(),
            max_quarantined: self.count(),
            max_unreadable: self.text(),
            max_change: self.maybe(Self::text),
            echo: self.maybe(|choices| choices.of(&EchoRule::ALL).1),
            accepted_changes: self.some(Self::text),
        }
    }

    fn input(&mut self) -> InputSection {
        InputSection {
            file: self.text(),
            bytes: self.count(),
            records: self.count(),
            blake3: self.digest(),
            replacement_characters: self.count(),
            skipped_lines: self.count() % 2,
        }
    }

    fn output(&mut self) -> OutputSection {
        OutputSection {
            path: self.text(),
            rows: self.count(),
            bytes: self.count(),
            sha256: self.digest(),
            blake3: self.digest(),
        }
    }

    fn pseudonymisation(&mut self) -> PseudonymisationSection {
        PseudonymisationSection {
            output: self.text(),
            technique: self.text(),
            domain: self.text(),
            bits: self.count(),
            key_id: self.text(),
            normalisation: self.text(),
            normalisation_version: 1,
        }
    }

    pub(super) fn document<C>(&mut self, format: &str, mut count: impl FnMut(&mut Self) -> C) -> Document<C> {
        let selection_file = |choices: &mut Self| SelectionFile {
            rule: choices.text(),
            entries: choices.size(),
            blake3: choices.digest(),
        };
        let hierarchy_file = |choices: &mut Self| HierarchyFile {
            rule: choices.text(),
            values: choices.size(),
            blake3: choices.digest(),
        };
        Document {
            format: format.to_owned(),
            release: self.release(),
            tool: ToolSection { name: self.text(), version: self.text() },
            policy: self.document_ref(),
            register: self.document_ref(),
            provenance: self.provenance(),
            selection_files: self.some(selection_file),
            hierarchy_files: self.some(hierarchy_file),
            inputs: self.maybe(|choices| choices.some(Self::input)),
            lists: self.some(Self::list),
            consent_log: self.maybe(Self::consent_log),
            records: self.records(&mut count),
            columns: self.some(Self::column),
            derived: self.some(Self::derived),
            not_listed: NotListedSection {
                columns: self.size(),
                names: self.maybe(|choices| choices.some(Self::text)),
            },
            pseudonymisation: self.some(Self::pseudonymisation),
            primary_key: self.maybe(Self::text),
            outputs: self.some(Self::output),
            minimisation: self.minimisation(),
            privacy: self.maybe(|choices| choices.privacy(&mut count)),
            formula_guard: self.maybe(Self::is),
            formula_guard_cells: self.maybe(Self::count),
            rounded_cells: self.maybe(Self::count),
            guards: self.maybe(Self::guards),
            subjects: self
                .maybe(|choices| SubjectsSection { delivered: choices.count(), most_rows_of_one: choices.count() }),
            blinding: self.maybe(Self::text),
            account_sha256: self.maybe(Self::digest),
        }
    }

    pub(super) fn last(&mut self) -> LastDelivery {
        LastDelivery {
            format: LAST_FORMAT.to_owned(),
            policy: self.document_ref(),
            as_of: self.text(),
            manifest_sha256: self.maybe(Self::digest),
            records: LastRecords {
                read: self.count(),
                delivered: self.count(),
                quarantined: self.table(Self::text, Self::count),
                dropped: self.table(Self::text, Self::count),
            },
        }
    }

    fn change(&mut self) -> Change {
        let portion = |choices: &mut Self| Portion { count: choices.count(), of: choices.maybe(Self::count) };
        Change { what: self.text(), then: portion(self), now: portion(self), accepted: self.is() }
    }

    fn changes(&mut self) -> ChangeReport {
        let against = |choices: &mut Self| ComparedDelivery {
            as_of: choices.text(),
            policy: choices.document_ref(),
            manifest_sha256: choices.maybe(Self::digest),
        };
        ChangeReport {
            limit: self.text(),
            against: self.maybe(against),
            policy_changed: self.is(),
            compared: self.maybe(Self::count),
            beyond: self.some(Self::change),
        }
    }

    pub(super) fn run(&mut self) -> RunDocument {
        let mut seconds = || f64::from_bits(self.count() >> 2);
        let (seconds_reading, seconds_in_all) = (seconds(), seconds());
        RunDocument {
            format: RUN_FORMAT.to_owned(),
            started: self.text(),
            finished: self.text(),
            seconds_reading,
            seconds_in_all,
            threads: self.size(),
            peak_memory_bytes: self.maybe(Self::count),
            changes: self.maybe(Self::changes),
        }
    }
}
