//! Freeing the folder of a project that was archived: only what the archive holds, as it was read.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, RenameFlags, Stat, fchmod, openat, renameat_with, statat,
    unlinkat,
};
use rustix::io::Errno;
use undercroft_foundation::{
    ArchiveId, Code, Error, IoContext as _, Job, Mount, Result, TreePath, escape_path,
    reach_write_point, replace_file, sync_folder, text,
};

use crate::format::index::{EntryKind, Index};
use crate::write::source::{Stamp, folder_flags, names_in};

/// At most so many paths are named in an error.
const NAMED: usize = 3;
const STAMP_BYTES: usize = 40;

/// The outcome of freeing a project's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freed {
    /// The files and links that were removed.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// The paths that came or changed meanwhile, and stay where they are.
    pub left: Vec<TreePath>,
}

/// A project's folder, compared with the archive that holds it.
pub(crate) struct Source<'a> {
    index: &'a Index,
    stamps: &'a [Stamp],
    children: HashMap<u32, HashMap<&'a [u8], u32>>,
    /// Files with several names: removing one changes the time of the others.
    linked: HashSet<u32>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(index: &'a Index, stamps: &'a [Stamp]) -> Self {
        let mut children: HashMap<u32, HashMap<&[u8], u32>> = HashMap::new();
        let mut linked = HashSet::new();
        for number in 0..stamps.len().min(index.entries().len()) as u32 {
            let entry = index.entry(number);
            children.entry(entry.parent).or_default().insert(index.name(number), number);
            if entry.kind == EntryKind::HardLink {
                linked.extend([number, entry.original]);
            }
        }
        Self { index, stamps, children, linked }
    }

    fn child(&self, folder: u32, name: &[u8]) -> Option<u32> {
        self.children.get(&(folder + 1))?.get(name).copied()
    }

    /// Whether what is on disk is what the archive holds.
    fn is_held(&self, number: u32, found: &Stat) -> bool {
        let kind = match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => EntryKind::File,
            FileType::Symlink => EntryKind::Symlink,
            FileType::Fifo => EntryKind::Pipe,
            FileType::Directory => EntryKind::Folder,
            _ => return false,
        };
        let entry = self.index.entry(number);
        let is_kind =
            entry.kind == kind || entry.kind == EntryKind::HardLink && kind == EntryKind::File;
        let mut stamp = Stamp::of(found);
        if self.linked.contains(&number) {
            stamp.changed = self.stamps[number as usize].changed;
        }
        is_kind && (kind == EntryKind::Folder || stamp == self.stamps[number as usize])
    }

    /// The paths that the archive does not hold as they are, and with `all`, those that are gone.
    fn differences(&self, folder: &Path, all: bool, job: &Job) -> Result<Vec<TreePath>> {
        let mut differences = Vec::new();
        let mut seen = 0_usize;
        let mut walk = Descent::new(folder, false)?;
        let mut numbers = vec![0_u32];
        while let Some(step) = walk.next()? {
            match step {
                Step::Left => drop(numbers.pop()),
                Step::Found { name, stat, is_folder } => {
                    job.check_cancelled()?;
                    let above = numbers.last().copied().unwrap_or_default();
                    let number = self.child(above, &name);
                    let is_held = number.is_some_and(|number| self.is_held(number, &stat));
                    if is_held {
                        seen += 1;
                    } else if !is_nothing(&stat) {
                        differences.push(walk.path(&name));
                    }
                    if let Some(number) = number.filter(|_| is_folder && is_held) {
                        match walk.enter(&name)? {
                            true => numbers.push(number),
                            // What was mounted there meanwhile is in no archive.
                            false => differences.push(walk.path(&name)),
                        }
                    }
                }
            }
        }
        if all && differences.is_empty() && seen + 1 < self.stamps.len() {
            differences.push(TreePath::root());
        }
        Ok(differences)
    }

    /// Removes what the archive holds, and folders that are empty then.
    fn remove(&self, folder: &Path, job: &Job) -> Result<Freed> {
        let mut freed = Freed::default();
        let mut walk = Descent::new(folder, true)?;
        let mut numbers = vec![0_u32];
        while let Some(step) = walk.next()? {
            match step {
                Step::Left => drop(numbers.pop()),
                Step::Found { name, stat, is_folder } => {
                    let above = numbers.last().copied().unwrap_or_default();
                    let number = self.child(above, &name);
                    let is_held = number.is_some_and(|number| self.is_held(number, &stat));
                    match number.filter(|_| is_held) {
                        Some(number) if is_folder => {
                            if walk.enter(&name)? {
                                numbers.push(number);
                            }
                        }
                        Some(_) => {
                            if let Err(error) = walk.unlink(&name) {
                                job.warn(walk.path(&name).to_string(), error.sentence());
                                freed.left.push(walk.path(&name));
                                continue;
                            }
                            reach_write_point("archive.file-freed");
                            freed.files += 1;
                            freed.bytes += stat.st_size.cast_unsigned();
                            job.add_files_done(1);
                        }
                        None if is_nothing(&stat) => walk.unlink(&name)?,
                        None => freed.left.push(walk.path(&name)),
                    }
                }
            }
        }
        Ok(freed)
    }
}

/// A socket: nothing is in it.
fn is_nothing(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Socket
}

/// Frees the folder at `root`. It is moved aside first, so that programs that open files by their
/// path find none any more; where something differs from the archive, it comes back untouched.
/// With `resumes`, a part of it was freed already.
pub(crate) fn free(
    source: &Source<'_>,
    root: &Path,
    id: ArchiveId,
    resumes: bool,
    job: &Job,
) -> Result<Freed> {
    let aside = aside_of(root, id);
    let was_aside = aside.symlink_metadata().is_ok();
    // Only what was moved aside and compared before is gone on with.
    let (was_freeing, resumes) = (resumes, resumes && was_aside);
    let is_aside = was_aside || move_aside(root, &aside)?;
    let folder = if is_aside { aside.as_path() } else { root };
    let move_back = || -> Result<()> {
        if !is_aside {
            return Ok(());
        }
        let back = |to: &Path| renameat_with(CWD, &aside, CWD, to, RenameFlags::NOREPLACE);
        let moved = back(root).or_else(|errno| match errno {
            // Something is in its place by now: it goes beside that, in sight.
            Errno::EXIST => {
                let mut name = root.file_name().unwrap_or_default().to_owned();
                name.push(format!(" (left by archive {id})"));
                back(&root.with_file_name(name))
            }
            errno => Err(errno),
        });
        moved.map_err(|errno| Error::io("move back", root, errno.into()))?;
        sync_folder(root.parent().unwrap_or(Path::new("/")))
    };
    let has_place = root.parent().is_some_and(Path::is_dir);
    if folder.symlink_metadata().is_err() && was_freeing && has_place {
        // All of it went before the process ended.
        return Ok(Freed::default());
    }
    if folder.symlink_metadata().is_err() {
        let what = text!("{root} was not freed", root = escape_path(root));
        return Err(Error::new(Code::SourceMissing, what)
            .why("The folder is not there, or its drive is away")
            .next("Connect the drive; what is there is compared and freed then"));
    }
    let differences = source.differences(folder, !resumes, job);
    match differences {
        Ok(differences) if resumes || differences.is_empty() => {}
        Ok(differences) => {
            move_back()?;
            return Err(changed(root, &differences));
        }
        Err(error) => {
            move_back()?;
            return Err(error);
        }
    }
    reach_write_point("archive.source-aside");
    let freed = match source.remove(folder, job) {
        Ok(freed) => freed,
        Err(error) => {
            move_back()?;
            return Err(error);
        }
    };
    match std::fs::remove_dir(folder) {
        Ok(()) => sync_folder(root.parent().unwrap_or(Path::new("/")))?,
        // Something came meanwhile: it goes back to where its program expects it.
        Err(_) => move_back()?,
    }
    reach_write_point("archive.source-freed");
    Ok(freed)
}

/// The hidden folder beside a project's that it is moved to while it is freed.
pub(crate) fn aside_of(root: &Path, id: ArchiveId) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(root.file_name().unwrap_or_default());
    name.push(format!(".undercroft-freeing-{id}"));
    root.with_file_name(name)
}

/// Whether the folder could be moved; one that a drive is mounted on cannot.
fn move_aside(root: &Path, aside: &Path) -> Result<bool> {
    match renameat_with(CWD, root, CWD, aside, RenameFlags::NOREPLACE) {
        Ok(()) => {
            sync_folder(root.parent().unwrap_or(Path::new("/")))?;
            Ok(true)
        }
        Err(
            Errno::NOENT | Errno::BUSY | Errno::XDEV | Errno::ACCESS | Errno::PERM | Errno::INVAL,
        ) => Ok(false),
        Err(errno) => Err(Error::io("move", root, errno.into())),
    }
}

fn changed(root: &Path, differences: &[TreePath]) -> Error {
    let mut named: Vec<_> = differences
        .iter()
        .take(NAMED)
        .filter(|path| !path.is_root())
        .map(ToString::to_string)
        .collect();
    if differences.len() > NAMED {
        named.push("others".to_owned());
    }
    let what = if named.is_empty() { "files".to_owned() } else { named.join(", ") };
    Error::new(Code::NotKept, text!("{root} was not freed", root = escape_path(root)))
        .why(text!("It was changed while it was archived: {what}", what))
        .next("The folder is as it was. Archive the project again when nothing writes into it")
}

/// Removes a folder of ours with all that is in it; what cannot go stays. Best effort.
pub(crate) fn remove_tree(folder: &Path) {
    let remove = || -> Result<()> {
        let mut walk = Descent::new(folder, true)?;
        while let Some(step) = walk.next()? {
            if let Step::Found { name, is_folder, .. } = step {
                if !is_folder {
                    walk.unlink(&name)?;
                } else if !walk.enter(&name)? {
                    walk.remove_folder(&name);
                }
            }
        }
        std::fs::remove_dir(folder).at("remove", folder)
    };
    if let Err(error) = remove()
        && folder.symlink_metadata().is_ok()
    {
        tracing::info!(%error, folder = %escape_path(folder), "a temporary folder stays");
    }
}

/// A step of a walk.
enum Step {
    /// Something that is in the folder.
    Found { name: Vec<u8>, stat: Stat, is_folder: bool },
    /// The folder is done with.
    Left,
}

/// A walk through a folder that removes what it is told to. It follows no link and enters no other
/// file system.
struct Descent {
    root: PathBuf,
    mount: Mount,
    stack: Vec<(OwnedFd, Vec<Vec<u8>>, Vec<u8>)>,
    /// Whether folders go when they are empty.
    removes: bool,
}

impl Descent {
    fn new(root: &Path, removes: bool) -> Result<Self> {
        let at = |errno: Errno| Error::io("open", root, errno.into());
        let folder = openat(CWD, root, folder_flags(), Mode::empty()).map_err(at)?;
        let mount = Mount::of(&folder).at("open", root)?;
        let names = names_in(&folder).map_err(at)?;
        let stack = vec![(folder, names, Vec::new())];
        Ok(Self { root: root.to_owned(), mount, stack, removes })
    }

    fn path(&self, name: &[u8]) -> TreePath {
        let names = self.stack.iter().skip(1).map(|(_, _, name)| name.as_slice());
        TreePath::from_names(names.chain([name])).unwrap_or_else(|_| TreePath::root())
    }

    fn failed(&self, what: &str, name: &[u8], errno: Errno) -> Error {
        Error::io(what, &self.path(name).below(&self.root), errno.into())
    }

    fn next(&mut self) -> Result<Option<Step>> {
        loop {
            let Some((folder, names, _)) = self.stack.last_mut() else { return Ok(None) };
            let Some(name) = names.pop() else {
                let Some((_, _, name)) = self.stack.pop() else { return Ok(None) };
                if self.stack.is_empty() {
                    return Ok(None);
                }
                if self.removes {
                    self.remove_folder(&name);
                }
                return Ok(Some(Step::Left));
            };
            match statat(&*folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
                    return Ok(Some(Step::Found { name, stat, is_folder }));
                }
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(self.failed("look at", &name, errno)),
            }
        }
    }

    /// Goes into a folder; not into one of another file system.
    fn enter(&mut self, name: &[u8]) -> Result<bool> {
        let Some((above, _, _)) = self.stack.last() else { return Ok(false) };
        let open = || openat(above, name, folder_flags(), Mode::empty());
        let folder = open().map_err(|errno| self.failed("open", name, errno))?;
        if Mount::of(&folder).at("open", &self.path(name).below(&self.root))? != self.mount {
            return Ok(false);
        }
        let names = names_in(&folder).map_err(|errno| self.failed("read", name, errno))?;
        self.stack.push((folder, names, name.to_vec()));
        Ok(true)
    }

    /// Removes a file or link. A folder that may not be written is made writable first.
    fn unlink(&mut self, name: &[u8]) -> Result<()> {
        let Some((folder, _, _)) = self.stack.last() else { return Ok(()) };
        let unlink = || unlinkat(folder, name, AtFlags::empty());
        let unlinked = unlink().or_else(|errno| {
            if errno != Errno::ACCESS {
                return Err(errno);
            }
            fchmod(folder, Mode::RWXU)?;
            unlink()
        });
        match unlinked {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.failed("remove", name, errno)),
        }
    }

    /// Removes a folder when it is empty.
    fn remove_folder(&self, name: &[u8]) {
        if let Some((above, _, _)) = self.stack.last() {
            let _ = unlinkat(above, name, AtFlags::REMOVEDIR);
        }
    }
}

/// Keeps the looks of a project's files until they are freed.
pub(crate) fn write_stamps(path: &Path, stamps: &[Stamp]) -> Result<()> {
    let mut bytes = Vec::with_capacity(stamps.len() * STAMP_BYTES);
    for stamp in stamps {
        bytes.extend_from_slice(&stamp.inode.to_le_bytes());
        for (seconds, nanoseconds) in [stamp.changed, stamp.modified] {
            bytes.extend_from_slice(&seconds.to_le_bytes());
            bytes.extend_from_slice(&nanoseconds.to_le_bytes());
        }
        bytes.extend_from_slice(&stamp.size.to_le_bytes());
    }
    replace_file(path, &bytes, 0o600)
}

/// Reads what [`write_stamps`] wrote.
pub(crate) fn read_stamps(path: &Path) -> Result<Vec<Stamp>> {
    let bytes = std::fs::read(path).at("read", path)?;
    let stamps = bytes.chunks_exact(STAMP_BYTES).map(|bytes| {
        let mut cursor = crate::format::cursor::Cursor::new(bytes);
        let inode = u64::from_le_bytes(cursor.array()?);
        let changed = (i64::from_le_bytes(cursor.array()?), u32::from_le_bytes(cursor.array()?));
        let modified = (i64::from_le_bytes(cursor.array()?), u32::from_le_bytes(cursor.array()?));
        let size = u64::from_le_bytes(cursor.array()?);
        Ok(Stamp { inode, changed, modified, size })
    });
    stamps.collect()
}
