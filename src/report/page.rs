//! The page: its sections, and the template that lays them out.

use askama::Template;

use super::documents::Documents;
use super::sections::assessment::{AssessedRisk, knowledge, risks};
use super::sections::classes::ClassReport;
use super::sections::columns::ColumnLists;
use super::sections::guards::{GuardLine, guards};
use super::sections::head::Head;
use super::sections::provenance::ProvenanceReport;
use super::sections::records::RecordFlow;
use super::sections::registers::{ImpactRow, RecordField, impact_assessment, record_of_processing};
use super::sections::sources::SourceLists;
use super::sections::warnings::{ReportWarning, warnings};

/// The page. A section more is a field here and a line in `page/report.html`.
#[derive(Debug, Template)]
#[template(path = "report.html", config = "src/report/askama.toml")]
pub(super) struct ReportPage {
    head: Head,
    warnings: Vec<ReportWarning>,
    provenance: ProvenanceReport,
    records: RecordFlow,
    columns: ColumnLists,
    classes: ClassReport,
    sources: SourceLists,
    guards: Vec<GuardLine>,
    risks: [AssessedRisk; 3],
    knowledge: Vec<String>,
    record: Vec<RecordField>,
    impact: Vec<ImpactRow>,
}

impl ReportPage {
    pub(super) fn of(documents: &Documents) -> Self {
        Self {
            head: Head::of(documents),
            warnings: warnings(documents),
            provenance: ProvenanceReport::of(documents),
            records: RecordFlow::of(documents),
            columns: ColumnLists::of(documents),
            classes: ClassReport::of(documents),
            sources: SourceLists::of(documents),
            guards: guards(documents),
            risks: risks(documents),
            knowledge: knowledge(documents),
            record: record_of_processing(documents),
            impact: impact_assessment(documents),
        }
    }
}
