//! Floor 10: the report for the data protection officer: documents of a delivery in, one
//! page and two tables out. It knows no files, no clock and no environment, so the same
//! documents give the same bytes.
//!
//! The page reads without a network, without scripts and on paper. Whatever the documents
//! say is text on it: escaped, with unseen characters written out. What they do not say
//! is left to be filled in, never guessed.

mod csv;
mod documents;
mod page;
mod sections;
mod text;
mod told_count;
mod words;

use askama::Template as _;

use self::documents::Documents;
use self::page::ReportPage;
use self::sections::registers::{IMPACT_HEADER, impact_assessment, record_of_processing};
use crate::manifest::delivered::claims::AccountFault;
use crate::model::digest::Digest;
pub(crate) use crate::report::words::reasons::meaning as reason_meaning;

/// The name of the page.
pub(crate) const PAGE: &str = "report.html";
/// The name of the row for the record of processing activities.
pub(crate) const RECORD_OF_PROCESSING: &str = "record-of-processing.csv";
/// The name of the extract for an impact assessment.
pub(crate) const IMPACT_ASSESSMENT: &str = "impact-assessment.csv";

/// Why there is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportFault {
    /// It is no manifest that scant would write.
    Manifest,
    /// The account is not that of the manifest.
    Account(AccountFault),
    /// A bug: the page could not be put together.
    Page,
}

/// The files of a report: names and bytes, in the order in which they are written.
pub(crate) type ReportFiles = [(&'static str, Vec<u8>); 3];

/// Makes the report of a delivery from its manifest and, where there is one, the account
/// that is kept of it, whose digest is `sha256`.
///
/// # Errors
/// A [`ReportFault`].
pub(crate) fn report(manifest: &[u8], account: Option<(&[u8], Digest)>) -> Result<ReportFiles, ReportFault> {
    let documents = Documents::read(manifest, account)?;
    let page = ReportPage::of(&documents).render().map_err(|_| ReportFault::Page)?;
    let (header, row) = record_of_processing(&documents).into_iter().map(|field| (field.name, field.answer)).unzip();
    let impact = impact_assessment(&documents).into_iter().map(|row| row.into_fields().to_vec());
    Ok([
        (PAGE, page.into_bytes()),
        (RECORD_OF_PROCESSING, csv::table(&[header, row])),
        (
            IMPACT_ASSESSMENT,
            csv::table(&std::iter::once(IMPACT_HEADER.map(str::to_owned).to_vec()).chain(impact).collect::<Vec<_>>()),
        ),
    ])
}
