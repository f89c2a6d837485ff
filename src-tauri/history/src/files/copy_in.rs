//! Copying files and folders into a workspace.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, symlinkat};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, TextValue, TreePath, escape_path, text,
};
use undercroft_repository::fs_at::{Entry, Stat, temporary_name};
use undercroft_watch::Touched;

use super::incoming::{self, Incoming, Kind};
use super::{PIECE, WorkspaceFiles, fill, sync};
use crate::guard::{GuardedEntry, check_file, check_path};

/// The number of names that a refusal tells.
const TOLD: usize = 5;
/// A name that is taken is tried with so many numbers.
const NUMBERS: u32 = 10_000;

/// The action where a name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Stop before anything is copied, and say which names.
    Ask,
    /// Replace what is there.
    Replace,
    /// Give what comes another name.
    KeepBoth,
    /// Leave what is there.
    Skip,
}

/// The result of copying into a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyInReport {
    /// The paths where something may have changed.
    pub touched: Touched,
    /// The number of files and links that were copied.
    pub files: u64,
    /// The size of them all.
    pub size_bytes: u64,
    /// The number of those that took the place of others.
    pub replaced: u64,
    /// The number of those that got another name.
    pub renamed: u64,
    /// The number of those that were left out because their name is taken.
    pub skipped: u64,
    /// The number of those that could not be copied; the job's warnings say why.
    pub failed: u64,
}

impl WorkspaceFiles<'_> {
    /// Copies files and folders, with all that is in them, into `folder`, each durable before it
    /// has its name. Folders of the same name become one. What cannot be copied becomes a warning.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when names are taken and `conflict` is to ask;
    /// [`Code::Invalid`] when a link is on the way, or a source holds the workspace.
    pub(crate) fn copy_in(
        &self,
        folder: &TreePath,
        sources: &[PathBuf],
        conflict: Conflict,
        job: &Job,
    ) -> Result<CopyInReport> {
        let all = incoming::list(sources, &folder.below(&self.root), job)?;
        if conflict == Conflict::Ask {
            self.refuse_taken(folder, &all)?;
        }
        let mut copied = CopyInReport::default();
        let mut folders = Folders { files: self, receiver: folder, open: BTreeMap::new() };
        for item in &all {
            job.check_cancelled()?;
            job.set_current(item.path.to_string());
            if let Err(error) = folders.copy(item, conflict, job, &mut copied) {
                if matches!(error.code(), Code::StorageFull | Code::Cancelled) {
                    return Err(error);
                }
                copied.failed += 1;
                job.warn(escape_path(&item.source), error.sentence());
            }
        }
        folders.sync()?;
        Ok(copied)
    }

    fn refuse_taken(&self, folder: &TreePath, all: &[Incoming]) -> Result<()> {
        let is_taken = |item: &&Incoming| {
            let there = fs::symlink_metadata(
                item.path
                    .names()
                    .fold(folder.clone(), |path, name| path.join(name))
                    .below(&self.root),
            );
            there.is_ok_and(|there| !(there.is_dir() && item.kind == Kind::Folder))
        };
        let taken: Vec<_> = all.iter().filter(is_taken).map(|item| item.path.to_string()).collect();
        if taken.is_empty() {
            return Ok(());
        }
        let more = if taken.len() > TOLD { ", …" } else { "" };
        let what =
            text!("{names} there already", names = TextValue::count(taken.len() as u64, "name"));
        Err(Error::new(Code::AlreadyExists, what)
            .why(text!("{taken}{more}", taken = taken[..taken.len().min(TOLD)].join(", "), more))
            .next("Choose whether to replace what is there, keep both, or skip"))
    }
}

/// The folders that are copied into.
struct Folders<'a> {
    files: &'a WorkspaceFiles<'a>,
    receiver: &'a TreePath,
    /// The open folders of the present branch, by path.
    open: BTreeMap<TreePath, OwnedFd>,
}

impl Folders<'_> {
    fn copy(
        &mut self,
        item: &Incoming,
        conflict: Conflict,
        job: &Job,
        copied: &mut CopyInReport,
    ) -> Result<()> {
        let path = item.path.names().fold(self.receiver.clone(), |path, name| path.join(name));
        let Some((parent, name)) = path.split() else { return Ok(()) };
        if item.kind == Kind::Folder {
            check_path(self.files.own.as_ref(), &path)?;
            copied.touched.add(&path);
            copied.touched.subtrees.insert(path.clone());
            return self.open(&path).map(drop);
        }
        check_file(self.files.own.as_ref(), &path)?;
        let folder = self.open(&parent)?;
        let Some(name) = name_for(folder, name, conflict, copied)? else { return Ok(()) };
        let path = parent.join(&name);
        let at = path.below(&self.files.root);
        self.files.note_temporary(&at);
        let held = self.files.held.filter(|_| conflict == Conflict::Replace);
        let held = held.map(|held| held.folder(&parent)).transpose()?;
        let folder = self.open(&parent)?;
        let (held, folder) = (held.as_ref(), folder.as_fd());
        let place = GuardedEntry { held, folder, name: &name, path: &at, job };
        if item.kind == Kind::Link {
            copy_link(&item.source, &place)?;
        } else {
            let mut source = open_source(&item.source)?;
            fill(&place, |file| copy_content(&mut source, file, job).map(|()| item.mode & 0o777))?;
        }
        job.add_files_done(1);
        copied.files += 1;
        copied.size_bytes += item.size_bytes;
        copied.touched.add(&path);
        Ok(())
    }

    /// A folder, made where it is missing. Those that are no longer needed are closed.
    fn open(&mut self, path: &TreePath) -> Result<&OwnedFd> {
        if !self.open.contains_key(path) {
            let gone: Vec<_> = self.open.keys().filter(|it| !path.is_in(it)).cloned().collect();
            for closing in gone {
                if let Some(folder) = self.open.remove(&closing) {
                    sync(folder.as_fd(), &closing.below(&self.files.root))?;
                }
            }
            let opened = self.files.make_folder(path)?;
            self.open.insert(path.clone(), opened);
        }
        self.open
            .get(path)
            .ok_or_else(|| Error::new(Code::Internal, text!("{path} was not opened", path)))
    }

    fn sync(self) -> Result<()> {
        for (path, folder) in self.open {
            sync(folder.as_fd(), &path.below(&self.files.root))?;
        }
        Ok(())
    }
}

/// The name under which something is copied; nothing when it is to be left out.
fn name_for(
    folder: &OwnedFd,
    name: &[u8],
    conflict: Conflict,
    copied: &mut CopyInReport,
) -> Result<Option<Vec<u8>>> {
    let kind = |name: &[u8]| Stat::of(Entry::In(folder.as_fd(), name));
    match (kind(name), conflict) {
        (Err(Errno::NOENT), _) => Ok(Some(name.to_vec())),
        (Ok(_), Conflict::Skip) => {
            copied.skipped += 1;
            Ok(None)
        }
        (Ok(stat), Conflict::Replace) if !stat.is_dir() => {
            copied.replaced += 1;
            Ok(Some(name.to_vec()))
        }
        (Ok(_), Conflict::KeepBoth) => {
            let numbered = (2..NUMBERS).map(|number| with_number(name, number));
            let free = numbered.into_iter().find(|name| matches!(kind(name), Err(Errno::NOENT)));
            copied.renamed += u64::from(free.is_some());
            free.map(Some).ok_or_else(taken)
        }
        _ => Err(taken()),
    }
}

fn taken() -> Error {
    Error::new(Code::AlreadyExists, "The name is taken")
        .next("Choose whether to replace what is there, keep both, or skip")
}

/// `a.tar.gz` becomes `a (2).tar.gz`, shortened where a name would get too long.
fn with_number(name: &[u8], number: u32) -> Vec<u8> {
    const LONGEST: usize = 255;
    let dot = name.iter().skip(1).position(|byte| *byte == b'.').map_or(name.len(), |at| at + 1);
    let (stem, ending) = name.split_at(dot);
    let mark = format!(" ({number})");
    let room = LONGEST.saturating_sub(mark.len() + ending.len());
    if room == 0 {
        let stem = &name[..name.len().min(LONGEST - mark.len())];
        return [stem, mark.as_bytes()].concat();
    }
    [&stem[..stem.len().min(room)], mark.as_bytes(), ending].concat()
}

fn open_source(source: &Path) -> Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(source).at("read", source)
}

fn copy_content(source: &mut File, file: &mut File, job: &Job) -> io::Result<()> {
    loop {
        if job.is_cancelled() {
            return Err(io::Error::other("Cancelled"));
        }
        let copied = io::copy(&mut source.by_ref().take(PIECE), file)?;
        job.add_bytes_done(copied);
        if copied < PIECE {
            break;
        }
    }
    if let Ok(modified) = source.metadata().and_then(|metadata| metadata.modified()) {
        // Best effort: the content is what counts.
        let _ = file.set_modified(modified);
    }
    Ok(())
}

fn copy_link(source: &Path, place: &GuardedEntry<'_>) -> Result<()> {
    let target = fs::read_link(source).at("read the link", source)?;
    let temporary = temporary_name();
    symlinkat(target.as_os_str().as_bytes(), place.folder, &temporary)
        .map_err(io::Error::from)
        .at("make the link", place.path)?;
    place.put(&temporary)
}
