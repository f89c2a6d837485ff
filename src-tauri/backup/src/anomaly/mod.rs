//! Mass changes: each backup of a project is compared with the one before. When a great part of
//! the files is gone or has another content at once, or the project grew by a multiple, an alert is
//! raised, and nothing is let go where that project is kept until somebody has answered, or what is
//! gone is back.

mod alert;
mod answer;
mod lost;
mod table;

use undercroft_foundation::{AlertId, LogLevel, Result, Text, TextValue, escape_name, text};
use undercroft_library::{Library, Moment, NewEvent, Project};
use undercroft_repository::diff::{Change, ChangeKind};
use undercroft_repository::{Repository, Snapshot, SnapshotId};

use crate::browsing::top;
use crate::destinations::Destinations;
use crate::forgetting::Removals;
use crate::snapshots::{SnapshotCache, of_project};

pub use alert::{AnomalyAlert, AnomalyAnswer, AnomalyKind};
use lost::below_top;
pub use lost::{IsAsBefore, are_back};
pub(crate) use table::MIGRATIONS;

/// Fewer files than this are never a mass.
const MASS: u64 = 50;
/// A sudden growth is at least by this.
const GROWTH_BYTES: u64 = 1 << 30;
/// The most files that are named.
const EXAMPLES: usize = 20;

/// The changes between a project's backup and the one before.
#[derive(Debug, Default)]
struct ChangeTotals {
    files_before: u64,
    bytes_before: u64,
    bytes_after: u64,
    removed: u64,
    rewritten: u64,
    /// Paths in the snapshots, escaped; a folder's ends with `/`.
    removed_paths: Vec<String>,
    rewritten_paths: Vec<String>,
}

/// A mass change.
#[derive(Debug)]
struct Anomaly {
    kind: AnomalyKind,
    text: Text,
    /// The paths that are gone or another.
    lost: Vec<String>,
}

impl ChangeTotals {
    fn record(&mut self, change: &Change) {
        let is_folder = change.path.ends_with(b"/");
        let (count, paths) = match change.kind {
            ChangeKind::Removed => (&mut self.removed, &mut self.removed_paths),
            ChangeKind::Content => (&mut self.rewritten, &mut self.rewritten_paths),
            _ => return,
        };
        *count += u64::from(!is_folder);
        paths.push(escape_name(&change.path));
    }

    /// The anomaly that it shows.
    fn classify(self) -> Option<Anomaly> {
        let is_mass = |count: u64| count >= MASS && count.saturating_mul(2) >= self.files_before;
        let all = TextValue::count(self.files_before, "file");
        if is_mass(self.removed) {
            let text = text!("{gone} of {all} are gone", gone = self.removed, all);
            return Some(Anomaly { kind: AnomalyKind::Deletion, text, lost: self.removed_paths });
        }
        if is_mass(self.rewritten) {
            let count = self.rewritten;
            let text = text!("{count} of {all} have another content at once", count, all);
            return Some(Anomaly {
                kind: AnomalyKind::Rewriting,
                text,
                lost: self.rewritten_paths,
            });
        }
        let grew = self.bytes_after.saturating_sub(self.bytes_before);
        if grew >= GROWTH_BYTES && self.bytes_after >= self.bytes_before.saturating_mul(3) {
            let (before, after) =
                (TextValue::Size(self.bytes_before), TextValue::Size(self.bytes_after));
            let text = text!("It grew from {before} to {after}", before, after);
            return Some(Anomaly { kind: AnomalyKind::Growth, text, lost: Vec::new() });
        }
        None
    }
}

/// The alerts of a library.
#[derive(Debug, Clone)]
pub struct AnomalyAlerts {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
    removals: Removals,
}

impl AnomalyAlerts {
    pub(crate) fn new(library: &Library, destinations: &Destinations, removals: &Removals) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
            removals: removals.clone(),
        }
    }

    /// Compares a project's new snapshot with the one before it in the same repository. Of a first
    /// backup nothing is said.
    ///
    /// # Errors
    /// Whatever keeps the snapshots from being compared, or the alert from being kept.
    pub(crate) fn detect(
        &self,
        project: &Project,
        repository: &Repository,
        made: SnapshotId,
        job: &undercroft_foundation::Job,
    ) -> Result<()> {
        let mut snapshots = of_project(repository, project.id)?;
        snapshots.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        let Some(place) = snapshots.iter().position(|snapshot| snapshot.id == made) else {
            return Ok(());
        };
        let Some(before) = place.checked_sub(1).and_then(|before| snapshots.get(before)) else {
            return Ok(());
        };
        let after = &snapshots[place];
        let is_way_back = self.settle_by(project, repository, &snapshots[..place], after)?;
        if is_way_back || before.tree == after.tree || before.paths != after.paths {
            return Ok(());
        }
        let Some(Anomaly { kind, text, lost }) = compare(repository, before, after)?.classify()
        else {
            return Ok(());
        };
        let files = lost.iter().filter(|path| !path.ends_with('/'));
        let examples = files.take(EXAMPLES).cloned().collect();
        let lost = below_top(lost, &top(repository, before)?);
        let world = self.library.world();
        let alert = AnomalyAlert {
            id: AlertId::new(&*world.clock, &*world.random),
            time: Moment::of(after.time).0,
            project: project.id,
            kind,
            text: text.clone(),
            examples,
            before: Some(Moment::of(before.time).0),
            answer: None,
        };
        let text = text!(
            "{project}: {anomaly}; nothing is let go until this is answered",
            project = project.name,
            anomaly = text
        );
        job.log(LogLevel::Warning, text.clone());
        let event = NewEvent::new("guard.alert", text).of_project(Some(project.id));
        self.library.catalog().write(|transaction| {
            table::insert(transaction, &alert, &lost)?;
            self.library.events().append(transaction, &event).map(drop)
        })
    }
}

fn compare(repository: &Repository, before: &Snapshot, after: &Snapshot) -> Result<ChangeTotals> {
    let sizes = |snapshot: &Snapshot| {
        let summary = snapshot.summary.as_ref();
        summary.map_or((0, 0), |it| (it.total_files_processed, it.total_bytes_processed))
    };
    let mut totals = ChangeTotals::default();
    (totals.files_before, totals.bytes_before) = sizes(before);
    totals.bytes_after = sizes(after).1;
    repository.changes(before, after, &mut |change| totals.record(&change))?;
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(totals: ChangeTotals) -> Option<AnomalyKind> {
        totals.classify().map(|anomaly| anomaly.kind)
    }

    #[test]
    fn half_of_the_files_and_at_least_fifty_are_a_mass() {
        let all = ChangeTotals { files_before: 100, ..ChangeTotals::default() };
        assert_eq!(classified(ChangeTotals { removed: 49, ..all }), None);
        let all = ChangeTotals { files_before: 100, ..ChangeTotals::default() };
        assert_eq!(classified(ChangeTotals { removed: 50, ..all }), Some(AnomalyKind::Deletion));
        let all = ChangeTotals { files_before: 101, ..ChangeTotals::default() };
        assert_eq!(classified(ChangeTotals { rewritten: 50, ..all }), None);
        let all = ChangeTotals { files_before: 101, ..ChangeTotals::default() };
        assert_eq!(classified(ChangeTotals { rewritten: 51, ..all }), Some(AnomalyKind::Rewriting));
    }

    #[test]
    fn growth_is_by_a_multiple_and_a_gibibyte() {
        let grown = |bytes_before, bytes_after| {
            classified(ChangeTotals { bytes_before, bytes_after, ..ChangeTotals::default() })
        };
        assert_eq!(grown(1, 1 << 20), None);
        assert_eq!(grown(1 << 30, 2 << 30), None);
        assert_eq!(grown(1 << 30, 3 << 30), Some(AnomalyKind::Growth));
    }
}
