//! Taking files and folders out of a project's folder. Links on the way are not followed.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, fstat, fsync, open, openat,
    renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, TreePath, escape_path, make_folders, sync_folder,
};
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
    device: u64,
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
        let device = fstat(&folder).map_err(Into::into).at("look at", &root)?.st_dev;
        Ok(Self { root, folder, device })
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
            return Err(Error::new(Code::Invalid, format!("{path} stays as it is"))
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
                Error::new(Code::Invalid, format!("Cannot reach {path}"))
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
        let mut removal = Removal { device: self.device, job, freed: 0 };
        removal.folder(parent.as_fd(), (path, name), 0)?;
        fsync(&parent).map_err(Into::into).at("sync the folder of", &self.path_of(path))?;
        Ok(removal.freed)
    }
}

struct Removal<'a> {
    device: u64,
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
        if own.st_dev != self.device {
            return Err(Error::new(Code::Invalid, format!("{path} stays"))
                .why("Another file system is mounted there")
                .next("Unmount it first"));
        }
        if depth > DEEPEST {
            return Err(Error::new(Code::Invalid, format!("{path} is too deep")));
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
                        Error::new(Code::Invalid, format!("{at} stays")).why("It is git's own")
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

/// Moves something of a project that has no versions to the library's trash, where it keeps its path
/// below `trash/PROJECT/NUMBER-/`, as what workspaces lose does. Gives where it is now.
///
/// # Errors
/// [`Code::Unsupported`] when the library lies on another file system.
pub(super) fn move_to_trash(
    library: &Path,
    project: &Project,
    folder: &ProjectFolder,
    path: &TreePath,
) -> Result<PathBuf> {
    let (parent, name) = folder.parent_of(path)?;
    let trash = library.join("trash").join(project.id.to_string());
    make_folders(&trash)?;
    let batch = new_batch(&trash)?;
    let target = path.below(&batch);
    make_folders(target.parent().unwrap_or(&batch))?;
    let moved = renameat_with(&parent, name, CWD, &target, RenameFlags::NOREPLACE);
    moved.map_err(|source| match source {
        Errno::XDEV => Error::new(Code::Unsupported, format!("{path} was left as it is"))
            .why(format!("The trash is in {}, on another file system", escape_path(&trash)))
            .next("Begin versions of the project, or move it away yourself"),
        source => Error::io("move to the trash", &folder.path_of(path), source.into()),
    })?;
    sync_folder(target.parent().unwrap_or(&batch))?;
    fsync(&parent).map_err(Into::into).at("sync the folder of", &folder.path_of(path))?;
    Ok(target)
}

fn new_batch(trash: &Path) -> Result<PathBuf> {
    let mut number = 0_u64;
    loop {
        let batch = trash.join(format!("{number}-"));
        match DirBuilder::new().mode(0o700).create(&batch) {
            Ok(()) => return Ok(batch),
            Err(source) if source.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(source) => return Err(Error::io("make", &batch, source)),
        }
    }
}
