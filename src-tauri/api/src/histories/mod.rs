//! Histories: what of a project is versioned, beginning with it, and keeping it in order.

mod convert;
pub(crate) mod maintenance;
pub(crate) mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, Text, TextValue, text};
use undercroft_history::rules::{self, ProjectRules};
use undercroft_history::{self as history, TreePath};
use undercroft_library::{JobKind, JobSpec, Project};

use crate::Api;
use crate::jobs::wire::JobView;
use crate::projects::wire::ProjectRef;

use convert::{plan, rules_to_wire};
use wire::{HistoryPlan, Rules, RulesChange, ThinDrop, ThinPlan};

/// Of the versions and paths that a damage touches, so many are named.
const NAMED: usize = 5;

impl Api {
    /// Counts what the first version of a project would hold.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn history_preview(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let rules = ProjectRules::load(self.root(), project.id)?.compile()?;
        let (plans, id, root) = (Arc::clone(&self.0.plans), project.id, project.root.clone());
        let title = text!("Look through {project}", project = project.name);
        self.spawn(spec(JobKind::Preview, title, &project), move |history, job| {
            let survey = rules::survey(&root, &rules, job)?;
            let summary = text!(
                "{files} ({size}) would be versioned",
                files = TextValue::count(survey.kept.files, "file"),
                size = TextValue::Size(survey.kept.size_bytes)
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
            Error::new(
                Code::NotFound,
                text!("{project} was not looked through yet", project = project.name),
            )
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
        let title = text!("Begin the history of {project}", project = project.name);
        self.spawn(spec(JobKind::Import, title, &project), move |history, job| {
            let version = history.writer().begin(id, job)?;
            Ok(text!(
                "{files} ({size}) in the first version",
                files = TextValue::count(version.files, "file"),
                size = TextValue::Size(version.size_bytes)
            ))
        })
    }

    /// Lists the versions of a project that thinning would drop.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn thin_preview(&self, request: ProjectRef) -> Result<ThinPlan> {
        let project = self.find_project(&request.project)?;
        let plan = self.0.history.maintenance().plan_thinning(project.id, &Job::new())?;
        let drop = |dropped: history::ThinDrop| ThinDrop {
            why: dropped.why.text().to_owned(),
            version: dropped.version.into(),
        };
        Ok(ThinPlan {
            keep: plan.keep.len() as u64,
            drop: plan.drop.into_iter().map(drop).collect(),
            frees_bytes: plan.frees_bytes,
            lost_files: plan.lost_files,
        })
    }

    /// Drops the versions of a project that the rule no longer keeps.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn thin(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let id = project.id;
        let title = text!("Thin the history of {project}", project = project.name);
        self.spawn(spec(JobKind::Thin, title, &project), move |history, job| {
            let plan = history.maintenance().thin(id, job)?;
            let dropped = TextValue::count(plan.drop.len() as u64, "version");
            Ok(text!("{dropped} dropped, {keep} stay", dropped, keep = plan.keep.len()))
        })
    }

    /// Stores the versions of a project in less room.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn history_compact(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let id = project.id;
        let title = text!("Compact the history of {project}", project = project.name);
        self.spawn(spec(JobKind::Compact, title, &project), move |history, job| {
            let done = history.maintenance().compact(id, job)?;
            Ok(text!("{size} free again", size = TextValue::Size(done.freed_bytes)))
        })
    }

    /// Reads all that the versions of a project lead to; what is damaged is told with the versions
    /// that it touches, and changes nothing.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn history_check(&self, request: ProjectRef) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let id = project.id;
        let title = text!("Check the history of {project}", project = project.name);
        self.spawn(spec(JobKind::Check, title, &project), move |history, job| {
            let check = history.maintenance().check(id, job)?;
            for damage in &check.damages {
                job.warn(damage.object.clone(), told(damage));
            }
            let versions = TextValue::count(check.versions, "version");
            Ok(match check.is_sound() {
                true => text!(
                    "{versions} sound, {size} read",
                    versions,
                    size = TextValue::Size(check.bytes)
                ),
                false => {
                    let damages = TextValue::count(check.damages.len() as u64, "object");
                    text!(
                        "{damages} damaged in {versions}; the rest is served as before",
                        damages,
                        versions
                    )
                }
            })
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
        let rules = ProjectRules {
            follow_gitignore: request.follow_gitignore.unwrap_or(old.follow_gitignore),
            leave_out: request.leave_out.unwrap_or(old.leave_out),
            keep: request.keep.unwrap_or(old.keep),
            layers: match request.layers {
                Some(layers) => layers.into_iter().map(Into::into).collect(),
                None => old.layers,
            },
        };
        rules.store(self.root(), project.id)?;
        self.0.watcher.rules_changed(project.id)?;
        Ok(rules_to_wire(&project, rules))
    }
}

/// The damage, and what it touches.
fn told(damage: &history::Damage) -> Text {
    let versions: Vec<_> = damage.versions.iter().take(NAMED).map(ToString::to_string).collect();
    let paths: Vec<_> = damage.paths.iter().take(NAMED).map(shown).collect();
    text!(
        "{why}. It touches {versions} ({first_versions}) and {paths} ({first_paths})",
        why = damage.why.trim_end_matches('.'),
        versions = TextValue::count(damage.versions_total, "version"),
        first_versions = list(&versions, damage.versions_total),
        paths = TextValue::count(damage.paths_total, "path"),
        first_paths = list(&paths, damage.paths_total)
    )
}

fn shown(path: &TreePath) -> String {
    if path.is_root() { "all of it".to_owned() } else { path.to_string() }
}

fn list(first: &[String], total: u64) -> String {
    let more = if total > first.len() as u64 { ", …" } else { "" };
    first.join(", ") + more
}

/// The last counts, by project.
pub(crate) type Plans = Arc<Mutex<HashMap<ProjectId, HistoryPlan>>>;

fn locked(plans: &Plans) -> MutexGuard<'_, HashMap<ProjectId, HistoryPlan>> {
    plans.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn spec(kind: JobKind, title: Text, project: &Project) -> JobSpec {
    JobSpec::new(kind, title).of_project(project.id)
}
