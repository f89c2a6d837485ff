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

/// Whether other machines, or programs beside the kernel, can change the files below `root`
/// without a notice.
pub(super) fn is_remote(root: &Path) -> bool {
    // NFS, SMB (three of them), FUSE, 9P, Ceph, AFS, VirtualBox's shared folders.
    const REMOTE: [u64; 9] = [
        0x6969,
        0xff53_4d42,
        0xfe53_4d42,
        0x517b,
        0x6573_5546,
        0x0102_1997,
        0x00c3_6400,
        0x5346_414f,
        0x786f_4256,
    ];
    rustix::fs::statfs(root).is_ok_and(|stat| {
        // The kernel's type is signed on some machines and narrower on others.
        u64::try_from(stat.f_type & 0xffff_ffff).is_ok_and(|kind| REMOTE.contains(&kind))
    })
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
