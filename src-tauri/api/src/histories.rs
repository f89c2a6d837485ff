//! Histories: what of a project is versioned, beginning with it, and keeping it in order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Code, Error, ProjectId, Result, count_text, size_text};
use undercroft_history::rules::{self, ProjectRules, Survey};
use undercroft_library::{JobKind, JobSpec, Project};

use crate::Api;
use crate::convert::history as to_wire;
use crate::wire::{HistoryPlan, JobView, LayerRule, LayerTotals, ProjectRef, Rules, RulesChange};

impl Api {
    /// Counts what the first version of a project would hold.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn history_preview(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let rules = ProjectRules::load(self.root(), project.id)?.compile()?;
        let (plans, id, root) = (Arc::clone(&self.0.plans), project.id, project.root.clone());
        self.spawn(spec(JobKind::Preview, "Look through", &project), move |history, job| {
            let survey = rules::survey(&root, &rules, job)?;
            let summary = format!(
                "{} ({}) would be versioned",
                count_text(survey.kept.files, "file"),
                size_text(survey.kept.size_bytes)
            );
            let plan = plan(&survey, history.library().world().clock.now());
            locked(&plans).insert(id, plan);
            Ok(summary)
        })
    }

    /// Shows what was counted last.
    ///
    /// # Errors
    /// [`Code::NotFound`] when nothing was counted since the program was started.
    pub fn history_plan(&self, request: ProjectRef) -> Result<HistoryPlan> {
        let project = self.find_project(&request.project)?;
        locked(&self.0.plans).get(&project.id).cloned().ok_or_else(|| {
            Error::new(Code::NotFound, format!("{} was not looked through yet", project.name))
                .next("Ask for a preview first")
        })
    }

    /// Makes the first version of a project; from then on its changes are noticed.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn history_start(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let id = project.id;
        self.spawn(spec(JobKind::Import, "Begin the history of", &project), move |history, job| {
            let version = history.begin(id, job)?;
            Ok(format!(
                "{} ({}) in the first version",
                count_text(version.files, "file"),
                size_text(version.size_bytes)
            ))
        })
    }

    /// Shows what of a project is versioned, and where it goes.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn rules_show(&self, request: ProjectRef) -> Result<Rules> {
        let project = self.find_project(&request.project)?;
        Ok(rules_to_wire(&project, ProjectRules::load(self.root(), project.id)?))
    }

    /// Changes what of a project is versioned, and where it goes; nothing already stored moves.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for a pattern that is none.
    pub fn rules_change(&self, request: RulesChange) -> Result<Rules> {
        let project = self.find_project(&request.project)?;
        let old = ProjectRules::load(self.root(), project.id)?;
        let layer =
            |rule: LayerRule| rules::LayerRule { pattern: rule.pattern, layer: rule.layer.into() };
        let rules = ProjectRules {
            follow_gitignore: request.follow_gitignore.unwrap_or(old.follow_gitignore),
            leave_out: request.leave_out.unwrap_or(old.leave_out),
            keep: request.keep.unwrap_or(old.keep),
            layers: match request.layers {
                Some(layers) => layers.into_iter().map(layer).collect(),
                None => old.layers,
            },
        };
        rules.store(self.root(), project.id)?;
        self.0.history.rules_changed(project.id)?;
        Ok(rules_to_wire(&project, rules))
    }
}

/// What was counted last, by project.
pub(crate) type Plans = Arc<Mutex<HashMap<ProjectId, HistoryPlan>>>;

fn locked(plans: &Plans) -> MutexGuard<'_, HashMap<ProjectId, HistoryPlan>> {
    plans.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rules_to_wire(project: &Project, rules: ProjectRules) -> Rules {
    let layer =
        |rule: rules::LayerRule| LayerRule { pattern: rule.pattern, layer: rule.layer.into() };
    Rules {
        project: project.id.to_string(),
        follow_gitignore: rules.follow_gitignore,
        leave_out: rules.leave_out,
        keep: rules.keep,
        layers: rules.layers.into_iter().map(layer).collect(),
    }
}

pub(crate) fn spec(kind: JobKind, what: &str, project: &Project) -> JobSpec {
    let title = format!("{what} {}", project.name);
    JobSpec { kind, title, project: Some(project.id), destination: None }
}

fn plan(survey: &Survey, counted: jiff::Timestamp) -> HistoryPlan {
    HistoryPlan {
        counted,
        files: survey.kept.files,
        size_bytes: survey.kept.size_bytes,
        left_out: survey.left_out.iter().map(to_wire::left_out).collect(),
        secrets: survey.secrets.iter().map(to_wire::names).collect(),
        layers: LayerTotals {
            git_files: survey.git.files,
            git_bytes: survey.git.size_bytes,
            object_files: survey.objects.files,
            object_bytes: survey.objects.size_bytes,
        },
    }
}
