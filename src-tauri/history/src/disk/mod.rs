//! A workspace on disk, read without following any symbolic link.

pub(crate) mod content;
pub(crate) mod stat_cache;

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags};
use undercroft_foundation::{Code, Error, IoContext, Result, TreePath, escape_path, text};
use undercroft_repository::fs_at::TEMPORARY;
use xattr::FileExt;

use crate::tree::sidecar::{Attributes, FileTime};
use crate::version::EntryKind;

/// The facts that `lstat` gives of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) kind: EntryKind,
    pub(crate) size_bytes: u64,
    /// Without extended attributes.
    pub(crate) attributes: Attributes,
    pub(crate) inode: u64,
    /// The number of names that the file has.
    pub(crate) links: u64,
    /// When anything of it last changed, which no program can set back.
    pub(crate) changed: FileTime,
}

/// A workspace that is there.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    fd: OwnedFd,
}

/// A folder of it, open.
#[derive(Debug)]
pub(crate) struct DiskFolder {
    path: PathBuf,
    fd: File,
}

/// The entries of a folder, in no order.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The entries that can be looked at.
    pub(crate) entries: Vec<(Vec<u8>, Stat)>,
    /// The entries that cannot, and why.
    pub(crate) unseen: Vec<(Vec<u8>, Error)>,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Disk {
    /// # Errors
    /// [`Code::SourceMissing`] when there is no such folder.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        let fd = rustix::fs::open(root, FOLDER, Mode::empty()).map_err(|source| {
            let error = Error::io("open", root, source.into());
            match error.code() {
                Code::NotFound => {
                    let what = text!("The folder {root} is not there", root = escape_path(root));
                    Error::new(Code::SourceMissing, what)
                }
                _ => error,
            }
        })?;
        Ok(Self { root: root.to_owned(), fd })
    }

    /// Its descriptor.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// The path of something, for people.
    pub(crate) fn path_of(&self, path: &TreePath) -> PathBuf {
        path.below(&self.root)
    }

    /// Opens a folder; nothing when there is no folder of that path any more.
    pub(crate) fn folder(&self, path: &TreePath) -> Result<Option<DiskFolder>> {
        let relative: &[u8] = if path.is_root() { b"." } else { path.as_bytes() };
        let flags = FOLDER | OFlags::NOFOLLOW;
        let within = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
        let opened = match rustix::fs::openat2(&self.fd, relative, flags, Mode::empty(), within) {
            // A kernel without it still refuses a link at the end of the path.
            Err(rustix::io::Errno::NOSYS) => {
                rustix::fs::openat(&self.fd, relative, flags, Mode::empty())
            }
            other => other,
        };
        use rustix::io::Errno;
        let full = path.below(&self.root);
        match opened {
            Ok(fd) => Ok(Some(DiskFolder { path: full, fd: fd.into() })),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV) => Ok(None),
            Err(source) => Err(Error::io("open", &full, source.into())),
        }
    }
}

impl DiskFolder {
    /// Its entries, in no order.
    ///
    /// # Errors
    /// A folder that cannot be read to its end, or an entry that cannot be looked at. What vanishes
    /// meanwhile is not there.
    pub(crate) fn entries(&self) -> Result<Vec<(Vec<u8>, Stat)>> {
        let Listing { entries, unseen } = self.list()?;
        unseen.into_iter().next().map_or(Ok(entries), |(_, why)| Err(why))
    }

    /// The same, where one that cannot be looked at costs no other.
    ///
    /// # Errors
    /// A folder that cannot be read to its end.
    pub(crate) fn list(&self) -> Result<Listing> {
        let failed = |source: rustix::io::Errno| Error::io("read", &self.path, source.into());
        let mut listing = Listing::default();
        for entry in Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            match rustix::fs::statat(&self.fd, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => listing.entries.push((name.to_vec(), stat_of(&stat))),
                Err(rustix::io::Errno::NOENT) => {}
                Err(source) => {
                    let why = Error::io("look at", &self.path_of(name), source.into());
                    listing.unseen.push((name.to_vec(), why));
                }
            }
        }
        Ok(listing)
    }

    /// Its entries without those that are on their way to their place, which are nobody's yet.
    pub(crate) fn entries_in_place(&self) -> Result<Vec<(Vec<u8>, Stat)>> {
        let mut entries = self.entries()?;
        entries.retain(|(name, _)| is_in_place(name));
        Ok(entries)
    }

    /// Whether another file system begins here.
    pub(crate) fn is_mount(&self) -> bool {
        let above = rustix::fs::statat(&self.fd, "..", AtFlags::SYMLINK_NOFOLLOW);
        let device = |stat: rustix::io::Result<rustix::fs::Stat>| stat.ok().map(|it| it.st_dev);
        device(rustix::fs::fstat(&self.fd)) != device(above)
    }

    /// The attributes of the folder itself.
    pub(crate) fn own(&self) -> Result<Attributes> {
        let mut attributes = stat_of_file(&self.fd).at("look at", &self.path)?.attributes;
        attributes.extended = extended(&self.fd);
        Ok(attributes)
    }

    /// Opens a file. Nothing when it is gone, or is no file any more.
    pub(crate) fn open(&self, name: &[u8]) -> Result<Option<File>> {
        // Without waiting, should a pipe be there by now.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        use rustix::io::Errno;
        match rustix::fs::openat(&self.fd, OsStr::from_bytes(name), flags, Mode::empty()) {
            Ok(fd) => {
                let file = File::from(fd);
                let stat = stat_of_file(&file).at("look at", &self.path_of(name))?;
                Ok((stat.kind == EntryKind::File).then_some(file))
            }
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO | Errno::ISDIR) => Ok(None),
            Err(source) => Err(Error::io("open", &self.path_of(name), source.into())),
        }
    }

    /// The target of a symbolic link; nothing when it is none any more.
    pub(crate) fn link_target(&self, name: &[u8]) -> Result<Option<Vec<u8>>> {
        use rustix::io::Errno;
        match rustix::fs::readlinkat(&self.fd, OsStr::from_bytes(name), Vec::new()) {
            Ok(target) => Ok(Some(target.into_bytes())),
            Err(Errno::NOENT | Errno::INVAL) => Ok(None),
            Err(source) => Err(Error::io("read the link", &self.path_of(name), source.into())),
        }
    }

    /// Its descriptor.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// The path of an entry, for people.
    pub(crate) fn path_of(&self, name: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(name))
    }
}

/// Whether an entry is not on its way to its place.
pub(crate) fn is_in_place(name: &[u8]) -> bool {
    !name.starts_with(TEMPORARY.as_bytes())
}

/// The state of an open file now.
pub(crate) fn stat_of_file(file: &File) -> std::io::Result<Stat> {
    Ok(stat_of(&rustix::fs::fstat(file.as_fd())?))
}

/// The extended attributes of an open file, by name. What may not be read is left out: other
/// programs' secrets are not ours to keep.
pub(crate) fn extended(file: &File) -> Vec<(Vec<u8>, Vec<u8>)> {
    let Ok(names) = file.list_xattr() else { return Vec::new() };
    let mut found: Vec<_> = names
        .filter_map(|name| {
            let value = file.get_xattr(&name).ok()??;
            Some((name.as_bytes().to_vec(), value))
        })
        .collect();
    found.sort();
    found
}

/// The state of an entry of an open folder now.
///
/// # Errors
/// The system's, such as `NOENT`.
pub(crate) fn stat_in(folder: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<Stat> {
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| stat_of(&stat))
}

fn stat_of(stat: &rustix::fs::Stat) -> Stat {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => EntryKind::Folder,
        FileType::RegularFile => EntryKind::File,
        FileType::Symlink => EntryKind::Symlink,
        _ => EntryKind::Other,
    };
    let time = |seconds: i64, nanos: u64| FileTime { seconds, nanos: nanos as u32 };
    Stat {
        kind,
        size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
        attributes: Attributes {
            mode: stat.st_mode & 0o7777,
            modified: time(stat.st_mtime, stat.st_mtime_nsec),
            uid: stat.st_uid,
            gid: stat.st_gid,
            extended: Vec::new(),
        },
        inode: stat.st_ino,
        links: Into::<u64>::into(stat.st_nlink),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
    }
}
