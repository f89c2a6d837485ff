//! Repair: makes the best of what is left of a damaged repository.
//!
//! Three steps, each of use alone: an index anew from the packs themselves; what can be saved of
//! damaged packs; snapshots without what is lost. Nothing is removed on a doubt: damaged files go to
//! the folder `damaged` beside the format, where no other program looks, and broken snapshots stay
//! until they are asked to go, and then go into the trash.

mod index;
mod packs;
mod snapshots;

pub use index::IndexRepair;
pub use packs::PackRepair;
pub use snapshots::{RepairedSnapshot, SnapshotRepair, SnapshotRepairOptions};

use undercroft_foundation::{Code, Error, Result};

use crate::format::id::PackId;
use crate::format::pack::{PackedBlob, decode_header, header_length};
use crate::store::lock::Lock;
use crate::store::repository::Repository;

/// Keeps all others out.
fn lock_alone(repository: &Repository) -> Result<Lock> {
    repository.lock_exclusive()?.ok_or_else(|| {
        Error::new(Code::Invalid, "Cannot repair a repository that is opened without locks")
            .why("What another does meanwhile would be lost")
    })
}

/// The blobs that a pack's own header lists.
fn read_header(repository: &Repository, pack: PackId, size: u64) -> Result<Vec<PackedBlob>> {
    let storage = &repository.storage;
    let last = size.checked_sub(4).ok_or_else(|| {
        Error::new(Code::Damaged, "Cannot read a pack's header").why("The pack is too short")
    })?;
    let length = storage.read_pack_range(pack, last, 4)?;
    let length = length.try_into().map_err(|_| {
        Error::new(Code::Damaged, "Cannot read a pack's header").why("It ends too early")
    })?;
    let length = header_length(length, size)?;
    let start = last - length as u64;
    let mut sealed = storage.read_pack_range(pack, start, length)?;
    let blobs = decode_header(&repository.key, &mut sealed)?;
    let fits = |blob: &PackedBlob| u64::from(blob.offset) + u64::from(blob.length) <= start;
    if blobs.iter().all(fits) {
        return Ok(blobs);
    }
    Err(Error::new(Code::Damaged, "Cannot rely on a pack's header")
        .why("It lists more than the pack holds"))
}
