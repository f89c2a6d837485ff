//! When the library is cleaned up by itself: as the setting says, once the machine rests.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use undercroft_backup::Schedule;
use undercroft_foundation::{Result, Settings};
use undercroft_library::ProjectFilter;

use super::wire::{CleanupStepKind, LibraryCleanup};
use crate::Api;
use crate::jobs::wire::JobView;

/// Clean-ups that are no further apart follow each other.
const REGULAR: SignedDuration = SignedDuration::from_hours(24 * 8);

impl Api {
    /// Cleans the library up if its time has come and the machine rests. The scheduler's loop asks
    /// for this at each of its steps.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn clean_up_if_due(&self) -> Result<Option<JobView>> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        let now = self.0.library.world().clock.now();
        let is_due = self.next_cleanup(&settings)?.is_some_and(|next| next <= now);
        if !is_due || !self.is_at_rest()? {
            return Ok(None);
        }
        // After a long time without one, the clock may have been put ahead, or the machine was off:
        // what is in the trash stays one more day, so that its owner sees it.
        let last = self.last_cleanup()?;
        let is_regular = last.is_some_and(|run| now.duration_since(run.started) <= REGULAR);
        let mut steps = self.enabled_steps(&settings);
        if !is_regular {
            steps.retain(|step| *step != CleanupStepKind::EmptyTrash);
        }
        self.library_cleanup(LibraryCleanup { steps }).map(Some)
    }

    /// When the next clean-up is due; one that was missed is due since then.
    pub(super) fn next_cleanup(&self, settings: &Settings) -> Result<Option<Timestamp>> {
        if !settings.cleanup() {
            return Ok(None);
        }
        // A library that was never cleaned up is as old as its oldest project.
        let since = match self.last_cleanup()? {
            Some(run) => Some(run.started),
            None => {
                let projects = self.0.library.projects().list(&ProjectFilter::default())?;
                projects.iter().map(|project| project.created).min()
            }
        };
        let Some(since) = since else { return Ok(None) };
        let expression = settings.cleanup_schedule().to_owned();
        // A clock that was set back must not put the next one off for years.
        let since = since.min(self.0.library.world().clock.now());
        Ok(Schedule::Cron { expression }.next_after(since, &TimeZone::system()))
    }
}
