//! Files inside backups, looked at.

use undercroft_backup as backup;
use undercroft_foundation::Result;

use super::wire::{Preview, PreviewKind};
use crate::Api;
use crate::backups::wire::Browse;
use crate::base::names::unescape;

impl Api {
    /// Previews a file inside a backup.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and whatever keeps the destination from being read.
    pub fn snapshot_file(&self, request: Browse) -> Result<Preview> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let path = unescape(&request.path)?;
        let file = self.0.backups.browser().file(destination.id, &request.snapshot, &path)?;
        let backup::Entry { name, kind, size_bytes, target, .. } = file.entry();
        match kind {
            backup::EntryKind::Folder => Ok(Preview::nothing(PreviewKind::Folder, 0)),
            backup::EntryKind::Other => Ok(Preview::nothing(PreviewKind::Binary, 0)),
            backup::EntryKind::Symlink => Ok(Preview::link(&target.unwrap_or_default())),
            backup::EntryKind::File => Preview::of_file(&name, size_bytes, &|most| file.head(most)),
        }
    }
}
