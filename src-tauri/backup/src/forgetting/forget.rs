//! Forgetting backups that the user chose, and pinning those that no policy may drop.

use std::cmp::Reverse;
use std::collections::HashSet;

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, Text, TextValue, text};
use undercroft_library::{JobKind, JobSpec, JobView, NewEvent};
use undercroft_repository::{Forget, Repository, Snapshot, SnapshotFilter, SnapshotId};

use super::{Forgetting, Removals, TRASH_KEPT};
use crate::destinations::Destination;
use crate::snapshots::CachedSnapshot;

impl Removals {
    /// The effect that forgetting these backups of a destination would have. Each is told by its id
    /// or the beginning of one.
    ///
    /// # Errors
    /// [`Code::NotFound`], and the errors of the destination.
    pub fn preview_forget(
        &self,
        destination: DestinationId,
        snapshots: &[String],
        job: &Job,
    ) -> Result<Forgetting> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let drop = named(&repository, snapshots)?;
        let ids: HashSet<_> = drop.iter().map(|snapshot| snapshot.id).collect();
        let stays = |snapshot: &Snapshot| !ids.contains(&snapshot.id);
        let keep = repository.snapshots()?.into_iter().filter(stays);
        let keep = keep.map(|snapshot| (snapshot, vec!["not chosen".to_owned()])).collect();
        self.forgetting(&destination, &repository, keep, &drop, job)
    }

    /// Puts the forgetting of backups on the board of jobs: they go to the destination's trash.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Invalid`] for a pinned one; the errors of the destination.
    pub fn start_forget(
        &self,
        destination: DestinationId,
        snapshots: &[String],
    ) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let drop = named(&*self.destinations.repository_of(&destination)?, snapshots)?;
        if let Some(pinned) = drop.iter().find(|snapshot| snapshot.is_pinned()) {
            let what = text!("Cannot forget backup {backup}", backup = pinned.id.short());
            return Err(Error::new(Code::Invalid, what)
                .why("It is pinned")
                .next("Unpin it first, if you mean it"));
        }
        let count = TextValue::count(drop.len() as u64, "backup");
        let title = text!("Forget {count} of {destination}", count, destination = destination.name);
        let spec = JobSpec::new(JobKind::Forget, title).with_destination(destination.id);
        let ids: Vec<_> = drop.iter().map(|snapshot| snapshot.id).collect();
        let removals = self.clone();
        self.library.jobs().spawn(spec, move |_| removals.forget(&destination, &ids))
    }

    /// Moves these backups to the destination's trash. Returns a sentence.
    ///
    /// # Errors
    /// The errors of the destination.
    pub(crate) fn forget(&self, destination: &Destination, ids: &[SnapshotId]) -> Result<Text> {
        let repository = self.destinations.repository_of(destination)?;
        repository.forget(ids, Forget::IntoTrash)?;
        self.snapshots.refresh(destination.id, &repository)?;
        let count = TextValue::count(ids.len() as u64, "backup");
        let text = text!(
            "{count} of {destination} moved to its trash",
            count,
            destination = destination.name
        );
        let event = NewEvent::new("snapshot.forgotten", text.clone());
        self.library.events().publish(&event.of_destination(Some(destination.id)))?;
        Ok(text)
    }

    /// Pins a backup, so that no policy drops it, or lets it go with the others again. It gets
    /// another id by that, as with restic's `tag`.
    ///
    /// # Errors
    /// [`Code::NotFound`], and the errors of the destination.
    pub fn pin(
        &self,
        destination: DestinationId,
        snapshot: &str,
        pinned: bool,
    ) -> Result<CachedSnapshot> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let found = repository.find_snapshot(snapshot, &SnapshotFilter::default())?;
        let id = repository.pin(found.id, pinned)?;
        let changed = repository.read_snapshot(id)?;
        self.snapshots.refresh(destination.id, &repository)?;
        Ok(CachedSnapshot::of(destination.id, &changed))
    }

    pub(super) fn forgetting(
        &self,
        destination: &Destination,
        repository: &Repository,
        keep: Vec<(Snapshot, Vec<String>)>,
        drop: &[Snapshot],
        job: &Job,
    ) -> Result<Forgetting> {
        let ids: Vec<_> = drop.iter().map(|snapshot| snapshot.id).collect();
        let cached = |snapshot: &Snapshot| CachedSnapshot::of(destination.id, snapshot);
        let mut keep: Vec<_> =
            keep.into_iter().map(|(snapshot, reasons)| (cached(&snapshot), reasons)).collect();
        let mut drop: Vec<_> = drop.iter().map(cached).collect();
        keep.sort_by_key(|(snapshot, _)| Reverse(snapshot.time));
        drop.sort_by_key(|snapshot| Reverse(snapshot.time));
        let now = self.library.world().clock.now();
        Ok(Forgetting {
            keep,
            drop,
            deletion: repository.deletion(&ids, job)?,
            trash_until: now.checked_add(TRASH_KEPT).unwrap_or(now),
        })
    }
}

/// The snapshots of these names, each once.
fn named(repository: &Repository, names: &[String]) -> Result<Vec<Snapshot>> {
    if names.is_empty() {
        return Err(Error::new(Code::Invalid, "No backup was named").next("Choose at least one"));
    }
    let mut found: Vec<Snapshot> = Vec::new();
    for name in names {
        let snapshot = repository.find_snapshot(name, &SnapshotFilter::default())?;
        if found.iter().all(|known| known.id != snapshot.id) {
            found.push(snapshot);
        }
    }
    Ok(found)
}
