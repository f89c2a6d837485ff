//! Maintenance: thinning and compaction in one go, for when nobody waits.

use undercroft_foundation::{Job, ProjectId, Result, Text, TextValue, text};

use crate::consistency::HistoryMaintenance;
use crate::space::compact::{CompactReport, compacted_bytes, packed_bytes};
use crate::space::low_priority::{at_low_priority, yielding_to_waiters};

/// From this many versions on it pays to drop them; of a short history, a twentieth of all.
const WORTH_DROPPING: usize = 10;

/// From this many bytes on that came since the last compaction, if they are a tenth of all, it pays
/// to compact.
const WORTH_COMPACTING: u64 = 1 << 20;

/// The result of maintenance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MaintenanceReport {
    /// The number of versions that were dropped.
    pub dropped: u64,
    /// The result of the compaction, where it came to its end.
    pub compacted: Option<CompactReport>,
}

impl MaintenanceReport {
    /// As people read it: a sentence without its full stop.
    pub fn text(&self) -> Text {
        let dropped = text!(
            "{versions} let go",
            versions = TextValue::count(self.dropped, "automatic version")
        );
        let Some(compacted) = self.compacted else {
            return text!("{dropped}; gave way to a save", dropped);
        };
        text!("{dropped}; {compacted}", dropped, compacted = compacted.text())
    }
}

impl HistoryMaintenance {
    /// Whether maintenance would make the history of a project noticeably smaller.
    ///
    /// # Errors
    /// When the versions cannot be read.
    pub fn needs_maintenance(&self, project: ProjectId) -> Result<bool> {
        let store = self.history.store(project)?;
        let (versions, dropped) = self.count_thinnable(project, &store)?;
        let bytes = packed_bytes(&store)?;
        let grown = bytes.saturating_sub(compacted_bytes(&store));
        Ok(dropped >= WORTH_DROPPING
            || dropped > 0 && dropped * 20 >= versions
            || grown >= WORTH_COMPACTING && grown >= bytes / 10)
    }

    /// Thins and compacts the history of a project at low priority. It waits for nobody, and stops
    /// where it is when somebody begins to wait for the history.
    ///
    /// # Errors
    /// The errors of [`HistoryMaintenance::thin`] and [`HistoryMaintenance::compact`].
    pub fn maintain(&self, project: ProjectId, job: &Job) -> Result<MaintenanceReport> {
        let store = self.history.store(project)?;
        let mut done = MaintenanceReport::default();
        let Some(lock) = store.try_lock()? else { return Ok(done) };
        at_low_priority(|| {
            yielding_to_waiters(&store, job, || {
                done.dropped = self.thin_locked(project, &store, &lock, job)?.drop.len() as u64;
                done.compacted = Some(self.compact_locked(project, &store, &lock, job)?);
                Ok(())
            })
        })?;
        Ok(done)
    }
}
