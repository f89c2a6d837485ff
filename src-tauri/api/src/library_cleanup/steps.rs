//! The steps of a clean-up: what each would do, and doing it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use undercroft_archive::{Archive, Archives, Level, Manifest};
use undercroft_backup::{CleanableDestination, PlanRuns};
use undercroft_foundation::{Code, Job, ProjectId, Result, Text, TextValue, text};
use undercroft_history::{History, ProjectTrash, TrashedPart};
use undercroft_library::{Library, Project, ProjectFilter, ProjectStatus};

use super::wire::{CleanupItem, CleanupStep, CleanupStepKind};
use crate::archives::making::Archiver;
use crate::projects::deleting::ProjectRemoval;
use crate::projects::measuring::measure;

/// At most so many things are named.
const SHOWN: usize = 200;
/// A stage that was not touched for so long is of nobody's work any more.
const STALE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The rooms that a clean-up goes through.
pub(super) struct Cleaner {
    pub(super) library: Library,
    pub(super) history: History,
    pub(super) archives: Archives,
    pub(super) plan_runs: PlanRuns,
    pub(super) archiver: Archiver,
    pub(super) removal: ProjectRemoval,
    pub(super) idle: Vec<Project>,
    pub(super) level: Level,
    pub(super) trash_days: u64,
    /// The destinations as the preview saw them: two steps show them, and each is opened once.
    pub(super) seen: OnceCell<Vec<CleanableDestination>>,
    /// The projects whose versions were thinned: what those took is still to be freed.
    pub(super) thinned: RefCell<HashSet<ProjectId>>,
}

/// The outcome of a step.
pub(super) struct Done {
    pub(super) bytes: u64,
    pub(super) text: Text,
}

/// Something in the trash whose time has come.
enum Expired {
    Archive(Box<Archive>),
    Project(Box<Project>, u64),
    /// Freed files of a project without versions.
    Freed(Box<Project>, TrashedPart, u64),
}

impl Cleaner {
    /// The effect that a step would have now.
    pub(super) fn preview(
        &self,
        kind: CleanupStepKind,
        enabled: bool,
        job: &Job,
    ) -> Result<CleanupStep> {
        let mut note = None;
        let items = match kind {
            CleanupStepKind::EmptyTrash => {
                if self.trash_days == 0 {
                    note = Some(text!("The trash is never emptied: trash-days is 0"));
                }
                self.expired()?.iter().map(Expired::item).collect()
            }
            CleanupStepKind::ClearCaches => self.stale_caches()?,
            CleanupStepKind::ThinVersions => self.thinnable(job)?,
            CleanupStepKind::CompactVersions => self.compactable(job)?,
            CleanupStepKind::ArchiveIdle => {
                if !enabled {
                    note = Some(text!("Idle projects stay until you archive them"));
                }
                self.idle.iter().map(idle_item).collect()
            }
            CleanupStepKind::ForgetBackups => {
                let unkept = self.seen_destinations(job)?;
                note = held_note(unkept);
                unkept.iter().filter(|it| it.unkept > 0).map(unkept_item).collect()
            }
            CleanupStepKind::PruneBackups => {
                let unused = self.seen_destinations(job)?;
                note = held_note(unused);
                unused.iter().filter(|it| it.frees_bytes > 0).map(unused_item).collect()
            }
        };
        let estimated =
            matches!(kind, CleanupStepKind::CompactVersions | CleanupStepKind::ArchiveIdle);
        let items: Vec<CleanupItem> = items;
        Ok(CleanupStep {
            kind,
            enabled,
            bytes: items.iter().map(|item| item.bytes).sum(),
            estimated,
            items_total: items.len() as u64,
            items: items.into_iter().take(SHOWN).collect(),
            note: note.map(Into::into),
        })
    }

    fn seen_destinations(&self, job: &Job) -> Result<&[CleanableDestination]> {
        if let Some(seen) = self.seen.get() {
            return Ok(seen);
        }
        let seen = self.plan_runs.cleanable(job)?;
        Ok(self.seen.get_or_init(|| seen))
    }

    /// Does a step.
    pub(super) fn run(&self, kind: CleanupStepKind, job: &Job) -> Result<Done> {
        match kind {
            CleanupStepKind::EmptyTrash => self.empty_trash(job),
            CleanupStepKind::ClearCaches => self.clear_caches(job),
            CleanupStepKind::ThinVersions => self.thin(job),
            CleanupStepKind::CompactVersions => self.compact(job),
            CleanupStepKind::ArchiveIdle => self.archive_idle(job),
            CleanupStepKind::ForgetBackups => self.forget_backups(job),
            CleanupStepKind::PruneBackups => self.prune_backups(job),
        }
    }

    /// The projects and archives that were in the trash for long enough.
    fn expired(&self) -> Result<Vec<Expired>> {
        let mut expired = Vec::new();
        let Some(days) = i64::try_from(self.trash_days).ok().filter(|days| *days > 0) else {
            return Ok(expired);
        };
        let now = self.library.world().clock.now();
        let before =
            now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        let is_old = |time: Option<Timestamp>| time.is_some_and(|time| time <= before);
        let trashed =
            ProjectFilter { status: Some(ProjectStatus::Trashed), ..ProjectFilter::default() };
        let mut owners = Vec::new();
        for project in self.library.projects().list(&trashed)? {
            // One that was only removed from the list has no time, and stays.
            if is_old(project.trashed) {
                owners.push(project.id);
                let sizes = self.history.sizes(project.id)?;
                let bytes = project.size_bytes + sizes.git_bytes + sizes.objects_bytes;
                expired.push(Expired::Project(Box::new(project), bytes));
            }
        }
        for archive in self.archives.list()? {
            let owner = archive.manifest.project.id;
            if is_old(archive.manifest.trashed) && !owners.contains(&owner) {
                expired.push(Expired::Archive(Box::new(archive)));
            }
        }
        for status in [None, Some(ProjectStatus::Trashed)] {
            let projects = ProjectFilter { status, ..ProjectFilter::default() };
            for project in self.library.projects().list(&projects)? {
                if owners.contains(&project.id) {
                    continue;
                }
                for part in ProjectTrash::of(&self.library, &project).older_than(before)? {
                    let bytes = measure(&part.folder, &Job::new())?.bytes;
                    expired.push(Expired::Freed(Box::new(project.clone()), part, bytes));
                }
            }
        }
        Ok(expired)
    }

    fn empty_trash(&self, job: &Job) -> Result<Done> {
        let (mut bytes, mut count) = (0, 0);
        self.archives.remove_left_behind(job)?;
        for expired in self.expired()? {
            job.check_cancelled()?;
            let item = expired.item();
            let removed = match &expired {
                Expired::Project(project, _) => self.removal.remove(project, job),
                Expired::Archive(archive) => self.remove_archive(&archive.manifest),
                Expired::Freed(project, part, _) => {
                    let now = self.library.world().clock.now();
                    ProjectTrash::of(&self.library, project).remove(part, now)
                }
            };
            match removed {
                Ok(()) => {
                    bytes += item.bytes;
                    count += 1;
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                Err(error) => job.warn(item.name, error.sentence()),
            }
        }
        let (items, size) = (TextValue::count(count, "item"), TextValue::Size(bytes));
        let text = text!("{items} gone, {size} freed", items, size);
        Ok(Done { bytes, text })
    }

    fn remove_archive(&self, manifest: &Manifest) -> Result<()> {
        let _lock = self.library.projects().lock_id(manifest.project.id)?;
        self.archives.remove(manifest.id)
    }

    /// The leftovers of half-done work in the cache.
    fn stale_caches(&self) -> Result<Vec<CleanupItem>> {
        let items = self.stale_folders()?.into_iter().map(|(path, bytes)| CleanupItem {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            detail: text!("Left by work that was interrupted").into(),
            bytes,
            project: None,
        });
        Ok(items.collect())
    }

    fn stale_folders(&self) -> Result<Vec<(PathBuf, u64)>> {
        let cache = self.library.root().join("cache");
        let now = self.library.world().clock.now();
        let before = now.checked_sub(STALE).unwrap_or(Timestamp::MIN);
        let mut stale = Vec::new();
        let Ok(entries) = fs::read_dir(&cache) else { return Ok(stale) };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_stage = name.starts_with("archive-") || name.starts_with("restore-");
            let modified = entry.metadata().and_then(|found| found.modified()).ok();
            let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
            let is_busy = name
                .split_once('-')
                .and_then(|(_, id)| id.parse().ok())
                .is_none_or(|id| self.library.projects().lock_id(id).is_err());
            if is_stage && !is_busy && modified.is_some_and(|time| time < before) {
                stale.push((entry.path(), measure(&entry.path(), &Job::new())?.bytes));
            }
        }
        Ok(stale)
    }

    fn clear_caches(&self, job: &Job) -> Result<Done> {
        let mut bytes = 0;
        for (path, size) in self.stale_folders()? {
            job.check_cancelled()?;
            match fs::remove_dir_all(&path) {
                Ok(()) => bytes += size,
                Err(error) => job.warn(path.to_string_lossy(), error.to_string()),
            }
        }
        Ok(Done { bytes, text: text!("{size} freed", size = TextValue::Size(bytes)) })
    }

    fn begun_projects(&self) -> Result<Vec<Project>> {
        let mut projects = self.library.projects().list(&ProjectFilter::default())?;
        projects.retain(|project| self.history.is_begun(project.id));
        Ok(projects)
    }

    fn thinnable(&self, job: &Job) -> Result<Vec<CleanupItem>> {
        let mut items = Vec::new();
        for project in self.begun_projects()? {
            let plan = self.history.maintenance().plan_thinning(project.id, job)?;
            if !plan.drop.is_empty() {
                let versions = TextValue::count(plan.drop.len() as u64, "automatic version");
                let detail =
                    text!("{versions} of {all}", versions, all = plan.drop.len() + plan.keep.len());
                let bytes = plan.frees_bytes;
                let project_id = Some(project.id.to_string());
                let (name, detail) = (project.name, detail.into());
                items.push(CleanupItem { name, detail, bytes, project: project_id });
            }
        }
        Ok(items)
    }

    fn thin(&self, job: &Job) -> Result<Done> {
        let mut dropped = 0;
        for project in self.begun_projects()? {
            job.check_cancelled()?;
            let gone = self.history.maintenance().thin(project.id, job)?.drop.len() as u64;
            if gone > 0 {
                dropped += gone;
                self.thinned.borrow_mut().insert(project.id);
            }
        }
        let text =
            text!("{versions} let go", versions = TextValue::count(dropped, "automatic version"));
        // Compacting frees what they took, and counts it.
        Ok(Done { bytes: 0, text })
    }

    fn compactable(&self, job: &Job) -> Result<Vec<CleanupItem>> {
        let mut items = Vec::new();
        for project in self.begun_projects()? {
            if self.history.maintenance().needs_maintenance(project.id)? {
                let bytes = self.history.maintenance().compactable_bytes(project.id, job)?;
                items.push(CleanupItem {
                    name: project.name,
                    detail: text!("What no version needs, and what can be stored smaller").into(),
                    bytes,
                    project: Some(project.id.to_string()),
                });
            }
        }
        Ok(items)
    }

    fn compact(&self, job: &Job) -> Result<Done> {
        let (mut bytes, mut count) = (0, 0);
        for project in self.begun_projects()? {
            job.check_cancelled()?;
            let was_thinned = self.thinned.borrow().contains(&project.id);
            if was_thinned || self.history.maintenance().needs_maintenance(project.id)? {
                bytes += self.history.maintenance().compact(project.id, job)?.freed_bytes;
                count += 1;
            }
        }
        bytes += self.history.reclaim(job)?;
        let text = text!(
            "{histories} compacted, {size} freed",
            histories = TextValue::count(count, "history"),
            size = TextValue::Size(bytes)
        );
        Ok(Done { bytes, text })
    }

    fn archive_idle(&self, job: &Job) -> Result<Done> {
        let (mut bytes, mut count) = (0, 0);
        for project in &self.idle {
            job.check_cancelled()?;
            match self.archiver.archive(project.id, self.level, false, job) {
                Ok(freed) => {
                    bytes += freed;
                    count += 1;
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                Err(error) => job.warn(project.name.clone(), error.sentence()),
            }
        }
        let text = text!(
            "{projects} archived, {size} freed",
            projects = TextValue::count(count, "project"),
            size = TextValue::Size(bytes)
        );
        Ok(Done { bytes, text })
    }

    fn forget_backups(&self, job: &Job) -> Result<Done> {
        let count = self.plan_runs.forget_unkept(job)?;
        let text =
            text!("{backups} moved to the trash", backups = TextValue::count(count, "backup"));
        Ok(Done { bytes: 0, text })
    }

    fn prune_backups(&self, job: &Job) -> Result<Done> {
        let mut bytes = 0;
        for destination in self.plan_runs.cleanable(job)? {
            job.check_cancelled()?;
            if destination.frees_bytes > 0 {
                bytes += self.plan_runs.prune(destination.destination, job)?;
            }
        }
        Ok(Done { bytes, text: text!("{size} freed", size = TextValue::Size(bytes)) })
    }
}

impl Expired {
    fn item(&self) -> CleanupItem {
        let (name, detail, bytes, project) = match self {
            Self::Archive(archive) => (
                &archive.manifest.project.name,
                text!("Archive"),
                archive.bytes_here(),
                archive.manifest.project.id,
            ),
            Self::Project(project, bytes) => (&project.name, text!("Project"), *bytes, project.id),
            Self::Freed(project, _, bytes) => {
                (&project.name, text!("Freed files"), *bytes, project.id)
            }
        };
        let project = Some(project.to_string());
        CleanupItem { name: name.clone(), detail: detail.into(), bytes, project }
    }
}

fn idle_item(project: &Project) -> CleanupItem {
    CleanupItem {
        name: project.name.clone(),
        detail: text!("{files}", files = TextValue::count(project.files, "file")).into(),
        bytes: project.size_bytes,
        project: Some(project.id.to_string()),
    }
}

fn unkept_item(destination: &CleanableDestination) -> CleanupItem {
    CleanupItem {
        name: destination.name.clone(),
        detail: text!(
            "{backups} that no plan keeps",
            backups = TextValue::count(destination.unkept, "backup")
        )
        .into(),
        bytes: 0,
        project: None,
    }
}

fn unused_item(destination: &CleanableDestination) -> CleanupItem {
    CleanupItem {
        name: destination.name.clone(),
        detail: text!("No backup needs it").into(),
        bytes: destination.frees_bytes,
        project: None,
    }
}

/// The destinations that cannot be cleaned up now.
fn held_note(all: &[CleanableDestination]) -> Option<Text> {
    let away = all.iter().filter_map(|it| {
        Some(text!("{destination}: {held}", destination = it.name, held = it.held.as_ref()?))
    });
    away.reduce(|all, next| text!("{all}; {next}", all, next))
}
