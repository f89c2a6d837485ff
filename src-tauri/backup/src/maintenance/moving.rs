//! Moving a destination to another drive: the same repository at another place.

use std::path::Path;

use undercroft_foundation::{DestinationId, Result, TextValue, escape_path, text};
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
        let title = text!("Move {destination} to {shown}", destination = destination.name, shown);
        let spec = JobSpec::new(JobKind::Copy, title).with_destination(id);
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let destinations = &maintenance.destinations;
            let repository = destinations.repository_of(&destination)?;
            let folder = destinations.vacant_place(&destination, &folder)?;
            let target = DiskProvider::create(&folder)?;
            let settle = || destinations.move_to(id, &folder).map(drop);
            let bytes = repository.relocate(&target, settle, job)?;
            Ok(text!("{destination} is now at {shown}, {size} compared; the files at {path} are needed no more", destination = destination.name, shown, size = TextValue::Size(bytes), path = escape_path(&destination.path)))
        })
    }
}
