//! Making one folder like another: by links to files that never change, by copies of others, and
//! without touching what is alike already.

use std::collections::HashSet;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use undercroft_foundation::{Code, Error, IoContext, Result, replace_file};

/// The treatment of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryAction {
    /// It stays out.
    Leave,
    /// Its content never changes: a link is as good as a copy.
    Link,
    /// It is copied, where it differs.
    Copy,
}

/// Makes `to` like `from`; `action` is asked for each entry by its path below.
pub(super) fn folder(from: &Path, to: &Path, action: &dyn Fn(&Path) -> EntryAction) -> Result<()> {
    below(from, to, Path::new(""), action)
}

fn below(from: &Path, to: &Path, path: &Path, action: &dyn Fn(&Path) -> EntryAction) -> Result<()> {
    make(to)?;
    let mut kept = HashSet::new();
    let entries = fs::read_dir(from).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.at("read", from)?;
    // What may go meanwhile comes before what says where it went.
    entries.sort_by_key(|entry| action(&path.join(entry.file_name())) != EntryAction::Link);
    for entry in entries {
        let (name, source) = (entry.file_name(), entry.path());
        let path = path.join(&name);
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io("look at", &source, error)),
        };
        let chosen = action(&path);
        if chosen == EntryAction::Leave || !(kind.is_dir() || kind.is_file()) {
            continue;
        }
        let target = to.join(&name);
        match (kind.is_dir(), chosen) {
            (true, _) => below(&source, &target, &path, action)?,
            (false, EntryAction::Link) => match link(&source, &target) {
                // An archive may be moved away meanwhile; its manifest says where it is.
                Err(error) if error.code() == Code::NotFound => continue,
                linked => linked?,
            },
            (false, _) => file(&source, &target)?,
        }
        kept.insert(name);
    }
    for entry in fs::read_dir(to).at("read", to)? {
        let entry = entry.at("read", to)?;
        if !kept.contains(&entry.file_name()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

pub(super) fn make(folder: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::io("make", folder, source))
        }
        Ok(()) => Ok(()),
        Err(_) if folder.is_dir() => Ok(()),
        Err(_) => {
            remove(folder)?;
            make(folder)
        }
    }
}

/// Copies a file, unless its copy is the same.
pub(super) fn file(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).at("read", from)?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if to.is_dir() {
        remove(to)?;
    }
    replace_file(to, &bytes, 0o600)
}

fn link(from: &Path, to: &Path) -> Result<()> {
    let wanted = fs::metadata(from).at("look at", from)?;
    if let Ok(there) = fs::symlink_metadata(to) {
        if (there.dev(), there.ino()) == (wanted.dev(), wanted.ino()) {
            return Ok(());
        }
        let is_copy = there.is_file() && there.len() == wanted.len();
        if is_copy && there.dev() != wanted.dev() {
            return Ok(());
        }
        remove(to)?;
    }
    match fs::hard_link(from, to) {
        // Some file systems know no links, and none goes from one to another.
        Err(_) => file(from, to),
        Ok(()) => Ok(()),
    }
}

pub(super) fn remove(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found.at("look at", path)?,
    };
    if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.at("remove", path)
}
