//! The folders below the target: reached without following links, finished when all in them is.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::fs::{AtFlags, Mode, mkdirat, unlinkat};
use rustix::io::{Errno, Result as SystemResult};
use undercroft_foundation::{Code, Error, IoContext, Result, text};

use super::{Overwrite, Shared};
use crate::files::metadata::{Entry, Stat, apply};
use crate::files::open::{Freshness, descend, ensure_owner_access};
use crate::format::tree::Node;

/// The target folder.
pub(super) struct Root {
    path: PathBuf,
    file: OwnedFd,
}

/// A folder of the snapshot, in the target.
pub(super) struct Folder {
    parent: Option<Arc<Self>>,
    /// Its node; the target itself has none, and keeps its metadata.
    node: Option<Node>,
    /// Whether it is only on the way to what was asked for: where it is there, it stays as it is.
    leads: bool,
    /// Whether it was made or found, once it is there.
    state: OnceLock<Freshness>,
    /// The number of things in it that are not done yet.
    unfinished: AtomicUsize,
}

impl Root {
    /// Opens the target, and makes it where there is none.
    pub(super) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).at("create", path)?;
        let file = fs::File::open(path).at("open", path)?;
        Ok(Self { path: path.to_owned(), file: file.into() })
    }

    /// The path of an entry of a folder, for people.
    pub(super) fn path_of(&self, folder: &Folder, name: &[u8]) -> PathBuf {
        let mut path = self.path.clone();
        for part in folder.names().into_iter().chain([name]).filter(|part| !part.is_empty()) {
            path.push(std::ffi::OsStr::from_bytes(part));
        }
        path
    }

    /// Opens a folder from the target down, through nothing but folders.
    pub(super) fn descend(&self, folder: &Folder) -> SystemResult<OwnedFd> {
        descend(self.file.as_fd(), &folder.names())
    }
}

impl Folder {
    /// The target.
    pub(super) fn target() -> Arc<Self> {
        let state = OnceLock::from(Freshness::Found);
        let unfinished = AtomicUsize::new(1);
        Arc::new(Self { parent: None, node: None, leads: false, state, unfinished })
    }

    /// A folder in another, not made yet. It keeps its parent unfinished, and has to be
    /// [finished](finish) itself.
    pub(super) fn child(parent: &Arc<Self>, node: Node, leads: bool) -> Arc<Self> {
        parent.begin();
        Arc::new(Self {
            parent: Some(Arc::clone(parent)),
            node: Some(node),
            leads,
            state: OnceLock::new(),
            unfinished: AtomicUsize::new(1),
        })
    }

    /// Counts something in it as not done yet.
    pub(super) fn begin(&self) {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether nothing was in it before.
    pub(super) fn is_new(&self) -> bool {
        self.state.get() == Some(&Freshness::Made)
    }

    fn name(&self) -> &[u8] {
        self.node.as_ref().map_or(b"", |node| &node.name)
    }

    /// The names that lead from the target to it.
    fn names(&self) -> Vec<&[u8]> {
        let mut names = Vec::new();
        let mut folder = self;
        while let Some(parent) = &folder.parent {
            names.push(folder.name());
            folder = parent;
        }
        names.reverse();
        names
    }

    /// Makes it, and those above it, where that was not done yet. Only the walk calls this.
    pub(super) fn make(&self, shared: &Shared<'_>) -> Result<()> {
        let mut missing = Vec::new();
        let mut folder = self;
        while folder.state.get().is_none() {
            missing.push(folder);
            match &folder.parent {
                Some(parent) => folder = parent,
                None => break,
            }
        }
        for folder in missing.into_iter().rev() {
            let freshness = folder.make_in_parent(shared)?;
            // Nobody else sets it: there is one walk.
            let _ = folder.state.set(freshness);
        }
        Ok(())
    }

    fn make_in_parent(&self, shared: &Shared<'_>) -> Result<Freshness> {
        let (Some(parent), Some(node)) = (&self.parent, &self.node) else {
            return Ok(Freshness::Found);
        };
        let path = || shared.root.path_of(self, b"");
        let above = shared.root.descend(parent).map_err(Into::into).at("open", &path())?;
        let name = &node.name[..];
        let entry = Entry::In(above.as_fd(), name);
        let make = || mkdirat(&above, name, Mode::RWXU).map(|()| Freshness::Made);
        let made = match make() {
            Err(Errno::EXIST) => match Stat::of(entry) {
                Ok(stat) if stat.is_dir() => {
                    ensure_owner_access(entry, &stat).map(|()| Freshness::Found)
                }
                Ok(_)
                    if matches!(
                        shared.request.overwrite,
                        Overwrite::Never | Overwrite::IfNewer
                    ) =>
                {
                    return Err(stays_no_folder(&path()));
                }
                Ok(_) => {
                    (shared.before_replacing)(&path())?;
                    match unlinkat(&above, name, AtFlags::empty()) {
                        Ok(()) | Err(Errno::NOENT) => make(),
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            },
            made => made,
        };
        made.map_err(Into::into).at("create", &path())
    }
}

/// The refusal to make a folder where something is that is to stay.
pub(super) fn stays_no_folder(path: &Path) -> Error {
    let what = text!("Cannot create {path}", path = undercroft_foundation::escape_path(path));
    Error::new(Code::AlreadyExists, what)
        .why("Something that is no folder is there, and is to stay")
        .next("Move it away, or restore over what is there")
}

/// Counts something in `folder` as done. The last of all gives the folder its metadata, and so on
/// upwards.
pub(super) fn finish(shared: &Shared<'_>, mut folder: Arc<Folder>) {
    while folder.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
        if let Err(error) = finish_one(shared, &folder) {
            shared.report(&shared.root.path_of(&folder, b""), error);
        }
        let Some(parent) = folder.parent.clone() else { return };
        folder = parent;
    }
}

fn finish_one(shared: &Shared<'_>, folder: &Folder) -> Result<()> {
    let (Some(node), Some(state)) = (&folder.node, folder.state.get()) else { return Ok(()) };
    if folder.leads && *state == Freshness::Found {
        return Ok(());
    }
    let path = shared.root.path_of(folder, b"");
    let opened = shared.root.descend(folder).map_err(Into::into).at("open", &path)?;
    apply(node, Entry::Open(opened.as_fd()), &path)
}
