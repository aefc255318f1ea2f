//! Looks at the files of an extract as parts of one table: none twice, all with the
//! same set of columns, each bound to the plan by name. Reads no record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::companions::companion;
use super::open::FileReading;
use super::turns::WaitingInput;
use crate::engine::bind::BindFault;
use crate::engine::bind::fit::PlanFit;
use crate::engine::fault::{DescribedBy, EngineError, InputFault, InputFaultKind};
use crate::engine::port::{Extent, InputEvidence, Source, SourceColumn};
use crate::format::io::file::{self, InputFile};
use crate::format::io::opening::shown;
use crate::identifier::key::MasterKey;
use crate::policy::plan::Plan;
use crate::release::error::ReleaseError;
use crate::suppression::SuppressionList;

/// One file, looked at and bound.
pub(crate) struct BoundInput {
    pub(crate) content: InputContent,
    pub(crate) path: PathBuf,
    /// The file's own name, without its folder.
    pub(crate) name: String,
    /// How many records a companion file says there are.
    pub(crate) declared_records: Option<u64>,
}

/// What is known of a file before it is read.
pub(crate) enum InputContent {
    /// It is still to be read, with the fit of this index.
    Waiting { waiting: WaitingInput, fit: usize },
    /// It has no record, as its format says, or no byte. What it is was read already.
    Empty(InputEvidence),
}

/// What all inputs have in common.
pub(crate) struct BoundInputs {
    pub(crate) reading: FileReading,
    pub(crate) files: Vec<BoundInput>,
    /// One for each order of the columns; the first is that of the first file.
    pub(crate) fits: Vec<PlanFit>,
    pub(crate) extent: Extent,
    pub(crate) columns_in: usize,
    /// Names of the columns the policy does not list, where they look like
    /// names, else their positions.
    pub(crate) not_listed: Vec<String>,
    /// Names of the columns of which the policy uses no cell, where they look like
    /// names.
    pub(crate) unused: Vec<String>,
}

/// Looks at every file and binds it.
pub(crate) fn open_all(
    plan: &Plan,
    paths: &[PathBuf],
    block_bytes: Option<usize>,
    key: Option<&MasterKey>,
    lists: &[Arc<SuppressionList>],
    target: Option<&Path>,
) -> Result<BoundInputs, ReleaseError> {
    let reading = FileReading::of_extract(plan, lists, block_bytes);
    let may_be_empty = reading.may_be_empty();
    let mut last: Option<Arc<[SourceColumn]>> = None;
    let mut waits = 0;
    // The columns that an empty file declares.
    let mut declared: Vec<(Arc<str>, Vec<SourceColumn>)> = Vec::new();
    let mut identities = BTreeSet::new();
    let mut files: Vec<BoundInput> = Vec::with_capacity(paths.len());
    // The columns of each fit.
    let mut bound: Vec<Arc<[SourceColumn]>> = Vec::new();
    let mut fits: Vec<PlanFit> = Vec::new();
    let (mut not_listed, mut unused) = (Vec::new(), Vec::new());
    let mut extent = Extent { bytes: Some(0), records: Some(0) };
    for path in paths {
        let name: Arc<str> = shown(path).to_string().into();
        let fault = |kind| ReleaseError::Input(InputFault::file(kind, &name));
        if let Some(target) = target
            && path.canonicalize().is_ok_and(|path| target.canonicalize().is_ok_and(|target| path.starts_with(target)))
        {
            return Err(fault(InputFaultKind::SameFile));
        }
        let identity = file::identity(path);
        let source = match open_unless_empty(&reading, path, &name)? {
            Some(source) if may_be_empty && source.extent().records == Some(0) => {
                declared.push((Arc::clone(&name), source.columns().to_vec()));
                None
            }
            source => source,
        };
        let lines_before = source.as_ref().and_then(|source| source.lines_before_header());
        let identity = identity.map_err(ReleaseError::io("look at", path))?;
        if !identities.insert(identity) {
            return Err(fault(InputFaultKind::DuplicateInput));
        }
        let declared_records = declared_records(path)?;
        let own_name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let Some(source) = source else {
            let content = InputContent::Empty(InputFile::open_even_empty(path, &name)?.evidence()?);
            files.push(BoundInput { content, path: path.clone(), name: own_name, declared_records });
            continue;
        };
        let (own, is_fixed) = (source.extent(), source.has_fixed_columns());
        let waiting = WaitingInput::new(path.clone(), source, waits, last.as_ref())?;
        waits += 1;
        last = Some(Arc::clone(waiting.columns()));
        let known = bound.iter().position(|known| *known == *waiting.columns());
        let fit = known.unwrap_or(fits.len());
        if known.is_none() {
            let own = PlanFit::new(plan, waiting.columns(), &name, key, lists)
                .map_err(|faults| BindFault::with_lines_before(faults, lines_before))
                .map_err(|faults| ReleaseError::Bind { file: name.to_string(), faults })?;
            if let (Some(columns), Some(first)) = (bound.first(), fits.first()) {
                let are_same = !is_fixed || names(columns) == names(waiting.columns());
                if !are_same || first.output() != own.output() {
                    return Err(fault(InputFaultKind::ColumnSetDiffers));
                }
            } else {
                unused = unused_by_name(&own, waiting.columns());
                not_listed = listed_by_name_or_place(&own, waiting.columns());
            }
            bound.push(Arc::clone(waiting.columns()));
            fits.push(own);
        }
        let add = |sum: Option<u64>, more: Option<u64>| Some(sum? + more?);
        extent = Extent { bytes: add(extent.bytes, own.bytes), records: add(extent.records, own.records) };
        let content = InputContent::Waiting { waiting, fit };
        files.push(BoundInput { content, path: path.clone(), name: own_name, declared_records });
    }
    match (bound.first(), paths.first()) {
        (None, Some(path)) => return Err(no_record(&shown(path).to_string().into())),
        (first, _) => {
            // Their types say nothing: who wrote them had no value to go by.
            let differs = |(_, own): &&(_, Vec<SourceColumn>)| first.is_some_and(|first| names(first) != names(own));
            if let Some((name, _)) = declared.iter().find(differs) {
                return Err(ReleaseError::Input(InputFault::file(InputFaultKind::ColumnSetDiffers, name)));
            }
        }
    }
    let columns_in = bound.first().map_or(0, |columns| columns.len());
    Ok(BoundInputs { reading, files, fits, extent, columns_in, not_listed, unused })
}

/// Opens a file; `None` if it has no byte, or nothing where its first record should
/// be, and the policy lets a file be empty.
pub(crate) fn open_unless_empty(
    reading: &FileReading,
    path: &Path,
    name: &Arc<str>,
) -> Result<Option<Box<dyn Source>>, ReleaseError> {
    match reading.open(path, name) {
        Err(EngineError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput && reading.may_be_empty() => {
            Ok(None)
        }
        opened => Ok(Some(opened?)),
    }
}

/// The fault of files none of which has a record.
pub(crate) fn no_record(first: &Arc<str>) -> ReleaseError {
    ReleaseError::Input(InputFault::file(InputFaultKind::EmptyInput, first))
}

fn names(columns: &[SourceColumn]) -> BTreeSet<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}

/// A header cell may be somebody's data when a file has no header, so only what
/// looks like a name is written down.
fn looks_like_a_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_ .-".contains(&byte))
}

fn unused_by_name(fit: &PlanFit, columns: &[SourceColumn]) -> Vec<String> {
    let unused = fit.unused(columns.len()).filter_map(|place| columns.get(place));
    unused.filter(|column| looks_like_a_name(&column.name)).map(|column| column.name.clone()).collect()
}

fn listed_by_name_or_place(fit: &PlanFit, columns: &[SourceColumn]) -> Vec<String> {
    fit.unlisted()
        .iter()
        .map(|&place| match columns.get(place) {
            Some(column) if looks_like_a_name(&column.name) => column.name.clone(),
            _ => format!("column {}", place + 1),
        })
        .collect()
}

/// `FILE.count` beside a file: how many records its sender says it has. A file
/// cut exactly between two compressed members cannot be noticed otherwise.
pub(crate) fn declared_records(path: &Path) -> Result<Option<u64>, ReleaseError> {
    let Some(found) = companion(path, "count")? else { return Ok(None) };
    let declared = found.text.and_then(|text| text.parse().ok());
    declared.map(Some).ok_or_else(|| {
        let name: Arc<str> = shown(&found.path).to_string().into();
        ReleaseError::Input(InputFault::file(InputFaultKind::UnreadableCount, &name))
    })
}

/// Whether a file has as many records as it should have, where that is said.
pub(crate) fn check_count(declared: Option<u64>, found: u64, name: &Arc<str>) -> Result<(), ReleaseError> {
    match declared {
        Some(declared) if declared != found => Err(ReleaseError::Input(InputFault::count(name, declared, found))),
        _ => Ok(()),
    }
}

impl ReleaseError {
    /// The same, of a file that another table of the policy describes.
    pub(crate) fn in_file_described_by(mut self, table: &DescribedBy) -> Self {
        match &mut self {
            Self::Input(fault) => fault.described_by = table.clone(),
            Self::Bind { faults, .. } => {
                for fault in faults {
                    if let BindFault::Input(fault) = fault {
                        fault.described_by = table.clone();
                    }
                }
            }
            _ => {}
        }
        self
    }
}
