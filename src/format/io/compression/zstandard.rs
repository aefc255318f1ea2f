//! Zstandard, frame by frame. The header of a frame is read here first, so that a
//! frame that wants a dictionary or too much memory is told as such.

use std::io::BufRead;

use zstd::stream::raw::{Decoder, Operation};

use super::failure::{DecompressFailure, MAX_WINDOW};
use super::stored::StoredBytes;
use crate::engine::fault::InputFaultKind;

/// Magic, descriptor, window, dictionary and content size: the longest header.
const MAX_HEADER: usize = 18;

pub(crate) struct ZstdFrames {
    decoder: Decoder<'static>,
    stored: StoredBytes,
    in_frame: bool,
}

impl ZstdFrames {
    pub(crate) fn new(stored: StoredBytes) -> Option<Self> {
        Some(Self { decoder: Decoder::new().ok()?, stored, in_frame: false })
    }

    pub(crate) fn stored(&self) -> &StoredBytes {
        &self.stored
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, DecompressFailure> {
        loop {
            if !self.in_frame && !self.next_frame()? {
                return Ok(0);
            }
            let Ok(input) = self.stored.fill_buf() else {
                return Err(self.stored.failure_or(InputFaultKind::Corrupt));
            };
            let is_at_end = input.is_empty();
            let status = self.decoder.run_on_buffers(input, buffer).map_err(|_| InputFaultKind::Corrupt)?;
            self.stored.consume(status.bytes_read);
            self.in_frame = status.remaining != 0;
            if status.bytes_written > 0 {
                return Ok(status.bytes_written);
            }
            if is_at_end && self.in_frame {
                return Err(InputFaultKind::Truncated.into());
            }
        }
    }

    /// Moves to the next frame with data; `false` at the end of the file.
    fn next_frame(&mut self) -> Result<bool, DecompressFailure> {
        loop {
            match self.stored.peek(MAX_HEADER)? {
                [] => return Ok(false),
                [0x28, 0xB5, 0x2F, 0xFD, header @ ..] => {
                    check_header(header)?;
                    self.in_frame = true;
                    return Ok(true);
                }
                // A frame to be skipped: its length, then that much.
                [0x50..=0x5F, 0x2A, 0x4D, 0x18, rest @ ..] => {
                    let length = *rest.first_chunk::<4>().ok_or(InputFaultKind::Truncated)?;
                    self.stored.skip(8 + u64::from(u32::from_le_bytes(length)))?;
                }
                _ => return Err(InputFaultKind::TrailingData.into()),
            }
        }
    }
}

/// Checks what a frame asks for, by its header behind the magic number (RFC 8878,
/// section 3.1.1.1).
fn check_header(header: &[u8]) -> Result<(), InputFaultKind> {
    let truncated = InputFaultKind::Truncated;
    let (&descriptor, rest) = header.split_first().ok_or(truncated)?;
    let is_single_segment = descriptor & 0x20 != 0;
    let (window, rest) = if is_single_segment {
        (0, rest)
    } else {
        let (&window, rest) = rest.split_first().ok_or(truncated)?;
        let base = 1u64 << (10 + (window >> 3));
        (base + base / 8 * u64::from(window & 7), rest)
    };
    let dictionary_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let (dictionary, rest) = rest.split_at_checked(dictionary_bytes).ok_or(truncated)?;
    if dictionary.iter().any(|&byte| byte != 0) {
        return Err(InputFaultKind::NeedsDictionary);
    }
    // A single segment is its own window: the size of its content.
    let size_bytes = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let window = if is_single_segment {
        let size = rest.get(..size_bytes).ok_or(truncated)?;
        size.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
    } else {
        window
    };
    if window > MAX_WINDOW { Err(InputFaultKind::WindowTooLarge) } else { Ok(()) }
}
