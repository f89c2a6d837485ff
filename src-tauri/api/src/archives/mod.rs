//! Archives: projects put away, each as one file. Making one and getting it back is done step by
//! step, each of which may be the last: `unfinished` goes on where a killed process stopped.

mod convert;
pub(crate) mod elsewhere;
pub(crate) mod making;
mod restoring;
mod unfinished;
pub(crate) mod wire;

use undercroft_archive as archive;
use undercroft_foundation::{Code, Error, NameQuery, ProjectId, Result, Text, TextValue, text};
use undercroft_library::{JobKind, JobSpec, ProjectStatus};

use crate::Api;
use crate::backups::wire::SnapshotFilter;
use crate::base::names::{names, tree_path};
use crate::base::wire::WireError;
use crate::files::wire::{Preview, PreviewKind};
use crate::jobs::wire::JobView;

pub(crate) use convert::kind_to_wire;
use convert::{entry_to_wire, hit_to_wire, parts_of};
use wire::{
    Archive, ArchiveAt, ArchiveDetail, ArchiveFilter, ArchiveHit, ArchiveListing, ArchiveRef,
    ArchiveSearch,
};

/// The number of hits of a search when nobody says how many.
const HITS: usize = 200;

impl Api {
    /// Lists the archives.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn archive_list(&self, request: ArchiveFilter) -> Result<Vec<Archive>> {
        let words = request.text.unwrap_or_default().to_lowercase();
        let has_words = |archive: &archive::Archive| {
            let project = &archive.manifest.project;
            let about = format!("{}\n{}", project.name, project.tags.join("\n")).to_lowercase();
            words.split_whitespace().all(|word| about.contains(word))
        };
        let mut archives = self.0.archives.list()?;
        archives.retain(|archive| {
            archive.manifest.trashed.is_some() == request.trashed && has_words(archive)
        });
        self.show_archives(archives)
    }

    /// Shows an archive.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn archive_show(&self, request: ArchiveRef) -> Result<ArchiveDetail> {
        let archive = self.0.archives.find(&request.archive)?;
        let project = archive.manifest.project.id.to_string();
        let filter = SnapshotFilter { project: Some(project), destination: None };
        // A project that was deleted is in no list of backups.
        let mut backups: Vec<_> = self.snapshot_list(filter).unwrap_or_default();
        let last_backup = backups.iter().map(|backup| backup.time).max();
        backups.sort_by(|a, b| a.destination.cmp(&b.destination));
        backups.dedup_by(|a, b| a.destination == b.destination);
        let is_elsewhere = archive.manifest.location.is_some() && !archive.is_there;
        let (parts, away) = match archive.is_there || is_elsewhere {
            false => (Vec::new(), None),
            true => match self.0.archives.reader(archive.manifest.id) {
                Ok(reader) => (parts_of(&reader), None),
                Err(error) if is_elsewhere => (Vec::new(), Some(WireError::from(&error))),
                Err(error) => return Err(error),
            },
        };
        Ok(ArchiveDetail {
            parts,
            away,
            damaged: archive.manifest.damaged.clone(),
            backups: backups.len() as u64,
            last_backup,
            archive: self.show_archive(archive)?,
        })
    }

    /// Lists a folder in an archive.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn archive_browse(&self, request: ArchiveAt) -> Result<ArchiveListing> {
        let archive = self.0.archives.find(&request.archive)?;
        let reader = self.0.archives.reader(archive.manifest.id)?;
        let path = tree_path(&request.path)?;
        let entries = reader.folder(reader.find(&path)?)?;
        let show = |entry| entry_to_wire(entry, &path, &archive.manifest);
        let entries = entries.iter().map(show).collect();
        Ok(ArchiveListing { path: request.path, entries })
    }

    /// Shows a file of an archive.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn archive_file(&self, request: ArchiveAt) -> Result<Preview> {
        let archive = self.0.archives.find(&request.archive)?;
        let reader = self.0.archives.reader(archive.manifest.id)?;
        let number = reader.find(&tree_path(&request.path)?)?;
        let entry = reader.entry(number);
        match entry.kind {
            archive::EntryKind::Folder => Ok(Preview::nothing(PreviewKind::Folder, 0)),
            archive::EntryKind::Pipe => Ok(Preview::nothing(PreviewKind::Binary, 0)),
            archive::EntryKind::Symlink => Ok(Preview::link(&entry.target)),
            archive::EntryKind::File | archive::EntryKind::HardLink => {
                Preview::of_file(&entry.name, entry.size, &|most| reader.head(number, most))
            }
        }
    }

    /// Looks for names in archives.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an archive that is not there. One that cannot be read is passed over
    /// where all are looked through.
    pub fn archive_search(&self, request: ArchiveSearch) -> Result<Vec<ArchiveHit>> {
        let query = NameQuery::new(&request.text)?;
        let most = request.limit.map_or(HITS, |limit| limit as usize);
        let archives = match &request.archive {
            Some(one) => vec![self.0.archives.find(one)?],
            None => self.0.archives.list()?,
        };
        let mut hits = Vec::new();
        for archive in archives.iter().filter(|archive| archive.manifest.trashed.is_none()) {
            let found = self.0.archives.reader(archive.manifest.id);
            let found = found.and_then(|reader| reader.search(&query, most - hits.len()));
            match found {
                Ok(found) => {
                    hits.extend(found.into_iter().map(|hit| hit_to_wire(hit, &archive.manifest)));
                }
                Err(error) if request.archive.is_some() => return Err(error),
                Err(error) => tracing::info!(%error, "an archive was not looked through"),
            }
            if hits.len() >= most {
                break;
            }
        }
        Ok(hits)
    }

    /// Reads an archive whole, and compares.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn archive_check(&self, request: ArchiveRef) -> Result<JobView> {
        let archive = self.0.archives.find(&request.archive)?;
        let id = archive.manifest.id;
        let archives = self.0.archives.clone();
        let name = &archive.manifest.project.name;
        let title = text!("Check the archive of {project}", project = name);
        let spec = archive_spec(JobKind::Check, title, &archive);
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let found = archives.check(id, job)?;
            if found.is_whole() {
                let size = TextValue::Size(archive.manifest.archive_bytes);
                return Ok(text!(
                    "{files} sound, {size} read",
                    files = TextValue::count(found.files, "file"),
                    size
                ));
            }
            for path in found.damaged.iter().take(HITS) {
                job.warn(path.to_string(), "It can no longer be read");
            }
            let lost = TextValue::count(found.damaged.len() as u64, "file");
            let whole = TextValue::count(found.files, "file");
            Err(Error::new(Code::Damaged, text!("{lost} can no longer be read", lost))
                .why(text!(
                    "The archive of {project} is damaged",
                    project = archive.manifest.project.name
                ))
                .next(text!("Restore the other {whole}, or the archive from a backup", whole)))
        })?;
        Ok(job.into())
    }

    /// Moves an archive to the trash; a project that lives in it goes along.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn archive_trash(&self, request: ArchiveRef) -> Result<Archive> {
        let archive = self.0.archives.find(&request.archive)?;
        let project = archive.manifest.project.id;
        let _lock = self.0.library.projects().lock_id(project)?;
        let trashed = self.0.archives.set_trashed(archive.manifest.id, true)?;
        if self.status_of(project) == Some(ProjectStatus::Archived)
            && self.0.archives.of_project(project)?.is_none()
        {
            self.0.library.projects().forget(project)?;
        }
        self.show_archive(trashed)
    }

    /// Takes an archive out of the trash; a project that lives in it comes along.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn archive_recall(&self, request: ArchiveRef) -> Result<Archive> {
        let archive = self.0.archives.find(&request.archive)?;
        let _lock = self.0.library.projects().lock_id(archive.manifest.project.id)?;
        let recalled = self.0.archives.set_trashed(archive.manifest.id, false)?;
        let known = self.0.library.projects().get(archive.manifest.project.id).ok();
        if let Some(project) = known
            && project.status == ProjectStatus::Trashed
            && project.trashed.is_none()
            && !project.root.exists()
            && !self.0.history.is_begun(project.id)
        {
            self.0.library.projects().set_archived(project.id)?;
        }
        self.show_archive(recalled)
    }

    pub(crate) fn status_of(&self, project: ProjectId) -> Option<ProjectStatus> {
        self.0.library.projects().get(project).ok().map(|project| project.status)
    }
}

/// The specification of a job on an archive.
fn archive_spec(kind: JobKind, title: Text, archive: &archive::Archive) -> JobSpec {
    JobSpec::new(kind, title).of_project(archive.manifest.project.id)
}

/// A path of an archive as it travels.
fn shown(path: &undercroft_foundation::TreePath) -> Vec<String> {
    names(path)
}
