//! Coalesced reads: blobs of a pack that lie close together are read at once.

use undercroft_foundation::Result;

use crate::format::id::PackId;
use crate::format::pack::PackedBlob;
use crate::store::storage::Storage;

/// A read is no longer, unless a single blob is.
const READ_MAX: u64 = 4 << 20;

/// Bytes that are read in vain rather than beginning a new read; never more than are wanted.
const GAP: u64 = 64 << 10;

/// Reads blobs of a pack in the order of their offsets and gives each to `visit`, which may
/// overwrite the bytes.
///
/// # Errors
/// The error of `visit`; [`undercroft_foundation::Code::Damaged`] for a pack that is missing or
/// ends too early.
pub(crate) fn each_blob(
    storage: &Storage,
    pack: PackId,
    mut blobs: Vec<PackedBlob>,
    mut visit: impl FnMut(&PackedBlob, &mut [u8]) -> Result<()>,
) -> Result<()> {
    blobs.sort_unstable_by_key(|blob| blob.offset);
    let mut read = CoalescedRead::default();
    for together in coalesced_reads(&blobs) {
        read.fill(storage, pack, together)?;
        together.iter().try_for_each(|blob| visit(blob, read.sealed(blob)))?;
    }
    Ok(())
}

/// The bytes of blobs that were read together; its buffer is kept from one read to the next.
#[derive(Default)]
pub(crate) struct CoalescedRead {
    start: u32,
    bytes: Vec<u8>,
}

impl CoalescedRead {
    /// Reads from the first of these blobs to the end of the last.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Damaged`] for a pack that is missing or ends too early.
    pub(crate) fn fill(
        &mut self,
        storage: &Storage,
        pack: PackId,
        blobs: &[PackedBlob],
    ) -> Result<()> {
        self.start = blobs.first().map_or(0, |blob| blob.offset);
        let length = blobs.last().map_or(0, end_of) - u64::from(self.start);
        self.bytes.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
        storage.read_pack_range_into(pack, self.start.into(), &mut self.bytes)
    }

    /// The bytes of one of the blobs, which may be overwritten.
    pub(crate) fn sealed(&mut self, blob: &PackedBlob) -> &mut [u8] {
        let start = (blob.offset - self.start) as usize;
        &mut self.bytes[start..start + blob.length as usize]
    }
}

/// Parts blobs, in the order of their offsets, into those that one read takes.
pub(crate) fn coalesced_reads(mut blobs: &[PackedBlob]) -> impl Iterator<Item = &[PackedBlob]> {
    std::iter::from_fn(move || {
        let (together, later) = blobs.split_at(coalesced_count(blobs));
        blobs = later;
        Some(together).filter(|together| !together.is_empty())
    })
}

/// The number of these blobs that one read takes. None of them overlap, and no more is read in
/// vain than is wanted.
fn coalesced_count(blobs: &[PackedBlob]) -> usize {
    let start = blobs.first().map_or(0, |blob| u64::from(blob.offset));
    let (mut end, mut vain) = (start, 0);
    let fitting = blobs.iter().enumerate().take_while(|(at, blob)| {
        let gap = u64::from(blob.offset).checked_sub(end);
        let wanted = end - start - vain;
        let is_near = gap.is_some_and(|gap| gap <= GAP && vain + gap <= wanted);
        let fits = *at == 0 || (is_near && end_of(blob) - start <= READ_MAX);
        vain += gap.unwrap_or(0);
        end = end_of(blob);
        fits
    });
    fitting.count()
}

fn end_of(blob: &PackedBlob) -> u64 {
    u64::from(blob.offset) + u64::from(blob.length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::blob::BlobKind;
    use crate::format::id::BlobId;

    #[test]
    fn a_stretch_is_long_and_has_no_large_gap_and_no_overlap() {
        let blob = |offset, length| PackedBlob {
            kind: BlobKind::Data,
            id: BlobId::of(b""),
            offset,
            length,
            raw_length: None,
        };
        let count = |blobs: &[(u32, u32)]| {
            let blobs: Vec<_> = blobs.iter().map(|(at, length)| blob(*at, *length)).collect();
            coalesced_count(&blobs)
        };
        assert_eq!(count(&[(0, 100), (100, 50), (200, 10)]), 3);
        assert_eq!(count(&[(0, 100), (100 + (65 << 10), 50)]), 1);
        assert_eq!(count(&[(0, 100), (201, 50)]), 1);
        assert_eq!(count(&[(0, 100), (200, 50), (250, 50), (401, 10)]), 3);
        assert_eq!(count(&[(0, 100), (90, 50)]), 1);
        assert_eq!(count(&[(0, 9 << 20), (9 << 20, 50)]), 1);
        assert_eq!(count(&[(7, 3 << 20), (7 + (3 << 20), 1 << 20), (7 + (4 << 20), 1)]), 2);
    }
}
