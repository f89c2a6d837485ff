//! Alerts about something unusual, which hold retention until somebody answers them.

use std::collections::HashMap;

use undercroft_backup as backup;
use undercroft_foundation::{Code, Error, ProjectId, Result};
use undercroft_library::ProjectFilter;

use super::wire::{GuardAlert, GuardAnswer, GuardReply};
use crate::Api;
use crate::base::wire::Nothing;

impl Api {
    /// Lists what looked unusual, newest first. Of which all is back by now, that ends here.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn guard_list(&self, _: Nothing) -> Result<Vec<GuardAlert>> {
        self.settle_alerts()?;
        let names = self.names_of_projects()?;
        let alerts = self.0.backups.alerts().list()?;
        Ok(alerts.into_iter().map(|alert| told(alert, &names)).collect())
    }

    /// Answers such an alert, or takes the answer back.
    ///
    /// # Errors
    /// The errors of [`backup::AnomalyAlerts::answer`], and [`Code::Invalid`] for the answer that
    /// nobody gives.
    pub fn guard_answer(&self, request: GuardReply) -> Result<GuardAlert> {
        let alert = self.0.backups.alerts().find(&request.alert)?;
        if request.answer == Some(GuardAnswer::Back) {
            return Err(Error::new(Code::Invalid, "That all is back is not yours to say")
                .why("It is seen on the disk")
                .next("Restore what is gone, or say that it was meant"));
        }
        let answer = request.answer.map(Into::into);
        let answered = self.0.backups.alerts().answer(alert.id, answer)?;
        Ok(told(answered, &self.names_of_projects()?))
    }

    /// Ends the alerts of which all is back.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the histories from being read.
    pub(crate) fn settle_alerts(&self) -> Result<()> {
        self.0.backups.alerts().settle(&|alert, paths| self.is_as_before(alert, paths))
    }

    fn names_of_projects(&self) -> Result<HashMap<ProjectId, String>> {
        let projects = self.0.library.projects().list(&ProjectFilter::default())?;
        Ok(projects.into_iter().map(|project| (project.id, project.name)).collect())
    }
}

fn told(alert: backup::AnomalyAlert, names: &HashMap<ProjectId, String>) -> GuardAlert {
    GuardAlert {
        open: alert.is_open(),
        id: alert.id.to_string(),
        time: alert.time,
        project: alert.project.to_string(),
        project_name: names.get(&alert.project).cloned().unwrap_or_default(),
        kind: alert.kind.into(),
        text: alert.text.into(),
        examples: alert.examples,
        answer: alert.answer.map(Into::into),
    }
}
