//! The archive that a workbook is: its parts by name, and how much XML each may
//! become. Nothing is decompressed beyond a limit, whatever the archive declares.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::engine::fault::InputFaultKind as Kind;

/// The most bytes of a part that holds cells or their texts.
pub(super) const MOST_BYTES: u64 = 512 << 20;
/// The most bytes of a part that says how the others are to be read.
pub(super) const MOST_BYTES_OF_OTHERS: u64 = 8 << 20;
/// More parts than any workbook has.
const MOST_PARTS: usize = 1 << 16;

/// A workbook's archive.
pub(super) struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// The names of the parts, by what they are when capitals and the two slashes are
    /// not told apart.
    names: BTreeMap<String, String>,
}

impl<'b> Archive<'b> {
    /// Reads the directory of the archive.
    ///
    /// # Errors
    /// When there is none, or when two parts have one name.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Kind> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Kind::CorruptFile)?;
        if zip.len() > MOST_PARTS {
            return Err(Kind::CorruptFile);
        }
        let mut names = BTreeMap::new();
        for name in zip.file_names() {
            let name = name.map_err(|_| Kind::CorruptFile)?;
            if names.insert(loose(&name), name.to_string()).is_some() {
                return Err(Kind::CorruptFile);
            }
        }
        Ok(Self { zip, names })
    }

    /// Gives `take` every event of a part of at most `most` bytes. Whether there is
    /// such a part.
    ///
    /// # Errors
    /// What `take` says, and everything that is wrong with the part.
    pub(super) fn each_event(
        &mut self,
        part: &str,
        most: u64,
        take: &mut dyn FnMut(&Event<'_>) -> Result<(), Kind>,
    ) -> Result<bool, Kind> {
        let Some(name) = self.names.get(&loose(part)) else { return Ok(false) };
        let is_exceeded = Cell::new(false);
        let entry = self.zip.by_name(name).map_err(|_| Kind::CorruptFile)?;
        if entry.encrypted() {
            return Err(Kind::Unsupported);
        }
        let bounded = BoundedReader { inner: entry, left: most, is_exceeded: &is_exceeded };
        let mut xml = Reader::from_reader(BufReader::new(bounded));
        xml.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Eof) => return Ok(true),
                Ok(event) => take(&event)?,
                Err(_) if is_exceeded.get() => return Err(Kind::SheetTooLarge),
                Err(_) => return Err(Kind::CorruptFile),
            }
        }
    }
}

/// A name in which capitals and the two slashes are not told apart.
fn loose(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

/// Reads no more than so many bytes, and says where there would be more.
struct BoundedReader<'l, R> {
    inner: R,
    left: u64,
    is_exceeded: &'l Cell<bool>,
}

impl<R: Read> Read for BoundedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let Some(left) = self.left.checked_sub(read as u64) else {
            self.is_exceeded.set(true);
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.left = left;
        Ok(read)
    }
}

/// The value of an attribute that an element has under a name, prefix aside; as it is
/// written, escapes and all.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Kind> {
    find(element, |attribute| attribute.key.local_name().as_ref() == name)
}

/// The same of the one without a prefix.
pub(super) fn own_attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Kind> {
    find(element, |attribute| attribute.key.as_ref() == name)
}

fn find(element: &BytesStart<'_>, is_it: impl Fn(&Attribute<'_>) -> bool) -> Result<Option<String>, Kind> {
    let mut found = None;
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| Kind::CorruptFile)?;
        if is_it(&attribute) {
            found = Some(attribute.value.into_owned());
        }
    }
    Ok(found)
}

/// Whether an attribute of two values is set.
pub(super) fn is_set(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true" | "on"))
}
