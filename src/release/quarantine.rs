//! `quarantine.csv`: where malformed records stand, and no content.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::error::ReleaseError;
use crate::engine::port::Quarantined;

/// How many places of malformed records an error shows.
pub(super) const PLACES_SHOWN: usize = 5;

/// A place as an error shows it.
pub(super) fn place(file: &str, record: u64, bad: &Quarantined) -> String {
    let column = bad.column.map_or_else(String::new, |column| format!(", column {column}"));
    format!("{file} record {record}{column}: {}", bad.fault)
}

/// The file, and its first few places.
pub(super) struct QuarantineFile {
    out: Arc<Mutex<(BufWriter<File>, Vec<String>)>>,
}

impl QuarantineFile {
    /// Starts the file.
    pub(super) fn new(file: File) -> Result<Self, ReleaseError> {
        let mut out = BufWriter::new(file);
        writeln!(out, "file,record,byte_offset,length,reason,column")
            .map_err(ReleaseError::io("write", Path::new("quarantine.csv")))?;
        Ok(Self { out: Arc::new(Mutex::new((out, Vec::new()))) })
    }

    /// What takes the places.
    pub(super) fn sink(&mut self) -> impl FnMut(&Arc<str>, u64, &Quarantined) -> io::Result<()> + Send + use<> {
        let out = Arc::clone(&self.out);
        move |file, record, bad| {
            let mut guard = out.lock().map_err(|_| io::Error::other("poisoned"))?;
            let (out, places) = &mut *guard;
            if places.len() < PLACES_SHOWN {
                places.push(place(file, record, bad));
            }
            let column = bad.column.map_or_else(String::new, |column| column.to_string());
            let file = file.replace('"', "\"\"");
            writeln!(out, "\"{file}\",{record},{},{},{},{column}", bad.offset, bad.length, bad.fault)
        }
    }

    /// Makes the file durable; gives the first few places.
    pub(super) fn finish(self) -> Result<Vec<String>, ReleaseError> {
        let path = Path::new("quarantine.csv");
        let mut guard = self.out.lock().map_err(|_| ReleaseError::Bug { step: "quarantine" })?;
        guard.0.flush().map_err(ReleaseError::io("write", path))?;
        guard.0.get_ref().sync_all().map_err(ReleaseError::io("make durable", path))?;
        Ok(std::mem::take(&mut guard.1))
    }
}
