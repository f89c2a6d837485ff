//! From projects to archives.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use undercroft_archive::{ArchiveOrder, Archives, Freed, Level, incompressible_bytes};
use undercroft_foundation::{Code, Error, Job, ProjectId, Result, Text, TextValue, text};
use undercroft_history::{History, SaveOrder, Scope, Trigger};
use undercroft_library::{JobKind, JobSpec, Library, Project, ProjectStatus};
use undercroft_session::SessionWork;

use super::wire::{ArchiveLevel, ArchiveMake, ArchivePlan, ArchivePlanItem};
use crate::Api;
use crate::jobs::wire::JobView;
use crate::projects::wire::{self as projects, ProjectFilter};

/// Text and code become about this much smaller.
const USUAL_RATIO: f64 = 0.4;
/// The files of all projects are looked at for this time, to tell what does not become smaller.
const LOOK_TIME: Duration = Duration::from_secs(2);

impl Api {
    /// Previews which projects would be archived, and what that frees.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project that is not there.
    pub fn archive_preview(&self, request: ArchiveMake) -> Result<ArchivePlan> {
        let idle_days = self.0.library.settings(&self.0.overrides)?.archive_after_days();
        let clock = &self.0.library.world().clock;
        let until = clock.steady() + LOOK_TIME;
        let items = self.to_archive(&request)?.into_iter().map(|(project, shown)| {
            let (history, objects) = match self.0.history.is_begun(project.id) {
                true => (
                    self.0.history.sizes(project.id)?,
                    self.0.history.archived_objects_bytes(project.id)?,
                ),
                false => Default::default(),
            };
            let history_bytes = history.git_bytes + history.objects_bytes;
            let stored = incompressible_bytes(&project.root, || clock.steady() >= until);
            let packed = project.size_bytes.saturating_sub(stored) as f64 * USUAL_RATIO;
            // The object store's files are sealed: what the folder holds too lies there again.
            let estimated = stored + packed as u64 + history.git_bytes + objects;
            Ok(ArchivePlanItem {
                files: project.files,
                source_bytes: project.size_bytes,
                history_bytes,
                estimated_bytes: estimated,
                refusal: refusal(&project).map(Into::into),
                project: shown,
            })
        });
        let items = items.collect::<Result<Vec<_>>>()?;
        let freed = |item: &ArchivePlanItem| match (&item.refusal, request.keep_source) {
            (None, false) => item.source_bytes + item.history_bytes,
            _ => 0,
        };
        Ok(ArchivePlan { freed_bytes: items.iter().map(freed).sum(), items, idle_days })
    }

    /// Archives projects: each becomes one file, which is compared before its folder is freed.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Invalid`] where a project that is named cannot be archived.
    pub fn archive_make(&self, request: ArchiveMake) -> Result<JobView> {
        let mut projects: Vec<Project> =
            self.to_archive(&request)?.into_iter().map(|(project, _)| project).collect();
        let named = |project: &Project| request.projects.contains(&project.id.to_string());
        if let Some((project, why)) = projects
            .iter()
            .filter(|project| !request.idle || named(project))
            .find_map(|project| Some((project, refusal(project)?)))
        {
            let what = text!("Cannot archive {project}", project = project.name);
            return Err(Error::new(Code::Invalid, what).why(why));
        }
        projects.retain(|project| refusal(project).is_none());
        if projects.is_empty() {
            return Err(Error::new(Code::NotFound, "There is no project to archive")
                .next("Name a project, or wait until one is idle"));
        }
        let level = self.archive_level(request.level)?;
        let title = match &projects[..] {
            [one] => text!("Archive {project}", project = one.name),
            several => text!(
                "Archive {projects}",
                projects = TextValue::count(several.len() as u64, "project")
            ),
        };
        let mut spec = JobSpec::new(JobKind::Archive, title);
        if let [one] = &projects[..] {
            spec = spec.of_project(one.id);
        }
        let archiver = self.archiver()?;
        let keeps_source = request.keep_source;
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let mut freed = 0;
            for project in &projects {
                freed += archiver.archive(project.id, level, keeps_source, job)?;
            }
            let several = TextValue::count(projects.len() as u64, "project");
            Ok(match (&projects[..], keeps_source) {
                ([one], true) => text!("{project} has a copy in the archive", project = one.name),
                (_, true) => text!("{several} have a copy in the archive", several),
                ([one], false) => text!(
                    "{project} archived, {size} freed",
                    project = one.name,
                    size = TextValue::Size(freed)
                ),
                (_, false) => text!(
                    "{several} archived, {size} freed",
                    several,
                    size = TextValue::Size(freed)
                ),
            })
        })?;
        Ok(job.into())
    }

    /// The projects that a request means, each as it is shown.
    fn to_archive(&self, request: &ArchiveMake) -> Result<Vec<(Project, projects::Project)>> {
        let mut wanted = Vec::new();
        for text in &request.projects {
            wanted.push(self.find_project(text)?);
        }
        if request.idle {
            wanted.extend(self.idle_projects()?);
        }
        let mut seen = std::collections::HashSet::new();
        wanted.retain(|project| seen.insert(project.id));
        wanted
            .into_iter()
            .map(|project| Ok((project.clone(), self.show_project(project)?)))
            .collect()
    }

    /// The projects that were not changed for as long as the setting says; none, where it says never.
    pub(crate) fn idle_projects(&self) -> Result<Vec<Project>> {
        let days = self.0.library.settings(&self.0.overrides)?.archive_after_days();
        if days == 0 {
            return Ok(Vec::new());
        }
        let filter = ProjectFilter {
            status: Some(projects::ProjectStatus::Active),
            idle_days: Some(days),
            ..ProjectFilter::default()
        };
        let idle = self.project_list(filter)?;
        idle.iter().map(|project| self.find_project(&project.id)).collect()
    }

    pub(crate) fn archive_level(&self, wanted: Option<ArchiveLevel>) -> Result<Level> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        Ok(match (wanted, settings.archive_compression()) {
            (Some(ArchiveLevel::Fast), _) | (None, "fast") => Level::Fast,
            (Some(ArchiveLevel::Best), _) | (None, "best") => Level::Best,
            _ => Level::Balanced,
        })
    }

    /// The hands that archive projects, for a job.
    pub(crate) fn archiver(&self) -> Result<Archiver> {
        Ok(Archiver {
            library: self.0.library.clone(),
            archives: self.0.archives.clone(),
            history: self.0.history.clone(),
            session: self.session_work()?.clone(),
            watcher: self.0.watcher.clone(),
        })
    }
}

/// Why a project cannot be archived now.
fn refusal(project: &Project) -> Option<Text> {
    match project.status {
        ProjectStatus::Archived => Some(text!("It is archived already")),
        ProjectStatus::Trashed => Some(text!("It is in the trash")),
        ProjectStatus::Active if !project.is_present() => Some(text!("Its folder is not there")),
        ProjectStatus::Active => None,
    }
}

/// The rooms that archiving and restoring a project goes through.
#[derive(Debug, Clone)]
pub(crate) struct Archiver {
    pub(super) library: Library,
    pub(super) archives: Archives,
    pub(super) history: History,
    pub(super) session: SessionWork,
    pub(super) watcher: undercroft_history::WorkspaceWatcher,
}

impl Archiver {
    /// Archives a project, and gives the bytes that were freed: those of its folder and its versions,
    /// less those of the archive.
    pub(crate) fn archive(
        &self,
        id: ProjectId,
        level: Level,
        keeps_source: bool,
        job: &Job,
    ) -> Result<u64> {
        let project = self.library.projects().get(id)?;
        if let Some(why) = refusal(&project) {
            let what = text!("Cannot archive {project}", project = project.name);
            return Err(Error::new(Code::Invalid, what).why(why));
        }
        self.library.require_confirmed(&project.root)?;
        self.library.projects().refuse_nested(&project, "archive")?;
        let _lock = self.library.projects().lock(&project)?;
        self.archives.forget_freeing(id)?;
        let staging = Staging::new(&self.library, "archive", id);
        let mut parts: Vec<(&'static str, PathBuf)> = Vec::new();
        let mut versions = 0;
        let mut last_change = project.last_change;
        let (mut staged, mut history_bytes) = (None, 0);
        if self.history.is_begun(id) {
            self.save_all(id, job)?;
            let history = self.history.stage_for_archive(id, &staging.0, job)?;
            self.session.export(Some(id), &history.drafts())?;
            parts = history.parts();
            let sizes = self.history.sizes(id)?;
            versions = sizes.versions;
            history_bytes = sizes.git_bytes + sizes.objects_bytes;
            last_change = last_change.max(self.newest_change(id)?);
            staged = Some(history);
        }
        let (frees_source, parts) = (!keeps_source, &parts[..]);
        let order =
            ArchiveOrder { project: &project, level, parts, versions, last_change, frees_source };
        let archive = self.archives.create(&order, job)?;
        if keeps_source {
            return Ok(0);
        }
        // From here on the project lives in its archive.
        job.set_current(format!("Freeing {}", project.name));
        self.library.projects().set_archived(id)?;
        self.watcher.sync()?;
        let freed = match self.archives.free_source(archive.manifest.id, job) {
            Ok(freed) => freed,
            Err(error) if project.root.is_dir() => {
                // It lives on where it is, as it is now; the archive stays as a copy.
                self.library.projects().set_active(id)?;
                self.watcher.sync()?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let archive_bytes = archive.manifest.archive_bytes;
        if self.is_left(&project, &freed, job)? {
            return Ok(freed.bytes.saturating_sub(archive_bytes));
        }
        if let Some(staged) = staged {
            self.history.detach_staged(&staged)?;
            drop(staged);
            self.session.delete_project(id)?;
        }
        Ok((freed.bytes + history_bytes).saturating_sub(archive_bytes))
    }

    /// Whether a part of a project's folder is left, so that it lives on there.
    fn is_left(&self, project: &Project, freed: &Freed, job: &Job) -> Result<bool> {
        for path in &freed.left {
            job.warn(path.to_string(), "It was not freed, and stays");
        }
        if !freed.left.is_empty() {
            self.library.projects().set_active(project.id)?;
            self.watcher.sync()?;
        }
        Ok(!freed.left.is_empty())
    }

    /// When a version of the project was last made of a change.
    fn newest_change(&self, id: ProjectId) -> Result<Option<Timestamp>> {
        let mut newest = None;
        for workspace in self.history.workspaces(Some(id))? {
            let version = self.history.newest_version(workspace.id)?;
            let version = version.filter(|version| version.trigger != Trigger::Import);
            newest = newest.max(version.map(|version| version.time));
        }
        Ok(newest)
    }

    /// Saves what changed in each workspace, so that its history holds all.
    fn save_all(&self, id: ProjectId, job: &Job) -> Result<()> {
        for workspace in self.history.workspaces(Some(id))? {
            if !workspace.root.is_dir() {
                continue;
            }
            let order = SaveOrder::new(Trigger::Automatic, "");
            self.history.writer().save(workspace.id, Scope::Whole, order, job)?;
        }
        Ok(())
    }
}

/// A folder for what goes into or comes out of an archive; it goes when it is dropped.
pub(super) struct Staging(pub(super) PathBuf);

impl Staging {
    pub(super) fn new(library: &Library, what: &str, project: ProjectId) -> Self {
        let path = library.root().join("cache").join(format!("{what}-{project}"));
        // A process that was killed may have left it; the project's lock is held.
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
