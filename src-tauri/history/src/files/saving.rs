//! Saving, deleting and copying in, each as a version.

use std::path::PathBuf;

use undercroft_foundation::{Job, Result, WorkspaceId, count_text, size_text};

use super::{Conflict, CopiedIn, WorkspaceFiles};
use crate::history::History;
use crate::path::TreePath;
use crate::save::{SaveOrder, Scope};
use crate::version::{Trigger, Version};
use crate::watch::Touched;

impl History {
    /// Makes `bytes` the content of a file of a workspace and makes a version; nothing when the
    /// last version has it so already. What was there and is in no version yet becomes one before.
    ///
    /// # Errors
    /// Those of [`WorkspaceFiles::put`] and [`History::save`].
    pub fn put_file(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        bytes: &[u8],
        order: SaveOrder,
        job: &Job,
    ) -> Result<Option<Version>> {
        let root = self.workspace(workspace)?.root;
        let unsaved = SaveOrder::new(Trigger::Automatic, "");
        self.save(workspace, Scope::Touched(all_of(path)), unsaved, job)?;
        WorkspaceFiles::open(&root)?.put(path, bytes)?;
        self.save(workspace, Scope::Touched(all_of(path)), order, job)
    }

    /// Deletes a file or folder of a workspace and makes a version; nothing when it was not there.
    /// What was there and is in no version yet becomes one before.
    ///
    /// # Errors
    /// Those of [`WorkspaceFiles::remove`] and [`History::save`].
    pub fn delete_file(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        order: SaveOrder,
        job: &Job,
    ) -> Result<Option<Version>> {
        let root = self.workspace(workspace)?.root;
        self.keep_for_undo(workspace, Scope::Touched(all_of(path)), job)?;
        WorkspaceFiles::open(&root)?.remove(path, job)?;
        self.save(workspace, Scope::Touched(all_of(path)), order, job)
    }

    /// Copies files and folders into a folder of a workspace and makes one version of them; says
    /// in a sentence what was done. What was there and is in no version yet becomes one before.
    ///
    /// # Errors
    /// Those of [`WorkspaceFiles::copy_in`] and [`History::save`].
    pub fn upload(
        &self,
        workspace: WorkspaceId,
        folder: &TreePath,
        sources: &[PathBuf],
        conflict: Conflict,
        job: &Job,
    ) -> Result<String> {
        let root = self.workspace(workspace)?.root;
        if conflict == Conflict::Replace {
            self.keep_for_undo(workspace, Scope::Touched(all_of(folder)), job)?;
        }
        let copied = WorkspaceFiles::open(&root)?.copy_in(folder, sources, conflict, job)?;
        let names: Vec<_> = sources.iter().filter_map(|source| source.file_name()).collect();
        let first = names.first().map(|name| undercroft_foundation::escape_path(name.as_ref()));
        let message = match (&first, names.len()) {
            (Some(name), 1) => format!("Add {name}"),
            (Some(name), count) => format!("Add {name} and {} more", count - 1),
            (None, _) => "Add files".to_owned(),
        };
        let order = SaveOrder::new(Trigger::Manual, message);
        self.save(workspace, Scope::Touched(copied.touched.clone()), order, job)?;
        Ok(sentence(&copied))
    }

    /// Makes a version of whatever is in none yet, before something else changes files; undoing
    /// goes back to it.
    ///
    /// # Errors
    /// Those of [`History::save`].
    pub fn keep_before(&self, workspace: WorkspaceId, job: &Job) -> Result<()> {
        self.keep_for_undo(workspace, Scope::Whole, job).map(drop)
    }
}

/// What is at a path, with all that is in it.
fn all_of(path: &TreePath) -> Touched {
    let mut touched = Touched::default();
    touched.add(path);
    touched.subtrees.insert(path.clone());
    touched
}

fn sentence(copied: &CopiedIn) -> String {
    let mut text =
        format!("{} ({}) copied", count_text(copied.files, "file"), size_text(copied.size_bytes));
    let parts = [
        (copied.replaced, "in place of others"),
        (copied.renamed, "under another name"),
        (copied.skipped, "left out"),
        (copied.failed, "failed"),
    ];
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        text += &format!(", {count} {what}");
    }
    text
}
