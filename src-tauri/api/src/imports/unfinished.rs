//! Folders outside of the library that are being filled. Each is noted in the cache, so that what
//! a killed process left is gone on with, or removed, when the library is opened.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};
use undercroft_archive::{sweep_extracted, unpack::sweep};
use undercroft_foundation::{
    Code, Error, IoContext as _, JobId, Result, escape_path, make_folders, reach_write_point,
    sync_folder, unescape_path,
};
use undercroft_library::{AddProject, Library, OccupiedFolder, ProjectFilter};

use crate::Api;

const NOTE: &str = "import-";

/// A project whose folder is being filled.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NewProject {
    pub(super) name: String,
    pub(super) tags: Vec<String>,
}

/// The first line of a note. The second is the folder's identity, once it is about to get its name.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    /// Escaped.
    folder: String,
    /// The hidden name that it is filled under, beside it; escaped.
    hidden: String,
    /// None where a copy of a project is made.
    project: Option<NewProject>,
}

/// A folder that is being filled, and the note of it, which goes when this is dropped.
#[derive(Debug)]
pub(super) struct Filling {
    folder: PathBuf,
    hidden: PathBuf,
    note: PathBuf,
    /// Locked as long as the folder is filled, so that nobody takes it for a leftover.
    file: File,
}

impl Filling {
    /// Notes that `folder` is about to be filled.
    ///
    /// # Errors
    /// Whatever keeps the note from being written.
    pub(super) fn begin(
        library: &Library,
        folder: PathBuf,
        project: Option<NewProject>,
    ) -> Result<Self> {
        let world = library.world();
        let id = JobId::new(&*world.clock, &*world.random).to_string();
        let mut name = std::ffi::OsString::from(".");
        name.push(folder.file_name().unwrap_or_default());
        name.push(format!(".undercroft-import-{id}"));
        let hidden = folder.with_file_name(name);
        let cache = library.root().join("cache");
        make_folders(&cache)?;
        let note = cache.join(format!("{NOTE}{id}"));
        let file = File::options().append(true).create_new(true).mode(0o600).open(&note);
        let file = file.at("create", &note)?;
        // A file system without locks has no other way to tell either.
        let _ = file.try_lock();
        let filling = Self { folder, hidden, note, file };
        let noted = Noted {
            folder: escape_path(&filling.folder),
            hidden: escape_path(&filling.hidden),
            project,
        };
        let line = serde_json::to_string(&noted).map_err(|source| {
            Error::new(Code::Internal, "Cannot note an import").because(source)
        })?;
        filling.append(&line)?;
        sync_folder(&cache)?;
        Ok(filling)
    }

    /// The hidden name that the folder is filled under.
    pub(super) fn hidden(&self) -> &Path {
        &self.hidden
    }

    /// Gives the folder that was filled its name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::AlreadyExists`] where something has that name by now.
    pub(super) fn publish(&self) -> Result<()> {
        reach_write_point("import.filled");
        let found = self.hidden.symlink_metadata().at("look at", &self.hidden)?;
        self.append(&identity(&found))?;
        renameat_with(CWD, &self.hidden, CWD, &self.folder, RenameFlags::NOREPLACE)
            .map_err(|errno| Error::io("create", &self.folder, errno.into()))?;
        reach_write_point("import.placed");
        self.folder.parent().map_or(Ok(()), sync_folder)
    }

    fn append(&self, line: &str) -> Result<()> {
        (&self.file).write_all(format!("{line}\n").as_bytes()).at("write", &self.note)?;
        self.file.sync_all().at("sync", &self.note)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        // Whoever could not fill it, or name it, needs it no more.
        remove(&self.hidden);
        let _ = fs::remove_file(&self.note);
    }
}

/// Tells a folder from another one that has its name.
fn identity(found: &fs::Metadata) -> String {
    format!("{}:{}", found.dev(), found.ino())
}

/// Removes a folder, if it is there. Best effort.
fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %escape_path(folder), %error, "a temporary folder stays");
    }
}

impl Api {
    /// Goes on with imports that killed processes left: a folder that had its name is a project, of
    /// all others nothing stays.
    pub(crate) fn finish_imports(&self) {
        let templates = self.root().join("templates");
        if templates.is_dir()
            && let Err(error) = sweep(&templates)
        {
            tracing::warn!(%error, "a template that was not finished stays");
        }
        let Ok(entries) = fs::read_dir(self.root().join("cache")) else { return };
        for entry in entries.flatten() {
            if !entry.file_name().to_string_lossy().starts_with(NOTE) {
                continue;
            }
            if let Err(error) = self.finish_import(&entry.path()) {
                tracing::warn!(%error, "an import that was interrupted is not finished yet");
            }
        }
    }

    fn finish_import(&self, note: &Path) -> Result<()> {
        let Ok(file) = File::open(note) else { return Ok(()) };
        if file.try_lock().is_err() {
            // Another process is at it.
            return Ok(());
        }
        let text = fs::read_to_string(note).at("read", note)?;
        let mut lines = text.lines();
        let noted = lines.next().and_then(|line| serde_json::from_str::<Noted>(line).ok());
        // One that was not written whole is of an import that did nothing yet.
        if let Some(noted) = noted
            && let Some(folder) = unescape_path(&noted.folder)
            && let Some(hidden) = unescape_path(&noted.hidden)
        {
            let parent = folder.parent().unwrap_or(Path::new("/"));
            // Its drive may be away, and come back.
            if !parent.is_dir() {
                return Ok(());
            }
            remove(&hidden);
            sweep(parent)?;
            sweep_extracted(parent);
            let found = folder.symlink_metadata().ok();
            let is_it = found.is_some_and(|found| lines.next() == Some(&identity(&found)));
            if let Some(project) = noted.project.filter(|_| is_it) {
                let occupied = self.folders_in_use()?;
                add(&self.0.library, &folder, &project, &occupied)?;
            }
        }
        fs::remove_file(note).at("remove", note)
    }
}

/// Makes a folder that was filled a project, unless it became one already.
fn add(
    library: &Library,
    folder: &Path,
    project: &NewProject,
    occupied: &[OccupiedFolder],
) -> Result<()> {
    let all = library.projects().list(&ProjectFilter::default())?;
    if all.iter().any(|known| known.root == folder) {
        return library.confirm_place(folder);
    }
    library.projects().add_linked(&AddProject {
        path: folder.to_owned(),
        name: Some(project.name.clone()),
        tags: project.tags.clone(),
        apart_from: occupied,
    })?;
    Ok(())
}
