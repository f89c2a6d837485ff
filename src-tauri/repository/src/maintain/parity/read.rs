//! Groups as they lie there.

use undercroft_foundation::{Code, Error, Result, text};

use super::layout::{ColumnDigests, HEAD, Head, digest};
use crate::format::id::PackId;
use crate::store::storage::Storage;

/// The folder of the groups.
pub(super) const GROUPS: &str = "parity/groups";

/// A group, known by its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The name of its file.
    pub(super) name: String,
    pub(super) head: Head,
    /// The length of its file.
    pub(super) length: u64,
}

/// The groups that lie there.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    /// Names of files that are groups no more: neither of their heads can be read.
    pub(super) ruined: Vec<String>,
    /// The bytes of all files.
    pub(super) bytes: u64,
}

/// The key of a group's file.
pub(super) fn group_path(name: &str) -> String {
    format!("{GROUPS}/{name}")
}

/// Lists what is below a folder, which may not be there.
pub(super) fn list_if_any(storage: &Storage, folder: &str) -> Result<Vec<(String, u64)>> {
    match storage.provider.list(folder) {
        Err(error) if error.code() == Code::NotFound => Ok(Vec::new()),
        listed => Ok(listed?.into_iter().map(|stored| (stored.key, stored.size)).collect()),
    }
}

impl Groups {
    pub(super) fn read(storage: &Storage) -> Result<Self> {
        let mut found = Self::default();
        for (key, length) in list_if_any(storage, GROUPS)? {
            let Some(name) = key.strip_prefix(GROUPS).and_then(|it| it.strip_prefix('/')) else {
                continue;
            };
            found.bytes += length;
            match read_head(storage, name, length) {
                Ok(head) => {
                    found.groups.push(Group { name: name.to_owned(), head, length });
                }
                Err(error) if error.code() == Code::Damaged => found.ruined.push(name.to_owned()),
                // Another update may remove a group meanwhile.
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// The head of a group's file: the one at its beginning, else the one at its end.
fn read_head(storage: &Storage, name: &str, length: u64) -> Result<Head> {
    let path = group_path(name);
    let mut outcome = Err(Error::new(Code::Damaged, text!("Cannot read {path}", path)));
    for offset in [0, length.saturating_sub(HEAD as u64)] {
        let read = storage.provider.read_range(&path, offset, HEAD);
        outcome = read.and_then(|bytes| Head::decode(&bytes)).and_then(|head| {
            if head.name() == name {
                return Ok(head);
            }
            Err(Error::new(Code::Damaged, text!("Cannot read {path}", path))
                .why("It is another group's file"))
        });
        match &outcome {
            Err(error) if error.code() == Code::Damaged => {}
            _ => break,
        }
    }
    outcome
}

impl Group {
    /// Whether a pack is one of its members.
    pub(super) fn holds(&self, pack: &PackId) -> bool {
        self.head.members.iter().any(|member| member.id == *pack)
    }

    /// Whether its file is as long as it should be.
    pub(super) fn is_whole(&self) -> bool {
        self.length == self.head.file_length()
    }

    /// The digests of a column, from wherever they can still be read.
    pub(super) fn digests(&self, storage: &Storage, column: u64) -> Result<Option<ColumnDigests>> {
        let head = &self.head;
        for offset in [head.record(column), head.second_digests(column)] {
            let bytes = self.read(storage, offset, head.digests_length())?;
            let digests = bytes.and_then(|bytes| ColumnDigests::decode(&bytes, head, column));
            if digests.is_some() {
                return Ok(digests);
            }
        }
        Ok(None)
    }

    /// A recovery block, if it is sound.
    pub(super) fn recovery(
        &self,
        storage: &Storage,
        column: u64,
        number: usize,
        digests: &ColumnDigests,
    ) -> Result<Option<Vec<u8>>> {
        let offset = self.head.recovery(column, number);
        let block = self.read(storage, offset, self.head.shard(column))?;
        Ok(block.filter(|block| digest(block) == digests.recoveries[number]))
    }

    /// Whether each byte of its file is as it was written.
    pub(super) fn is_sound(&self, storage: &Storage) -> Result<bool> {
        let (head, encoded) = (&self.head, self.head.encode());
        let ends = [0, head.file_length() - HEAD as u64];
        for offset in ends {
            if !self.is_whole() || self.read(storage, offset, HEAD)?.as_ref() != Some(&encoded) {
                return Ok(false);
            }
        }
        for column in 0..head.columns() {
            let length = head.digests_length() + head.recoveries * head.shard(column);
            let Some(record) = self.read(storage, head.record(column), length)? else {
                return Ok(false);
            };
            let (bytes, blocks) = record.split_at(head.digests_length());
            let second = self.read(storage, head.second_digests(column), bytes.len())?;
            let digests = ColumnDigests::decode(bytes, head, column);
            let Some(digests) = digests.filter(|_| second.as_deref() == Some(bytes)) else {
                return Ok(false);
            };
            let mut blocks = blocks.chunks_exact(head.shard(column)).map(digest);
            if !digests.recoveries.iter().all(|digest| blocks.next() == Some(*digest)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A stretch of the file, nothing where it has ended or is gone.
    fn read(&self, storage: &Storage, offset: u64, length: usize) -> Result<Option<Vec<u8>>> {
        read_if_there(storage, &group_path(&self.name), offset, length)
    }
}

/// A stretch of a file, nothing where it has ended or is gone.
pub(super) fn read_if_there(
    storage: &Storage,
    path: &str,
    offset: u64,
    length: usize,
) -> Result<Option<Vec<u8>>> {
    match storage.provider.read_range(path, offset, length) {
        Err(error) if matches!(error.code(), Code::NotFound | Code::Damaged) => Ok(None),
        read => read.map(Some),
    }
}
