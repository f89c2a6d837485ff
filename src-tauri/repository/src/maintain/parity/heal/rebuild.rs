//! Computes a pack again, block by block, from the others of its group.

use undercroft_foundation::Result;

use super::super::code::decode;
use super::super::layout::{BLOCK, ColumnDigests, Member, block_length, blocks, digest};
use super::super::read::{Group, read_if_there};
use super::examine::Bads;
use crate::format::file_kind::FileKind;
use crate::store::storage::Storage;

/// The bytes of a member, nothing where too much of its group is lost.
pub(super) fn rebuild(
    storage: &Storage,
    group: &Group,
    bads: &Bads,
    number: usize,
) -> Result<Option<Vec<u8>>> {
    let member = group.head.members[number];
    let mut bytes = Vec::with_capacity(member.size as usize);
    for column in 0..blocks(member.size) {
        let Some(digests) = group.digests(storage, column)? else { return Ok(None) };
        let column = Column { storage, group, bads, column, digests };
        let block = match column.block(number)? {
            Some(block) => Some(block),
            None => column.compute(number)?,
        };
        let Some(block) = block else { return Ok(None) };
        bytes.extend_from_slice(&block);
    }
    Ok(Some(bytes))
}

struct Column<'a> {
    storage: &'a Storage,
    group: &'a Group,
    bads: &'a Bads,
    column: u64,
    digests: ColumnDigests,
}

impl Column<'_> {
    /// A member's block as it lies there, if it is sound.
    fn block(&self, number: usize) -> Result<Option<Vec<u8>>> {
        let Member { id, size } = self.group.head.members[number];
        let length = block_length(size, self.column);
        if length == 0 {
            return Ok(Some(Vec::new()));
        }
        if self.bads.get(&number).is_some_and(|bad| !bad.sound[self.column as usize]) {
            return Ok(None);
        }
        let path = FileKind::Pack.path(id);
        let block = read_if_there(self.storage, &path, self.column * BLOCK, length)?;
        Ok(block.filter(|block| digest(block) == self.digests.members[number]))
    }

    /// A member's block from all others of the column.
    fn compute(&self, number: usize) -> Result<Option<Vec<u8>>> {
        let head = &self.group.head;
        let members = head.members.len();
        let mut sound = Vec::new();
        for other in (0..members).filter(|other| *other != number) {
            if let Some(block) = self.block(other)? {
                sound.push((other, block));
            }
        }
        let mut recoveries = Vec::new();
        for recovery in 0..head.recoveries {
            if sound.len() + recoveries.len() == members {
                break;
            }
            let block = self.group.recovery(self.storage, self.column, recovery, &self.digests)?;
            recoveries.extend(block.map(|block| (recovery, block)));
        }
        if sound.len() + recoveries.len() < members {
            return Ok(None);
        }
        let shard = head.shard(self.column);
        let shape = (members, head.recoveries);
        let mut block = decode(shape, shard, &sound, &recoveries, number)?;
        block.truncate(block_length(head.members[number].size, self.column));
        Ok(Some(block))
    }
}
