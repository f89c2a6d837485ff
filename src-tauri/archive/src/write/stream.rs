//! The stream from a tar to frames on disk: the tar is cut into frames, which threads compress and
//! compare while the next are read, and one thread writes in order, makes durable and reads back.
//! Few buffers go round, so memory is bounded.

use std::collections::BTreeMap;
use std::thread::{self, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, Result};

use crate::format::frame::{FRAME_BYTES, FrameEncoder};
use crate::format::index::Digest;
use crate::format::seek_table::FramePlace;

use super::proven::ProvenFile;

/// The level of frames whose content is compressed already.
const STORED_LEVEL: i32 = -7;
/// Files that are larger have frames of their own, so that small ones never lie in two.
pub(crate) const OWN_FRAMES: u64 = 2 << 20;

/// A piece of a file in a frame whose digest is to be made.
struct Piece {
    entry: u32,
    start: usize,
    end: usize,
}

struct RawFrame {
    number: usize,
    plain: Vec<u8>,
    level: i32,
    pieces: Vec<Piece>,
}

struct CodedFrame {
    number: usize,
    /// The bytes that it opens to.
    length: usize,
    coded: Vec<u8>,
    digests: Vec<(u32, Digest)>,
}

/// All that was written.
pub(crate) struct Written {
    pub(crate) frames: Vec<FramePlace>,
    /// The digests of files that lie in one frame, by the entry's number.
    pub(crate) digests: Vec<(u32, Digest)>,
    /// The archive's file so far.
    pub(crate) file: ProvenFile,
}

/// The front of the stream: takes the tar.
pub(crate) struct FrameStream<'scope> {
    level: i32,
    plain: Vec<u8>,
    is_stored: bool,
    pieces: Vec<Piece>,
    number: usize,
    /// The bytes of the tar so far.
    position: u64,
    spare: Receiver<Vec<u8>>,
    raw: Option<Sender<RawFrame>>,
    writer: Option<ScopedJoinHandle<'scope, Result<Written>>>,
}

impl<'scope> FrameStream<'scope> {
    /// Starts the threads, which end when the stream is finished or dropped.
    pub(crate) fn start(
        scope: &'scope thread::Scope<'scope, '_>,
        file: ProvenFile,
        level: i32,
    ) -> Self {
        let workers = thread::available_parallelism().map_or(2, usize::from).min(4);
        let (raw, take_raw) = bounded::<RawFrame>(workers);
        let (coded, take_coded) = bounded::<Result<CodedFrame>>(2 * workers);
        let (give_back, spare) = unbounded();
        for _ in 0..workers + 2 {
            // The receiver is in the same function, so this cannot fail.
            let _ = give_back.send(Vec::new());
        }
        for _ in 0..workers {
            let (take_raw, coded) = (take_raw.clone(), coded.clone());
            let give_back = give_back.clone();
            scope.spawn(move || encode_frames(&take_raw, &coded, &give_back));
        }
        let writer = scope.spawn(move || write_frames(&take_coded, file));
        Self {
            level,
            plain: Vec::new(),
            is_stored: false,
            pieces: Vec::new(),
            number: 0,
            position: 0,
            spare,
            raw: Some(raw),
            writer: Some(writer),
        }
    }

    /// The offset in the tar of what comes next.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Makes sure that the next `bytes` lie in one frame.
    pub(crate) fn reserve(&mut self, bytes: usize) -> Result<()> {
        if self.plain.len() + bytes > FRAME_BYTES { self.flush() } else { Ok(()) }
    }

    /// Appends headers, or a small file's content with its zeros.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        if self.number == 0 && self.plain.capacity() == 0 {
            self.plain = self.take_spare()?;
        }
        self.plain.extend_from_slice(bytes);
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Has the digest made of the last `length` bytes, which are the content of an entry.
    pub(crate) fn digest_last(&mut self, entry: u32, length: usize) {
        let end = self.plain.len();
        self.pieces.push(Piece { entry, start: end - length, end });
    }

    /// Begins frames of another kind: those of content that is compressed already, or others.
    pub(crate) fn begin_own_frames(&mut self, is_stored: bool) -> Result<()> {
        self.flush()?;
        self.is_stored = is_stored;
        Ok(())
    }

    /// The room that the frame has left, with at least one byte.
    pub(crate) fn room(&mut self) -> Result<usize> {
        if self.plain.len() >= FRAME_BYTES {
            self.flush()?;
        }
        Ok(FRAME_BYTES - self.plain.len())
    }

    /// Sends the frame on.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if self.plain.is_empty() {
            return Ok(());
        }
        let level = if self.is_stored { STORED_LEVEL } else { self.level };
        let next = self.take_spare()?;
        let plain = std::mem::replace(&mut self.plain, next);
        let pieces = std::mem::take(&mut self.pieces);
        let frame = RawFrame { number: self.number, plain, level, pieces };
        self.number += 1;
        let sent = self.raw.as_ref().is_some_and(|raw| raw.send(frame).is_ok());
        if sent { Ok(()) } else { Err(self.failure()) }
    }

    /// An empty buffer. The threads give back one for each frame that was compressed.
    fn take_spare(&mut self) -> Result<Vec<u8>> {
        match self.spare.recv() {
            Ok(mut spare) => {
                spare.clear();
                spare.reserve(FRAME_BYTES);
                Ok(spare)
            }
            Err(_) => Err(self.failure()),
        }
    }

    /// The reason why the threads stopped.
    fn failure(&mut self) -> Error {
        self.raw = None;
        match self.writer.take().map(ScopedJoinHandle::join) {
            Some(Ok(Err(error))) => error,
            _ => Error::new(Code::Internal, "The archive's writer stopped"),
        }
    }

    /// Waits until all is written.
    pub(crate) fn finish(mut self) -> Result<Written> {
        self.flush()?;
        self.raw = None;
        match self.writer.take().map(ScopedJoinHandle::join) {
            Some(Ok(written)) => written,
            _ => Err(Error::new(Code::Internal, "The archive's writer stopped")),
        }
    }
}

fn encode_frames(
    raw: &Receiver<RawFrame>,
    coded: &Sender<Result<CodedFrame>>,
    give_back: &Sender<Vec<u8>>,
) {
    let mut encoder = match FrameEncoder::new() {
        Ok(encoder) => encoder,
        Err(error) => return drop(coded.send(Err(error))),
    };
    for RawFrame { number, plain, level, pieces } in raw {
        let digest =
            |piece: &Piece| (piece.entry, Sha256::digest(&plain[piece.start..piece.end]).into());
        let digests = pieces.iter().map(digest).collect();
        let mut frame = Vec::new();
        let result = encoder.encode(&plain, level, &mut frame);
        let length = plain.len();
        let result = result.map(|()| CodedFrame { number, length, coded: frame, digests });
        // Nobody may want it any more: then all was read.
        let _ = give_back.send(plain);
        if coded.send(result).is_err() {
            return;
        }
    }
}

fn write_frames(coded: &Receiver<Result<CodedFrame>>, file: ProvenFile) -> Result<Written> {
    let mut waiting = BTreeMap::new();
    let mut written = Written { frames: Vec::new(), digests: Vec::new(), file };
    let mut start = 0;
    for frame in coded {
        let frame = frame?;
        waiting.insert(frame.number, frame);
        while let Some(frame) = waiting.remove(&written.frames.len()) {
            let at = written.file.bytes();
            written.file.append(&frame.coded)?;
            written.digests.extend(frame.digests);
            // A frame is 8 MiB at most, compressed or not.
            let (stored, length) = (frame.coded.len() as u32, frame.length as u32);
            written.frames.push(FramePlace { at, stored, start, length });
            start += u64::from(length);
        }
    }
    Ok(written)
}
