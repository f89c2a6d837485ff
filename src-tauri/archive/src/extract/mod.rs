//! Getting files out of an archive: into a new folder beside the target, and from there into place.

mod chain;
mod extraction;
mod place;

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, RenameFlags, renameat_with};
use undercroft_foundation::{
    Code, Error, IoContext as _, Job, Result, TreePath, escape_path, lock_folder, lock_new_folder,
    make_folders, reach_write_point, sync_folder, text,
};

use crate::format::index::EntryKind;
use crate::read::ArchiveReader;
use extraction::{Extraction, is_file_among};
use place::Target;

pub use place::Existing;

/// The beginning of the name of a folder that is being restored into.
const TEMPORARY: &str = ".undercroft-restore.tmp-";

/// The files that are wanted, and where they go.
#[derive(Debug, Clone)]
pub struct ExtractOrder<'a> {
    /// The folder that receives them; it need not be there yet.
    pub folder: &'a Path,
    /// The paths below the project's folder; the whole project when empty.
    pub paths: &'a [TreePath],
    /// The treatment of a name that is taken.
    pub existing: Existing,
}

/// Is told of each name, below the folder, before a file takes its place. Where it fails, what is
/// there stays.
pub type BeforeReplacing<'a> = dyn Fn(&TreePath) -> Result<()> + 'a;

/// The outcome of an extraction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The files that were written and put in place.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// The files and links left as they were, because what has their name or a name above stays.
    pub files_skipped: u64,
    /// The number of names that were put in place, each with all below it.
    pub placed: u64,
    /// The names that were taken and left as they were, and the links that could not be made, below
    /// the folder.
    pub skipped: Vec<TreePath>,
    /// The paths whose content can no longer be read.
    pub damaged: Vec<TreePath>,
}

impl ArchiveReader {
    /// Writes files of the project into a folder. All are written beside what is there first, and
    /// compared; then they are put in place.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a path that the archive does not have, [`Code::AlreadyExists`] for a
    /// name that is taken where the order says to stop, [`Code::Cancelled`]; nothing is left then.
    pub fn extract(&self, order: &ExtractOrder<'_>, job: &Job) -> Result<Extracted> {
        self.extract_over(order, &|_| Ok(()), job)
    }

    /// Writes files of the project into a folder, and tells of each name before it is replaced.
    ///
    /// # Errors
    /// The errors of [`ArchiveReader::extract`].
    pub fn extract_over(
        &self,
        order: &ExtractOrder<'_>,
        before_replacing: &BeforeReplacing<'_>,
        job: &Job,
    ) -> Result<Extracted> {
        let root = self.project_root()?;
        let wanted = self.wanted(order.paths)?;
        if order.existing == Existing::Refuse
            && let Some(taken) = self.taken(order)?.first()
        {
            return Err(is_taken(order.folder, taken));
        }
        let target = Target { folder: order.folder, existing: order.existing, before_replacing };
        self.put_in_place(root, &wanted, &target, job)
    }

    /// Writes a part that lies beside the project's folder into a folder that is not there yet.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the archive has no such part, [`Code::AlreadyExists`].
    pub fn extract_beside(&self, names: &[&str], folder: &Path, job: &Job) -> Result<Extracted> {
        let names = std::iter::once(crate::BESIDE).chain(names.iter().copied());
        let path = TreePath::from_names(names)?;
        let top = self
            .find_in_tar(&path)
            .ok_or_else(|| Error::new(Code::NotFound, text!("The archive has no {path}", path)))?;
        let target = Target { folder, existing: Existing::Refuse, before_replacing: &|_| Ok(()) };
        self.put_in_place(top, &self.below(top), &target, job)
    }

    /// Whether a part lies beside the project's folder.
    pub fn has_beside(&self, names: &[&str]) -> bool {
        let names = std::iter::once(crate::BESIDE).chain(names.iter().copied());
        TreePath::from_names(names).is_ok_and(|path| self.find_in_tar(&path).is_some())
    }

    /// The names that are taken where files of the project would go; folders that are there and
    /// receive them are not.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a path that the archive does not have.
    pub fn taken(&self, order: &ExtractOrder<'_>) -> Result<Vec<TreePath>> {
        let root = self.project_root()?;
        place::taken(self, root, &self.wanted(order.paths)?, order.folder)
    }

    /// The entries at these paths and below, with the folders that lead there, in order.
    pub(crate) fn wanted(&self, paths: &[TreePath]) -> Result<Vec<u32>> {
        let root = self.project_root()?;
        if paths.is_empty() {
            return Ok(self.below(root));
        }
        let mut wanted = std::collections::BTreeSet::from([root]);
        for path in paths {
            let entry = self.find(path)?;
            wanted.extend(self.below(entry));
            let mut above = self.index().entry(entry).parent;
            while above > 0 {
                wanted.insert(above - 1);
                above = self.index().entry(above - 1).parent;
            }
        }
        Ok(wanted.into_iter().collect())
    }

    fn put_in_place(
        &self,
        root: u32,
        wanted: &[u32],
        target: &Target<'_>,
        job: &Job,
    ) -> Result<Extracted> {
        let folder = target.folder;
        let parent = folder.parent().unwrap_or(Path::new("/"));
        let is_new = !folder.try_exists().at("look at", folder)? && !folder.is_symlink();
        let beside = if is_new { parent } else { folder };
        make_folders(beside)?;
        sweep_extracted(beside);
        let temporary = Temporary::new(beside)?;
        let mut extracted = Extraction::new(self, root, &temporary.path)?.run(wanted, job)?;
        reach_write_point("archive.extracted");
        if is_new {
            let renamed = renameat_with(CWD, &temporary.path, CWD, folder, RenameFlags::NOREPLACE);
            renamed.map_err(|errno| Error::io("create", folder, errno.into()))?;
            sync_folder(parent)?;
            extracted.placed = 1;
        } else {
            let placed = place::place(&temporary.path, target, job)?;
            extracted.placed = placed.count;
            self.count_skipped(root, wanted, &placed.skipped, &mut extracted)?;
            extracted.skipped.extend(placed.skipped);
        }
        reach_write_point("archive.placed");
        Ok(extracted)
    }

    /// Counts what lies at and below these names as left, no longer as written.
    fn count_skipped(
        &self,
        root: u32,
        wanted: &[u32],
        skipped: &[TreePath],
        extracted: &mut Extracted,
    ) -> Result<()> {
        if skipped.is_empty() {
            return Ok(());
        }
        let skipped: HashSet<&TreePath> = skipped.iter().collect();
        let damaged: HashSet<&TreePath> = extracted.damaged.iter().collect();
        let all: HashSet<u32> = wanted.iter().copied().collect();
        let depth = self.index().path(root)?.names().count();
        // A folder comes before what is in it.
        let mut left = HashSet::new();
        for number in wanted.iter().copied().filter(|number| *number != root) {
            let entry = self.index().entry(number);
            let path = TreePath::from_names(self.index().path(number)?.names().skip(depth))?;
            if !left.contains(&entry.parent) && !skipped.contains(&path) {
                continue;
            }
            left.insert(number + 1);
            extracted.files_skipped += u64::from(entry.kind != EntryKind::Folder);
            if is_file_among(entry, &all) && !damaged.contains(&path) {
                extracted.files -= 1;
                extracted.bytes -= entry.size;
            }
        }
        Ok(())
    }
}

fn is_taken(folder: &Path, taken: &TreePath) -> Error {
    let what = text!("Cannot restore to {folder}", folder = escape_path(folder));
    Error::new(Code::AlreadyExists, what)
        .why(text!("{taken} is there already", taken))
        .next("Choose to replace or to keep what is there, or choose another folder")
}

/// A folder that goes when it is dropped.
struct Temporary {
    path: PathBuf,
    /// Locked as long as it is in use, so that nobody takes it for a leftover.
    _lock: OwnedFd,
}

impl Temporary {
    fn new(beside: &Path) -> Result<Self> {
        for count in 0_u32.. {
            let path = beside.join(format!("{TEMPORARY}{}-{count}", std::process::id()));
            match rustix::fs::mkdir(&path, Mode::RWXU) {
                // A sweep may take it before it is locked: then another is made.
                Ok(()) => {
                    if let Some(lock) = lock_new_folder(&path).at("open", &path)? {
                        return Ok(Self { path, _lock: lock });
                    }
                }
                Err(rustix::io::Errno::EXIST) => {}
                Err(errno) => return Err(Error::io("create", &path, errno.into())),
            }
        }
        Err(Error::new(Code::Internal, "There is no free name left"))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        crate::freeing::remove_tree(&self.path);
    }
}

/// Removes what killed restores left in a folder.
pub fn sweep_extracted(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().as_bytes().starts_with(TEMPORARY.as_bytes());
        if is_ours && let Ok(Some(_lock)) = lock_folder(&entry.path()) {
            crate::freeing::remove_tree(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_a_killed_restore_left_goes_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let named = |end: &str| home.path().join(format!("{TEMPORARY}{end}"));
        let kept = home.path().join("kept");
        let live = Temporary::new(home.path()).unwrap();
        for folder in [&kept, &named("left"), &live.path] {
            std::fs::create_dir_all(folder.join("below")).unwrap();
        }
        // An opened pipe waits for a writer.
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(CWD, named("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        std::os::unix::fs::symlink(&kept, named("link")).unwrap();
        sweep_extracted(home.path());
        assert!(!named("left").exists());
        assert!(kept.join("below").exists() && live.path.join("below").exists());
        assert!(named("pipe").exists() && named("link").exists());
    }
}
