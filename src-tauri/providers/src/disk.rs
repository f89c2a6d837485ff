//! A folder of the file system as a provider.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{Access, FlockOperation, flock};
use undercroft_foundation::{
    Code, Error, IoContext, Result, canonicalize_missing, escape_path, is_remote, is_virtual,
    make_folders, reach_write_point, sync_folder, text,
};

use crate::anchored::Anchor;
use crate::provider::check_key;
use crate::{ObjectMeta, Provider};

/// Marks files that are still being written. What follows names the run of the kernel that the
/// writer lives in, and makes the name unique.
const TEMPORARY: &str = ".undercroft-tmp-";

/// A temporary file of another machine is left by the dead when it was not written to for so long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps objects as files below a folder.
///
/// A write goes to a temporary name, is synced, renamed, and its folder synced. A file whose sync
/// failed is thrown away: the kernel forgets pages that it could not write, so that a second sync
/// of the same file would lie.
#[derive(Debug)]
pub struct DiskProvider {
    root: PathBuf,
    is_remote: bool,
    anchor: Option<Anchor>,
}

impl DiskProvider {
    /// Opens a folder that exists.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none, [`Code::Invalid`] when it is no folder.
    pub fn open(root: &Path) -> Result<Self> {
        let metadata = fs::metadata(root).at("open", root)?;
        if !metadata.is_dir() {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot open {root}", root = escape_path(root)),
            )
            .why("It is a file, not a folder")
            .next("Choose a folder"));
        }
        Ok(Self { root: root.to_owned(), is_remote: is_remote(root), anchor: None })
    }

    /// Opens a folder, and makes it first where there is none.
    ///
    /// # Errors
    /// Any failure to make or open the folder.
    pub fn create(root: &Path) -> Result<Self> {
        Self::check_place(root)?;
        make_folders(root)?;
        Self::open(root)
    }

    /// Goes on where a folder is at `root`, or can be made.
    ///
    /// # Errors
    /// [`Code::Invalid`] below what is no folder, below a link that leads nowhere, and where the
    /// kernel shows itself; [`Code::PermissionDenied`].
    pub fn check_place(root: &Path) -> Result<()> {
        let root = canonicalize_missing(root)?;
        let there = root.ancestors().find(|above| above.exists()).unwrap_or(Path::new("/"));
        if there == root {
            return Ok(());
        }
        if is_virtual(there) {
            let what = text!("Nothing can be made at {root}", root = escape_path(&root));
            return Err(Error::new(Code::Invalid, what)
                .why(text!(
                    "{there} shows the system itself and keeps no files",
                    there = escape_path(there)
                ))
                .next("Choose a folder on a drive"));
        }
        let may = rustix::fs::access(there, Access::WRITE_OK | Access::EXEC_OK);
        may.map_err(io::Error::from).at("make a folder in", there)
    }

    /// The same folder, written to for as long as `anchor` is what it was.
    pub(crate) fn anchored_at(self, anchor: Anchor) -> Self {
        Self { anchor: Some(anchor), ..self }
    }

    pub(crate) fn check_anchor(&self) -> Result<()> {
        self.anchor.as_ref().map_or(Ok(()), |anchor| anchor.check(&self.root))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, key: &str) -> Result<PathBuf> {
        check_key(key)?;
        Ok(self.root.join(key))
    }

    fn write_by(&self, path: &Path, fill: &mut dyn FnMut(&mut File) -> Result<()>) -> Result<()> {
        self.place(path, &mut |file| {
            fill(file)?;
            reach_write_point("disk.temporary-written");
            file.sync_all().at("sync", path)?;
            reach_write_point("disk.file-synced");
            Ok(())
        })?;
        sync_folder(&self.folder_of(path))
    }

    /// Fills a temporary file, then gives it its name.
    fn place(&self, path: &Path, fill: &mut dyn FnMut(&mut File) -> Result<()>) -> Result<()> {
        let (temporary, mut file) = create_temporary(path, &self.folder_of(path))?;
        // Again, now that the file is open: between a look and the opening, drives are swapped.
        let filled = self.check_anchor().and_then(|()| fill(&mut file));
        let placed = filled.and_then(|()| fs::rename(&temporary, path).at("rename to", path));
        if placed.is_err() {
            // Best effort: what stays is swept at the next start.
            let _ = fs::remove_file(&temporary);
        }
        placed?;
        reach_write_point("disk.renamed");
        Ok(())
    }

    /// The moment by the clock of the file system.
    fn now(&self) -> Option<SystemTime> {
        let (temporary, file) = create_temporary(&self.root.join("now"), &self.root).ok()?;
        // Best effort: what stays is swept later.
        let _ = fs::remove_file(temporary);
        file.metadata().and_then(|made| made.modified()).ok()
    }

    fn folder_of(&self, path: &Path) -> PathBuf {
        path.parent().unwrap_or(&self.root).to_owned()
    }
}

impl Provider for DiskProvider {
    fn location(&self) -> String {
        escape_path(&self.root)
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        let path = self.path(key)?;
        fs::read(&path).at("read", &path)
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read_range_into(key, offset, &mut bytes)?;
        Ok(bytes)
    }

    fn read_range_into(&self, key: &str, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let path = self.path(key)?;
        let file = File::open(&path).at("read", &path)?;
        file.read_exact_at(buffer, offset).map_err(|source| {
            if source.kind() == io::ErrorKind::UnexpectedEof {
                Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(&path)))
                    .why("The file is shorter than it was when it was written")
            } else {
                Error::io("read", &path, source)
            }
        })
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        let path = self.path(key)?;
        self.write_by(&path, &mut |file| {
            parts.iter().try_for_each(|part| file.write_all(part).at("write", &path))
        })
    }

    fn write_stream(
        &self,
        key: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        let path = self.path(key)?;
        self.write_by(&path, &mut |file| {
            while let Some(part) = next()? {
                file.write_all(&part).at("write", &path)?;
            }
            Ok(())
        })
    }

    fn write_unsynced(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(key)?;
        self.place(&path, &mut |file| file.write_all(bytes).at("write", &path))
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        let path = self.path(folder)?;
        let mut stored = Vec::new();
        each_file(&path, &mut |file, metadata| {
            let key = file.strip_prefix(&self.root).ok().and_then(Path::to_str);
            if let Some(key) = key.filter(|_| !is_temporary(file)) {
                stored.push(ObjectMeta { key: key.to_owned(), size: metadata.len() });
            }
            Ok(())
        })?;
        stored.sort_unstable();
        Ok(stored)
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        let path = self.path(key)?;
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("look at", &path, source)),
        }
    }

    fn remove(&self, key: &str) -> Result<()> {
        let path = self.path(key)?;
        fs::remove_file(&path).at("remove", &path)?;
        sync_folder(path.parent().unwrap_or(&self.root))
    }

    fn remove_unsynced(&self, key: &str) -> Result<()> {
        let path = self.path(key)?;
        fs::remove_file(&path).at("remove", &path)
    }

    /// Each is renamed in one step of the file system; the folders are synced once, at the end.
    fn rename_all(&self, renames: &[(String, String)]) -> Result<()> {
        let (mut left, mut entered) = (BTreeSet::new(), BTreeSet::new());
        for (from, to) in renames {
            let (from, to) = (self.path(from)?, self.path(to)?);
            if entered.insert(self.folder_of(&to)) {
                make_folders(&self.folder_of(&to))?;
            }
            left.insert(self.folder_of(&from));
            match fs::rename(&from, &to) {
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                renamed => renamed.at("rename", &from)?,
            }
            reach_write_point("disk.moved");
        }
        // What was entered must not be lost because what was left is durable before it.
        entered.iter().chain(&left).try_for_each(|folder| sync_folder(folder))
    }

    /// The folders are synced once, at the end.
    fn remove_all(&self, keys: &[String]) -> Result<()> {
        let mut folders = BTreeSet::new();
        for key in keys {
            let path = self.path(key)?;
            match fs::remove_file(&path) {
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                removed => removed.at("remove", &path)?,
            }
            reach_write_point("disk.removed");
            folders.insert(self.folder_of(&path));
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    fn free_bytes(&self) -> Result<Option<u64>> {
        let room = rustix::fs::statvfs(&self.root)
            .map_err(|errno| Error::io("look at", &self.root, errno.into()))?;
        Ok(Some(room.f_bavail.saturating_mul(room.f_frsize)))
    }

    fn is_strongly_consistent(&self) -> bool {
        !self.is_remote
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        make_folders(&self.path(folder)?)
    }

    /// A writer holds a lock on its temporary file, so that a living one is left alone. Whether
    /// another machine's writer lives, its lock does not tell here; that it wrote lately does.
    fn sweep_leftovers(&self) -> Result<u64> {
        let mut swept = 0;
        let now = OnceCell::new();
        each_file(&self.root, &mut |path, metadata| {
            if !is_temporary(path) {
                return Ok(());
            }
            let is_old = || {
                let now = now.get_or_init(|| self.now()).zip(metadata.modified().ok());
                now.and_then(|(now, then)| now.duration_since(then).ok())
                    .is_some_and(|age| age > ABANDONED)
            };
            if !is_written_here(path) && !is_old() {
                return Ok(());
            }
            // Removed while it is locked, so that its writer notices if it only just made it.
            if let Some(_locked) = lock_abandoned(path) {
                swept += u64::from(fs::remove_file(path).is_ok());
            }
            Ok(())
        })?;
        Ok(swept)
    }
}

/// The kernel's name for this run of itself, as a part of names; nothing where it does not tell.
fn boot() -> &'static str {
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.chars().filter(char::is_ascii_hexdigit).take(16).collect()
    });
    &BOOT
}

/// Makes a temporary file beside `path` and locks it; makes the folder where there is none.
fn create_temporary(path: &Path, folder: &Path) -> Result<(PathBuf, File)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut is_made = false;
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{TEMPORARY}{}-{}-{number}", boot(), std::process::id()));
        let temporary = folder.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        match options.open(&temporary) {
            Ok(file) => {
                // A sweeper that was quicker owns this file now: take another name. A file system
                // without locks has no sweeper either.
                let locked = flock(&file, FlockOperation::NonBlockingLockExclusive);
                if locked != Err(rustix::io::Errno::WOULDBLOCK) && is_named(&file) {
                    return Ok((temporary, file));
                }
            }
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            // Once: where the kernel keeps no files, a folder that is there receives none.
            Err(source) if source.kind() == io::ErrorKind::NotFound && !is_made => {
                make_folders(folder)?;
                is_made = true;
            }
            Err(source) => return Err(Error::io("write", path, source)),
        }
    }
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(TEMPORARY))
}

/// Whether the writer of a temporary file shares this kernel's locks.
fn is_written_here(path: &Path) -> bool {
    let own = format!("{TEMPORARY}{}-", boot());
    !boot().is_empty() && path.file_name().is_some_and(|name| name.to_string_lossy().contains(&own))
}

/// Whether a file still has a name: a sweeper may have taken it before it was locked.
fn is_named(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

/// Locks a file, unless its writer lives and holds it.
fn lock_abandoned(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}

/// Calls `visit` for each regular file below `folder`, in no order; follows no symbolic link.
fn each_file(
    folder: &Path,
    visit: &mut dyn FnMut(&Path, &fs::Metadata) -> Result<()>,
) -> Result<()> {
    for entry in fs::read_dir(folder).at("list", folder)? {
        let entry = entry.at("list", folder)?;
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => each_file(&path, visit)?,
            Ok(kind) if kind.is_file() => match entry.metadata() {
                Ok(metadata) => visit(&path, &metadata)?,
                // Another process may rename its temporary file, or remove a lock, meanwhile.
                Err(source) if source.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::io("look at", &path, source)),
            },
            Ok(_) => {}
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::io("look at", &path, source)),
        }
    }
    Ok(())
}
