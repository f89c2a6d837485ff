//! Stored content on its way into files: what lies close together in a pack is read once for all
//! that want something of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use undercroft_foundation::{Code, Error, Result};

use crate::format::blob::BlobDecoder;
use crate::format::pack::PackedBlob;
use crate::store::index::Location;
use crate::store::read::coalesced_count;
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
    read_buffer: Vec<u8>,
    plain: Vec<u8>,
}

impl<'a> Content<'a> {
    pub(super) fn new(repository: &'a Repository) -> Result<Self> {
        let decoder = BlobDecoder::new()?;
        Ok(Self { repository, decoder, read_buffer: Vec::new(), plain: Vec::new() })
    }

    /// Reads what these pieces want, in the order in which it is stored, and gives each its bytes
    /// or why there are none. An error of `give` ends it.
    pub(super) fn read(&mut self, pieces: &mut [Piece], give: &mut Give<'_>) -> Result<()> {
        let place = |piece: &Piece| (piece.location.pack, piece.location.blob.offset);
        pieces.sort_unstable_by_key(place);
        // Several may want the same blob.
        let blobs: Vec<_> = pieces.chunk_by(|a, b| a.location == b.location).collect();
        for pack in blobs.chunk_by(|a, b| a[0].location.pack == b[0].location.pack) {
            let places: Vec<PackedBlob> = pack.iter().map(|same| same[0].location.blob).collect();
            let mut at = 0;
            while at < pack.len() {
                let count = coalesced_count(&places[at..]);
                self.read_coalesced(&pack[at..at + count], give)?;
                at += count;
            }
        }
        Ok(())
    }

    fn read_coalesced(&mut self, blobs: &[&[Piece]], give: &mut Give<'_>) -> Result<()> {
        let (Some([first, ..]), Some([last, ..])) = (blobs.first(), blobs.last()) else {
            return Ok(());
        };
        let Location { pack, blob: PackedBlob { offset: start, .. } } = first.location;
        let end = last.location.blob.offset - start + last.location.blob.length;
        self.read_buffer.resize(end as usize, 0);
        let storage = &self.repository.storage;
        match storage.read_pack_range_into(pack, start.into(), &mut self.read_buffer) {
            Ok(()) => blobs.iter().try_for_each(|same| self.decode(same, start, give)),
            // A pack that was cut off may still hold some of them.
            Err(error) if error.code() == Code::Damaged && blobs.len() > 1 => {
                blobs.chunks(1).try_for_each(|one| self.read_coalesced(one, give))
            }
            Err(error) => blobs
                .iter()
                .copied()
                .flatten()
                .try_for_each(|piece| give(piece, Err(again(&error)))),
        }
    }

    /// Decodes a blob of a read that begins at `start` for all the pieces that want it.
    fn decode(&mut self, same: &[Piece], start: u32, give: &mut Give<'_>) -> Result<()> {
        let Some(blob) = same.first().map(|piece| piece.location.blob) else { return Ok(()) };
        let at = (blob.offset - start) as usize;
        let sealed = &mut self.read_buffer[at..at + blob.length as usize];
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
