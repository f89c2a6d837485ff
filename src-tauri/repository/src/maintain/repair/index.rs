//! The index anew, from what the packs say of themselves.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::{Code, Job, Result, reach_write_point};

use super::{lock_alone, read_header};
use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, PackId};
use crate::format::pack::{PackedBlob, pack_size};
use crate::store::index::{Index, read_index_file};
use crate::store::repository::Repository;
use crate::store::threads::for_each;
use crate::store::write::write_indexes;

/// The outcome of a repair of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexRepair {
    /// Packs that are listed now.
    pub packs_listed: u64,
    /// Packs whose headers were read, because no index listed them rightly.
    pub packs_read: u64,
    /// Packs that an index listed and that are not there: what only they held is lost.
    pub packs_missing: Vec<PackId>,
    /// Packs whose headers cannot be read. One that an index lists stays listed, so that what is
    /// sound in it can be saved; any other was set aside.
    pub packs_unreadable: Vec<PackId>,
    /// Index files that could not be read; they were set aside.
    pub indexes_damaged: Vec<IndexId>,
    /// New index files.
    pub indexes_written: u64,
    /// Index files that they took the place of.
    pub indexes_removed: u64,
}

/// The packs, by what is known of them.
#[derive(Default)]
struct Found {
    report: IndexRepair,
    index: Index,
    /// Packs in `index`.
    listed: HashSet<PackId>,
    /// Entries of index files for packs that are not as long as they should be.
    doubtful: HashMap<PackId, Vec<PackedBlob>>,
    sound_files: Vec<IndexId>,
    unlisted_unreadable: Vec<PackId>,
}

impl Repository {
    /// Makes the index anew: packs that an index lists rightly keep their entries, unless
    /// `read_all` is set; the headers of all others are read. Nothing is written where the index is
    /// as it should be.
    ///
    /// The old index files stay until the new ones were read back.
    ///
    /// # Errors
    /// [`Code::Locked`] while others work in the repository, [`Code::Cancelled`], or a failure of
    /// the storage: the index is as it was then, or lists some packs twice.
    pub fn repair_index(&self, read_all: bool, job: &Job) -> Result<IndexRepair> {
        let lock = lock_alone(self)?;
        let stored: HashMap<PackId, u64> =
            self.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
        let mut found = Found::default();
        job.set_current("Indexes");
        found.read_indexes(self, &stored, read_all)?;
        let unread = stored.iter().filter(|(pack, _)| !found.listed.contains(pack));
        let mut unread: Vec<_> = unread.map(|(pack, size)| (*pack, *size)).collect();
        unread.sort_unstable();
        let changed = !unread.is_empty()
            || !found.report.packs_missing.is_empty()
            || !found.report.indexes_damaged.is_empty();
        if !changed {
            found.report.packs_listed = found.listed.len() as u64;
            return Ok(found.report);
        }
        found.read_headers(self, &unread, job)?;
        let mut written = Vec::new();
        let packs = found.index.packs();
        let packs = packs.map(|(pack, blobs)| (pack, blobs.into_iter().map(|it| it.1).collect()));
        write_indexes(self, Some(&lock), packs, &mut written)?;
        reach_write_point("repository.repair-indexed");
        lock.confirm()?;
        self.storage.quarantine(FileKind::Index, &found.report.indexes_damaged)?;
        // A file of the same packs under the same seal cannot be, so that none of these is new.
        self.storage.remove_all(FileKind::Index, &found.sound_files)?;
        self.storage.quarantine(FileKind::Pack, &found.unlisted_unreadable)?;
        self.forget_index();
        found.report.packs_listed = found.listed.len() as u64;
        found.report.indexes_written = written.len() as u64;
        found.report.indexes_removed = found.sound_files.len() as u64;
        Ok(found.report)
    }
}

impl Found {
    fn read_indexes(
        &mut self,
        repository: &Repository,
        stored: &HashMap<PackId, u64>,
        read_all: bool,
    ) -> Result<()> {
        let mut missing = HashSet::new();
        for id in repository.storage.list::<IndexId>(FileKind::Index)? {
            let packs = match read_index_file(&repository.storage, &repository.key, id) {
                Err(error) if error.code() == Code::Damaged => {
                    self.report.indexes_damaged.push(id);
                    continue;
                }
                read => read?,
            };
            self.sound_files.push(id);
            for (pack, blobs) in packs {
                match stored.get(&pack) {
                    None => drop(missing.insert(pack)),
                    Some(size) if *size == pack_size(blobs.iter()) && !read_all => {
                        self.list(pack, &blobs);
                    }
                    Some(_) => drop(self.doubtful.insert(pack, blobs)),
                }
            }
        }
        self.report.packs_missing = missing.into_iter().collect();
        self.report.packs_missing.sort_unstable();
        Ok(())
    }

    fn list(&mut self, pack: PackId, blobs: &[PackedBlob]) {
        if self.listed.insert(pack) {
            self.index.add_pack(pack, blobs);
        }
    }

    fn read_headers(
        &mut self,
        repository: &Repository,
        unread: &[(PackId, u64)],
        job: &Job,
    ) -> Result<()> {
        job.add_total(unread.len() as u64, 0);
        job.settle_totals();
        let headers = Mutex::new(Vec::new());
        for_each(
            unread,
            || Ok(()),
            |(), (pack, size)| {
                job.check_cancelled()?;
                job.set_current(FileKind::Pack.path(pack));
                let header = match read_header(repository, *pack, *size) {
                    Err(error) if error.code() == Code::Damaged => None,
                    read => Some(read?),
                };
                headers.lock().unwrap_or_else(PoisonError::into_inner).push((*pack, header));
                job.add_files_done(1);
                Ok(())
            },
        )?;
        let mut headers = headers.into_inner().unwrap_or_else(PoisonError::into_inner);
        headers.sort_unstable_by_key(|(pack, _)| *pack);
        for (pack, header) in headers {
            self.report.packs_read += 1;
            match (header, self.doubtful.remove(&pack)) {
                (Some(blobs), _) => self.list(pack, &blobs),
                (None, Some(blobs)) => {
                    self.report.packs_unreadable.push(pack);
                    self.list(pack, &blobs);
                }
                (None, None) => {
                    self.report.packs_unreadable.push(pack);
                    self.unlisted_unreadable.push(pack);
                }
            }
        }
        Ok(())
    }
}
