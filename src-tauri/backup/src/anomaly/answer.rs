//! Answering alerts, and what waits for the answer.

use undercroft_foundation::{AlertId, Candidate, DestinationId, Result, find_by_name, text};
use undercroft_library::NewEvent;

use super::{AnomalyAlert, AnomalyAlerts, AnomalyAnswer, table};
use crate::snapshots::{CachedSnapshot, is_of_objects};

impl AnomalyAlerts {
    /// The alerts, newest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self) -> Result<Vec<AnomalyAlert>> {
        self.library.catalog().read(table::all)
    }

    /// The alert of this id, or of the id that begins so.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], or [`undercroft_foundation::Code::Invalid`] when
    /// several begin so.
    pub fn find(&self, text: &str) -> Result<AnomalyAlert> {
        let candidate = |alert: &AnomalyAlert| Candidate {
            id: alert.id.to_string(),
            name: None,
            about: alert.text.to_string(),
        };
        find_by_name("alert", text, &self.list()?, candidate).cloned()
    }

    /// Answers an alert, or takes an answer back. When it was not meant, the project's newest backup from before it is
    /// pinned in each destination first: all of them must be there for that.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Unavailable`] when
    /// a backup cannot be pinned because its drive is away: the alert then stays open, and nothing
    /// is let go.
    pub fn answer(&self, id: AlertId, answer: Option<AnomalyAnswer>) -> Result<AnomalyAlert> {
        let alert = self.library.catalog().read(|connection| table::get(connection, id))?;
        if answer == Some(AnomalyAnswer::NotMeant) {
            self.pin_from_before(&alert)?;
        }
        self.keep_answer(&alert, answer)
    }

    /// Keeps an answer, and tells of it.
    pub(super) fn keep_answer(
        &self,
        alert: &AnomalyAlert,
        answer: Option<AnomalyAnswer>,
    ) -> Result<AnomalyAlert> {
        let said = match answer {
            Some(AnomalyAnswer::Meant) => text!("this was meant"),
            Some(AnomalyAnswer::NotMeant) => {
                text!("this was not meant; the backups from before are pinned")
            }
            Some(AnomalyAnswer::Back) => text!("all of it is back"),
            None => text!("the answer was taken back"),
        };
        let text = text!("{anomaly}: {answer}", anomaly = alert.text, answer = said);
        let event = NewEvent::new("guard.answered", text).of_project(Some(alert.project));
        self.library.catalog().write(|transaction| {
            table::answer(transaction, alert.id, answer)?;
            self.library.events().append(transaction, &event)?;
            table::get(transaction, alert.id)
        })
    }

    /// Whether nothing may be let go in a destination, because an alert waits for its answer.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn is_held(&self, destination: DestinationId) -> Result<bool> {
        self.library.catalog().read(|connection| table::is_held(connection, destination))
    }

    fn pin_from_before(&self, alert: &AnomalyAlert) -> Result<()> {
        for destination in self.destinations.list()? {
            let snapshots = self.snapshots.list(Some(alert.project), Some(destination.id))?;
            // Newest first, as the catalog gives them.
            let is_before = |snapshot: &&CachedSnapshot| {
                snapshot.time < alert.time && !is_of_objects(&snapshot.tags)
            };
            let before = snapshots.iter().find(is_before);
            let is_pinned = |tags: &[String]| tags.iter().any(|tag| tag == "pinned");
            if let Some(before) = before.filter(|before| !is_pinned(&before.tags)) {
                self.removals.pin(destination.id, &before.id.to_string(), true)?;
            }
        }
        Ok(())
    }
}
