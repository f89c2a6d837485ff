//! Moving a destination to another drive: the same repository at another place.

use std::path::Path;

use undercroft_foundation::{DestinationId, Result, escape_path, size_text};
use undercroft_library::{JobKind, JobSpec, JobView};
use undercroft_providers::DiskProvider;

use super::Maintenance;

impl Maintenance {
    /// Puts the move of a destination to an empty folder on the board of jobs. It is copied,
    /// compared, and only then taken to be there; the copy at its former place stays, as files
    /// that are no destination any more.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and [`undercroft_foundation::Code::Invalid`] for
    /// a place that cannot be a destination.
    pub fn start_transfer(&self, id: DestinationId, folder: &Path) -> Result<JobView> {
        let destination = self.destinations.get(id)?;
        let folder = self.destinations.vacant_place(&destination, folder)?;
        let shown = escape_path(&folder);
        let title = format!("Move {} to {shown}", destination.name);
        let spec = JobSpec::new(JobKind::Copy, title).with_destination(id);
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let destinations = &maintenance.destinations;
            let repository = destinations.repository_of(&destination)?;
            let folder = destinations.vacant_place(&destination, &folder)?;
            let target = DiskProvider::create(&folder)?;
            let settle = || destinations.move_to(id, &folder).map(drop);
            let bytes = repository.relocate(&target, settle, job)?;
            Ok(format!(
                "{} is now at {shown}, {} compared; the files at {} are needed no more",
                destination.name,
                size_text(bytes),
                escape_path(&destination.path),
            ))
        })
    }
}
