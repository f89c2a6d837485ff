//! Permission bits and times: of files at once, of folders at the end, as writing into a folder
//! changes its time and may need what its mode forbids.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT};
use undercroft_foundation::Result;

use super::super::names::{EntryPath, may_be_stripped};
use super::super::plan::UnpackReport;
use super::super::refuse;
use super::super::staging::Filled;
use super::{Tree, locked, system};

/// The bytes of folders' paths that are remembered at most.
const MOST_BYTES: usize = 40 << 20;

/// The permission bits and the time of an entry, as far as its archive tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Attributes {
    pub(in super::super) mode: Option<u32>,
    pub(in super::super) modified: Option<(i64, u32)>,
}

impl Attributes {
    pub(super) fn timestamps(self) -> Timestamps {
        let omitted = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let last_modification = self.modified.map_or(omitted, |(seconds, nanoseconds)| Timespec {
            tv_sec: seconds,
            tv_nsec: nanoseconds.min(999_999_999).into(),
        });
        Timestamps { last_access: omitted, last_modification }
    }

    /// The bits that are kept: nobody's rights are lent to who runs a file.
    fn bits(self) -> Option<Mode> {
        self.mode.map(|mode| Mode::from_raw_mode(mode & 0o777))
    }

    pub(super) fn apply_to(self, file: &File) -> io::Result<()> {
        // 0644 less the user's mask would be usual; without the mask this is the nearest.
        rustix::fs::fchmod(file, self.bits().unwrap_or(Mode::from_raw_mode(0o644)))?;
        Ok(rustix::fs::futimens(file, &self.timestamps())?)
    }
}

/// The attributes of folders, until all is written.
#[derive(Debug, Default)]
pub(super) struct FolderAttributes {
    known: Vec<(EntryPath, Attributes)>,
    bytes: usize,
}

impl FolderAttributes {
    pub(super) fn add(&mut self, path: &EntryPath, attributes: Attributes) {
        self.bytes += path.bytes().len() + size_of::<(EntryPath, Attributes)>();
        if self.bytes <= MOST_BYTES {
            self.known.push((path.clone(), attributes));
        }
    }
}

/// The folder in which everything lies, and its attributes.
#[derive(Debug)]
pub(in super::super) struct TopAttributes {
    pub(in super::super) name: Vec<u8>,
    attributes: Attributes,
}

impl TopAttributes {
    /// Applies them to where the folder is now.
    pub(in super::super) fn apply(&self, folder: &Path) {
        let options = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if let Ok(folder) = rustix::fs::open(folder, options, Mode::empty()) {
            if let Some(bits) = self.attributes.bits() {
                let _ = rustix::fs::fchmod(&folder, bits);
            }
            let _ = rustix::fs::futimens(&folder, &self.attributes.timestamps());
        }
    }
}

impl Tree<'_> {
    /// Gives the folders their attributes, and tells what was written.
    pub(in super::super) fn finish(&self, strip: bool) -> Result<Filled> {
        let mut top = None;
        if strip {
            top = self.single_folder()?;
        }
        if top.is_some() {
            self.remove_through_root()?;
        }
        let mut known = std::mem::take(&mut locked(&self.attributes).known);
        // The deepest first: a folder's mode may forbid to reach what is in it. Of two for one
        // folder the later stays the later.
        known.sort_by_key(|(path, _)| std::cmp::Reverse(path.depth()));
        let mut top_attributes = Attributes::default();
        for (path, attributes) in known {
            if top.as_deref() == Some(path.bytes()) {
                top_attributes = attributes;
            } else {
                self.set_folder(&path, attributes);
            }
        }
        let (left_out, warnings) = self.left_out.take();
        for warning in &warnings {
            self.meter.job.warn(warning.item.clone(), warning.message.clone());
        }
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(super::Relaxed);
        let report = UnpackReport {
            files: count(&self.files),
            folders: count(&self.folders),
            symlinks: count(&self.symlinks),
            bytes: count(&self.bytes),
            stripped: None,
            left_out,
            warnings,
        };
        let top = top.map(|name| TopAttributes { name, attributes: top_attributes });
        Ok(Filled { report, top })
    }

    /// Best effort: a folder may have made way for something else.
    fn set_folder(&self, path: &EntryPath, attributes: Attributes) {
        let (above, name) = path.split();
        let opened = if above.is_empty() { None } else { self.walk(above, false).ok() };
        if opened.is_none() && !above.is_empty() {
            return;
        }
        let parent = opened.as_ref().map_or(self.root, std::os::fd::AsFd::as_fd);
        if super::kind_of(parent, name) != Some(FileType::Directory) {
            return;
        }
        // The time first: a mode may forbid to set it.
        let times = attributes.timestamps();
        let _ = rustix::fs::utimensat(parent, name, &times, AtFlags::SYMLINK_NOFOLLOW);
        if let Some(bits) = attributes.bits() {
            let _ = rustix::fs::chmodat(parent, name, bits, AtFlags::empty());
        }
    }

    /// The only thing in the root, if it is a folder whose layer may go.
    fn single_folder(&self) -> Result<Option<Vec<u8>>> {
        let listed = rustix::fs::Dir::read_from(self.root).map_err(system).map_err(refuse::read)?;
        let mut found = None;
        for entry in listed {
            let entry = entry.map_err(system).map_err(refuse::read)?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            if found.is_some() {
                return Ok(None);
            }
            found = Some(name.to_vec());
        }
        Ok(found.filter(|name| {
            may_be_stripped(name) && super::kind_of(self.root, name) == Some(FileType::Directory)
        }))
    }

    /// Links that lead through a layer that goes would lead out.
    fn remove_through_root(&self) -> Result<()> {
        for path in std::mem::take(&mut *locked(&self.through_root)) {
            let (above, name) = path.split();
            let Ok(parent) = self.walk(above, false) else { continue };
            let is_link =
                super::kind_of(std::os::fd::AsFd::as_fd(&parent), name) == Some(FileType::Symlink);
            if is_link {
                rustix::fs::unlinkat(&parent, name, AtFlags::empty())
                    .map_err(|error| refuse::write(path.bytes(), system(error)))?;
                self.symlinks.fetch_sub(1, super::Relaxed);
                self.left_out.add(path.bytes(), "The link leads out of the folder");
            }
        }
        Ok(())
    }
}
