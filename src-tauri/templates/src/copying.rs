//! Copying a tree with texts replaced in names and contents: no link is followed, and none that
//! leads out is copied.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, Job, Result, escape_path, text};

use crate::names::check_file;
use crate::staging::FOLDER;
use crate::text::{LONGEST_TEXT, Replacements, as_text};

/// The most folders in each other; each takes two open files.
const DEEPEST: usize = 200;
const CHUNK: usize = 256 * 1024;

/// A copying, and what it did so far.
pub(crate) struct Copying<'a> {
    pub(crate) replacements: &'a Replacements,
    /// Whether a path is left out, by the path and whether it is a folder.
    pub(crate) leave_out: &'a dyn Fn(&Path, bool) -> bool,
    /// Whether names between braces that are there already are told.
    pub(crate) warns_of_braces: bool,
    pub(crate) job: &'a Job,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

fn failed(what: &str, path: &Path, error: Errno) -> Error {
    Error::io(what, path, error.into())
}

impl Copying<'_> {
    /// Copies what is in the folder `source`.
    pub(crate) fn copy(&mut self, source: BorrowedFd<'_>, target: BorrowedFd<'_>) -> Result<()> {
        self.copy_folder(source, target, Path::new(""), 0)
    }

    fn copy_folder(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        at: &Path,
        depth: usize,
    ) -> Result<()> {
        if depth > DEEPEST {
            let what = text!("Cannot copy {at}", at = escape_path(at));
            return Err(Error::new(Code::Invalid, what)
                .why(text!("It is more than {deepest} folders deep", deepest = DEEPEST))
                .next("Leave that folder out"));
        }
        let mut names = Vec::new();
        for entry in Dir::read_from(source).map_err(|error| failed("list", at, error))? {
            let entry = entry.map_err(|error| failed("list", at, error))?;
            names.push(entry.file_name().to_bytes().to_vec());
        }
        names.retain(|name| !matches!(&name[..], b"." | b".."));
        names.sort();
        for name in names {
            self.job.check_cancelled()?;
            let path = at.join(OsStr::from_bytes(&name));
            // A project's own history belongs to no template, whatever else is wanted.
            if !name.eq_ignore_ascii_case(b".git") {
                self.copy_entry(source, target, &name, &path, depth)?;
            }
        }
        Ok(())
    }

    fn copy_entry(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        name: &[u8],
        path: &Path,
        depth: usize,
    ) -> Result<()> {
        let found = rustix::fs::statat(source, name, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|error| failed("read", path, error))?;
        let kind = FileType::from_raw_mode(found.st_mode);
        if (self.leave_out)(path, kind == FileType::Directory) {
            return Ok(());
        }
        let new_name = self.new_name(name)?;
        match kind {
            FileType::Directory => {
                make_folder(target, &new_name, path)?;
                let from = open(source, name, FOLDER, path)?;
                let to = open(target, &new_name, FOLDER, path)?;
                self.copy_folder(from.as_fd(), to.as_fd(), path, depth + 1)
            }
            FileType::RegularFile => {
                let options =
                    OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let mut from = File::from(open(source, name, options, path)?);
                self.copy_file(&mut from, found.st_mode, target, &new_name, path)
            }
            FileType::Symlink => self.copy_link(source, target, name, &new_name, path),
            _ => {
                self.job.warn(escape_path(path), "Left out: it is neither file, folder nor link");
                Ok(())
            }
        }
    }

    /// The name with texts replaced, which must be a name still.
    fn new_name(&self, name: &[u8]) -> Result<Vec<u8>> {
        let replaced = as_text(name).and_then(|name| self.replacements.apply(name));
        match replaced {
            Some(replaced) => check_file(replaced.as_bytes()).map(|()| replaced.into_bytes()),
            None => Ok(name.to_vec()),
        }
    }

    fn copy_file(
        &mut self,
        from: &mut File,
        mode: u32,
        target: BorrowedFd<'_>,
        name: &[u8],
        path: &Path,
    ) -> Result<()> {
        let read = |error| Error::io("read", path, error);
        let mut start = Vec::new();
        Read::take(&mut *from, LONGEST_TEXT + 1).read_to_end(&mut start).map_err(read)?;
        if start.len() as u64 <= LONGEST_TEXT {
            return self.write_content(&start, mode, target, name, path);
        }
        let mut to = create(target, name, mode, path)?;
        let write = |error| Error::io("write", path, error);
        to.write_all(&start).map_err(write)?;
        self.bytes += start.len() as u64;
        let mut chunk = vec![0; CHUNK];
        loop {
            self.job.check_cancelled()?;
            let some = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(some) => some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(read(error)),
            };
            to.write_all(&chunk[..some]).map_err(write)?;
            self.bytes += some as u64;
            self.job.add_bytes_done(some as u64);
        }
        self.files += 1;
        Ok(())
    }

    /// Writes a file, with texts replaced if it is text.
    pub(crate) fn write_content(
        &mut self,
        content: &[u8],
        mode: u32,
        target: BorrowedFd<'_>,
        name: &[u8],
        path: &Path,
    ) -> Result<()> {
        let text = as_text(content);
        if self.warns_of_braces && text.is_some_and(|text| self.replacements.is_in_braces(text)) {
            let message = "It holds the name of a variable between braces, which becomes its value";
            self.job.warn(escape_path(path), message);
        }
        let replaced = text.and_then(|text| self.replacements.apply(text));
        let content = replaced.as_deref().map_or(content, str::as_bytes);
        let mut file = create(target, name, mode, path)?;
        file.write_all(content).map_err(|error| Error::io("write", path, error))?;
        self.files += 1;
        self.bytes += content.len() as u64;
        self.job.add_files_done(1);
        self.job.add_bytes_done(content.len() as u64);
        Ok(())
    }

    fn copy_link(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        name: &[u8],
        new_name: &[u8],
        path: &Path,
    ) -> Result<()> {
        let to = rustix::fs::readlinkat(source, name, Vec::new())
            .map_err(|error| failed("read", path, error))?;
        if !stays_inside(path, to.as_bytes()) {
            self.job.warn(escape_path(path), "Left out: the link leads out of the folder");
            return Ok(());
        }
        let replaced = as_text(to.as_bytes()).and_then(|to| self.replacements.apply(to));
        let to = replaced.map_or_else(|| to.as_bytes().to_vec(), String::into_bytes);
        // A value may lead out where the text did not.
        if !stays_inside(path, &to) {
            self.job.warn(escape_path(path), "Left out: the link leads out of the folder");
            return Ok(());
        }
        rustix::fs::symlinkat(&to[..], target, new_name)
            .map_err(|error| failed("create", path, error))?;
        self.files += 1;
        Ok(())
    }
}

/// Whether a link leads to what is below the root: up at its beginning alone, as `..` after a
/// name could follow another link.
fn stays_inside(link: &Path, target: &[u8]) -> bool {
    let above = link.components().count().saturating_sub(1);
    let parts: Vec<_> =
        target.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    let up = parts.iter().take_while(|part| **part == b"..").count();
    !target.is_empty()
        && target[0] != b'/'
        && up <= above
        && parts[up..].iter().all(|part| *part != b"..")
}

fn open(
    folder: BorrowedFd<'_>,
    name: &[u8],
    options: OFlags,
    path: &Path,
) -> Result<rustix::fd::OwnedFd> {
    rustix::fs::openat(folder, name, options, Mode::empty())
        .map_err(|error| failed("open", path, error))
}

fn make_folder(folder: BorrowedFd<'_>, name: &[u8], path: &Path) -> Result<()> {
    match rustix::fs::mkdirat(folder, name, Mode::from_raw_mode(0o777)) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(same_name(path)),
        Err(error) => Err(failed("create", path, error)),
    }
}

/// Makes a new file with the user's rights of the old one; others get what is usual.
fn create(folder: BorrowedFd<'_>, name: &[u8], mode: u32, path: &Path) -> Result<File> {
    let options =
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = if mode & 0o100 == 0 { 0o666 } else { 0o777 };
    match rustix::fs::openat(folder, name, options, Mode::from_raw_mode(mode)) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::EXIST) => Err(same_name(path)),
        Err(error) => Err(failed("create", path, error)),
    }
}

fn same_name(path: &Path) -> Error {
    Error::new(Code::Invalid, text!("Cannot create {path}", path = escape_path(path)))
        .why("With these values two files of the template get the same name")
        .next("Choose other values")
}
