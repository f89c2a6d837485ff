//! The records of restores that are under way, and the sweeping of what those left whose process
//! ended.

use std::path::{Path, PathBuf};

use undercroft_foundation::{EndedRecord, Error, HeldRecord, Result, escape_path, unescape_path};

use super::Archives;
use crate::extract::sweep_extracted;

impl Archives {
    /// Records that files are restored into a folder, until the record is dropped; `None` where
    /// that cannot be, as on a full disk: what is wanted is the files, not their record.
    pub fn record_restore(&self, folder: &Path) -> Option<HeldRecord> {
        let begun = HeldRecord::begin(&self.restoring(), &(escape_path(folder) + "\n"));
        let warn = |error: &Error| tracing::warn!(%error, "the restore is not recorded");
        begun.inspect_err(warn).ok()
    }

    /// Removes what restores whose process ended had written, and not put in place yet.
    ///
    /// # Errors
    /// When their records cannot be listed.
    pub fn sweep_interrupted_restores(&self) -> Result<()> {
        for record in EndedRecord::all(&self.restoring())? {
            // One that was cut was never acted upon.
            let line = record.text().strip_suffix('\n');
            if let Some(folder) = line.and_then(unescape_path) {
                // Files are written beside a new folder, and in one that is there.
                folder.parent().into_iter().chain([&*folder]).for_each(sweep_extracted);
            }
            if let Err(error) = record.remove() {
                tracing::warn!(%error, "the record of an interrupted restore stays");
            }
        }
        Ok(())
    }

    fn restoring(&self) -> PathBuf {
        self.library.root().join("restoring/archive")
    }
}
