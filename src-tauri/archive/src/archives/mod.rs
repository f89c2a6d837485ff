//! The archives of a library: making them, listing them, and what becomes of them.

mod moving;
mod reconciling;
mod sources;
mod under_way;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use undercroft_foundation::{
    ArchiveId, Candidate, Code, Error, Job, ProjectId, Result, Text, find_by_name, make_folders,
    reach_write_point, sync_folder, text,
};
use undercroft_library::{Library, NewEvent, Project};

use crate::freeing;
use crate::manifest::{ArchivedProject, Figures, Manifest};
use crate::read::{ArchiveReader, Verification};
use crate::remote::RemoteStore;
use crate::write::{Content, MadeFile, SourcePart, write};
use crate::{BESIDE, table};

/// In the name of an archive that is being written.
const UNFINISHED: &str = ".tmp-archive";
/// The end of the name of a file with the looks of what is to be freed.
const STAMPS: &str = ".stamps";
/// The file in an archive with what is known of its project.
const PROJECT_FILE: &str = "project.json";
/// At most so many damaged paths are kept.
const DAMAGED_KEPT: usize = 200;

/// How hard an archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// Quickly.
    Fast,
    /// Small, and as quick as a disk.
    #[default]
    Balanced,
    /// As small as can be.
    Best,
}

impl Level {
    /// The level of zstd.
    fn zstd(self) -> i32 {
        match self {
            Self::Fast => 1,
            Self::Balanced => 3,
            Self::Best => 15,
        }
    }
}

/// A project that is to be archived.
#[derive(Debug, Clone)]
pub struct ArchiveOrder<'a> {
    /// The project.
    pub project: &'a Project,
    /// How hard it is compressed.
    pub level: Level,
    /// Files and folders that go along beside the project's, by their name.
    pub parts: &'a [(&'static str, PathBuf)],
    /// The number of versions in those.
    pub versions: u64,
    /// When anything in the project last changed.
    pub last_change: Option<Timestamp>,
    /// Whether the project's folder is to be freed afterwards.
    pub frees_source: bool,
}

/// An archive, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// All that is known of it.
    pub manifest: Manifest,
    /// Its file on this disk, where it lies unless the manifest says another place.
    pub path: PathBuf,
    /// Whether the file is there.
    pub is_there: bool,
}

impl Archive {
    /// The bytes that it takes on this disk.
    pub fn bytes_here(&self) -> u64 {
        if self.is_there { self.manifest.archive_bytes } else { 0 }
    }
}

/// The archives of a library.
#[derive(Debug, Clone)]
pub struct Archives {
    library: Library,
    remote: Option<Arc<dyn RemoteStore>>,
}

impl Archives {
    /// Opens the archives, and notes what the catalog does not know yet.
    ///
    /// # Errors
    /// Whatever keeps the folder from being read or the catalog from being written.
    pub fn open(library: &Library) -> Result<Self> {
        let this = Self { library: library.clone(), remote: None };
        this.reconcile()?;
        Ok(this)
    }

    /// The folder that holds the archives.
    pub fn folder(&self) -> PathBuf {
        self.library.root().join("archives")
    }

    /// All archives, the newest first, with those in the trash.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self) -> Result<Vec<Archive>> {
        let manifests = self.library.catalog().read(table::all)?;
        Ok(manifests.into_iter().map(|manifest| self.archive(manifest)).collect())
    }

    /// The archive that a project lives in: the newest that is not in the trash.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn of_project(&self, project: ProjectId) -> Result<Option<Archive>> {
        let is_of = |archive: &Archive| {
            archive.manifest.project.id == project && archive.manifest.trashed.is_none()
        };
        Ok(self.list()?.into_iter().find(is_of))
    }

    /// One archive.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, id: ArchiveId) -> Result<Archive> {
        let found = self.library.catalog().read(|connection| table::get(connection, id))?;
        found.map(|manifest| self.archive(manifest)).ok_or_else(|| {
            Error::new(Code::NotFound, text!("There is no archive {id}", id))
                .next("List the archives to see what there is")
        })
    }

    /// The archive that `text` means: by id, by the beginning of one, or by its project's name.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] with the candidates when several fit.
    pub fn find(&self, text: &str) -> Result<Archive> {
        let archives = self.list()?;
        // A project's name means its newest archive.
        let newest = |archive: &Archive| {
            let is_of = |other: &&Archive| {
                other.manifest.project.id == archive.manifest.project.id
                    && other.manifest.trashed.is_none()
            };
            archives.iter().find(is_of).is_none_or(|first| first.manifest.id == archive.manifest.id)
        };
        let candidate = |archive: &Archive| Candidate {
            id: archive.manifest.id.to_string(),
            name: newest(archive).then(|| archive.manifest.project.name.clone()),
            about: archive.manifest.created.to_string(),
        };
        find_by_name("archive", text, &archives, candidate).cloned()
    }

    fn archive(&self, manifest: Manifest) -> Archive {
        let path = self.path_of(manifest.id, manifest.created);
        Archive { is_there: path.is_file(), manifest, path }
    }

    /// The file of an archive: `archives/{year}/{month}/{id}.tar.zst`.
    fn path_of(&self, id: ArchiveId, created: Timestamp) -> PathBuf {
        let date = created.to_zoned(TimeZone::UTC);
        let folder = self.folder().join(format!("{:04}", date.year()));
        folder.join(format!("{:02}", date.month())).join(format!("{id}.tar.zst"))
    }

    /// Archives a project. Nothing of the project is touched; the archive was read back when this
    /// returns.
    ///
    /// # Errors
    /// [`Code::SourceMissing`], [`Code::StorageFull`], [`Code::Cancelled`], and whatever keeps a
    /// file of the project from being read: an archive holds all of it or is none.
    pub fn create(&self, order: &ArchiveOrder<'_>, job: &Job) -> Result<Archive> {
        let ArchiveOrder { project, level, parts, versions, last_change, frees_source } = *order;
        if project.root.is_symlink() {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot archive {project}", project = project.name),
            )
            .why("In its place is a link to another folder now")
            .next("Tell where the project is now"));
        }
        if !project.root.is_dir() {
            return Err(Error::new(
                Code::SourceMissing,
                text!("Cannot archive {project}", project = project.name),
            )
            .why("Its folder is not there")
            .next("Connect its drive, or tell where the project is now"));
        }
        let world = self.library.world();
        let id = ArchiveId::new(&*world.clock, &*world.random);
        let created = world.clock.now();
        let path = self.path_of(id, created);
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        make_folders(&folder)?;
        let unfinished = Unfinished(hidden(&folder, id, UNFINISHED));
        let archived = ArchivedProject::of(project, last_change);
        let content = content_of(project, &archived, parts)?;
        job.add_total(project.files, project.size_bytes);
        let written = write(&unfinished.0, &content, level.zstd(), job)?;
        if frees_source {
            freeing::write_stamps(&hidden(&folder, id, STAMPS), &written.stamps)?;
        }
        let renamed = renameat_with(CWD, &unfinished.0, CWD, &path, RenameFlags::NOREPLACE);
        renamed.map_err(|errno| Error::io("create", &path, errno.into()))?;
        sync_folder(&folder)?;
        reach_write_point("archive.published");
        let figures = Figures {
            created,
            entries: written.index.entries().len() as u64,
            project_entries: written.stamps.len() as u64,
            source_bytes: written.source_bytes,
            archive_bytes: written.bytes,
            sha256: hex::encode(written.digest),
            versions,
            parts: parts.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        let manifest = Manifest::new(id, archived, figures);
        self.keep(&manifest, "archive.created", &text!("was archived"))?;
        reach_write_point("archive.recorded");
        Ok(self.archive(manifest))
    }

    /// Opens an archive to read it, wherever it lies.
    ///
    /// # Errors
    /// [`Code::NotFound`] for one whose file is gone, [`Code::Unavailable`] where the destination
    /// that it lies on is away, [`Code::Damaged`].
    pub fn reader(&self, id: ArchiveId) -> Result<ArchiveReader> {
        self.open_anywhere(&self.get(id)?)
    }

    /// Reads an archive whole, and keeps what was found.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Cancelled`]; damage is kept, and no error.
    pub fn check(&self, id: ArchiveId, job: &Job) -> Result<Verification> {
        let found = match self.reader(id)?.verify(job) {
            Err(error) if error.code() == Code::Damaged => {
                Verification { files: 0, damaged: Vec::new(), index_is_whole: false }
            }
            found => found?,
        };
        let mut manifest = self.get(id)?.manifest;
        manifest.checked = Some(self.library.world().clock.now());
        manifest.damaged =
            found.damaged.iter().take(DAMAGED_KEPT).map(ToString::to_string).collect();
        if !found.index_is_whole && manifest.damaged.is_empty() {
            manifest.damaged.push("the index".to_owned());
        }
        if found.is_whole() {
            self.put(&manifest)?;
        } else {
            self.keep(&manifest, "archive.damaged", &text!("has an archive that is damaged"))?;
        }
        Ok(found)
    }

    /// Puts an archive into the trash, or takes it out.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn set_trashed(&self, id: ArchiveId, is_trashed: bool) -> Result<Archive> {
        let mut manifest = self.get(id)?.manifest;
        if manifest.trashed.is_some() != is_trashed {
            manifest.trashed = is_trashed.then(|| self.library.world().clock.now());
            let (kind, happened) = if is_trashed {
                ("archive.trashed", text!("has an archive in the trash now"))
            } else {
                ("archive.recalled", text!("has its archive back"))
            };
            self.keep(&manifest, kind, &happened)?;
            reach_write_point("archive.trashed");
        }
        Ok(self.archive(manifest))
    }

    /// Removes an archive in the trash for good, and from the destination that it lies on.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that is not in the trash, [`Code::Unavailable`] where the
    /// destination is away; it stays in the trash then.
    pub fn remove(&self, id: ArchiveId) -> Result<()> {
        let archive = self.get(id)?;
        if archive.manifest.trashed.is_none() {
            return Err(Error::new(Code::Invalid, "The archive is not in the trash")
                .next("Put it into the trash first"));
        }
        self.remove_everywhere(&archive.manifest)?;
        let folder = archive.path.parent().unwrap_or(Path::new("/"));
        let unfinished = hidden(folder, id, UNFINISHED);
        match fs::rename(&archive.path, &unfinished) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("remove", &archive.path, source));
            }
            _ => {}
        }
        reach_write_point("archive.removing");
        remove_file(&manifest_path(&archive.path))?;
        remove_file(&self.stamps_of(&archive))?;
        sync_folder(folder)?;
        self.library.catalog().write(|transaction| table::remove(transaction, id))?;
        reach_write_point("archive.removed");
        remove_file(&unfinished)
    }

    /// Makes a manifest durable, and the catalog say the same.
    fn put(&self, manifest: &Manifest) -> Result<()> {
        manifest.write(&manifest_path(&self.path_of(manifest.id, manifest.created)))?;
        self.library.catalog().write(|transaction| table::put(transaction, manifest))
    }

    fn keep(&self, manifest: &Manifest, kind: &str, happened: &Text) -> Result<()> {
        manifest.write(&manifest_path(&self.path_of(manifest.id, manifest.created)))?;
        self.library.catalog().write(|transaction| {
            table::put(transaction, manifest)?;
            let text = text!("{project} {happened}", project = manifest.project.name, happened);
            let event = NewEvent::new(kind, text).of_project(Some(manifest.project.id));
            self.library.events().append(transaction, &event).map(drop)
        })
    }
}

fn content_of(
    project: &Project,
    archived: &ArchivedProject,
    parts: &[(&'static str, PathBuf)],
) -> Result<Content> {
    let name = project.root.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
    let name =
        if name.is_empty() || name == BESIDE.as_bytes() { b"project".to_vec() } else { name };
    let beside = |name: &str| vec![BESIDE.as_bytes().to_vec(), name.as_bytes().to_vec()];
    let text = serde_json::to_vec_pretty(archived).map_err(|source| {
        Error::new(Code::Internal, "Cannot describe the project").because(source)
    })?;
    Ok(Content {
        project: SourcePart { names: vec![name], from: project.root.clone() },
        parts: parts
            .iter()
            .map(|(name, from)| SourcePart { names: beside(name), from: from.clone() })
            .collect(),
        files: vec![MadeFile { names: beside(PROJECT_FILE), content: text }],
    })
}

/// A hidden file of an archive beside it.
fn hidden(folder: &Path, id: ArchiveId, ending: &str) -> PathBuf {
    folder.join(format!(".{id}{ending}"))
}

/// The manifest beside an archive's file.
fn manifest_path(archive: &Path) -> PathBuf {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    archive.with_file_name(format!("{}.json", name.strip_suffix(".tar.zst").unwrap_or(&name)))
}

/// A file that goes when it is dropped under this name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", path, source))
        }
        _ => Ok(()),
    }
}
