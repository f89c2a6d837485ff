//! Copying a folder with the same promises: it is there whole or not at all, and no link is
//! followed. Links are copied as they are, for they were the user's own before.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, fchmod, futimens, ioctl_ficlone,
    mkdirat, openat, symlinkat, utimensat,
};
use undercroft_foundation::{
    Code, Error, Job, Result, canonicalize_missing, canonicalize_or_keep, escape_path, text,
};
use xattr::FileExt as _;

use super::left_out::LeftOut;
use super::meter::Meter;
use super::plan::{UnpackOptions, UnpackReport};
use super::staging::{self, Filled, Staging};
use crate::write::source::{Found, FoundKind, SourceWalk, WalkPurpose, folder_flags};

const CHUNK: usize = 256 * 1024;
/// The bits that are kept: nobody's rights are lent to who runs a file.
const KEPT_BITS: u32 = 0o777;
/// The names that no folder has more of above each other.
const DEEPEST: usize = 1000;

/// Copies a folder to the new folder `target`.
///
/// All is written to a hidden folder beside it, synced, and renamed last. After an error or a
/// cancellation nothing of it is left. Sockets and devices are left out, and what other drives
/// have below it.
///
/// # Errors
/// [`Code::AlreadyExists`] for a target that is there, [`Code::Invalid`] for one in the folder
/// itself or a folder beyond the limits, [`Code::StorageFull`], [`Code::Cancelled`], and whatever
/// keeps a file from being read or written.
pub fn copy_folder(
    folder: &Path,
    target: &Path,
    options: &UnpackOptions,
    job: &Job,
) -> Result<UnpackReport> {
    staging::check_absent(target)?;
    let folder = canonicalize_or_keep(folder);
    if canonicalize_missing(target).is_ok_and(|target| target.starts_with(&folder)) {
        let what = text!("Cannot copy {folder} into itself", folder = escape_path(&folder));
        return Err(
            Error::new(Code::Invalid, what).next("Choose a target that does not lie in the folder")
        );
    }
    let left_out = LeftOut::default();
    let meter = Meter::new(&options.limits, job, u64::MAX);
    let staging = Staging::create(target, options.random.as_ref())?;
    let copied = (|| {
        meter.check_space(staging.root())?;
        let root = staging.root().try_clone_to_owned();
        let root = root.map_err(|source| Error::io("open", target, source))?;
        let copying = Copying { meter: &meter, left_out: &left_out, root };
        let (report, top) = copying.copy(&folder)?;
        Ok((staging.publish(Filled { report, top: None }, false)?, top))
    })();
    let (report, top) = copied.inspect_err(|_: &Error| staging.discard())?;
    // Best effort, as the copy is there already.
    if let Ok(folder) = openat(CWD, target, folder_flags(), Mode::empty()) {
        let _ = futimens(&folder, &top.times);
        let _ = fchmod(&folder, top.mode);
    }
    Ok(report)
}

struct Copying<'a> {
    meter: &'a Meter<'a>,
    left_out: &'a LeftOut,
    root: OwnedFd,
}

/// A folder of the copy that is being filled.
struct Open {
    folder: OwnedFd,
    look: Look,
}

/// The mode and the times that a folder gets once it is full.
struct Look {
    mode: Mode,
    times: Timestamps,
}

impl Look {
    fn of(found: &Found) -> Self {
        Self { mode: mode_of(found), times: times_of(found) }
    }
}

impl Copying<'_> {
    fn copy(&self, folder: &Path) -> Result<(UnpackReport, Look)> {
        let mut walk = SourceWalk::new(folder, WalkPurpose::Copy)?;
        let mut report = UnpackReport::default();
        let mut open: Vec<Open> = Vec::new();
        let mut device = 0;
        let mut top = Look { mode: Mode::RWXU, times: times(0, UTIME_OMIT) };
        while let Some(found) = walk.next()? {
            self.meter.add_entry()?;
            if found.depth == 0 {
                (device, top) = (found.stat.st_dev, Look::of(&found));
                continue;
            }
            while open.len() >= found.depth {
                open.pop().map_or(Ok(()), |done| finish(&done, folder))?;
            }
            let path = walk.path_of(&found.name);
            let above = open.last().map_or(&self.root, |open| &open.folder);
            self.meter.job.add_files_done(1);
            match &found.kind {
                FoundKind::Folder => {
                    if found.stat.st_dev != device {
                        self.leave_out(&path, folder, "What is in it lies on another drive");
                    }
                    if found.depth > DEEPEST {
                        return Err(too_deep(&path));
                    }
                    open.push(
                        make_folder(above, &found)
                            .map_err(|errno| Error::io("create", &path, errno.into()))?,
                    );
                    report.folders += 1;
                }
                FoundKind::File(file) => {
                    report.bytes += self.copy_file(file, above, &found, &path)?;
                    report.files += 1;
                }
                FoundKind::Symlink(to) => {
                    let times = times_of(&found);
                    symlinkat(&to[..], above, &found.name[..])
                        .and_then(|()| {
                            let flags = AtFlags::SYMLINK_NOFOLLOW;
                            utimensat(above, &found.name[..], &times, flags)
                        })
                        .map_err(|errno| Error::io("create", &path, errno.into()))?;
                    report.symlinks += 1;
                }
                FoundKind::Pipe | FoundKind::Special => {
                    self.leave_out(&path, folder, "It is a pipe, a socket or a device");
                }
            }
        }
        for done in open.into_iter().rev() {
            finish(&done, folder)?;
        }
        (report.left_out, report.warnings) = self.left_out.take();
        for warning in &report.warnings {
            self.meter.job.warn(warning.item.clone(), warning.message.clone());
        }
        Ok((report, top))
    }

    fn leave_out(&self, path: &Path, folder: &Path, reason: &str) {
        use std::os::unix::ffi::OsStrExt as _;
        let below = path.strip_prefix(folder).unwrap_or(path);
        self.left_out.add(below.as_os_str().as_bytes(), reason);
    }

    fn copy_file(&self, from: &File, above: &OwnedFd, found: &Found, path: &Path) -> Result<u64> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::RUSR | Mode::WUSR;
        let to = openat(above, &found.name[..], flags | OFlags::CLOEXEC, mode)
            .map(File::from)
            .map_err(|errno| Error::io("create", path, errno.into()))?;
        let bytes = self.copy_content(from, &to, found, path)?;
        for (name, value) in &found.xattrs {
            use std::os::unix::ffi::OsStrExt as _;
            // Best effort: not every file system has them.
            let _ = to.set_xattr(std::ffi::OsStr::from_bytes(name), value);
        }
        fchmod(&to, mode_of(found))
            .and_then(|()| futimens(&to, &times_of(found)))
            .map_err(|errno| Error::io("write", path, errno.into()))?;
        Ok(bytes)
    }

    fn copy_content(
        &self,
        mut from: &File,
        mut to: &File,
        found: &Found,
        path: &Path,
    ) -> Result<u64> {
        let size = found.stat.st_size.cast_unsigned();
        // Where the file system can, the two share their blocks until one of them changes.
        if size > 0 && ioctl_ficlone(to, from).is_ok() {
            let size = to.metadata().map_or(size, |cloned| cloned.len());
            self.meter.job.add_bytes_done(size);
            self.meter.add_hole(size)?;
            return Ok(size);
        }
        let mut buffer = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK).max(1))];
        let mut bytes = 0;
        loop {
            self.meter.job.check_cancelled()?;
            let read = match from.read(&mut buffer) {
                Ok(0) => return Ok(bytes),
                Ok(read) => read,
                Err(source) if source.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Error::io("read", path, source)),
            };
            self.meter.add_written(read as u64, std::os::fd::AsFd::as_fd(&self.root))?;
            to.write_all(&buffer[..read]).map_err(|source| Error::io("write", path, source))?;
            bytes += read as u64;
        }
    }
}

fn make_folder(above: &OwnedFd, found: &Found) -> rustix::io::Result<Open> {
    mkdirat(above, &found.name[..], Mode::RWXU)?;
    let folder = openat(above, &found.name[..], folder_flags(), Mode::empty())?;
    Ok(Open { folder, look: Look::of(found) })
}

/// Gives a folder that is full its times and then its mode, which may forbid the former.
fn finish(open: &Open, root: &Path) -> Result<()> {
    futimens(&open.folder, &open.look.times)
        .and_then(|()| fchmod(&open.folder, open.look.mode))
        .map_err(|errno| Error::io("copy", root, errno.into()))
}

fn mode_of(found: &Found) -> Mode {
    Mode::from_raw_mode(found.stat.st_mode & KEPT_BITS)
}

fn times_of(found: &Found) -> Timestamps {
    let (seconds, nanoseconds) = found.attributes().modified;
    times(seconds, nanoseconds.into())
}

fn times(tv_sec: i64, tv_nsec: i64) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec, tv_nsec },
    }
}

fn too_deep(path: &Path) -> Error {
    Error::new(Code::Invalid, text!("Cannot copy {path}", path = escape_path(path)))
        .why(text!("It is more than {deepest} folders deep", deepest = DEEPEST))
}
