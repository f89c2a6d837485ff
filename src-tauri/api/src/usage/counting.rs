//! Counting what takes space: the folder of each project, the library's own, and destinations that
//! are there.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use undercroft_archive::{Archive, Archives};
use undercroft_backup::Backups;
use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, Text, TextValue, TreePath, escape_path, text,
};
use undercroft_history::{History, MonthOfVersions, VersionFilter};
use undercroft_library::{JobKind, JobSpec, Library, Project, ProjectFilter, ProjectStatus};
use undercroft_session::SessionWork;
use undercroft_usage::{Sample, ScanOptions, Tree, scan};

use super::counts::Counts;
use super::key::{age_name, class_name, layer_name};
use super::rebuilt::RebuildRule;
use super::summary::{DestinationSums, MonthSums, ProjectSums, Summary, Sums};
use super::wire::UsageLayer;
use crate::Api;
use crate::base::wire::Nothing;
use crate::jobs::wire::JobView;

const JOB_TITLE: &str = "Count the storage";

impl Api {
    /// Counts the files of all projects anew. Where that is being done already, it is that.
    ///
    /// # Errors
    /// Whatever keeps the job from being begun.
    pub fn usage_scan(&self, _: Nothing) -> Result<JobView> {
        if let Some(running) = self.running_count() {
            return Ok(running);
        }
        let count = self.count();
        let spec = JobSpec::new(JobKind::Refresh, JOB_TITLE);
        Ok(self.0.library.jobs().spawn(spec, move |job| count.run(job))?.into())
    }

    pub(super) fn count(&self) -> Count {
        let rooms = &self.0;
        Count {
            library: rooms.library.clone(),
            history: rooms.history.clone(),
            archives: rooms.archives.clone(),
            backups: rooms.backups.clone(),
            counts: rooms.counts.clone(),
            session: self.session_work().ok().cloned(),
        }
    }

    /// The job that counts now.
    pub(super) fn running_count(&self) -> Option<JobView> {
        let jobs = self.0.library.jobs().list_all();
        let is_count = |job: &undercroft_library::JobView| {
            job.kind == JobKind::Refresh && job.title == JOB_TITLE && !job.state.is_over()
        };
        jobs.into_iter().find(is_count).map(Into::into)
    }
}

/// The layer of what is named so in the library's folder.
pub(super) fn layer_in_library(name: &[u8]) -> UsageLayer {
    match name {
        b"history" => UsageLayer::Versions,
        b"objects" => UsageLayer::Objects,
        b"session" => UsageLayer::Drafts,
        b"archives" => UsageLayer::Archives,
        b"trash" => UsageLayer::Trash,
        b"cache" => UsageLayer::Cache,
        _ => UsageLayer::Catalog,
    }
}

/// The free bytes and the size of the disk that a folder is on.
pub(super) fn room_of(folder: &Path) -> Option<(u64, u64)> {
    let room = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(room.f_frsize);
    Some((bytes(room.f_bavail), bytes(room.f_blocks)))
}

/// One count.
pub(super) struct Count {
    library: Library,
    history: History,
    archives: Archives,
    backups: Backups,
    counts: Counts,
    /// Nothing where the drafts cannot be read: then they are nobody's.
    session: Option<SessionWork>,
}

impl Count {
    fn run(&self, job: &Job) -> Result<Text> {
        let projects = self.projects()?;
        let folders: Vec<_> = projects.iter().map(Project::folder).collect();
        let before = self.counts.summary()?;
        let mut summary = Summary::new(self.now());
        for project in &projects {
            let counted = self.project(project, &folders, job);
            let known = before.as_ref().and_then(|it| it.projects.get(&project.id));
            match self.or_warn(&project.name, counted, job)? {
                Some(sums) => drop(summary.projects.insert(project.id, sums)),
                // What cannot be read now is as it was.
                None => drop(known.map(|it| summary.projects.insert(project.id, it.clone()))),
            }
        }
        self.library(&mut summary, &projects, &folders, job)?;
        self.histories(&mut summary, &projects, job)?;
        self.archives(&mut summary)?;
        self.drafts(&mut summary)?;
        for project in &projects {
            if let Some(sums) = summary.projects.get(&project.id) {
                let (working, is_trashed) = (sums.working, sums.is_trashed);
                if project.folder().starts_with(self.library.root()) {
                    summary.managed += working.bytes;
                }
                let layer = if is_trashed { UsageLayer::Trash } else { UsageLayer::Working };
                summary.add_to_layer(layer, working);
            }
        }
        self.destinations(&mut summary, before.as_ref(), job)?;
        self.sample(&summary)?;
        summary.save(self.counts.folder())?;
        let total = summary.total();
        let (size, files) = (TextValue::Size(total.bytes), TextValue::count(total.files, "file"));
        Ok(text!("{size} in {files}", size, files))
    }

    /// Counts the folder of one project anew, if all were counted before.
    ///
    /// # Errors
    /// Whatever keeps it from being read, or the sums from being kept.
    pub(super) fn recount(&self, project: &Project) -> Result<()> {
        let Some(mut summary) = self.counts.summary()? else { return Ok(()) };
        let Some(before) = summary.projects.get(&project.id).cloned() else { return Ok(()) };
        let projects = self.projects()?;
        let folders: Vec<_> = projects.iter().map(Project::folder).collect();
        let counted = self.project(project, &folders, &Job::new())?;
        let is_managed = project.folder().starts_with(self.library.root());
        if is_managed {
            let others = summary.managed.saturating_sub(before.working.bytes);
            summary.managed = others + counted.working.bytes;
        }
        summary.take_from_layer(UsageLayer::Working, before.working);
        summary.add_to_layer(UsageLayer::Working, counted.working);
        let ProjectSums { working, class, rebuildable, types, ages, .. } = counted;
        let now = ProjectSums { working, class, rebuildable, types, ages, ..before };
        summary.projects.insert(project.id, now);
        summary.save(self.counts.folder())
    }

    fn now(&self) -> Timestamp {
        self.library.world().clock.now()
    }

    /// The projects that are not forgotten, and those in the trash.
    fn projects(&self) -> Result<Vec<Project>> {
        let mut projects = self.library.projects().list(&ProjectFilter::default())?;
        let status = Some(ProjectStatus::Trashed);
        let trashed =
            self.library.projects().list(&ProjectFilter { status, ..ProjectFilter::default() })?;
        projects.extend(trashed.into_iter().filter(|project| project.trashed.is_some()));
        Ok(projects)
    }

    /// The count; nothing, and a warning, where it could not be.
    fn or_warn<T>(&self, what: &str, counted: Result<T>, job: &Job) -> Result<Option<T>> {
        match counted {
            Ok(counted) => Ok(Some(counted)),
            Err(error) if error.code() == Code::Cancelled => Err(error),
            Err(error) => {
                job.warn(what, error.sentence());
                Ok(None)
            }
        }
    }

    fn scan(&self, root: &Path, left_out: &[&Path], job: &Job) -> Result<Tree> {
        job.set_current(escape_path(root));
        scan(root, &ScanOptions { now: self.now(), threads: None, left_out }, job)
    }

    fn project(&self, project: &Project, folders: &[PathBuf], job: &Job) -> Result<ProjectSums> {
        let mut sums = ProjectSums { is_trashed: project.trashed.is_some(), ..Default::default() };
        if project.status == ProjectStatus::Archived {
            return Ok(sums);
        }
        let root = project.folder();
        // What lies in it and is another project, or the library, is counted there.
        let mut left_out: Vec<_> = folders.iter().map(PathBuf::as_path).collect();
        left_out.push(self.library.root());
        left_out.retain(|path| path.starts_with(&root) && *path != root);
        let tree = self.scan(&root, &left_out, job)?;
        self.counts.scans(Some(project.id)).save(&tree)?;
        self.counts.let_go(Some(project.id));
        let top = TreePath::root();
        if let Some(view) = tree.folder(&top, 0) {
            sums.working = Sums {
                bytes: view.bytes,
                apparent: view.apparent,
                files: view.files,
                newest: view.newest,
            };
            sums.class = class_name(view.class).to_owned();
        }
        let rule = RebuildRule::of(self.library.root(), project)?;
        sums.rebuildable = rule.folders_in(&tree, &top).iter().map(|it| it.bytes).sum();
        let types = tree.types(&top);
        sums.types = types
            .iter()
            .map(|row| (class_name(row.class).to_owned(), Sums::from(&row.sums)))
            .collect();
        let ages = tree.ages(&top, self.now());
        sums.ages =
            ages.iter().map(|row| (age_name(row.age).to_owned(), Sums::from(&row.sums))).collect();
        Ok(sums)
    }

    /// Counts the library's own folder; projects in it were counted.
    fn library(
        &self,
        summary: &mut Summary,
        projects: &[Project],
        folders: &[PathBuf],
        job: &Job,
    ) -> Result<()> {
        let root = self.library.root();
        let mut left_out: Vec<_> = folders.iter().map(PathBuf::as_path).collect();
        left_out.retain(|path| path.starts_with(root));
        let tree = self.scan(root, &left_out, job)?;
        self.counts.scans(None).save(&tree)?;
        self.counts.let_go(None);
        let Some(view) = tree.folder(&TreePath::root(), usize::MAX) else { return Ok(()) };
        summary.library = Sums {
            bytes: view.bytes,
            apparent: view.apparent,
            files: view.files,
            newest: view.newest,
        };
        summary
            .add_to_layer(UsageLayer::Catalog, Sums { bytes: view.own_bytes, ..Sums::default() });
        for row in &view.children {
            let sums = Sums {
                bytes: row.bytes,
                apparent: row.apparent,
                files: row.files,
                newest: row.newest,
            };
            summary.add_to_layer(layer_in_library(&row.name), sums);
        }
        for project in projects {
            let at = TreePath::new(format!("history/{}.git", project.id).as_bytes())?;
            if let Some(view) = tree.folder(&at, 0) {
                let sums = summary.projects.entry(project.id).or_default();
                sums.versions = Sums {
                    bytes: view.bytes,
                    apparent: view.apparent,
                    files: view.files,
                    newest: view.newest,
                };
            }
        }
        Ok(())
    }

    fn histories(&self, summary: &mut Summary, projects: &[Project], job: &Job) -> Result<()> {
        for project in projects.iter().filter(|project| self.history.is_begun(project.id)) {
            job.check_cancelled()?;
            job.set_current(format!("The versions of {}", project.name));
            let Some(sums) = summary.projects.get_mut(&project.id) else { continue };
            let sizes = self.or_warn(&project.name, self.history.sizes(project.id), job)?;
            sums.objects = sizes.unwrap_or_default().objects_bytes;
            // It tells how much is to be had back, and no more: who cannot be asked, adds nothing.
            let plan = self.history.maintenance().plan_thinning(project.id, &Job::new());
            sums.thinnable = plan.map_or(0, |plan| plan.frees_bytes).min(sums.versions.bytes);
            let months = self.history.maintenance().months(project.id, &TimeZone::system(), job);
            let months = self.or_warn(&project.name, months, job)?.unwrap_or_default();
            sums.months = months
                .into_iter()
                .map(|(name, MonthOfVersions { versions, bytes })| {
                    (name, MonthSums { versions, bytes })
                })
                .collect();
            for workspace in self.history.workspaces(Some(project.id))? {
                let filter = VersionFilter { limit: usize::MAX >> 1, ..VersionFilter::default() };
                let versions = self.history.versions(workspace.id, &filter)?;
                sums.versioned += versions.iter().map(|it| it.size_bytes).sum::<u64>();
            }
        }
        Ok(())
    }

    fn archives(&self, summary: &mut Summary) -> Result<()> {
        for archive in self.archives.list()? {
            let Some(sums) = archive_sums(&archive) else { continue };
            if archive.manifest.trashed.is_some() {
                summary.trashed_archives.add(sums);
            } else if let Some(project) = summary.projects.get_mut(&archive.manifest.project.id) {
                project.archives.add(sums);
            }
        }
        let trashed = summary.trashed_archives;
        summary.take_from_layer(UsageLayer::Archives, trashed);
        summary.add_to_layer(UsageLayer::Trash, trashed);
        Ok(())
    }

    /// Divides what the drafts take: they lie in one file.
    fn drafts(&self, summary: &mut Summary) -> Result<()> {
        let Some(session) = &self.session else { return Ok(()) };
        let mut left = summary.layer(UsageLayer::Drafts).bytes;
        for draft in session.list(None)? {
            let Some(project) = summary.projects.get_mut(&draft.key.project) else { continue };
            let bytes = draft.size_bytes.min(left);
            left -= bytes;
            let newest = Some(draft.modified);
            project.drafts.add(Sums { newest, ..Sums::of_bytes(bytes) });
        }
        Ok(())
    }

    fn destinations(
        &self,
        summary: &mut Summary,
        before: Option<&Summary>,
        job: &Job,
    ) -> Result<()> {
        for destination in self.backups.destinations().list()? {
            let state = self.backups.destinations().state_of(&destination)?;
            let id = destination.id.to_string();
            let known = before.and_then(|it| it.destinations.get(&id)).cloned();
            let mut found = None;
            if state.is_present {
                let counted = self.scan(&destination.path, &[], job);
                found = self.or_warn(&destination.name, counted, job)?;
            }
            let view = found.and_then(|tree| tree.folder(&TreePath::root(), 0));
            let counted = view.map(|view| DestinationSums {
                sums: Sums {
                    bytes: view.bytes,
                    apparent: view.apparent,
                    files: view.files,
                    newest: view.newest,
                },
            });
            if let Some(counted) = &counted {
                let sample = Sample {
                    time: summary.scanned,
                    bytes: counted.sums.bytes,
                    layers: BTreeMap::new(),
                    free_bytes: state.free_bytes,
                };
                self.counts.samples().add(&format!("destination:{id}"), &sample)?;
            }
            if let Some(sums) = counted.or(known) {
                summary.add_to_layer(UsageLayer::Backups, sums.sums);
                summary.destinations.insert(id, sums);
            }
        }
        Ok(())
    }

    /// Adds to the past of the library and of each project.
    fn sample(&self, summary: &Summary) -> Result<()> {
        let samples = self.counts.samples();
        let layers = summary.layers.iter().map(|(name, sums)| (name.clone(), sums.bytes)).collect();
        let free_bytes = room_of(self.library.root()).map(|(free, _)| free);
        let (time, bytes) = (summary.scanned, summary.total().bytes);
        samples.add("library", &Sample { time, bytes, layers, free_bytes })?;
        for (id, sums) in &summary.projects {
            samples.add(&subject_of(*id), &sample_of(time, sums))?;
        }
        Ok(())
    }
}

/// The space that an archive takes; nothing where it is not there.
pub(super) fn archive_sums(archive: &Archive) -> Option<Sums> {
    let found = archive.path.symlink_metadata().ok()?;
    Some(Sums {
        bytes: found.blocks() * 512,
        apparent: found.len(),
        files: 1,
        newest: Some(archive.manifest.created),
    })
}

/// The subject of the samples of a project.
pub(super) fn subject_of(project: ProjectId) -> String {
    format!("project:{project}")
}

fn sample_of(time: Timestamp, sums: &ProjectSums) -> Sample {
    let layers = [
        (UsageLayer::Working, sums.working.bytes),
        (UsageLayer::Versions, sums.versions.bytes),
        (UsageLayer::Objects, sums.objects),
        (UsageLayer::Archives, sums.archives.bytes),
        (UsageLayer::Drafts, sums.drafts.bytes),
    ];
    let named = layers.into_iter().filter(|(_, bytes)| *bytes > 0);
    Sample {
        time,
        bytes: sums.total().bytes,
        layers: named.map(|(layer, bytes)| (layer_name(layer).to_owned(), bytes)).collect(),
        free_bytes: None,
    }
}

/// The refusal to tell of what was never counted.
pub(super) fn never_counted(what: &str) -> Error {
    Error::new(Code::NotFound, text!("{what} was not counted yet", what))
        .next("Count the storage first")
}
