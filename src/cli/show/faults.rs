//! Faults of a document as people and programs are shown them: the first of them,
//! each with the line it is in where the document is surely ours.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::document::position::PlacedFault;
use crate::model::number::counted::number;

/// Who has mended so many faults runs the command again.
pub(crate) const FAULTS_SHOWN: usize = 20;
/// A program can take more, but not every line of an extract that was taken for a
/// policy.
pub(crate) const FAULTS_FOR_PROGRAMS: usize = 1_000;

/// Faults, each with the line it is in: the first of them. `texts` holds the
/// documents of which lines may be shown.
pub(crate) fn faults(faults: &[PlacedFault], texts: &[(String, String)], level: Level<'static>) -> String {
    let renderer = if crate::cli::world::wants_colour() { Renderer::styled() } else { Renderer::plain() };
    let mut shown: Vec<String> = faults
        .iter()
        .take(FAULTS_SHOWN)
        .map(|fault| {
            let title =
                if fault.path.is_empty() { fault.what.clone() } else { format!("[{}] {}", fault.path, fault.what) };
            let Some((_, text)) = texts.iter().find(|(name, _)| *name == fault.file) else {
                let hint = fault.hint.as_ref().map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
                return format!("{}:{} {title}{hint}", fault.file, fault.line);
            };
            let end = first_line_end(text, fault.start, fault.end);
            let snippet = Snippet::source(text.as_str())
                .path(fault.file.as_str())
                .annotation(AnnotationKind::Primary.span(fault.start.min(end)..end));
            let mut group = level.clone().primary_title(title).element(snippet);
            if let Some(hint) = &fault.hint {
                group = group.element(Level::HELP.message(hint.as_str()));
            }
            renderer.render(&[group])
        })
        .collect();
    shown.extend(not_shown(faults.len()));
    shown.join("\n\n")
}

/// How many of some faults are not shown, where any is not.
pub(crate) fn not_shown(faults: usize) -> Option<String> {
    let more = faults.checked_sub(FAULTS_SHOWN).filter(|more| *more > 0)?;
    Some(format!(
        "and {} more; the first {FAULTS_SHOWN} are shown, and with --json the first {}",
        number(more as u64),
        number(FAULTS_FOR_PROGRAMS as u64)
    ))
}

/// A table's span may be many lines long; its first says where it is.
fn first_line_end(text: &str, start: usize, end: usize) -> usize {
    let end = end.min(text.len());
    let rest = text.get(start..end).unwrap_or("");
    rest.find('\n').map_or(end, |newline| start + newline)
}

/// The first faults of a policy as a program reads them.
pub(crate) fn fault_documents(faults: &[PlacedFault]) -> Value {
    faults.iter().take(FAULTS_FOR_PROGRAMS).map(fault_document).collect()
}

/// A fault of a policy as a program reads it.
pub(crate) fn fault_document(fault: &PlacedFault) -> Value {
    json!({
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "path": fault.path,
        "what": fault.what,
        "hint": fault.hint,
    })
}
