//! Reads content and hands it out chunk by chunk.

use std::io::{self, Read};

use super::{Chunker, MIN_CHUNK};

/// Bytes asked for at a time: what is read beyond a cut is moved once, so not too many.
const STEP: usize = 512 * 1024;

/// A reader that yields its content in chunks.
#[derive(Debug)]
pub struct ChunkStream<R> {
    chunker: Chunker,
    reader: R,
    /// Bytes that were read beyond the last cut.
    ahead: Vec<u8>,
    ended: bool,
}

impl<R: Read> ChunkStream<R> {
    /// Will cut what `reader` yields.
    pub fn new(chunker: Chunker, reader: R) -> Self {
        Self { chunker, reader, ahead: Vec::new(), ended: false }
    }

    /// Goes on with another reader, keeping the buffer. What was not handed out is dropped.
    pub fn restart(&mut self, reader: R) {
        self.reader = reader;
        self.ahead.clear();
        self.ended = false;
    }

    /// Puts the next chunk into `chunk`, replacing what is there; `false` at the end.
    ///
    /// # Errors
    /// The reader's. What `chunk` holds then is of no meaning.
    pub fn next(&mut self, chunk: &mut Vec<u8>) -> io::Result<bool> {
        chunk.clear();
        chunk.append(&mut self.ahead);
        let mut scanned = 0;
        loop {
            if let Some(cut) = self.chunker.find_cut(chunk, scanned) {
                self.ahead.extend_from_slice(&chunk[cut..]);
                chunk.truncate(cut);
                return Ok(true);
            }
            if self.ended {
                return Ok(!chunk.is_empty());
            }
            scanned = chunk.len();
            self.read_more(chunk)?;
        }
    }

    /// Reads up to the shortest chunk and a step, or a step more.
    fn read_more(&mut self, chunk: &mut Vec<u8>) -> io::Result<()> {
        let mut filled = chunk.len();
        let goal = (filled + STEP).max(MIN_CHUNK + STEP);
        chunk.resize(goal, 0);
        while filled < goal && !self.ended {
            match self.reader.read(&mut chunk[filled..]) {
                Ok(0) => self.ended = true,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        chunk.truncate(filled);
        Ok(())
    }
}
