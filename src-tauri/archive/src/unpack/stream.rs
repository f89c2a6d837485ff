//! The bytes of a tar, out of whatever it was compressed with, in a thread of their own.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_channel::{Receiver, Sender};
use undercroft_foundation::Result;

use super::meter::Meter;
use super::plan::Format;
use super::refuse;

const CHUNK: usize = 256 * 1024;
/// The chunks that wait at most.
pub(super) const CHUNKS: usize = 16;
/// The memory that unpacking xz may take: what its highest preset needs.
const XZ_KIB: u32 = 72 * 1024;
/// The window that Zstandard's own program takes without being asked.
const ZSTD_WINDOW: u32 = 27;

/// A source of bytes that can leave some out.
pub(super) trait Source: Read {
    /// Leaves out bytes.
    fn skip(&mut self, bytes: u64) -> io::Result<()>;
}

/// Reads a file from its start, without moving its position.
#[derive(Debug)]
pub(super) struct At<'a> {
    file: &'a File,
    position: u64,
    consumed: Option<&'a AtomicU64>,
}

impl<'a> At<'a> {
    pub(super) fn new(file: &'a File, consumed: Option<&'a AtomicU64>) -> Self {
        Self { file, position: 0, consumed }
    }
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        if let Some(consumed) = self.consumed {
            consumed.store(self.position, Relaxed);
        }
        Ok(read)
    }
}

/// Opens the decoder of a format.
pub(super) fn decoder<'a>(source: At<'a>, format: Format) -> io::Result<Box<dyn Read + Send + 'a>> {
    let buffered = BufReader::with_capacity(CHUNK / 2, source);
    Ok(match format {
        Format::Tar | Format::Zip => Box::new(buffered),
        Format::TarGz => Box::new(flate2::bufread::MultiGzDecoder::new(buffered)),
        Format::TarXz => Box::new(lzma_rust2::XzReader::new_mem_limit(buffered, true, XZ_KIB)),
        Format::TarZst => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            Box::new(decoder)
        }
    })
}

/// Reads the first unpacked bytes.
pub(super) fn peek(file: &File, format: Format, buffer: &mut [u8]) -> Result<usize> {
    let mut decoder = decoder(At::new(file, None), format).map_err(refuse::read)?;
    let mut filled = 0;
    while filled < buffer.len() {
        match decoder.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refuse::read(error)),
        }
    }
    Ok(filled)
}

/// Unpacks into a channel, until its end, an error, or until nobody listens.
pub(super) fn pump(mut decoder: Box<dyn Read + Send + '_>, chunks: &Sender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let mut filled = 0;
        let outcome = loop {
            match decoder.read(&mut chunk[filled..]) {
                Ok(0) => break Ok(true),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
            if filled == CHUNK {
                break Ok(false);
            }
        };
        chunk.truncate(filled);
        if filled > 0 && chunks.send(Ok(chunk)).is_err() {
            return;
        }
        match outcome {
            Ok(false) => {}
            Ok(true) => return,
            Err(error) => {
                let _ = chunks.send(Err(error));
                return;
            }
        }
    }
}

/// The other end of the channel.
pub(super) struct Chunks {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: Vec<u8>,
    at: usize,
}

impl Chunks {
    pub(super) fn new(chunks: Receiver<io::Result<Vec<u8>>>) -> Self {
        Self { chunks, current: Vec::new(), at: 0 }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.current.len() {
            match self.chunks.recv() {
                Ok(chunk) => (self.current, self.at) = (chunk?, 0),
                Err(_) => return Ok(0),
            }
        }
        let take = buffer.len().min(self.current.len() - self.at);
        buffer[..take].copy_from_slice(&self.current[self.at..self.at + take]);
        self.at += take;
        Ok(take)
    }
}

/// Counts the bytes that are read against the limits.
pub(super) struct Metered<'a, R> {
    pub(super) source: R,
    pub(super) meter: &'a Meter<'a>,
    pub(super) consumed: &'a AtomicU64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let consumed = self.consumed.load(Relaxed);
        self.meter.add_unpacked(read as u64, Some(consumed)).map_err(io::Error::other)?;
        Ok(read)
    }
}

/// Leaves out bytes by reading them.
pub(super) struct Reading<R>(pub(super) R);

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Source for Reading<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.0).take(bytes), &mut io::sink())?;
        if skipped < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

/// Leaves out bytes of a file by moving past them.
pub(super) struct Seeking {
    file: BufReader<File>,
    length: u64,
}

impl Seeking {
    pub(super) fn new(mut file: File, length: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { file: BufReader::with_capacity(8192, file), length })
    }
}

impl Read for Seeking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Source for Seeking {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let position = self.file.stream_position()?;
        if bytes > self.length.saturating_sub(position) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.file.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))
    }
}
