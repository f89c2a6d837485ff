//! Stored content on its way into files: what lies close together in a pack is read once for all
//! that want something of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use undercroft_foundation::{Code, Error, Result};

use crate::format::blob::BlobDecoder;
use crate::format::pack::PackedBlob;
use crate::store::index::Location;
use crate::store::read::{CoalescedRead, coalesced_reads};
use crate::store::repository::Repository;

/// Runs of zeros become holes in steps of the file systems' usual block.
const BLOCK: usize = 4096;

/// A blob that belongs to a place in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) location: Location,
    /// The number of the file among those that are written together.
    pub(super) file: usize,
    /// The offset in the file.
    pub(super) offset: u64,
}

/// Takes the bytes of a piece, or why there are none.
type Give<'g> = dyn FnMut(&Piece, Result<&[u8]>) -> Result<()> + 'g;

/// Reads content, for one thread; keeps its tables and buffers between one and the next.
pub(super) struct Content<'a> {
    repository: &'a Repository,
    decoder: BlobDecoder,
    read: CoalescedRead,
    plain: Vec<u8>,
}

impl<'a> Content<'a> {
    pub(super) fn new(repository: &'a Repository) -> Result<Self> {
        let decoder = BlobDecoder::new()?;
        Ok(Self { repository, decoder, read: CoalescedRead::default(), plain: Vec::new() })
    }

    /// Reads what these pieces want, in the order in which it is stored, and gives each its bytes
    /// or why there are none. An error of `give` ends it.
    pub(super) fn read(&mut self, pieces: &mut [Piece], give: &mut Give<'_>) -> Result<()> {
        let place = |piece: &Piece| (piece.location.pack, piece.location.blob.offset);
        pieces.sort_unstable_by_key(place);
        // Several may want the same blob.
        let blobs: Vec<_> = pieces.chunk_by(|a, b| a.location == b.location).collect();
        for mut wanted in blobs.chunk_by(|a, b| a[0].location.pack == b[0].location.pack) {
            let places: Vec<_> = wanted.iter().map(|same| same[0].location.blob).collect();
            for together in coalesced_reads(&places) {
                let (now, later) = wanted.split_at(together.len());
                self.read_together(now, together, give)?;
                wanted = later;
            }
        }
        Ok(())
    }

    /// Reads blobs at once, each for all the pieces that want it.
    fn read_together(
        &mut self,
        wanted: &[&[Piece]],
        blobs: &[PackedBlob],
        give: &mut Give<'_>,
    ) -> Result<()> {
        let Some([first, ..]) = wanted.first() else { return Ok(()) };
        match self.read.fill(&self.repository.storage, first.location.pack, blobs) {
            Ok(()) => wanted.iter().try_for_each(|same| self.decode(same, give)),
            // A pack that was cut off may still hold some of them.
            Err(error) if error.code() == Code::Damaged && blobs.len() > 1 => {
                let mut each = wanted.chunks(1).zip(blobs.chunks(1));
                each.try_for_each(|(one, blob)| self.read_together(one, blob, give))
            }
            Err(error) => {
                let mut pieces = wanted.iter().copied().flatten();
                pieces.try_for_each(|piece| give(piece, Err(again(&error))))
            }
        }
    }

    /// Decodes a blob that was read for all the pieces that want it.
    fn decode(&mut self, same: &[Piece], give: &mut Give<'_>) -> Result<()> {
        let Some(blob) = same.first().map(|piece| piece.location.blob) else { return Ok(()) };
        let sealed = self.read.sealed(&blob);
        let key = &self.repository.key;
        let decoded = self.decoder.decode(key, &blob.id, sealed, blob.raw_length, &mut self.plain);
        same.iter().try_for_each(|piece| match &decoded {
            Ok(()) => give(piece, Ok(&self.plain)),
            Err(error) => give(piece, Err(again(error))),
        })
    }
}

/// The same error for another file that it befell.
fn again(error: &Error) -> Error {
    Error::new(error.code(), error.what_text()).why(error.why_text()).next(error.next_text())
}

/// Writes all but the blocks of nothing but zeros; what is not written of a new file is zero.
pub(super) fn write_around_zeros(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let zeros = [0; BLOCK];
    let is_hole = |block: &[u8]| *block == zeros[..block.len()];
    let mut at = 0;
    while at < bytes.len() {
        let blocks = bytes[at..].chunks(BLOCK);
        let hole: usize = blocks.take_while(|block| is_hole(block)).map(<[u8]>::len).sum();
        at += hole;
        let blocks = bytes[at..].chunks(BLOCK);
        let solid: usize = blocks.take_while(|block| !is_hole(block)).map(<[u8]>::len).sum();
        file.write_all_at(&bytes[at..at + solid], offset + at as u64)?;
        at += solid;
    }
    Ok(())
}
