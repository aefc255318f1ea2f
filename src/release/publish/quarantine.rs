//! `quarantine.csv`: where malformed records are, without their content.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::engine::port::Quarantined;
use crate::release::error::ReleaseError;

/// How many malformed records an error lists.
pub(crate) const PLACES_SHOWN: usize = 5;

/// Where a malformed record is, as an error says it.
pub(crate) fn place(file: &str, record: u64, bad: &Quarantined) -> String {
    let column = bad.column.map_or_else(String::new, |column| format!(", column {column}"));
    format!("{file} record {record}{column}: {}", bad.fault.words())
}

/// How many records the file lists; the account counts them all.
const PLACES_LISTED: u64 = 100_000;

/// Collects the positions of malformed records: the first few for errors, and all
/// in a file if there is one.
pub(crate) struct Quarantine {
    taken: Arc<Mutex<QuarantineState>>,
}

struct QuarantineState {
    out: Option<BufWriter<File>>,
    first: Vec<String>,
    listed: u64,
}

impl Quarantine {
    /// Also lists them in `file`, which gets its header here.
    pub(crate) fn in_file(file: File) -> Result<Self, ReleaseError> {
        let mut out = BufWriter::new(file);
        writeln!(out, "file,record,byte_offset,length,reason,column")
            .map_err(ReleaseError::io("write", Path::new("quarantine.csv")))?;
        Ok(Self::new(Some(out)))
    }

    /// Keeps only what an error shows.
    pub(crate) fn without_file() -> Self {
        Self::new(None)
    }

    fn new(out: Option<BufWriter<File>>) -> Self {
        Self { taken: Arc::new(Mutex::new(QuarantineState { out, first: Vec::new(), listed: 0 })) }
    }

    /// The function that collects them.
    pub(crate) fn sink(&self) -> impl FnMut(&Arc<str>, u64, &Quarantined) -> io::Result<()> + Send + use<> {
        let taken = Arc::clone(&self.taken);
        move |file, record, bad| taken.lock().map_err(|_| io::Error::other("poisoned"))?.take(file, record, bad)
    }

    /// The same error, with the first few positions if it is about malformed
    /// records.
    pub(crate) fn show_places(&self, error: ReleaseError) -> ReleaseError {
        match (error, self.taken.lock()) {
            (ReleaseError::MalformedWithoutEnd { limit, allowed, .. }, Ok(taken)) => {
                ReleaseError::MalformedWithoutEnd { limit, allowed, first: taken.first.clone() }
            }
            (other, _) => other,
        }
    }

    /// Makes the file durable; returns the first few positions.
    pub(crate) fn finish(self) -> Result<Vec<String>, ReleaseError> {
        let path = Path::new("quarantine.csv");
        let mut taken = self.taken.lock().map_err(|_| ReleaseError::Bug { step: "quarantine" })?;
        if let Some(out) = &mut taken.out {
            out.flush().map_err(ReleaseError::io("write", path))?;
            out.get_ref().sync_all().map_err(ReleaseError::io("make durable", path))?;
        }
        Ok(std::mem::take(&mut taken.first))
    }
}

impl QuarantineState {
    /// Adds a record. They come in the order of the files, with any number of
    /// threads.
    fn take(&mut self, file: &str, record: u64, bad: &Quarantined) -> io::Result<()> {
        if self.first.len() < PLACES_SHOWN {
            self.first.push(place(file, record, bad));
        }
        let Some(out) = self.out.as_mut().filter(|_| self.listed < PLACES_LISTED) else { return Ok(()) };
        self.listed += 1;
        let column = bad.column.map_or_else(String::new, |column| column.to_string());
        let file = file.replace('"', "\"\"");
        writeln!(out, "\"{file}\",{record},{},{},{},{column}", bad.offset, bad.length, bad.fault)
    }
}
