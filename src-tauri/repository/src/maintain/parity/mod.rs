//! Parity: what heals a repository whose disk lost or changed some of it.
//!
//! It lies in the folder `parity` beside the format, where no other program looks:
//! - packs are put into groups, and each group has recovery blocks from which as many of its packs
//!   can be computed again as the wanted percent allows;
//! - of all small files there are copies.
//!
//! Files of the format itself are only touched to heal them, and then the damaged one is kept.
//! `docs/parity.md` describes the files.

mod code;
mod copies;
mod heal;
mod layout;
mod plan;
mod read;
mod settings;
mod update;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use undercroft_foundation::{Job, Result};

pub use self::heal::{HealReport, HealScope, Healed, Unhealed};
use self::plan::Packs;
use self::read::Groups;
pub use self::update::ParityReport;
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::format::pack::pack_size;
use crate::store::repository::Repository;

/// The extent to which parity protects a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParityState {
    /// The percent that is wanted; 0 for none.
    pub percent: u32,
    /// Packs that are there and in use.
    pub packs: u64,
    /// The packs among them that are in a group.
    pub packs_protected: u64,
    /// Bytes of the packs that are there and in use.
    pub bytes: u64,
    /// Bytes of those in a group.
    pub bytes_protected: u64,
    /// Small files of which there is a copy.
    pub copies: u64,
    /// Bytes that parity takes.
    pub bytes_taken: u64,
}

impl Repository {
    /// The extent to which parity protects, without reading any of it.
    ///
    /// # Errors
    /// An index that cannot be read, or storage that cannot be listed.
    pub fn parity_state(&self) -> Result<ParityState> {
        let percent = settings::read(&self.storage)?;
        self.refresh_index()?;
        let packs = self.packs_in_use()?;
        let groups = Groups::read(&self.storage)?;
        let members = groups.groups.iter().flat_map(|group| &group.head.members);
        let grouped: BTreeSet<_> = members.map(|member| member.id).collect();
        let protected = || packs.present.iter().filter(|(id, _)| grouped.contains(id));
        let copies = copies::list(&self.storage)?;
        Ok(ParityState {
            percent,
            packs: packs.present.len() as u64,
            packs_protected: protected().count() as u64,
            bytes: packs.present.values().sum(),
            bytes_protected: protected().map(|(_, size)| size).sum(),
            copies: copies.len() as u64,
            bytes_taken: groups.bytes + copies.values().sum::<u64>(),
        })
    }

    /// Sets how much parity the repository is to have, in percent of what is stored, up to 50; 0
    /// for none. The next [`Repository::parity_update`] sees to it.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for more, or storage that cannot be written.
    pub fn set_parity(&self, percent: u32) -> Result<()> {
        settings::write(&self.storage, percent)
    }

    /// Brings parity up to what is stored: new packs get into groups, what was removed leaves them.
    /// Warns of what it finds damaged, and leaves it to [`Repository::heal`].
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Cancelled`], a lock that cannot be had, an index that cannot
    /// be read, or a failure of the storage. What was there protects as before then.
    pub fn parity_update(&self, job: &Job) -> Result<ParityReport> {
        let _lock = self.lock_shared()?;
        update::run(self, job)
    }

    /// The packs of the index, which must be fresh, and whether they are there.
    fn packs_in_use(&self) -> Result<Packs> {
        let stored: BTreeMap<PackId, u64> =
            self.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
        let mut packs = Packs::default();
        for (id, blobs) in self.index().blobs_by_pack() {
            let size = pack_size(blobs.iter());
            if stored.get(&id) == Some(&size) {
                packs.present.insert(id, size);
            } else if !packs.present.contains_key(&id) {
                packs.lost.insert(id);
            }
        }
        Ok(packs)
    }
}
