//! Trees that are kept for long hold large files alone one by one.

use crate::tree::{Columns, Folder, Sums, Tree};

/// Smaller files are kept only in the sums of their folders.
pub(super) const SMALLEST_KEPT: u64 = 1 << 20;

impl Tree {
    /// The same tree without its small files: their sums stay with their folders.
    #[must_use]
    pub fn thin(&self) -> Self {
        let mut files = Columns::default();
        let mut folders: Vec<Folder> = Vec::with_capacity(self.folders.len());
        let mut thinned = Vec::with_capacity(self.folders.len());
        for (at, folder) in self.folders.iter().enumerate() {
            let mut rest = self.thinned.get(at).copied().unwrap_or_else(Sums::default);
            folders.push(Folder { first_file: files.len() as u32, ..*folder });
            for file in self.files_in(at as u32) {
                let found = self.files.file(file);
                // The names of a part take no more than those of the whole, so that it has room.
                let is_kept =
                    found.counted().0 >= SMALLEST_KEPT && files.push(self.files.name(file), found);
                if !is_kept {
                    rest.add_file(found);
                }
            }
            thinned.push(rest);
        }
        Self::new(self.scanned, folders, self.folder_names.clone(), files, thinned)
    }
}
