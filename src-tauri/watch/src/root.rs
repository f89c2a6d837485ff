//! Whether the root is still the folder it was.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Tells one folder from another that takes its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RootId {
    /// The device number, which a drive may get anew when it comes back.
    pub device: u64,
    /// The id of the file system; zero where it has none.
    pub file_system: u64,
    /// The inode number.
    pub inode: u64,
}

impl RootId {
    /// The folder at this path, if there is one.
    pub(super) fn of(root: &Path) -> Option<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(root, flags, Mode::empty()).ok()?;
        Self::of_open(folder.as_fd())
    }

    /// An open folder.
    pub fn of_open(folder: BorrowedFd<'_>) -> Option<Self> {
        let stat = rustix::fs::fstat(folder).ok()?;
        let file_system = rustix::fs::fstatvfs(folder).map_or(0, |stat| stat.f_fsid);
        Some(Self { device: stat.st_dev, file_system, inode: stat.st_ino })
    }

    /// Whether it is the same folder. A drive that was away may come back under another device
    /// number, and another drive under that; but a file system keeps its id, where it has one.
    pub fn is(self, other: Self) -> bool {
        let have_ids = self.file_system != 0 && other.file_system != 0;
        let same_file_system = match have_ids {
            true => self.file_system == other.file_system,
            false => self.device == other.device,
        };
        self.inode == other.inode && same_file_system
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
        std::fs::remove_dir(&root).unwrap();
        std::fs::write(&root, "").unwrap();
        assert_eq!(RootId::of(&root), None);
    }

    #[test]
    fn a_file_system_is_known_by_its_id_and_without_one_by_its_device() {
        let id = |device, file_system| RootId { device, file_system, inode: 2 };
        assert!(id(1, 7).is(id(3, 7)) && !id(1, 7).is(id(1, 8)));
        assert!(id(1, 0).is(id(1, 0)) && !id(1, 0).is(id(3, 0)));
        assert!(id(1, 0).is(id(1, 7)) && !id(1, 0).is(RootId { inode: 3, ..id(1, 0) }));
    }
}
