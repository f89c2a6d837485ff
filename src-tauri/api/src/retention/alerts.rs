//! Alerts about something unusual, which hold retention until somebody answers them.

use std::collections::HashMap;

use undercroft_backup as backup;
use undercroft_foundation::{ProjectId, Result};
use undercroft_library::ProjectFilter;

use super::wire::{GuardAlert, GuardReply};
use crate::Api;
use crate::base::wire::Nothing;

impl Api {
    /// Lists what looked unusual, newest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn guard_list(&self, _: Nothing) -> Result<Vec<GuardAlert>> {
        let names = self.names_of_projects()?;
        let alerts = self.0.backups.alerts().list()?;
        Ok(alerts.into_iter().map(|alert| told(alert, &names)).collect())
    }

    /// Answers such an alert.
    ///
    /// # Errors
    /// The errors of [`backup::AnomalyAlerts::answer`].
    pub fn guard_answer(&self, request: GuardReply) -> Result<GuardAlert> {
        let alert = self.0.backups.alerts().find(&request.alert)?;
        let answered = self.0.backups.alerts().answer(alert.id, request.answer.into())?;
        Ok(told(answered, &self.names_of_projects()?))
    }

    fn names_of_projects(&self) -> Result<HashMap<ProjectId, String>> {
        let projects = self.0.library.projects().list(&ProjectFilter::default())?;
        Ok(projects.into_iter().map(|project| (project.id, project.name)).collect())
    }
}

fn told(alert: backup::AnomalyAlert, names: &HashMap<ProjectId, String>) -> GuardAlert {
    GuardAlert {
        id: alert.id.to_string(),
        time: alert.time,
        project: alert.project.to_string(),
        project_name: names.get(&alert.project).cloned().unwrap_or_default(),
        kind: alert.kind.into(),
        text: alert.text,
        examples: alert.examples,
        answer: alert.answer.map(Into::into),
    }
}
