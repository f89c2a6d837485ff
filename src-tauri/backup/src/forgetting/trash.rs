//! The trash of a destination.

use jiff::Timestamp;
use undercroft_foundation::{Candidate, DestinationId, Job, Result, TextValue, find_by_name, text};
use undercroft_library::{JobKind, JobSpec, JobView};
use undercroft_repository::SnapshotId;

use super::{Removals, TRASH_KEPT};
use crate::snapshots::CachedSnapshot;

/// A backup in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// The backup.
    pub snapshot: CachedSnapshot,
    /// When it was forgotten.
    pub trashed: Timestamp,
    /// When it goes for good.
    pub expires: Timestamp,
}

impl Removals {
    /// The backups in a destination's trash, the last forgotten first.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn trash(&self, destination: DestinationId) -> Result<Vec<Trashed>> {
        let destination = self.destinations.get(destination)?;
        let now = self.library.world().clock.now();
        let show = |it: undercroft_repository::trash::TrashedSnapshot| {
            // Where nothing says when, its time begins anew each time rather than run out.
            let trashed = it.trashed.unwrap_or(now);
            Trashed {
                snapshot: CachedSnapshot::of(destination.id, &it.snapshot),
                trashed,
                expires: trashed.checked_add(TRASH_KEPT).unwrap_or(trashed),
            }
        };
        let trashed = self.destinations.repository_of(&destination)?.trashed()?;
        let mut trashed: Vec<_> = trashed.into_iter().map(show).collect();
        trashed
            .sort_by(|a, b| b.trashed.cmp(&a.trashed).then(b.snapshot.time.cmp(&a.snapshot.time)));
        Ok(trashed)
    }

    /// Takes backups out of the trash, each told by its id or the beginning of one.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`]; [`undercroft_foundation::Code::Damaged`] when
    /// another program has removed what one needs.
    pub fn take_from_trash(
        &self,
        destination: DestinationId,
        snapshots: &[String],
    ) -> Result<Vec<CachedSnapshot>> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let mut wanted: Vec<SnapshotId> = Vec::new();
        let mut taken = Vec::new();
        for name in snapshots {
            let found = self.find_in_trash(destination.id, name)?;
            wanted.push(found.id);
            taken.push(found);
        }
        repository.restore_from_trash(&wanted, &Job::new())?;
        self.snapshots.refresh(destination.id, &repository)?;
        Ok(taken)
    }

    fn find_in_trash(&self, destination: DestinationId, name: &str) -> Result<CachedSnapshot> {
        let all: Vec<_> = self.trash(destination)?.into_iter().map(|it| it.snapshot).collect();
        let candidate = |it: &CachedSnapshot| Candidate {
            id: it.id.to_string(),
            name: None,
            about: it.paths.join(", "),
        };
        find_by_name("forgotten backup", name, &all, candidate).cloned()
    }

    /// Puts the emptying of a destination's trash on the board of jobs.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn start_empty_trash(&self, destination: DestinationId) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let title = text!("Empty the trash of {destination}", destination = destination.name);
        let spec = JobSpec::new(JobKind::Forget, title).with_destination(destination.id);
        let removals = self.clone();
        self.library.jobs().spawn(spec, move |_| {
            let gone =
                removals.destinations.repository_of(&destination)?.empty_trash(None)?.len() as u64;
            Ok(text!(
                "{backups} gone for good; a clean-up frees their room",
                backups = TextValue::count(gone, "backup")
            ))
        })
    }
}
