//! How the library and its projects stand to the limits of the settings, from what was counted.

use undercroft_foundation::{Result, Text, TextValue, text};
use undercroft_library::{self as library, ProjectFilter, ProjectStatus};

use super::summary::Summary;
use super::wire::QuotaState;
use crate::Api;

/// A limit of the settings that is near or reached.
#[derive(Debug)]
pub(crate) struct NearLimit {
    /// The project that it is about; the library where there is none.
    pub(crate) project: Option<library::Project>,
    /// Whether it is reached.
    pub(crate) is_reached: bool,
    /// The size, and what is allowed, in a sentence without its full stop.
    pub(crate) reason: Text,
    /// The key of the setting.
    pub(crate) setting: &'static str,
}

impl Api {
    /// The limits that are near or reached: the library's first, then those of active projects.
    /// Nothing is measured for it: the sizes are those of the last counts.
    ///
    /// # Errors
    /// Whatever keeps the settings, the catalog or the last count from being read.
    pub(crate) fn near_limits(&self) -> Result<Vec<NearLimit>> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        let mut near = Vec::new();
        if let Some(quota) = settings.quota() {
            let summary = self.0.counts.summary()?;
            let bytes = summary.as_ref().map_or(0, Summary::library_bytes);
            near.extend(near_limit(None, bytes, quota, "quota-gb"));
        }
        if let Some(limit) = settings.project_limit() {
            let status = Some(ProjectStatus::Active);
            let filter = ProjectFilter { status, ..ProjectFilter::default() };
            for project in self.0.library.projects().list(&filter)? {
                let bytes = project.size_bytes;
                near.extend(near_limit(Some(project), bytes, limit, "project-limit-gb"));
            }
        }
        Ok(near)
    }
}

fn near_limit(
    project: Option<library::Project>,
    bytes: u64,
    limit: u64,
    setting: &'static str,
) -> Option<NearLimit> {
    let is_reached = match quota_state(Some(limit), bytes) {
        QuotaState::Over => true,
        QuotaState::Near => false,
        QuotaState::None | QuotaState::Fine => return None,
    };
    let (taken, most) = (TextValue::Size(bytes), TextValue::Size(limit));
    let reason = match (is_reached, project.is_some()) {
        (false, true) => text!("It has {taken} of the {most} that a project may have", taken, most),
        (true, true) => text!("It has {taken}, and a project may have {most} at most", taken, most),
        (false, false) => text!("It takes {taken} of the {most} that it may take", taken, most),
        (true, false) => {
            text!("It takes {taken}, and may take {most}: nothing is imported", taken, most)
        }
    };
    Some(NearLimit { project, is_reached, reason, setting })
}

/// How a size stands to a limit.
pub(super) fn quota_state(quota: Option<u64>, bytes: u64) -> QuotaState {
    match quota {
        None => QuotaState::None,
        Some(quota) if bytes >= quota => QuotaState::Over,
        Some(quota) if bytes >= quota / 10 * 9 => QuotaState::Near,
        Some(_) => QuotaState::Fine,
    }
}
