//! Opening frames one after the other; the last one stays open.

use undercroft_foundation::Result;

use super::ArchiveReader;
use crate::format::frame::FrameDecoder;

/// Opens the frames of an archive, for one thread.
pub(crate) struct FrameReader<'a> {
    archive: &'a ArchiveReader,
    decoder: FrameDecoder,
    open: Option<usize>,
    plain: Vec<u8>,
}

impl<'a> FrameReader<'a> {
    pub(crate) fn new(archive: &'a ArchiveReader) -> Result<Self> {
        Ok(Self { archive, decoder: FrameDecoder::new()?, open: None, plain: Vec::new() })
    }

    /// The content of a frame.
    pub(crate) fn frame(&mut self, number: usize) -> Result<&[u8]> {
        if self.open != Some(number) {
            self.open = None;
            let frame = self.archive.frames[number];
            let stored = self.archive.read_at(frame.at, frame.stored as usize)?;
            self.decoder.decode(&stored, frame.length as usize, &mut self.plain)?;
            self.open = Some(number);
        }
        Ok(&self.plain)
    }

    /// Gives the bytes of the tar from `at` on, piece by piece.
    pub(crate) fn pieces(
        &mut self,
        mut at: u64,
        length: u64,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let end = at + length;
        while at < end {
            let number = self.archive.frame_at(at)?;
            let place = self.archive.frames[number];
            // Both lie within a frame, which holds 8 MiB at most.
            let from = (at - place.start) as usize;
            let to = (end.min(place.end()) - place.start) as usize;
            each(&self.frame(number)?[from..to])?;
            at = place.start + to as u64;
        }
        Ok(())
    }
}
