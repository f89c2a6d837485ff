//! Compaction: the packs of a history become few and lose what no version needs any more; so does
//! the object store.
//!
//! The packs of many versions become one in which what is alike is a delta of the other: that takes
//! a tenth of the room. What stays is written anew, made durable and read back, object by object, before anything old
//! goes; so at every moment there is a readable copy of all that a version needs, and a compaction
//! that was broken off is only one that is not finished.

mod contents;
mod deltas;
mod packs;
pub(crate) mod reach;
mod size;

use std::collections::HashMap;

use undercroft_foundation::{Job, ProjectId, Result, Text, TextValue, text};
use undercroft_library::NewEvent;

use crate::consistency::HistoryMaintenance;
use crate::store::{HistoryStore, WriteLock};
use crate::tree::commit::Commit;
use crate::version::GitId;
use crate::versions::table;
use packs::packs_of;
pub(crate) use packs::stored_sizes;
use reach::Reached;
pub(crate) use size::{compacted_bytes, packed_bytes};

/// So much of a path's end tells which objects are alike.
const HINT: usize = 32;

/// The objects that versions need.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) reached: Reached,
    /// Of objects in packs that are to be joined: the end of a path where each was met.
    hints: HashMap<GitId, String>,
}

/// The result of a compaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompactReport {
    /// Packs of the history before.
    pub packs_before: u64,
    /// Packs of the history now.
    pub packs_after: u64,
    /// Bytes in the packs of the history before.
    pub bytes_before: u64,
    /// Bytes in the packs of the history now.
    pub bytes_after: u64,
    /// Objects that no version needed, in the history and in the object store.
    pub objects_dropped: u64,
    /// Bytes that are free again.
    pub freed_bytes: u64,
}

impl CompactReport {
    /// As people read it: a sentence without its full stop.
    pub fn text(&self) -> Text {
        let (before, after) =
            (TextValue::Size(self.bytes_before), TextValue::Size(self.bytes_after));
        let shrunk = self.bytes_before.saturating_sub(self.bytes_after);
        let objects = self.freed_bytes.saturating_sub(shrunk);
        let packs = match before == after {
            true => text!("the packs stay at {after}", after),
            false => text!("the packs went from {before} to {after}", before, after),
        };
        match objects {
            0 => packs,
            _ => text!(
                "{packs}, {size} of large files are free again",
                packs,
                size = TextValue::Size(objects)
            ),
        }
    }
}

impl HistoryMaintenance {
    /// Compacts the history of a project, and the object store.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Damaged`] when something that a version needs cannot be read:
    /// then nothing is removed. [`undercroft_foundation::Code::Locked`],
    /// [`undercroft_foundation::Code::Cancelled`], or whatever keeps it from being written.
    pub fn compact(&self, project: ProjectId, job: &Job) -> Result<CompactReport> {
        let store = self.history.store(project)?;
        let lock = store.lock(&*self.history.library().world().clock)?;
        self.compact_locked(project, &store, &lock, job)
    }

    pub(crate) fn compact_locked(
        &self,
        project: ProjectId,
        store: &HistoryStore,
        lock: &WriteLock,
        job: &Job,
    ) -> Result<CompactReport> {
        self.history.reconcile(project, store)?;
        store.refresh();
        job.set_current("Looking for what versions need");
        let packed = packs_of(store)?;
        let mut live = Live { hints: packs::to_be_joined(&packed), ..Live::default() };
        self.reach_all(project, store, &mut live, job)?;
        // Only now: a pack that lost its index may hold what versions need.
        packs::sweep(store, lock)?;
        job.set_current("Packs");
        let packs = packs::rewrite(store, lock, packed, &live, job)?;
        size::note(store, packs.bytes_after)?;
        job.set_current("Objects");
        let objects = contents::compact(&self.history, project, &live.reached.contents, job)?;
        let done = CompactReport {
            packs_before: packs.packs_before,
            packs_after: packs.packs_after,
            bytes_before: packs.bytes_before,
            bytes_after: packs.bytes_after,
            objects_dropped: packs.objects_dropped + objects.objects,
            freed_bytes: packs.bytes_before.saturating_sub(packs.bytes_after) + objects.bytes,
        };
        self.history.library().catalog().write(|transaction| {
            let text = text!("The history was compacted: {done}", done = done.text());
            let event = NewEvent::new("history.compacted", text).of_project(Some(project));
            self.history.library().events().append(transaction, &event)
        })?;
        Ok(done)
    }

    /// All that branches, tags and the catalog's versions lead to.
    pub(super) fn reach_all(
        &self,
        project: ProjectId,
        store: &HistoryStore,
        live: &mut Live,
        job: &Job,
    ) -> Result<()> {
        let versions = self
            .history
            .library()
            .catalog()
            .read(|connection| table::of_project(connection, project))?;
        let mut open: Vec<GitId> = versions.iter().map(|version| version.commit).collect();
        open.extend(tips(store)?);
        while let Some(id) = open.pop() {
            if !live.reached.objects.insert(id) {
                continue;
            }
            let commit = Commit::read(store, id)?;
            open.extend(commit.parent);
            live.reached.walk(store, commit.tree, job, |met| {
                if let Some(hint) = live.hints.get_mut(&met.id) {
                    let end = met.path.len().saturating_sub(HINT);
                    *hint = String::from_utf8_lossy(&met.path[end..]).into_owned();
                }
            })?;
        }
        Ok(())
    }
}

/// The commits that stock git would keep.
fn tips(store: &HistoryStore) -> Result<Vec<GitId>> {
    store.with_reader(|repository| {
        let found = || {
            let mut tips = Vec::new();
            for reference in repository.references()? {
                let commit = reference?.peel_to_commit()?;
                tips.push(GitId::from(commit.id()));
            }
            Ok(tips)
        };
        found().map_err(|source: git2::Error| {
            undercroft_foundation::Error::new(
                undercroft_foundation::Code::Damaged,
                "Cannot read the branches of the history",
            )
            .why(source.message().to_owned())
            .because(source)
        })
    })
}
