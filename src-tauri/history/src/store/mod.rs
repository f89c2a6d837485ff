//! The bare git repository of one project's history, below `history/`. Objects go in as packs that
//! we write ourselves, synced; they come out through libgit2, which holds each against its id.

mod checksum;
mod delta;
mod object;
mod object_writer;
mod pack;
mod packed;
mod reader;
mod refs;
mod roll_up;
mod wide;

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undercroft_foundation::{
    Clock, Code, Error, IoContext, ProjectId, Result, escape_path, reach_write_point, replace_file,
    sync_folder, text,
};

use crate::version::GitId;

pub(crate) use checksum::{is_whole, is_whole_file};
pub(crate) use object::{
    ObjectKind, TreeEdits, TreeLine, TreeMode, decode_tree, edit_lines, edit_tree, encode_tree,
    lines_of,
};
pub(crate) use object_writer::{ObjectWriter, write_pack};
pub(crate) use pack::{Deflater, EntryHead, PackBuilder, Packed, entries_of};
pub(crate) use packed::Base;

use reader::{Reader, Whole};

/// The time to wait for another process, or thread, that writes versions of the same project.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// The file that a writer holds locked, and the one that those who wait for it share.
const LOCK: &str = "undercroft/lock";
const WAITING: &str = "undercroft/waiting.lock";

/// Packing has bounded memory.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n\
                      [gc]\n\tauto = 0\n\
                      [pack]\n\tdeltaCacheSize = 32m\n\twindowMemory = 32m\n";

/// Stock tools must leave content as it is, and git-lfs look at every file.
const ATTRIBUTES: &str = "* -text -ident -working-tree-encoding filter=lfs\n";

/// The history of one project, as git sees it.
pub(crate) struct HistoryStore {
    root: PathBuf,
    readers: Mutex<Vec<Reader>>,
    whole: Mutex<Whole>,
    /// The lock's file when it was last held: that of another is the sign of another history.
    locked: Mutex<Option<(u64, u64, i64, i64)>>,
}

/// Keeps every other writer of the same history out until it is dropped.
#[derive(Debug)]
pub struct WriteLock(#[expect(dead_code, reason = "its end gives the lock back")] File);

impl HistoryStore {
    /// The path of the history of `project` in the library at `library`.
    pub(crate) fn path_of(library: &Path, project: ProjectId) -> PathBuf {
        library.join("history").join(format!("{project}.git"))
    }

    /// Whether there is one.
    pub(crate) fn exists(path: &Path) -> bool {
        path.join("HEAD").is_file()
    }

    /// Opens a history.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !Self::exists(path) {
            return Err(Error::new(Code::NotFound, "There is no history yet")
                .why("No version of the project was ever kept")
                .next("Start keeping versions of it: `undercroft history start`"));
        }
        Ok(Self {
            root: path.to_owned(),
            readers: Mutex::default(),
            whole: Mutex::default(),
            locked: Mutex::default(),
        })
    }

    /// Makes a history, or finishes one whose making was interrupted, and opens it.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        for folder in
            ["objects/pack", "objects/info", "refs/heads", "refs/tags", "info", "undercroft"]
        {
            let folder = path.join(folder);
            DirBuilder::new().recursive(true).mode(0o700).create(&folder).at("make", &folder)?;
        }
        configure(path)?;
        replace_file(&path.join("info/attributes"), ATTRIBUTES.as_bytes(), 0o600)?;
        for folder in ["objects", "refs", ""] {
            sync_folder(&path.join(folder))?;
        }
        // Last, because it makes the folder a repository.
        replace_file(&path.join("HEAD"), b"ref: refs/heads/main\n", 0o600)?;
        reach_write_point("history.created");
        path.parent().map_or(Ok(()), sync_folder)?;
        Self::open(path)
    }

    /// Brings the configuration of a history that is older up to what packing needs.
    pub(crate) fn configure(&self) -> Result<()> {
        if fs::read(self.root.join("config")).is_ok_and(|found| found == CONFIG.as_bytes()) {
            return Ok(());
        }
        configure(&self.root)?;
        self.refresh();
        Ok(())
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until nobody else writes versions of this project. Maintenance gives way meanwhile.
    pub(crate) fn lock(&self, clock: &dyn Clock) -> Result<WriteLock> {
        let began = clock.steady();
        let mut waiting = None;
        loop {
            if let Some(lock) = self.try_lock()? {
                return Ok(lock);
            }
            if waiting.is_none() {
                let (path, file) = self.open_lock(WAITING)?;
                file.lock_shared().at("lock", &path)?;
                waiting = Some(file);
            }
            if clock.steady() - began > LOCK_TIMEOUT {
                return Err(Error::new(Code::Locked, "Cannot write to the history")
                    .why("Another Undercroft is writing versions of this project")
                    .next("Wait until it is done and try again"));
            }
            clock.sleep(Duration::from_millis(5));
        }
    }

    /// Keeps every other writer out; nothing, when there is one.
    pub(crate) fn try_lock(&self) -> Result<Option<WriteLock>> {
        let (path, file) = self.open_lock(LOCK)?;
        match file.try_lock() {
            Ok(()) => {
                self.look_at_lock(&path, &file)?;
                Ok(Some(WriteLock(file)))
            }
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(source)) => Err(Error::io("lock", &path, source)),
        }
    }

    /// Goes on when the lock is that of the history that is there now. Where it is another than
    /// before, nothing that was read of that one counts.
    fn look_at_lock(&self, path: &Path, file: &File) -> Result<()> {
        let held = file.metadata().at("look at", path)?;
        let there = fs::metadata(path).ok();
        let is_there = there.is_some_and(|it| (it.dev(), it.ino()) == (held.dev(), held.ino()));
        if !is_there {
            return Err(Error::new(Code::NotFound, "The history is not there any more")
                .why("The project was archived or removed meanwhile"));
        }
        let look = (held.dev(), held.ino(), held.mtime(), held.mtime_nsec());
        let before = self.locked.lock().unwrap_or_else(PoisonError::into_inner).replace(look);
        if before.is_some_and(|before| before != look) {
            self.refresh();
        }
        Ok(())
    }

    /// Whether anybody waits for the lock.
    pub(crate) fn is_awaited(&self) -> bool {
        let file = self.open_lock(WAITING);
        file.is_ok_and(|(_, file)| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    }

    fn open_lock(&self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.root.join(name);
        let file = File::options().create(true).append(true).open(&path).at("open", &path)?;
        Ok((path, file))
    }

    /// The content of an object.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is missing or not what its id says.
    pub(crate) fn read(&self, kind: ObjectKind, id: GitId) -> Result<Vec<u8>> {
        self.read_once(kind, id).or_else(|_| {
            // Another process may have put the pack together with others meanwhile.
            self.refresh();
            self.read_once(kind, id)
        })
    }

    fn read_once(&self, kind: ObjectKind, id: GitId) -> Result<Vec<u8>> {
        self.with_reader(|repository| {
            let odb = repository.odb().map_err(|source| self.unreadable(source))?;
            let object = odb.read(id.oid()).map_err(|source| damaged(id, &source))?;
            let right = match kind {
                ObjectKind::Commit => object.kind() == git2::ObjectType::Commit,
                ObjectKind::Tree => object.kind() == git2::ObjectType::Tree,
                ObjectKind::Blob => object.kind() == git2::ObjectType::Blob,
            };
            if right { Ok(object.data().to_vec()) } else { Err(not_of_kind(id)) }
        })
    }

    /// The lines of a tree.
    pub(crate) fn tree(&self, id: GitId) -> Result<Vec<TreeLine>> {
        decode_tree(&self.read(ObjectKind::Tree, id)?).ok_or_else(|| not_of_kind(id))
    }

    /// The size of an object.
    fn size_of(&self, id: GitId) -> Result<usize> {
        self.with_reader(|repository| {
            let odb = repository.odb().map_err(|source| self.unreadable(source))?;
            odb.read_header(id.oid()).map(|(size, _)| size).map_err(|source| damaged(id, &source))
        })
    }

    /// Whether an object is there, as far as this process has looked.
    pub(crate) fn contains(&self, id: GitId) -> Result<bool> {
        self.with_reader(|repository| {
            let odb = repository.odb().map_err(|source| self.unreadable(source))?;
            Ok(odb.exists_ext(id.oid(), git2::OdbLookupFlags::NO_REFRESH))
        })
    }

    /// Looks for packs that were written meanwhile.
    pub(crate) fn refresh(&self) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Runs `work` with a handle that no other thread uses.
    pub(crate) fn with_reader<T>(
        &self,
        work: impl FnOnce(&git2::Repository) -> Result<T>,
    ) -> Result<T> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => {
                let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
                Reader::open(&self.root, &mut whole, |source| self.unreadable(source))?
            }
        };
        let result = work(&reader.repository);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        result
    }

    fn unreadable(&self, source: git2::Error) -> Error {
        Error::new(
            Code::Damaged,
            text!("Cannot read the history {root}", root = escape_path(&self.root)),
        )
        .why(source.message().to_owned())
        .because(source)
    }
}

impl std::fmt::Debug for HistoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HistoryStore").field("root", &self.root).finish_non_exhaustive()
    }
}

fn configure(root: &Path) -> Result<()> {
    replace_file(&root.join("config"), CONFIG.as_bytes(), 0o600)
}

/// The id that 40 hex digits mean.
pub(crate) fn parse_id(text: &str) -> Option<GitId> {
    Some(GitId(hex::decode(text).ok()?.try_into().ok()?))
}

fn damaged(id: GitId, source: &git2::Error) -> Error {
    Error::new(
        Code::Damaged,
        text!("Cannot read the object {id} of the history", id = id.to_string()),
    )
    .why(source.message().to_owned())
    .next("Run `undercroft history check` to see which versions it touches")
}

fn not_of_kind(id: GitId) -> Error {
    Error::new(
        Code::Damaged,
        text!("The object {id} of the history is not what it should be", id = id.to_string()),
    )
    .next("Run `undercroft history check` to see which versions it touches")
}
