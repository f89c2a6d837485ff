//! Projects under the doctor's eye: there, in a plan, and watched.

use std::collections::HashSet;

use undercroft_foundation::{TextValue, text};

use super::finding::{failed, passed, warning};
use super::wire::Finding;
use crate::Api;
use crate::base::sentence::Sentence;
use crate::base::wire::Nothing;
use crate::projects::wire::{Project, ProjectFilter, ProjectStatus};
use crate::workspaces::wire::{WatchState, WatchStatus};

const AREA: &str = "project";

impl Api {
    pub(super) fn examine_projects(&self) -> Vec<Finding> {
        let projects = match self.project_list(ProjectFilter::default()) {
            Ok(projects) => projects,
            Err(error) => return vec![failed(AREA, &error)],
        };
        let at_hand = projects.iter().filter(|project| project.status == ProjectStatus::Active);
        let mut findings: Vec<_> = at_hand.map(examine).collect();
        findings.extend(self.examine_cover(&projects));
        match self.watch_list(Nothing {}) {
            Ok(states) => findings.extend(states.iter().filter_map(examine_watch)),
            Err(error) => findings.push(failed(AREA, &error)),
        }
        findings
    }

    /// Projects that no plan is of, where there are plans.
    fn examine_cover(&self, projects: &[Project]) -> Option<Finding> {
        let plans = self.plan_list(Nothing {}).ok().filter(|plans| !plans.is_empty())?;
        let covered: HashSet<_> =
            plans.iter().filter(|plan| plan.enabled).flat_map(|plan| &plan.projects_now).collect();
        let left_out: Vec<_> = projects
            .iter()
            .filter(|project| project.status == ProjectStatus::Active)
            .filter(|project| !covered.contains(&project.id))
            .map(|project| project.name.as_str())
            .collect();
        let first = left_out.first()?;
        Some(warning(
            AREA,
            match left_out.len() as u64 {
                1 => text!("{first} is in no plan that runs", first),
                count => text!(
                    "{projects} are in no plan that runs, such as {first}",
                    projects = TextValue::count(count, "project"),
                    first
                ),
            },
            text!("It is backed up only when somebody thinks of it"),
            text!("Add it to a plan"),
        ))
    }
}

fn examine(project: &Project) -> Finding {
    let Project { name, path, .. } = project;
    match project.present {
        true => passed(AREA, text!("{name}: {path} is there", name, path)),
        false => warning(
            AREA,
            text!("{name}: {path} is not there", name, path),
            text!("It was moved or deleted, or its drive is away"),
            text!("Bring the folder or drive back, or remove the project; its backups are kept"),
        ),
    }
}

fn examine_watch(state: &WatchState) -> Option<Finding> {
    (state.state == WatchStatus::Limited).then(|| {
        warning(
            AREA,
            text!("Some changes are noticed late"),
            state.why.as_ref().map_or_else(
                || text!("The system lets too few folders be watched"),
                Sentence::to_text,
            ),
            text!(
                "Raise fs.inotify.max_user_watches; until then all is looked through now and then"
            ),
        )
    })
}
