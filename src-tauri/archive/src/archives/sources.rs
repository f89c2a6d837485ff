//! Freeing the folders of projects that are archived.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_foundation::{ArchiveId, Code, Error, Job, ProjectId, Result, reach_write_point};

use super::{Archive, Archives, STAMPS, hidden, remove_file};
use crate::freeing::{self, Freed, Source};

impl Archives {
    /// Frees the folder of the project that an archive holds.
    ///
    /// # Errors
    /// [`Code::NotKept`] where the folder was changed since: it is untouched then.
    pub fn free_source(&self, id: ArchiveId, job: &Job) -> Result<Freed> {
        let mut archive = self.get(id)?;
        let root = archive.manifest.project.root()?;
        // A recovered library frees nothing that nobody has seen since.
        self.library.require_confirmed(&root)?;
        let known = self.library.projects().get(archive.manifest.project.id)?;
        if known.root != root {
            return Err(Error::new(Code::NotKept, "The project's folder was not freed")
                .why("The project is elsewhere now")
                .next("Archive the project again"));
        }
        let stamps_path = self.stamps_of(&archive);
        let stamps = freeing::read_stamps(&stamps_path)?;
        let reader = self.open_anywhere(&archive)?;
        if reader.is_salvaged() || stamps.len() as u64 != archive.manifest.project_entries {
            return Err(Error::new(Code::Damaged, "The project's folder was not freed")
                .why("The archive is no longer whole")
                .next("Archive the project again"));
        }
        let resumes = archive.manifest.freeing;
        archive.manifest.freeing = true;
        self.put(&archive.manifest)?;
        reach_write_point("archive.freeing-recorded");
        let source = Source::new(reader.index(), &stamps);
        let freed = freeing::free(&source, &root, id, resumes, job);
        let is_refused = freed.as_ref().is_err_and(|error| error.code() == Code::NotKept);
        if freed.is_ok() || is_refused {
            archive.manifest.freeing = false;
            self.put(&archive.manifest)?;
            // Without it nothing is freed any more, which is as it should be.
            let _ = fs::remove_file(&stamps_path);
        }
        freed
    }

    /// Whether the project's folder was to be freed, and was not yet.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn can_free(&self, id: ArchiveId) -> Result<bool> {
        Ok(self.stamps_of(&self.get(id)?).is_file())
    }

    /// Frees a project's folder by none of the archives that were made before: a newer one is made.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn forget_freeing(&self, project: ProjectId) -> Result<()> {
        for archive in self.list()? {
            if archive.manifest.project.id == project {
                remove_file(&self.stamps_of(&archive))?;
            }
        }
        Ok(())
    }

    /// The archives whose project's folder is half freed: a process ended meanwhile.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn half_freed(&self) -> Result<Vec<Archive>> {
        let mut archives = self.list()?;
        archives.retain(|archive| archive.manifest.freeing);
        Ok(archives)
    }

    pub(super) fn stamps_of(&self, archive: &Archive) -> PathBuf {
        hidden(archive.path.parent().unwrap_or(Path::new("/")), archive.manifest.id, STAMPS)
    }
}
