//! The files that go into an archive, one after the other, as they are found on disk.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat, statat,
};
use undercroft_foundation::{Code, Error, IoContext as _, Mount, Result, escape_path, text};
use xattr::FileExt as _;

use crate::format::index::{Attributes, EntryKind, Xattr};

/// The look of a file on disk at the moment when it was read: freeing removes it only while it
/// looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    pub(crate) inode: u64,
    pub(crate) changed: (i64, u32),
    pub(crate) modified: (i64, u32),
    pub(crate) size: u64,
}

impl Stamp {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            inode: stat.st_ino,
            changed: (stat.st_ctime, stat.st_ctime_nsec as u32),
            modified: (stat.st_mtime, stat.st_mtime_nsec as u32),
            size: stat.st_size.cast_unsigned(),
        }
    }
}

/// Something that was found on disk.
pub(crate) struct Found {
    /// Its name; the last of the root's path for the root.
    pub(crate) name: Vec<u8>,
    /// How many folders lie above it, up to the root.
    pub(crate) depth: usize,
    pub(crate) kind: FoundKind,
    pub(crate) stat: Stat,
    pub(crate) xattrs: Vec<Xattr>,
}

/// The kind of thing that was found.
pub(crate) enum FoundKind {
    Folder,
    File(File),
    Symlink(Vec<u8>),
    Pipe,
    /// A socket, which holds nothing when no program listens, or a device.
    Special,
}

impl Found {
    pub(crate) fn attributes(&self) -> Attributes {
        Attributes {
            mode: self.stat.st_mode & 0o7777,
            modified: (self.stat.st_mtime, self.stat.st_mtime_nsec as u32),
        }
    }

    pub(crate) fn entry_kind(&self) -> Option<EntryKind> {
        match self.kind {
            FoundKind::Folder => Some(EntryKind::Folder),
            FoundKind::File(_) => Some(EntryKind::File),
            FoundKind::Symlink(_) => Some(EntryKind::Symlink),
            FoundKind::Pipe => Some(EntryKind::Pipe),
            FoundKind::Special => None,
        }
    }
}

/// The purpose of a walk, which decides what it passes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WalkPurpose {
    /// A project goes into an archive: what vanishes meanwhile is passed over, a mounted file system
    /// is refused.
    ArchiveProject,
    /// A part that nobody else writes goes into an archive: nothing is passed over.
    ArchivePart,
    /// A folder is copied: what vanishes or is mounted is passed over.
    Copy,
}

/// A walk through a folder, each folder before what is in it, by name. It follows no link, and
/// enters no other file system.
pub(crate) struct SourceWalk {
    root: PathBuf,
    device: u64,
    mount: Mount,
    purpose: WalkPurpose,
    stack: Vec<OpenFolder>,
    /// The root, until it was given out.
    first: Option<Found>,
}

struct OpenFolder {
    folder: OwnedFd,
    /// The names that are still to come, the next one last.
    names: Vec<Vec<u8>>,
    name: Vec<u8>,
}

impl SourceWalk {
    /// Begins at a folder, or at a single file.
    pub(crate) fn new(root: &Path, purpose: WalkPurpose) -> Result<Self> {
        let at = |source: rustix::io::Errno| Error::io("read", root, source.into());
        let stat = statat(CWD, root, AtFlags::SYMLINK_NOFOLLOW).map_err(at)?;
        let name = root.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        let mut this = Self {
            root: root.to_owned(),
            device: stat.st_dev,
            mount: Mount::of_path(root).at("look at", root)?,
            purpose,
            stack: Vec::new(),
            first: None,
        };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let folder = openat(CWD, root, folder_flags(), Mode::empty()).map_err(at)?;
            let xattrs = xattrs_of(&File::from(folder.try_clone().at("read", root)?));
            let kind = FoundKind::Folder;
            this.first = Some(Found { name: name.clone(), depth: 0, kind, stat, xattrs });
            this.stack.push(open_folder(folder, name).map_err(at)?);
        } else {
            let parent = root.parent().unwrap_or(Path::new("/"));
            let parent = openat(CWD, parent, folder_flags(), Mode::empty()).map_err(at)?;
            this.stack.push(OpenFolder { folder: parent, names: Vec::new(), name: Vec::new() });
            this.first =
                this.look_at(&name).map(|found| found.map(|found| Found { depth: 0, ..found }))?;
        }
        Ok(this)
    }

    /// The path of the folder that is being read.
    pub(crate) fn path_of(&self, name: &[u8]) -> PathBuf {
        use std::os::unix::ffi::OsStrExt as _;
        let mut path = self.root.clone();
        path.extend(self.stack.iter().skip(1).map(|open| std::ffi::OsStr::from_bytes(&open.name)));
        path.push(std::ffi::OsStr::from_bytes(name));
        path
    }

    /// The next thing that is there; what vanished meanwhile is passed over.
    pub(crate) fn next(&mut self) -> Result<Option<Found>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            let Some(open) = self.stack.last_mut() else { return Ok(None) };
            match open.names.pop() {
                None => drop(self.stack.pop()),
                Some(name) => {
                    if let Some(found) = self.look_at(&name)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
    }

    fn look_at(&mut self, name: &[u8]) -> Result<Option<Found>> {
        match self.try_look_at(name) {
            Ok(found) => Ok(Some(found)),
            Err(rustix::io::Errno::NOENT) if self.purpose != WalkPurpose::ArchivePart => Ok(None),
            Err(rustix::io::Errno::XDEV) => Err(is_mounted(&self.path_of(name))),
            Err(errno) => Err(Error::io("read", &self.path_of(name), errno.into())),
        }
    }

    fn try_look_at(&mut self, name: &[u8]) -> rustix::io::Result<Found> {
        let depth = self.stack.len();
        let Some(above) = self.stack.last() else { return Err(rustix::io::Errno::NOENT) };
        let stat = statat(&above.folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let found = |kind, stat, xattrs| Found { name: name.to_vec(), depth, kind, stat, xattrs };
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                let folder = openat(&above.folder, name, folder_flags(), Mode::empty())?;
                let folder = File::from(folder);
                let xattrs = xattrs_of(&folder);
                // A copy follows a bind mount; what is archived is then removed, and that is not.
                let is_here = match self.purpose {
                    WalkPurpose::Copy => stat.st_dev == self.device,
                    _ => is_on(&folder, self.mount)?,
                };
                match is_here {
                    true => self.stack.push(open_folder(folder.into(), name.to_vec())?),
                    false if self.purpose == WalkPurpose::Copy => {}
                    false => return Err(rustix::io::Errno::XDEV),
                }
                found(FoundKind::Folder, stat, xattrs)
            }
            FileType::RegularFile => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let file = File::from(openat(&above.folder, name, flags, Mode::empty())?);
                let opened = fstat(&file)?;
                if FileType::from_raw_mode(opened.st_mode) != FileType::RegularFile {
                    return Err(rustix::io::Errno::NOENT);
                }
                let xattrs = xattrs_of(&file);
                found(FoundKind::File(file), opened, xattrs)
            }
            FileType::Symlink => {
                let target = readlinkat(&above.folder, name, Vec::new())?.into_bytes();
                found(FoundKind::Symlink(target), stat, Vec::new())
            }
            FileType::Fifo => found(FoundKind::Pipe, stat, Vec::new()),
            _ => found(FoundKind::Special, stat, Vec::new()),
        })
    }
}

fn is_on(folder: &File, mount: Mount) -> rustix::io::Result<bool> {
    let own = Mount::of(folder).map_err(|source| {
        rustix::io::Errno::from_io_error(&source).unwrap_or(rustix::io::Errno::IO)
    })?;
    Ok(own == mount)
}

/// An archive holds all of a project or is none, and another drive is not followed.
fn is_mounted(path: &Path) -> Error {
    Error::new(Code::Invalid, text!("Cannot archive {path}", path = escape_path(path)))
        .why("Another file system is mounted there")
        .next("Unmount it first")
}

pub(crate) fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn open_folder(folder: OwnedFd, name: Vec<u8>) -> rustix::io::Result<OpenFolder> {
    Ok(OpenFolder { names: names_in(&folder)?, folder, name })
}

/// The names in a folder, the first one last.
pub(crate) fn names_in(folder: &OwnedFd) -> rustix::io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(name.to_vec());
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}

/// The extended attributes that users set and that say who may do what. A file system without any
/// has none.
fn xattrs_of(file: &File) -> Vec<Xattr> {
    let Ok(names) = file.list_xattr() else { return Vec::new() };
    names
        .filter(|name| is_kept(name.as_encoded_bytes()))
        .filter_map(|name| {
            let value = file.get_xattr(&name).ok().flatten()?;
            Some((name.into_encoded_bytes(), value))
        })
        .collect()
}

/// Whether an extended attribute goes along: those that users set, and those that say who may do
/// what.
pub(crate) fn is_kept(name: &[u8]) -> bool {
    name.starts_with(b"user.") || name.starts_with(b"system.posix_acl_")
}
