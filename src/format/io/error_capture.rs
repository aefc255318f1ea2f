//! A buffered writer that remembers why it failed, for foreign writers that turn
//! the operating system's error into their own text.

use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::fault::EngineError;

/// The writer.
pub(crate) struct ErrorCapture {
    file: BufWriter<Box<dyn Write + Send>>,
    failure: CapturedError,
}

/// Why a [`ErrorCapture`] writer failed, if it did.
#[derive(Debug, Clone, Default)]
pub(crate) struct CapturedError(Arc<Mutex<Option<io::Error>>>);

impl ErrorCapture {
    /// Watches a writer.
    pub(crate) fn new(file: Box<dyn Write + Send>) -> (Self, CapturedError) {
        let failure = CapturedError::default();
        (Self { file: BufWriter::new(file), failure: failure.clone() }, failure)
    }

    fn watch<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| {
            // An interruption is not a failure: the caller tries again.
            if error.kind() != io::ErrorKind::Interrupted {
                let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
                *self.failure.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
            }
        })
    }
}

impl CapturedError {
    /// What a failed write of `what` means: the operating system's error, or
    /// without one a bug in `step`.
    pub(crate) fn explain(&self, what: &'static str, step: &'static str) -> EngineError {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(EngineError::Bug { step }, |source| EngineError::Write { what, source })
    }
}

impl Write for ErrorCapture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[expect(clippy::disallowed_methods, reason = "passes on how much was taken: the caller writes the rest")]
        let outcome = self.file.write(bytes);
        self.watch(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.file.flush();
        self.watch(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct OutOfSpace;

    impl Write for OutOfSpace {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_failure_is_the_operating_systems() {
        let (mut file, failure) = ErrorCapture::new(Box::new(OutOfSpace));
        assert!(matches!(failure.explain("x", "y"), EngineError::Bug { step: "y" }));
        assert!(file.write_all(&vec![0; 1 << 20]).is_err());
        let EngineError::Write { what: "x", source } = failure.explain("x", "y") else { panic!() };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    }
}
