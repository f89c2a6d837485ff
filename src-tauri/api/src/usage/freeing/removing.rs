//! Taking files and folders out of a project's folder. Links on the way are not followed.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, fstat, fsync, open, openat, statat, unlinkat,
};
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, IoContext, Job, Mount, Result, TreePath, text};
use undercroft_library::Project;
use undercroft_repository::fs_at::descend;

use super::measure::DEEPEST;

const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Whether a name is git's, however it is written.
pub(super) fn is_git(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b".git")
}

/// The folder of a project, open.
#[derive(Debug)]
pub(super) struct ProjectFolder {
    root: PathBuf,
    folder: OwnedFd,
    mount: Mount,
}

impl ProjectFolder {
    /// Opens it.
    ///
    /// # Errors
    /// Whatever keeps it from being opened.
    pub(super) fn open(project: &Project) -> Result<Self> {
        let root = project.folder();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = open(&root, flags, Mode::empty()).map_err(Into::into).at("open", &root)?;
        let mount = Mount::of(&folder).at("look at", &root)?;
        Ok(Self { root, folder, mount })
    }

    /// The path of something in it, for people.
    pub(super) fn path_of(&self, path: &TreePath) -> PathBuf {
        path.below(&self.root)
    }

    /// Goes on for something that is there and not git's.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`].
    pub(super) fn check(&self, path: &TreePath) -> Result<()> {
        if path.names().any(is_git) {
            return Err(Error::new(Code::Invalid, text!("{path} stays as it is", path))
                .why("It is git's own")
                .next("Use git for it"));
        }
        let (parent, name) = self.parent_of(path)?;
        let found = statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW);
        found.map(drop).map_err(Into::into).at("look at", &self.path_of(path))
    }

    /// The open folder that something lies in, and its name.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Invalid`] where a link leads there.
    pub(super) fn parent_of<'p>(&self, path: &'p TreePath) -> Result<(OwnedFd, &'p [u8])> {
        let mut names: Vec<_> = path.names().collect();
        let Some(name) = names.pop() else {
            return Err(Error::new(Code::Invalid, "That is the project itself"));
        };
        let parent = descend(self.folder.as_fd(), &names).map_err(|source| match source {
            Errno::LOOP | Errno::NOTDIR => {
                Error::new(Code::Invalid, text!("Cannot reach {path}", path))
                    .why("A link, or something that is no folder, is on the way")
                    .next("Use the folder that the link leads to")
            }
            source => Error::io("open", &self.path_of(path), source.into()),
        })?;
        Ok((parent, name))
    }

    /// Removes a folder with all that is in it, and says how much it took. What lies on another
    /// file system stays.
    ///
    /// # Errors
    /// [`Code::Cancelled`], and whatever keeps something from being removed: the rest of it stays.
    pub(super) fn remove(&self, path: &TreePath, job: &Job) -> Result<u64> {
        let (parent, name) = self.parent_of(path)?;
        let mut removal = Removal { mount: self.mount, job, freed: 0 };
        removal.folder(parent.as_fd(), (path, name), 0)?;
        fsync(&parent).map_err(Into::into).at("sync the folder of", &self.path_of(path))?;
        Ok(removal.freed)
    }
}

struct Removal<'a> {
    mount: Mount,
    job: &'a Job,
    freed: u64,
}

impl Removal<'_> {
    fn folder(
        &mut self,
        above: BorrowedFd<'_>,
        (path, name): (&TreePath, &[u8]),
        depth: usize,
    ) -> Result<()> {
        let failed =
            |source: Errno| Error::io("remove", Path::new(&path.to_string()), source.into());
        let folder = openat(above, name, FOLDER, Mode::empty()).map_err(failed)?;
        let own = fstat(&folder).map_err(failed)?;
        if Mount::of(&folder).at("look at", Path::new(&path.to_string()))? != self.mount {
            return Err(Error::new(Code::Invalid, text!("{path} stays", path))
                .why("Another file system is mounted there")
                .next("Unmount it first"));
        }
        if depth > DEEPEST {
            return Err(Error::new(Code::Invalid, text!("{path} is too deep", path)));
        }
        for entry in Dir::read_from(&folder).map_err(failed)? {
            self.job.check_cancelled()?;
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let at = path.join(name);
            let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
            if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
                if is_git(name) {
                    return Err(
                        Error::new(Code::Invalid, text!("{at} stays", at)).why("It is git's own")
                    );
                }
                self.folder(folder.as_fd(), (&at, name), depth + 1)?;
            } else {
                unlinkat(&folder, name, AtFlags::empty()).map_err(failed)?;
                if stat.st_nlink <= 1 {
                    self.freed += u64::try_from(stat.st_blocks).unwrap_or_default() * 512;
                }
                self.job.add_files_done(1);
            }
        }
        unlinkat(above, name, AtFlags::REMOVEDIR).map_err(failed)?;
        self.freed += u64::try_from(own.st_blocks).unwrap_or_default() * 512;
        Ok(())
    }
}
