//! The form of a group's file, as `docs/parity.md` describes it: a head, a record for each column,
//! and the digests and the head once more.

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, Result, text};

use crate::format::id::PackId;

/// Bytes of a member that stand in one column.
pub(super) const BLOCK: u64 = 64 << 10;

/// Packs of one group at most.
pub(super) const MEMBERS_MAX: usize = 16;

const MAGIC: [u8; 8] = *b"UCPARITY";
const VERSION: u32 = 1;
const CHECKSUM: usize = 32;
const MEMBER: usize = 32 + 8;
const FIXED: usize = 8 + 4 * 4;

/// Bytes of a head.
pub(super) const HEAD: usize = FIXED + MEMBERS_MAX * MEMBER + CHECKSUM;

/// The unit that lengths in a column are rounded up to.
const UNIT: u64 = 64;

/// The first half of a SHA-256: enough to tell a damaged block from a sound one.
pub(super) type Digest = [u8; 16];

pub(super) fn digest(bytes: &[u8]) -> Digest {
    halved(Sha256::new().chain_update(bytes))
}

fn halved(hash: Sha256) -> Digest {
    let mut half = Digest::default();
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// A pack of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub(super) id: PackId,
    pub(super) size: u64,
}

/// The head of a group: its packs, and how many of them may be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) members: Vec<Member>,
    /// Recovery blocks of each column.
    pub(super) recoveries: usize,
}

impl Head {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD);
        bytes.extend_from_slice(&MAGIC);
        let numbers = [VERSION, BLOCK as u32, self.members.len() as u32, self.recoveries as u32];
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        for member in &self.members {
            bytes.extend_from_slice(&member.id.0);
            bytes.extend_from_slice(&member.size.to_le_bytes());
        }
        bytes.resize(HEAD - CHECKSUM, 0);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// The name of the group's file: its head's checksum.
    pub(super) fn name(&self) -> String {
        hex::encode(&self.encode()[HEAD - CHECKSUM..])
    }

    /// # Errors
    /// [`Code::Damaged`], or [`Code::TooNew`] for one of a later version.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let damaged = |why: &str| Error::new(Code::Damaged, "Cannot read a parity file").why(why);
        if bytes.len() != HEAD || bytes[..8] != MAGIC {
            return Err(damaged("It does not begin as one"));
        }
        let (body, checksum) = bytes.split_at(HEAD - CHECKSUM);
        if Sha256::digest(body)[..] != *checksum {
            return Err(damaged("Its head is damaged"));
        }
        let number = |at: usize| {
            body[at..].first_chunk().map_or(0, |bytes: &[u8; 4]| u32::from_le_bytes(*bytes))
        };
        if number(8) != VERSION || u64::from(number(12)) != BLOCK {
            return Err(Error::new(Code::TooNew, "Cannot read a parity file").why(text!(
                "It has version {number}; this program knows version 1",
                number = number(8)
            )));
        }
        let (count, recoveries) = (number(16) as usize, number(20) as usize);
        let member = |bytes: &[u8]| {
            let (id, size) = bytes.split_first_chunk()?;
            Some(Member { id: PackId(*id), size: u64::from_le_bytes(size.try_into().ok()?) })
        };
        let members: Option<Vec<_>> =
            body[FIXED..].chunks_exact(MEMBER).take(count).map(member).collect();
        let members = members.filter(|members| {
            (1..=MEMBERS_MAX).contains(&count)
                && (1..=count).contains(&recoveries)
                && members.iter().all(|member| member.size > 0 && member.size < 1 << 40)
        });
        let members = members.ok_or_else(|| damaged("Its numbers make no sense"))?;
        Ok(Self { members, recoveries })
    }

    /// The number of columns: as many as the longest member has blocks.
    pub(super) fn columns(&self) -> u64 {
        self.members.iter().map(|member| blocks(member.size)).max().unwrap_or(0)
    }

    /// The length of each recovery block of a column: that of the longest block in it, rounded up.
    pub(super) fn shard(&self, column: u64) -> usize {
        let longest = self.members.iter().map(|member| block_length(member.size, column)).max();
        (longest.unwrap_or(0) as u64).next_multiple_of(UNIT) as usize
    }

    /// The length of a column's digests with their own.
    pub(super) fn digests_length(&self) -> usize {
        (self.members.len() + self.recoveries + 1) * size_of::<Digest>()
    }

    /// The offset of a column's record: its digests, then its recovery blocks.
    pub(super) fn record(&self, column: u64) -> u64 {
        let full = self.digests_length() as u64 + self.recoveries as u64 * BLOCK;
        HEAD as u64 + column * full
    }

    /// The offset of a recovery block.
    pub(super) fn recovery(&self, column: u64, number: usize) -> u64 {
        let before = self.digests_length() + number * self.shard(column);
        self.record(column) + before as u64
    }

    /// The offset of the second copy of all columns' digests.
    fn tail(&self) -> u64 {
        self.recovery(self.columns() - 1, self.recoveries)
    }

    /// The offset of the second copy of a column's digests.
    pub(super) fn second_digests(&self, column: u64) -> u64 {
        self.tail() + column * self.digests_length() as u64
    }

    /// The length of the group's file.
    pub(super) fn file_length(&self) -> u64 {
        self.second_digests(self.columns()) + HEAD as u64
    }

    /// The bytes of all members.
    pub(super) fn bytes(&self) -> u64 {
        self.members.iter().map(|member| member.size).sum()
    }
}

/// The number of blocks of a member of this size.
pub(super) fn blocks(size: u64) -> u64 {
    size.div_ceil(BLOCK)
}

/// The length of a member's block, 0 behind its end.
pub(super) fn block_length(size: u64, column: u64) -> usize {
    size.saturating_sub(column * BLOCK).min(BLOCK) as usize
}

/// The digests of a column's blocks: those of the members, zeros where a member has ended, then
/// those of the recovery blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnDigests {
    pub(super) members: Vec<Digest>,
    pub(super) recoveries: Vec<Digest>,
}

impl ColumnDigests {
    pub(super) fn encode(&self, head: &[u8], column: u64) -> Vec<u8> {
        let mut bytes = self.members.concat();
        bytes.extend(self.recoveries.iter().flatten());
        let own = own_digest(head, column, &bytes);
        bytes.extend_from_slice(&own);
        bytes
    }

    /// The digests of a column, unless they are damaged or those of another.
    pub(super) fn decode(bytes: &[u8], head: &Head, column: u64) -> Option<Self> {
        let (body, own) = bytes.split_last_chunk::<16>()?;
        if own_digest(&head.encode(), column, body) != *own {
            return None;
        }
        let (digests, rest) = body.as_chunks::<16>();
        let (members, recoveries) = digests.split_at_checked(head.members.len())?;
        (rest.is_empty() && recoveries.len() == head.recoveries)
            .then(|| Self { members: members.to_vec(), recoveries: recoveries.to_vec() })
    }
}

/// Bound to the group and the column, so that digests at a wrong place are none.
fn own_digest(head: &[u8], column: u64, body: &[u8]) -> Digest {
    let name = &head[HEAD - CHECKSUM..];
    let hash = Sha256::new().chain_update(name).chain_update(column.to_le_bytes());
    halved(hash.chain_update(body))
}
