//! Writes a group: reads its packs side by side, a stretch at a time, and computes column by
//! column.

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, reach_write_point, text};

use super::code::Encoder;
use super::layout::{BLOCK, ColumnDigests, Digest, Head, Member, block_length, blocks, digest};
use super::read::{Group, group_path};
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::store::storage::Storage;

/// Columns that are read at once.
const STRETCH: u64 = 16;

/// The outcome of the writing of a group.
pub(super) enum Written {
    /// It is there, and was read back.
    Done(Group),
    /// It is not: these packs are missing or damaged.
    Unsound(Vec<PackId>),
}

pub(super) fn write_group(storage: &Storage, head: Head, job: &Job) -> Result<Written> {
    let (name, length) = (head.name(), head.file_length());
    let mut writer = GroupWriter::new(storage, &head, job)?;
    let written = storage.provider.write_stream(&group_path(&name), &mut || writer.next());
    let unsound = std::mem::take(&mut writer.unsound);
    if !unsound.is_empty() {
        return Ok(Written::Unsound(unsound));
    }
    written?;
    let group = Group { name, head, length };
    if !group.is_sound(storage)? {
        let what = text!("Cannot rely on {path}", path = group_path(&group.name));
        return Err(Error::new(Code::Damaged, what).why("It does not read as it was written"));
    }
    reach_write_point("parity.group-written");
    Ok(Written::Done(group))
}

struct GroupWriter<'a> {
    storage: &'a Storage,
    head: &'a Head,
    encoded_head: Vec<u8>,
    job: &'a Job,
    encoder: Encoder,
    hashes: Vec<Sha256>,
    column: u64,
    begun: bool,
    /// The digests of all columns so far, to be written once more at the end.
    tail: Vec<u8>,
    unsound: Vec<PackId>,
}

impl<'a> GroupWriter<'a> {
    fn new(storage: &'a Storage, head: &'a Head, job: &'a Job) -> Result<Self> {
        Ok(Self {
            storage,
            head,
            encoded_head: head.encode(),
            job,
            encoder: Encoder::new(head.members.len(), head.recoveries, head.shard(0))?,
            hashes: head.members.iter().map(|_| Sha256::new()).collect(),
            column: 0,
            begun: false,
            tail: Vec::new(),
            unsound: Vec::new(),
        })
    }

    /// The next part of the file.
    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        self.job.check_cancelled()?;
        if !self.begun {
            self.begun = true;
            return Ok(Some(self.encoded_head.clone()));
        }
        if self.column < self.head.columns() {
            return self.next_columns().map(Some);
        }
        if self.tail.is_empty() {
            return Ok(None);
        }
        self.confirm_members()?;
        let mut tail = std::mem::take(&mut self.tail);
        tail.extend_from_slice(&self.encoded_head);
        Ok(Some(tail))
    }

    fn next_columns(&mut self) -> Result<Vec<u8>> {
        let columns = self.column..(self.column + STRETCH).min(self.head.columns());
        let stretches = self.read_members(columns.end)?;
        let mut bytes = Vec::new();
        for column in columns.clone() {
            let at = ((column - columns.start) * BLOCK) as usize;
            let members = self.head.members.iter().zip(&stretches);
            let parts: Vec<_> = members.map(|it| block(*it.0, it.1, at, column)).collect();
            let shard = self.head.shard(column);
            let recoveries = self.encoder.encode(parts.iter().copied(), shard)?;
            let of_member =
                |part: &&[u8]| if part.is_empty() { Digest::default() } else { digest(part) };
            let digests = ColumnDigests {
                members: parts.iter().map(of_member).collect(),
                recoveries: recoveries.iter().map(|block| digest(block)).collect(),
            };
            let digests = digests.encode(&self.encoded_head, column);
            bytes.extend_from_slice(&digests);
            self.tail.extend_from_slice(&digests);
            recoveries.iter().for_each(|block| bytes.extend_from_slice(block));
        }
        self.column = columns.end;
        Ok(bytes)
    }

    /// Reads each member from the current column up to another.
    fn read_members(&mut self, end: u64) -> Result<Vec<Vec<u8>>> {
        let mut stretches = Vec::new();
        for (member, hash) in self.head.members.iter().zip(&mut self.hashes) {
            let start = self.column * BLOCK;
            let length = member.size.min(end * BLOCK).saturating_sub(start) as usize;
            if self.column >= blocks(member.size) {
                stretches.push(Vec::new());
                continue;
            }
            let path = FileKind::Pack.path(member.id);
            let read = self.storage.provider.read_range(&path, start, length);
            let stretch = read.inspect_err(|error| {
                if matches!(error.code(), Code::NotFound | Code::Damaged) {
                    self.unsound.push(member.id);
                }
            })?;
            hash.update(&stretch);
            self.job.add_bytes_done(stretch.len() as u64);
            stretches.push(stretch);
        }
        Ok(stretches)
    }

    /// Refuses members that are damaged already: they must not be protected as they are.
    fn confirm_members(&mut self) -> Result<()> {
        for (member, hash) in self.head.members.iter().zip(&mut self.hashes) {
            let id = PackId(std::mem::take(hash).finalize().into());
            if id != member.id {
                self.unsound.push(member.id);
            }
        }
        if self.unsound.is_empty() {
            return Ok(());
        }
        Err(Error::new(Code::Damaged, "A pack does not have the digest that it is named by"))
    }
}

/// A member's block of a column, nothing where it has ended.
fn block(member: Member, stretch: &[u8], at: usize, column: u64) -> &[u8] {
    stretch.get(at..at + block_length(member.size, column)).unwrap_or_default()
}
