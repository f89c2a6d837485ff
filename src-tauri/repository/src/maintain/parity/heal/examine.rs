//! Reads a group's packs and finds which of them are damaged, and where.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Job, Result};

use super::super::layout::{BLOCK, Digest, Member, block_length, blocks, digest};
use super::super::read::Group;
use super::place::read_in_steps;
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::store::storage::Storage;
use crate::store::threads::in_parallel;

/// A member that is not as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bad {
    /// The digest of what is there under its name; nothing when it is missing.
    pub(super) actual: Option<PackId>,
    /// Whether each of its blocks is sound all the same.
    pub(super) sound: Vec<bool>,
}

/// The members of a group that are damaged or missing, by their number.
pub(super) type Bads = BTreeMap<usize, Bad>;

/// A member as it was read: the digest of the whole, and those of its blocks.
struct Found {
    actual: PackId,
    blocks: Vec<(usize, Digest)>,
}

pub(super) fn examine(storage: &Storage, group: &Group, job: &Job) -> Result<Bads> {
    let read = |member: Member| read_member(storage, member, job);
    let mut bads = Bads::new();
    for (number, found) in in_parallel(&group.head.members, read).into_iter().enumerate() {
        let member = group.head.members[number];
        let bad = match found? {
            Some(found) if found.actual == member.id => continue,
            None => Bad { actual: None, sound: vec![false; blocks(member.size) as usize] },
            Some(found) => Bad {
                actual: Some(found.actual),
                sound: sound_blocks(storage, group, number, &found)?,
            },
        };
        bads.insert(number, bad);
    }
    Ok(bads)
}

fn read_member(storage: &Storage, member: Member, job: &Job) -> Result<Option<Found>> {
    job.check_cancelled()?;
    let path = FileKind::Pack.path(member.id);
    let Some(size) = storage.provider.size(&path)? else { return Ok(None) };
    let mut hash = Sha256::new();
    let mut blocks = Vec::new();
    let read = read_in_steps(storage, &path, size, &mut |bytes| {
        hash.update(bytes);
        blocks.extend(bytes.chunks(BLOCK as usize).map(|block| (block.len(), digest(block))));
        job.add_bytes_done(bytes.len() as u64);
    });
    match read {
        // It was removed, or cut, in the meantime.
        Err(error) if matches!(error.code(), Code::NotFound | Code::Damaged) => Ok(None),
        Err(error) => Err(error),
        Ok(()) => Ok(Some(Found { actual: PackId(hash.finalize().into()), blocks })),
    }
}

fn sound_blocks(
    storage: &Storage,
    group: &Group,
    number: usize,
    found: &Found,
) -> Result<Vec<bool>> {
    let size = group.head.members[number].size;
    let is_sound = |column: u64| {
        let Some(digests) = group.digests(storage, column)? else { return Ok(false) };
        let wanted = (block_length(size, column), digests.members[number]);
        Ok(found.blocks.get(column as usize) == Some(&wanted))
    };
    (0..blocks(size)).map(is_sound).collect()
}
