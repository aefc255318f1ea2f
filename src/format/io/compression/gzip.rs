//! gzip, member by member, so that the end of each and what follows it is seen:
//! a reader of many members at once takes zero padding or garbage for the end.

use std::io::{ErrorKind, Read};
use std::mem;

use flate2::bufread::GzDecoder;

use super::failure::DecompressFailure;
use super::stored::StoredBytes;
use crate::engine::fault::InputFaultKind;

pub(crate) struct GzipMembers {
    member: GzDecoder<StoredBytes>,
}

impl GzipMembers {
    pub(crate) fn new(stored: StoredBytes) -> Self {
        Self { member: GzDecoder::new(stored) }
    }

    pub(crate) fn stored(&self) -> &StoredBytes {
        self.member.get_ref()
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, DecompressFailure> {
        loop {
            match self.member.read(buffer) {
                Ok(0) if !self.next_member()? => return Ok(0),
                Ok(0) => {}
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = match error.kind() {
                        ErrorKind::UnexpectedEof => InputFaultKind::Truncated,
                        _ => InputFaultKind::Corrupt,
                    };
                    return Err(self.member.get_mut().failure_or(kind));
                }
            }
        }
    }

    /// Whether another member follows; anything else may not.
    fn next_member(&mut self) -> Result<bool, DecompressFailure> {
        let stored = self.member.get_mut();
        match stored.peek(2)? {
            [] => Ok(false),
            [0x1F, 0x8B, ..] => {
                let stored = mem::take(stored);
                self.member.reset(stored);
                Ok(true)
            }
            _ => Err(InputFaultKind::TrailingData.into()),
        }
    }
}
