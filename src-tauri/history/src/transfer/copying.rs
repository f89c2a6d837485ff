//! Copying a bare repository of ours: what versions need, and nothing that stock tools would run or
//! follow. Configuration and hooks are never taken over.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use undercroft_foundation::{Code, Error, IoContext, Job, Result, escape_path, sync_folder, text};

use crate::store::HistoryStore;

/// The way in which files come over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Objects never change: a link to them is as good as a copy.
    Link,
    /// All of it is durable in the end.
    Copy,
}

/// Copies the repository at `from` to `to`, where none is yet.
///
/// # Errors
/// [`Code::Damaged`] when `from` is none, [`Code::Cancelled`], or what keeps a file from being read
/// or written.
pub(super) fn copy_repository(from: &Path, to: &Path, way: Way, job: &Job) -> Result<HistoryStore> {
    if !from.join("objects").is_dir() {
        let what = text!("There is no history in {from}", from = escape_path(from));
        return Err(Error::new(Code::Damaged, what).next("Check the archive that it came from"));
    }
    let store = HistoryStore::create(to)?;
    let mut folders = Vec::new();
    for entry in walkdir::WalkDir::new(from).min_depth(1).sort_by_file_name() {
        job.check_cancelled()?;
        let entry = entry.map_err(|error| unreadable(from, error))?;
        let (kind, path) = (entry.file_type(), entry.path());
        let Ok(below) = path.strip_prefix(from) else { continue };
        if !belongs(below) {
            continue;
        }
        let target = to.join(below);
        if kind.is_dir() {
            make(&target)?;
            folders.push(target);
        } else if kind.is_file() {
            let links = way == Way::Link && below.starts_with("objects");
            if !(links && fs::hard_link(path, &target).is_ok()) {
                copy_file(path, &target, way == Way::Copy)?;
            }
        }
    }
    if way == Way::Copy {
        folders.iter().rev().try_for_each(|folder| sync_folder(folder))?;
        sync_folder(to)?;
    }
    store.refresh();
    Ok(store)
}

/// Copies one file, which is no link, to where none is; it is durable then, if it is to be.
pub(super) fn copy_file(from: &Path, to: &Path, durable: bool) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let source = rustix::fs::open(from, flags, Mode::empty()).map_err(io::Error::from);
    let mut source = File::from(source.at("open", from)?);
    let mut target =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).at("create", to)?;
    io::copy(&mut source, &mut target).at("write", to)?;
    if durable {
        target.sync_all().at("sync", to)?;
    }
    Ok(())
}

fn make(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).at("make", folder)
}

/// Whether what lies at this path of a repository is part of what versions need.
fn belongs(path: &Path) -> bool {
    let names: Vec<_> = path.components().map(Component::as_os_str).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with("tmp_") || name.ends_with(".lock") || name.contains(".tmp-") {
        return false;
    }
    let Some(first) = names.first().and_then(|name| name.to_str()) else { return false };
    match first {
        // Alternates would lead elsewhere.
        "objects" => names.get(1).is_none_or(|name| *name != "info"),
        "refs" | "packed-refs" => true,
        "undercroft" => names.len() <= 2 && name != "lock",
        _ => false,
    }
}

fn unreadable(root: &Path, error: walkdir::Error) -> Error {
    let path = error.path().map_or_else(|| root.to_owned(), PathBuf::from);
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
    Error::io("read", &path, source)
}
