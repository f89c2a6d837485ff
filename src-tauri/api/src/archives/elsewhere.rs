//! Archives that lie on destinations: the rooms that know the one and the other, brought together.

use std::path::Path;

use undercroft_archive::{ArchiveSource, Location, RemoteStore};
use undercroft_backup::{ArchiveCopies, Destination, StoredArchive};
use undercroft_foundation::{ArchiveId, Code, Error, Job, Result, TextValue, text};
use undercroft_library::{JobKind, JobSpec};

use super::wire::ArchiveMove;
use crate::Api;
use crate::jobs::wire::JobView;

/// Keeps archives in the destinations of backups.
#[derive(Debug)]
pub(crate) struct DestinationStore(pub(crate) ArchiveCopies);

impl DestinationStore {
    fn destination(&self, at: &Location) -> Result<Destination> {
        self.0.destination(at.destination, &at.repository)?.ok_or_else(|| {
            Error::new(Code::Unavailable, text!("There is no destination {at}", at = at.name))
                .why("The library does not have it any more")
                .next(text!("Add {at} as a destination again, with its password", at = at.name))
        })
    }
}

impl RemoteStore for DestinationStore {
    fn store(&self, id: ArchiveId, to: &Location, file: &Path, job: &Job) -> Result<String> {
        Ok(self.0.store(&self.destination(to)?, id, file, job)?.to_string())
    }

    fn open(&self, id: ArchiveId, at: &Location) -> Result<Box<dyn ArchiveSource>> {
        let stored = self.0.open(&self.destination(at)?, id, at.snapshot.as_deref())?;
        Ok(Box::new(Stored(stored)))
    }

    fn remove(&self, id: ArchiveId, from: &Location) -> Result<()> {
        match self.0.destination(from.destination, &from.repository)? {
            Some(destination) => self.0.remove(&destination, id),
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Stored(StoredArchive);

impl ArchiveSource for Stored {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, at: u64, buffer: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buffer)
    }
}

impl Api {
    /// Moves an archive to a destination, or back to this disk. It is read back and compared where it
    /// comes to before it goes from where it was.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Invalid`] for an archive that lies there already or is in the
    /// trash.
    pub fn archive_move(&self, request: ArchiveMove) -> Result<JobView> {
        let archive = self.0.archives.find(&request.archive)?;
        let (id, project) = (archive.manifest.id, archive.manifest.project.id);
        let name = archive.manifest.project.name.clone();
        let to = request.destination.as_deref().map(|text| self.location(text)).transpose()?;
        let from = archive.manifest.location;
        if let (Some(to), Some(from)) = (&to, &from)
            && to.repository == from.repository
            && !archive.manifest.frees_file
        {
            let what = text!("Cannot move the archive of {name}", name);
            return Err(Error::new(Code::Invalid, what)
                .why(text!("It lies on {to} already", to = to.name))
                .next("Choose another destination, or bring it back to this disk"));
        }
        let title = match &to {
            Some(to) => text!("Move the archive of {name} to {to}", name, to = to.name),
            None => text!("Bring the archive of {name} back to this disk", name),
        };
        let destination = to.as_ref().or(from.as_ref()).map(|it| it.destination);
        let spec = JobSpec { destination, ..JobSpec::new(JobKind::Archive, title) };
        let (archives, library) = (self.0.archives.clone(), self.0.library.clone());
        let job = self.0.library.jobs().spawn(spec.of_project(project), move |job| {
            let _lock = library.projects().lock_id(project)?;
            let Some(to) = &to else {
                archives.bring_back(id, job)?;
                return Ok(text!("The archive of {name} is on this disk again", name));
            };
            let freed = TextValue::Size(archives.move_to(id, to, job)?);
            Ok(text!(
                "The archive of {name} is on {to} now, {freed} freed on this disk",
                name,
                to = to.name,
                freed
            ))
        })?;
        Ok(job.into())
    }

    fn location(&self, text: &str) -> Result<Location> {
        let Destination { id, name, repository, .. } = self.0.backups.destinations().find(text)?;
        Ok(Location { destination: id, name, repository, snapshot: None })
    }
}
