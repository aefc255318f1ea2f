//! Runs the command and searches everything it leaves or shows: while it runs, the
//! partial folder, the files it holds open, its arguments and environment;
//! afterwards both folders, stdout and stderr.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::Arc;

use scant::internals::{BLOCK_BYTES, Dialect, View, Wanted, open};

use super::search::Search;
use crate::kit::{names_in, scant};

/// Runs the command in `folder` and searches what it shows on the way. What
/// waits in the partial folder may hold the cells of `keep` columns. `meanwhile`
/// is called again and again while it runs.
pub fn run_watched(
    folder: &Path,
    arguments: &[&str],
    search: &mut Search,
    mut meanwhile: impl FnMut(&Child),
) -> Output {
    let mut command = scant();
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    // The pipes are read at the end: what is said fits into them.
    while child.try_wait().unwrap().is_none() {
        look_into(folder, child.id(), &mut seen);
        meanwhile(&child);
    }
    let output = child.wait_with_output().unwrap();
    for (name, bytes) in seen {
        if name.contains("partial-") { search.data(&name, &bytes) } else { search.sink(&name, &bytes) }
    }
    search.sink("stdout", &output.stdout);
    search.sink("stderr", &output.stderr);
    output
}

/// Keeps the longest version of everything that can be seen of a run just now.
fn look_into(folder: &Path, process: u32, seen: &mut BTreeMap<String, Vec<u8>>) {
    let mut keep = |name: String, bytes: std::io::Result<Vec<u8>>| {
        // What has gone meanwhile, or is closed to us, is not seen by others.
        if let Ok(bytes) = bytes
            && seen.get(&name).is_none_or(|before| before.len() < bytes.len())
        {
            seen.insert(name, bytes);
        }
    };
    let process = Path::new("/proc").join(process.to_string());
    for name in ["cmdline", "environ", "comm", "status"] {
        keep(name.to_owned(), fs::read(process.join(name)));
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(".partial-") {
            files_below(&entry.path(), "", &mut |name, path| keep(format!("partial-{name}"), fs::read(path)));
        }
    }
    // Files without a name are still files, for whoever may look.
    for entry in fs::read_dir(process.join("fd")).into_iter().flatten().flatten() {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        if target.to_string_lossy().contains(".partial-") {
            let name = entry.file_name().to_string_lossy().into_owned();
            keep(format!("partial-open-{name}"), fs::read(entry.path()));
        }
    }
}

fn files_below(folder: &Path, prefix: &str, found: &mut dyn FnMut(String, &Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files_below(&entry.path(), &format!("{name}/"), found);
        } else {
            found(name, &entry.path());
        }
    }
}

/// Searches every file in the folder but the inputs themselves; returns how many
/// data files there were.
pub fn search_left(folder: &Path, inputs: &[&str], search: &mut Search) -> usize {
    let mut data = 0;
    for name in names_in(folder).iter().filter(|name| !inputs.contains(&name.as_str())) {
        // A name is a sink, too.
        search.sink("a name", name.as_bytes());
        let path = folder.join(name);
        if path.is_file() {
            search.sink(name, &fs::read(&path).unwrap());
            continue;
        }
        files_below(&path, &format!("{name}/"), &mut |name, path| {
            search.sink("a name", name.as_bytes());
            let bytes = fs::read(path).unwrap();
            if name.contains("/data/") {
                data += 1;
                search.data(&name, &bytes);
                let cells = cells_of(path);
                assert!(!cells.is_empty(), "{name}");
                search.data(&format!("the cells of {name}"), cells.join("\n").as_bytes());
            } else {
                search.sink(&name, &bytes);
            }
        });
    }
    data
}

/// Every cell of a delivered file, read back by scant: pages decompressed.
fn cells_of(path: &Path) -> Vec<String> {
    let name: Arc<str> = "the delivery".into();
    let mut source = open(path, &name, &Dialect::default(), BLOCK_BYTES).unwrap();
    let columns: Vec<usize> = (0..source.columns().len()).collect();
    let parser = source.parser();
    let mut out: Vec<String> = source.columns().iter().map(|column| column.name.clone()).collect();
    while let Some(mut ticket) = source.next_block().unwrap() {
        let parsed = parser.parse(&mut ticket, &columns).unwrap();
        for column in &columns {
            let mut cells = Vec::new();
            parsed.rows.gather(*column, Wanted::Run(0..parsed.rows.len()), View::Raw, &mut cells);
            out.extend(cells.into_iter().flatten().map(str::to_owned));
        }
    }
    out
}
