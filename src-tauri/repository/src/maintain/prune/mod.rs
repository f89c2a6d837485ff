//! Prune: frees what no snapshot needs any more.
//!
//! First, while others read and write, a plan is made from the snapshots, those in the trash, their
//! trees and the index; what is still needed of partly used packs is copied into new packs, each
//! blob decoded on the way and each pack read back; new index files list these. Then, alone in the
//! repository for a moment: what came meanwhile is looked at, and spares the packs that it needs;
//! new index files list all that stays, and are read back; only then the old index files go, and
//! after them the old packs. All of it may be broken off anywhere: what a broken one leaves is of
//! use to the next, or removed by it.

mod choice;
mod copies;
mod finish;
mod free_space;
mod mark;
mod plan;
mod repack;
mod space;

pub use self::space::SpaceTaken;

use undercroft_foundation::{Code, Error, Job, Result};

use self::finish::finish;
use self::free_space::{release_reserve_below, retry_when_full};
use self::plan::Draft;
use self::repack::{repack, verify_copies_that_stay};
use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, PackId};
use crate::store::lock::Lock;
use crate::store::repository::Repository;

/// The number of times that a plan is made anew because somebody else replaced the index meanwhile.
const ATTEMPTS: usize = 3;

/// Index files of fewer bytes are those of single packs.
const SMALL_INDEX: u64 = 64 << 10;

/// The blobs that may not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Keeps {
    /// The blobs that the snapshots need.
    #[default]
    Needed,
    /// Everything: nobody asks what is needed.
    All,
}

/// Options of a prune: what is worth rewriting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneOptions {
    /// The share of what is stored that may stay unused, in hundredths. Packs are rewritten until
    /// no more than this is, the most wasteful first.
    pub max_unused_percent: u8,
    /// The bytes that may stay unused, instead of that.
    pub max_unused_bytes: Option<u64>,
    /// No more than so many bytes are copied at a time.
    pub max_repack_bytes: Option<u64>,
    /// Packs smaller than this are joined, where there are several; 0 for none.
    pub join_packs_below: u64,
}

impl Default for PruneOptions {
    fn default() -> Self {
        Self {
            max_unused_percent: 5,
            max_unused_bytes: None,
            max_repack_bytes: None,
            join_packs_below: 2 << 20,
        }
    }
}

/// The plan of a prune.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrunePlan {
    /// Snapshots whose content stays, those in the trash with them.
    pub snapshots: u64,
    /// Blobs that they need.
    pub used_blobs: u64,
    /// The bytes of those, as stored.
    pub used_bytes: u64,
    /// Blobs that nobody needs, and second copies of needed ones.
    pub unused_blobs: u64,
    /// The bytes of those, as stored.
    pub unused_bytes: u64,
    /// Packs that hold nothing needed.
    pub packs_to_remove: Vec<PackId>,
    /// Packs of which a part is copied into new ones.
    pub packs_to_repack: Vec<PackId>,
    /// Packs that would be copied as well if there were room for it.
    pub packs_without_room: u64,
    /// Packs that no index lists: what a killed writer left, or what one is about to list.
    pub packs_unlisted: Vec<PackId>,
    /// Bytes to be copied.
    pub repack_bytes: u64,
    /// Bytes that it frees, copies deducted.
    pub frees_bytes: u64,
    /// The room that it takes at most while it runs.
    pub needs_free_bytes: u64,
}

/// The outcome of a prune.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// The plan, carried out but for the packs that were spared.
    pub plan: PrunePlan,
    /// New packs, of what was copied.
    pub packs_written: u64,
    /// Packs that were to go and stayed: what came meanwhile needs them.
    pub packs_spared: u64,
    /// Packs that are gone.
    pub packs_removed: u64,
    /// New index files, but for those of new packs that were joined with others at once.
    pub indexes_written: u64,
    /// Index files that are gone.
    pub indexes_removed: u64,
}

impl PruneReport {
    /// Adds what a further round did.
    fn add(&mut self, further: &Self) {
        self.plan.repack_bytes += further.plan.repack_bytes;
        self.plan.frees_bytes += further.plan.frees_bytes;
        self.plan.packs_without_room = further.plan.packs_without_room;
        self.packs_written += further.packs_written;
        self.packs_spared += further.packs_spared;
        self.packs_removed += further.packs_removed;
        self.indexes_written += further.indexes_written;
        self.indexes_removed += further.indexes_removed;
    }
}

impl Repository {
    /// Plans the prune that would be made now. Changes nothing.
    ///
    /// # Errors
    /// A snapshot, tree or index that cannot be read: what is needed would be a guess.
    pub fn plan_prune(&self, options: &PruneOptions, job: &Job) -> Result<PrunePlan> {
        let _lock = self.lock_shared()?;
        Ok(Draft::make(self, options, Keeps::Needed, job).map_err(nothing_removed)?.plan)
    }

    /// Frees what no snapshot needs. Others may read and write meanwhile; only at the end it wants
    /// to be alone for a moment.
    ///
    /// If the room is scarce, what was freed is used to go on.
    ///
    /// # Errors
    /// [`Code::Locked`] while others work in the repository: what was copied until then is not
    /// copied again by the next; [`Code::Damaged`] when something that is needed cannot be read:
    /// nothing that is needed was removed then; a failure of the storage.
    pub fn prune(&self, options: &PruneOptions, job: &Job) -> Result<PruneReport> {
        let mut report = self.prune_round(options, Keeps::Needed, job)?;
        let mut last = report.clone();
        while last.plan.packs_without_room > 0 && last.packs_removed > 0 {
            let copied = report.plan.repack_bytes;
            let left = options.max_repack_bytes.map(|most| most.saturating_sub(copied));
            let options = PruneOptions { max_repack_bytes: left, ..*options };
            last = self.prune_round(&options, Keeps::Needed, job)?;
            report.add(&last);
        }
        Ok(report)
    }

    /// Index files that list but a pack or two, as many small additions leave them.
    ///
    /// # Errors
    /// A failure to list them.
    pub fn small_indexes(&self) -> Result<usize> {
        let files = self.storage.list_with_sizes::<IndexId>(FileKind::Index)?;
        Ok(files.iter().filter(|(_, size)| *size < SMALL_INDEX).count())
    }

    /// Joins packs of fewer than `below` bytes, and small index files, whatever they hold: what
    /// that costs goes by what is small, not by what is stored. Otherwise like
    /// [`Repository::prune`].
    ///
    /// # Errors
    /// As those of a prune.
    pub fn join_packs(&self, below: u64, job: &Job) -> Result<PruneReport> {
        let options = PruneOptions { join_packs_below: below, ..PruneOptions::default() };
        self.prune_round(&options, Keeps::All, job)
    }

    fn prune_round(&self, options: &PruneOptions, keeps: Keeps, job: &Job) -> Result<PruneReport> {
        for _ in 0..ATTEMPTS {
            let pruned = self.try_prune(options, keeps, job);
            // What was read of it may be gone.
            self.forget_index();
            if let Some(report) = pruned? {
                return Ok(report);
            }
        }
        Err(Error::new(Code::Locked, "Cannot prune the repository now")
            .why("Another prune is quicker again and again")
            .next("Wait until it is done, and prune again"))
    }

    /// `None` when somebody replaced the index meanwhile.
    fn try_prune(
        &self,
        options: &PruneOptions,
        keeps: Keeps,
        job: &Job,
    ) -> Result<Option<PruneReport>> {
        let shared = retry_when_full(self, || self.lock_shared())?.ok_or_else(no_locks)?;
        let mut draft = Draft::make(self, options, keeps, job).map_err(nothing_removed)?;
        let mut report = PruneReport { plan: draft.plan.clone(), ..PruneReport::default() };
        if draft.is_empty() {
            return Ok(Some(report));
        }
        shared.confirm()?;
        release_reserve_below(self, draft.plan.needs_free_bytes)?;
        verify_copies_that_stay(self, &draft, job)?;
        report.packs_written = self.copy_what_fits(&shared, &mut draft, job)?;
        drop(shared);
        job.check_cancelled()?;

        let alone = retry_when_full(self, || self.lock_exclusive());
        let alone = alone.map_err(others_are_at_work)?.ok_or_else(no_locks)?;
        let Some(spared) = draft.catch_up(self, job).map_err(nothing_removed)? else {
            return Ok(None);
        };
        report.packs_spared = spared;
        finish(self, &alone, &draft, &mut report, job)?;
        Ok(Some(report))
    }

    /// Copies what is needed of packs that go. When somebody else took the room meanwhile, what was
    /// copied until then is made the best of.
    fn copy_what_fits(&self, lock: &Lock, draft: &mut Draft, job: &Job) -> Result<u64> {
        match repack(self, lock, draft, job) {
            Err(error) if error.code() == Code::StorageFull => {
                tracing::warn!(%error, "no room to copy more; going on with what was copied");
                let packs = self.storage.list::<PackId>(FileKind::Pack)?;
                draft.plan.packs_unlisted =
                    packs.into_iter().filter(|pack| !draft.listed.contains(pack)).collect();
                Ok(0)
            }
            copied => copied,
        }
    }
}

fn no_locks() -> Error {
    Error::new(Code::Invalid, "Cannot prune a repository that is opened without locks")
        .why("What another adds meanwhile would be removed")
}

/// The error of a prune that could not be planned, which did no harm.
fn nothing_removed(error: Error) -> Error {
    if !matches!(error.code(), Code::Damaged | Code::NotFound) {
        return error;
    }
    Error::new(Code::Damaged, "Cannot tell what the snapshots still need")
        .why(error.to_string())
        .next("Nothing was removed. Run a check to see what is affected")
        .because(error)
}

/// The error of a prune that could not be alone, which loses nothing by it.
fn others_are_at_work(error: Error) -> Error {
    if error.code() != Code::Locked {
        return error;
    }
    Error::new(Code::Locked, "Cannot remove anything now: others work in the repository")
        .why(error.why_text().to_owned())
        .next("Prune again when they are done; what was copied is not copied again")
        .because(error)
}
