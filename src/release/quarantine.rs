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

/// How many places the file lists; the account counts them all. And how many
/// malformed records are read where fewer are allowed: a few kilobytes can
/// decompress to billions of them.
pub(super) const PLACES_LISTED: u64 = 100_000;

/// The file, and its first few places.
pub(super) struct QuarantineFile {
    taken: Arc<Mutex<Taken>>,
}

struct Taken {
    out: BufWriter<File>,
    first: Vec<String>,
    places: u64,
    /// How many there may be before the run gives up.
    limit: u64,
}

impl QuarantineFile {
    /// Starts the file. `allowed`: malformed records and rows that may be.
    pub(super) fn new(file: File, allowed: u64) -> Result<Self, ReleaseError> {
        let mut out = BufWriter::new(file);
        writeln!(out, "file,record,byte_offset,length,reason,column")
            .map_err(ReleaseError::io("write", Path::new("quarantine.csv")))?;
        let taken = Taken { out, first: Vec::new(), places: 0, limit: allowed.max(PLACES_LISTED) };
        Ok(Self { taken: Arc::new(Mutex::new(taken)) })
    }

    /// What takes the places.
    pub(super) fn sink(&mut self) -> impl FnMut(&Arc<str>, u64, &Quarantined) -> io::Result<()> + Send + use<> {
        let taken = Arc::clone(&self.taken);
        move |file, record, bad| taken.lock().map_err(|_| io::Error::other("poisoned"))?.take(file, record, bad)
    }

    /// What a failed reading comes to: where it failed because there were too many
    /// malformed records, that.
    pub(super) fn judge(&self, error: ReleaseError, allowed: u64) -> ReleaseError {
        let Ok(mut taken) = self.taken.lock() else { return error };
        let limit = taken.limit;
        match error {
            ReleaseError::Io { .. } if taken.places > limit => {
                ReleaseError::MalformedWithoutEnd { limit, allowed, first: std::mem::take(&mut taken.first) }
            }
            other => other,
        }
    }

    /// Makes the file durable; gives the first few places.
    pub(super) fn finish(self) -> Result<Vec<String>, ReleaseError> {
        let path = Path::new("quarantine.csv");
        let mut taken = self.taken.lock().map_err(|_| ReleaseError::Bug { step: "quarantine" })?;
        taken.out.flush().map_err(ReleaseError::io("write", path))?;
        taken.out.get_ref().sync_all().map_err(ReleaseError::io("make durable", path))?;
        Ok(std::mem::take(&mut taken.first))
    }
}

impl Taken {
    /// Takes a place; they come in the order of the files, whatever the threads.
    fn take(&mut self, file: &str, record: u64, bad: &Quarantined) -> io::Result<()> {
        if self.first.len() < PLACES_SHOWN {
            self.first.push(place(file, record, bad));
        }
        self.places += 1;
        if self.places > self.limit {
            return Err(io::Error::other("too many malformed records"));
        }
        if self.places > PLACES_LISTED {
            return Ok(());
        }
        let column = bad.column.map_or_else(String::new, |column| column.to_string());
        let file = file.replace('"', "\"\"");
        writeln!(self.out, "\"{file}\",{record},{},{},{},{column}", bad.offset, bad.length, bad.fault)
    }
}
