//! Whether the root is still the folder it was.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What tells one folder from another that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RootId {
    device: u64,
    file_system: u64,
    inode: u64,
}

impl RootId {
    /// The folder at this path, if there is one.
    pub(super) fn of(root: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(root).ok().filter(std::fs::Metadata::is_dir)?;
        let file_system = rustix::fs::statvfs(root).map_or(0, |stat| stat.f_fsid);
        Some(Self { device: metadata.dev(), file_system, inode: metadata.ino() })
    }

    /// Whether it is the same folder. A drive that was away may come back under another device
    /// number, but its file system keeps its id, where it has one.
    pub(super) fn is(self, other: Self) -> bool {
        let same_file_system = self.file_system == other.file_system && self.file_system != 0;
        self.inode == other.inode && (self.device == other.device || same_file_system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_folder_of_the_same_name_is_another() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("root");
        assert_eq!(RootId::of(&root), None);
        std::fs::create_dir(&root).unwrap();
        let first = RootId::of(&root).unwrap();
        std::fs::rename(&root, place.path().join("old")).unwrap();
        std::fs::create_dir(&root).unwrap();
        let second = RootId::of(&root).unwrap();
        assert!(first.is(first) && !first.is(second));
        assert!(first.is(RootId { device: first.device + 1, ..first }) || first.file_system == 0);
        std::fs::remove_dir(&root).unwrap();
        std::fs::write(&root, "").unwrap();
        assert_eq!(RootId::of(&root), None);
    }
}
