//! Moving archives to a destination and back. Each step leaves the archive whole in one place or in
//! both, and the same order given again goes on from there.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::{
    ArchiveId, Code, Error, IoContext as _, Job, Result, escape_path, reach_write_point,
    sync_folder, text,
};

use super::{Archive, Archives, UNFINISHED, Unfinished, hidden, remove_file};
use crate::manifest::Manifest;
use crate::read::ArchiveReader;
use crate::remote::{Location, RemoteStore};
use crate::source::{ArchiveSource, FileSource, read_whole};

impl Archives {
    /// Reads and keeps archives in destinations by this.
    #[must_use]
    pub fn with_remote_store(mut self, remote: Arc<dyn RemoteStore>) -> Self {
        self.remote = Some(remote);
        self
    }

    /// The archives that lie in a repository and are not in the trash.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn lying_in(&self, repository: &str) -> Result<Vec<Archive>> {
        let mut archives = self.list()?;
        archives.retain(|Archive { manifest, .. }| {
            manifest.trashed.is_none()
                && manifest.location.as_ref().is_some_and(|it| it.repository == repository)
        });
        Ok(archives)
    }

    /// Moves an archive to a destination: it is stored there, read back and compared, and only then
    /// its file on this disk goes. Returns the bytes that this freed.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one in the trash or whose project is still being freed,
    /// [`Code::Damaged`] where it is not what it was when it was made, [`Code::Cancelled`], and the
    /// errors of the destination. The archive is where it was then.
    pub fn move_to(&self, id: ArchiveId, to: &Location, job: &Job) -> Result<u64> {
        let archive = self.get(id)?;
        self.refuse_move(&archive)?;
        let file = &archive.path;
        match &archive.manifest.location {
            Some(there) if there.is_with(to) => return self.free_file(archive.manifest),
            Some(_) => self.bring_back(id, job)?,
            None => {}
        }
        job.add_total(0, 2 * archive.manifest.archive_bytes);
        let digest = &archive.manifest.sha256;
        job.set_current("Reading the archive on this disk");
        if read_whole(&self.local(&archive)?, job, &mut |_| Ok(()))? != *digest {
            return Err(not_as_made(&archive.manifest, "on this disk")
                .next("Check the archive to see what of it can still be read"));
        }
        let mut manifest = self.get(id)?.manifest;
        manifest.left_behind.retain(|it| !it.is_with(to));
        manifest.left_behind.push(Location { snapshot: None, ..to.clone() });
        self.put(&manifest)?;
        reach_write_point("archive.move-begun");
        let stored = self.store_and_compare(&manifest, to, file, job);
        let location = match stored {
            Ok(location) => location,
            Err(error) => {
                // It is of no use; where it cannot be removed now, the manifest remembers it.
                let _ = self.remove_copies_left_behind(id);
                return Err(error);
            }
        };
        manifest.left_behind.retain(|it| !it.is_with(to));
        manifest.checked = Some(self.library.world().clock.now());
        manifest.damaged.clear();
        manifest.location = Some(location);
        manifest.frees_file = true;
        manifest.trashed = self.get(id)?.manifest.trashed;
        let happened = text!("has its archive on {to} now", to = to.name);
        self.keep(&manifest, "archive.moved", &happened)?;
        reach_write_point("archive.moved");
        self.free_file(manifest)
    }

    fn refuse_move(&self, archive: &Archive) -> Result<()> {
        let manifest = &archive.manifest;
        let what =
            || text!("Cannot move the archive of {project}", project = manifest.project.name);
        if manifest.trashed.is_some() {
            return Err(Error::new(Code::Invalid, what())
                .why("It is in the trash")
                .next("Take it out of the trash first"));
        }
        if manifest.freeing {
            return Err(Error::new(Code::Invalid, what())
                .why("The folder of its project is still being freed")
                .next("Wait until that is done, and try again"));
        }
        Ok(())
    }

    fn local(&self, archive: &Archive) -> Result<FileSource> {
        FileSource::open(&archive.path).map_err(|error| match error.code() {
            Code::NotFound => self.gone(&archive.manifest),
            _ => error,
        })
    }

    fn store_and_compare(
        &self,
        manifest: &Manifest,
        to: &Location,
        file: &Path,
        job: &Job,
    ) -> Result<Location> {
        let remote = self.remote()?;
        job.set_current(format!("Storing it on {}", to.name));
        let snapshot = remote.store(manifest.id, to, file, &job.step())?;
        job.settle_totals();
        reach_write_point("archive.stored-elsewhere");
        let location = Location { snapshot: Some(snapshot), ..to.clone() };
        job.set_current(format!("Reading it back from {}", to.name));
        let source = remote.open(manifest.id, &location)?;
        if read_whole(&*source, job, &mut |_| Ok(()))? != manifest.sha256 {
            return Err(not_as_made(manifest, &format!("on {}", to.name))
                .next("Check the destination; the archive stays on this disk"));
        }
        // While it was read it may have been removed there, or the destination forgotten.
        remote.open(manifest.id, &location).map(drop)?;
        Ok(location)
    }

    /// Removes the file on this disk of an archive that lies elsewhere, where it was compared there.
    pub(super) fn free_file(&self, mut manifest: Manifest) -> Result<u64> {
        if !manifest.frees_file {
            return Ok(0);
        }
        let path = self.path_of(manifest.id, manifest.created);
        let freed = fs::metadata(&path).map_or(0, |found| found.len());
        remove_file(&path)?;
        sync_folder(path.parent().unwrap_or(Path::new("/")))?;
        reach_write_point("archive.file-removed");
        manifest.frees_file = false;
        self.put(&manifest)?;
        Ok(freed)
    }

    /// Brings an archive back to this disk: it is written, read back and compared, and only then it
    /// goes from the destination.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that lies on this disk or in the trash, [`Code::Unavailable`] where
    /// the destination is away, [`Code::Damaged`], [`Code::StorageFull`], [`Code::Cancelled`]. The
    /// archive stays in the destination then.
    pub fn bring_back(&self, id: ArchiveId, job: &Job) -> Result<()> {
        let archive = self.get(id)?;
        self.refuse_move(&archive)?;
        let mut manifest = archive.manifest.clone();
        let Some(location) = place_of(&archive).cloned() else {
            if manifest.left_behind.is_empty() {
                let name = &manifest.project.name;
                return Err(Error::new(Code::Invalid, text!("Cannot bring back {name}", name))
                    .why("Its archive lies on this disk already"));
            }
            return self.remove_or_warn(id, job);
        };
        self.fetch(&archive, &location, job)?;
        reach_write_point("archive.fetched");
        manifest.location = None;
        manifest.frees_file = false;
        manifest.trashed = self.get(id)?.manifest.trashed;
        manifest.left_behind.retain(|it| !it.is_with(&location));
        manifest.left_behind.push(location);
        manifest.checked = Some(self.library.world().clock.now());
        manifest.damaged.clear();
        self.keep(&manifest, "archive.brought-back", &text!("has its archive on this disk again"))?;
        reach_write_point("archive.brought-back");
        self.remove_or_warn(id, job)
    }

    /// Writes an archive's file, unless it is there and as it should be.
    fn fetch(&self, archive: &Archive, location: &Location, job: &Job) -> Result<()> {
        let Archive { manifest, path, .. } = archive;
        let digest = &manifest.sha256;
        if let Ok(there) = FileSource::open(path)
            && there.size() == manifest.archive_bytes
            && read_whole(&there, &job.step(), &mut |_| Ok(()))? == *digest
        {
            return Ok(());
        }
        job.add_total(0, 2 * manifest.archive_bytes);
        job.settle_totals();
        let source = self.open_remote(manifest, location)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        undercroft_foundation::make_folders(folder)?;
        let unfinished = Unfinished(hidden(folder, manifest.id, UNFINISHED));
        remove_file(&unfinished.0)?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut file: File = options.open(&unfinished.0).at("create", &unfinished.0)?;
        // Whoever sweeps leaves alone what is locked. A file system without locks cannot tell.
        let _ = file.try_lock();
        job.set_current(format!("Reading it from {}", location.name));
        let mut write = |piece: &[u8]| file.write_all(piece).at("write", path);
        if read_whole(&*source, job, &mut write)? != *digest {
            return Err(not_as_made(manifest, &format!("on {}", location.name))
                .next("Check the destination, or restore what can be read of the archive"));
        }
        file.sync_all().at("sync", path)?;
        // What was just written would come from memory else.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        job.set_current("Reading it back from this disk");
        if read_whole(&FileSource::open(&unfinished.0)?, job, &mut |_| Ok(()))? != *digest {
            let at = escape_path(folder);
            return Err(not_as_made(manifest, &format!("in {at}"))
                .next("Check the disk that the library is on; the archive stays where it is"));
        }
        fs::rename(&unfinished.0, path).at("create", path)?;
        sync_folder(folder)
    }

    /// Opens an archive wherever it lies; one that is on this disk as well is read there.
    pub(super) fn open_anywhere(&self, archive: &Archive) -> Result<ArchiveReader> {
        let Archive { manifest, path, is_there } = archive;
        match place_of(archive) {
            Some(location) if !is_there => {
                ArchiveReader::over(self.open_remote(manifest, location)?)
            }
            _ => ArchiveReader::open(path).map_err(|error| match error.code() {
                Code::NotFound => self.gone(manifest),
                _ => error,
            }),
        }
    }

    fn gone(&self, manifest: &Manifest) -> Error {
        let what = text!("The archive of {project} is gone", project = manifest.project.name);
        Error::new(Code::NotFound, what)
            .why("Its file is no longer in the library")
            .next("Restore it from a backup of the library")
    }

    fn open_remote(
        &self,
        manifest: &Manifest,
        location: &Location,
    ) -> Result<Box<dyn ArchiveSource>> {
        self.remote()?.open(manifest.id, location).map_err(|error| {
            let what =
                text!("Cannot read the archive of {project}", project = manifest.project.name);
            let why = text!("It lies on {location}. {error}", location = location.name, error);
            Error::new(error.code(), what).why(why).next(error.next_text()).because(error)
        })
    }

    fn remote(&self) -> Result<&Arc<dyn RemoteStore>> {
        self.remote.as_ref().ok_or_else(|| {
            Error::new(Code::Unsupported, "There are no destinations here to keep archives on")
        })
    }

    /// Removes the copies of archives that moves have left behind, in the destinations that are
    /// there.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn remove_left_behind(&self, job: &Job) -> Result<()> {
        let mut archives = self.list()?;
        archives.retain(|archive| !archive.manifest.left_behind.is_empty());
        archives.iter().try_for_each(|Archive { manifest, .. }| {
            // Whoever moves it this moment holds the lock, and compares the copy.
            match self.library.projects().lock_id(manifest.project.id) {
                Ok(_lock) => self.remove_or_warn(manifest.id, job),
                Err(error) if error.code() == Code::Locked => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    /// The same for one archive, which is whole where it is, whatever comes of this.
    fn remove_or_warn(&self, id: ArchiveId, job: &Job) -> Result<()> {
        if let Err(error) = self.remove_copies_left_behind(id) {
            let name = self.get(id)?.manifest.project.name;
            job.warn(
                name,
                text!("A copy of its archive is left and removed later: {error}", error),
            );
        }
        Ok(())
    }

    fn remove_copies_left_behind(&self, id: ArchiveId) -> Result<()> {
        let Archive { mut manifest, path, .. } = self.get(id)?;
        let is_here = fs::metadata(&path).is_ok_and(|it| it.len() == manifest.archive_bytes);
        if manifest.location.is_none() && !is_here {
            // What was left behind is all there is.
            return Err(self.gone(&manifest));
        }
        while let Some(left) = manifest.left_behind.last() {
            self.remote()?.remove(id, left)?;
            reach_write_point("archive.copy-removed");
            manifest.left_behind.pop();
            self.put(&manifest)?;
        }
        Ok(())
    }

    /// Removes all copies of an archive that goes for good.
    pub(super) fn remove_everywhere(&self, manifest: &Manifest) -> Result<()> {
        let places = manifest.location.iter().chain(&manifest.left_behind);
        for place in places {
            self.remote()?.remove(manifest.id, place)?;
            reach_write_point("archive.copy-removed");
        }
        Ok(())
    }
}

/// The destination that an archive is read from; where its file is lost, one that holds a copy that
/// was to go.
fn place_of(Archive { manifest, is_there, .. }: &Archive) -> Option<&Location> {
    let spare = || manifest.left_behind.last().filter(|_| !is_there);
    manifest.location.as_ref().or_else(spare)
}

fn not_as_made(manifest: &Manifest, place: &str) -> Error {
    let what = text!("Cannot move the archive of {project}", project = manifest.project.name);
    Error::new(Code::Damaged, what)
        .why(text!("Its bytes {place} are not those it was made of", place))
}
