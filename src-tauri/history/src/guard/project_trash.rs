//! The trash of a project without versions. Each act of freeing is one part of it; the last one is
//! undone first, and a clean-up empties what is old.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use undercroft_foundation::{
    Code, Error, IoContext, Result, TreePath, reach_write_point, remove_tree, replace_file,
    sync_folder, text,
};
use undercroft_library::{Library, Project};

use super::trash::{GivenBack, Taken, Trash};

/// Names when the trash was last emptied.
const EMPTIED: &str = "emptied";
/// A part that is being removed: no undoing finds it.
const LEAVING: &str = "leaving-";

/// The trash of a project that has no versions.
pub struct ProjectTrash {
    trash: Trash,
    folder: PathBuf,
    name: String,
}

/// Files that one act of freeing moved to the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrashedPart {
    /// Its folder.
    pub folder: PathBuf,
    /// When it came there.
    pub time: Timestamp,
}

impl ProjectTrash {
    /// The trash of a project.
    pub fn of(library: &Library, project: &Project) -> Self {
        Self {
            trash: Trash::of_project(library.root(), project.id, project.folder()),
            folder: library.root().join("trash").join(project.id.to_string()),
            name: project.name.clone(),
        }
    }

    /// Moves what is at these paths of the project into the trash, to be undone as one.
    ///
    /// # Errors
    /// [`Code::Unsupported`] when the library lies on another file system, and whatever keeps
    /// something from being moved: it is where it was.
    pub fn take(&self, paths: &[TreePath]) -> Result<()> {
        let part = self.trash.begin_beside(None)?;
        paths.iter().try_for_each(|path| part.add_durably(path))
    }

    /// Whether nothing of it can be brought back.
    ///
    /// # Errors
    /// When the trash cannot be listed.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.trash.parts()?.is_empty())
    }

    /// Brings back what the last act of freeing moved here, and gives how many things that were; of
    /// an earlier one where nothing of the last can be. `left` is told what stays, and why.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is nothing, which says so where it was emptied meanwhile.
    pub fn give_back(&self, mut left: impl FnMut(&TreePath, &Error)) -> Result<u64> {
        let parts = self.trash.parts()?;
        if parts.is_empty() {
            return Err(self.nothing());
        }
        let mut given = GivenBack::default();
        for (.., part) in parts.iter().rev() {
            self.trash.give_back_of(part, &[], Taken::Stays, &mut given)?;
            if !given.paths.is_empty() {
                break;
            }
        }
        given.left.iter().for_each(|(path, error)| left(path, error));
        Ok(given.paths.len() as u64)
    }

    fn nothing(&self) -> Error {
        let what = text!("There is nothing to undo in {name}", name = self.name);
        let error = Error::new(Code::NotFound, what);
        match fs::read_to_string(self.folder.join(EMPTIED)) {
            Ok(time) => error
                .why(text!(
                    "What was freed is gone: the trash was emptied on {time}",
                    time = time.trim()
                ))
                .next("Look for it in a backup"),
            Err(_) => error.why("Nothing of it was moved to the trash"),
        }
    }

    /// The parts that came before a time, and what the removal of others left.
    ///
    /// # Errors
    /// When the trash cannot be listed.
    pub fn older_than(&self, before: Timestamp) -> Result<Vec<TrashedPart>> {
        let mut older = Vec::new();
        for (.., folder) in self.trash.parts()? {
            let modified = fs::metadata(&folder).and_then(|found| found.modified());
            let time = Timestamp::try_from(modified.at("look at", &folder)?);
            // A time that no calendar has is as old as any.
            let time = time.unwrap_or(Timestamp::MIN);
            if time <= before {
                older.push(TrashedPart { folder, time });
            }
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(LEAVING) {
                older.push(TrashedPart { folder: entry.path(), time: Timestamp::MIN });
            }
        }
        Ok(older)
    }

    /// Removes a part for good. It is out of an undoing's sight first, as a whole.
    ///
    /// # Errors
    /// Whatever keeps it from being removed: the rest of it goes the next time.
    pub fn remove(&self, part: &TrashedPart, now: Timestamp) -> Result<()> {
        let name = part.folder.file_name().unwrap_or_default().to_string_lossy();
        let leaving = match name.starts_with(LEAVING) {
            true => part.folder.clone(),
            false => {
                let leaving = self.folder.join(format!("{LEAVING}{name}"));
                let day = now.strftime("%Y-%m-%d").to_string();
                replace_file(&self.folder.join(EMPTIED), day.as_bytes(), 0o600)?;
                fs::rename(&part.folder, &leaving).at("remove", &part.folder)?;
                sync_folder(&self.folder)?;
                reach_write_point("project.trash-leaving");
                leaving
            }
        };
        remove_tree(&leaving)
    }

    /// Removes all of it: the project is deleted.
    ///
    /// # Errors
    /// Whatever keeps it from being removed.
    pub fn delete(&self) -> Result<()> {
        remove_tree(&self.folder)
    }
}
