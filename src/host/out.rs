//! Standard output and standard error. A reader that closes its end (`| head`) has seen enough: that is success.

use std::io::{self, ErrorKind, Write};

use crate::host::{Action, HostError, env::Stream};

/// A buffered writer to one of the two streams; after a closed pipe it swallows what still comes.
pub struct Writer {
    stream: Stream,
    inner: Box<dyn Write>,
    closed: bool,
}

impl Writer {
    /// A writer to the stream.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        match stream {
            Stream::Stdout => Writer::over(stream, Box::new(io::stdout().lock())),
            Stream::Stderr => Writer::over(stream, Box::new(io::stderr().lock())),
        }
    }

    /// A writer that treats `inner` as the stream.
    #[must_use]
    pub fn over(stream: Stream, inner: Box<dyn Write>) -> Self {
        Writer { stream, inner: Box::new(io::BufWriter::new(inner)), closed: false }
    }

    /// Writes a text.
    ///
    /// # Errors
    /// When the stream fails for another reason than a closed pipe.
    pub fn text(&mut self, text: &str) -> Result<(), HostError> {
        self.write_all(text.as_bytes()).map_err(|cause| self.failed(cause))
    }

    /// Hands everything to the system. Without this call a full disk would go unnoticed.
    ///
    /// # Errors
    /// When the stream fails for another reason than a closed pipe.
    pub fn finish(mut self) -> Result<(), HostError> {
        self.flush().map_err(|cause| self.failed(cause))
    }

    fn failed(&self, cause: io::Error) -> HostError {
        let name = match self.stream {
            Stream::Stdout => "<stdout>",
            Stream::Stderr => "<stderr>",
        };
        HostError::new(Action::Write, name, cause)
    }

    /// The value unless the pipe is closed, which is remembered.
    fn unless_closed<T>(&mut self, result: io::Result<T>, closed: T) -> io::Result<T> {
        match result {
            Err(cause) if cause.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(closed)
            }
            other => other,
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.unless_closed(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.inner.flush();
        self.unless_closed(result, ())
    }
}

/// Writes one text to a stream.
///
/// # Errors
/// When the stream fails for another reason than a closed pipe.
pub fn write(stream: Stream, text: &str) -> Result<(), HostError> {
    let mut writer = Writer::new(stream);
    writer.text(text)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fails(ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn long_text_into(kind: ErrorKind) -> Result<(), HostError> {
        let mut writer = Writer::over(Stream::Stdout, Box::new(Fails(kind)));
        for _ in 0..3 {
            writer.text(&"x".repeat(100_000))?;
        }
        writer.finish()
    }

    #[test]
    fn a_closed_pipe_is_success_and_a_full_disk_is_not() {
        assert!(long_text_into(ErrorKind::BrokenPipe).is_ok());
        let full = long_text_into(ErrorKind::StorageFull).unwrap_err();
        assert!(full.to_string().starts_with("cannot write `<stdout>`: "), "{full}");
    }

    #[test]
    fn a_full_disk_is_seen_at_the_end() {
        let mut writer = Writer::over(Stream::Stdout, Box::new(Fails(ErrorKind::StorageFull)));
        writer.text("short").unwrap();
        assert!(writer.finish().is_err());
    }
}
