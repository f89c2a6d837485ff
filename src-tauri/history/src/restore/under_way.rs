//! The record of a restore that is under way in a workspace, and the sweeping of what one whose
//! process ended left there.
//!
//! A record lies beside the history from before the first file is written until the last has its
//! place. One whose process ended tells which temporary files are of that restore: those whose names
//! follow from what the version has in the same folder.

use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, EndedRecord, HeldRecord, Result, TreePath, VersionId, escape_name, unescape_name,
};
use undercroft_repository::fs_at::{TemporaryOwner, remove_left_over, sweep_left_over};

use super::RestoreOrder;
use super::selection::{Selection, Wanted};
use super::undo_record::beside;
use crate::disk::{Disk, is_in_place};
use crate::guard::Trash;
use crate::save::HistoryWriter;
use crate::tree::sidecar::Line;
use crate::version::EntryKind;
use crate::versions::reading::HistoryReader;
use crate::workspaces::Workspace;

/// What a record says.
struct Record {
    version: VersionId,
    paths: Vec<TreePath>,
    /// The process that restored.
    process: u32,
}

/// Records that what the order says is restored in a workspace, until the record is dropped.
pub(super) fn record(
    library: &Path,
    workspace: &Workspace,
    order: &RestoreOrder,
) -> Result<HeldRecord> {
    let paths = order.paths.iter().map(|path| escape_name(path.as_bytes()) + "\n");
    let (version, process) = (order.version, std::process::id());
    let text = format!("{version}\n{process}\n{}", paths.collect::<String>());
    HeldRecord::begin(&beside(library, workspace, "restoring"), &text)
}

/// The beginning of the paths of the records of files that are written into workspaces.
pub(crate) fn files_record(library: &Path) -> PathBuf {
    library.join("restoring/files")
}

impl HistoryWriter {
    /// Does away with the temporary files that restores and copies whose process ended left in
    /// workspaces. Whatever no record proves to be of such a one stays.
    ///
    /// # Errors
    /// When the workspaces or the records cannot be listed.
    pub fn sweep_interrupted_restores(&self) -> Result<()> {
        sweep_left_over(&files_record(self.history.library().root()))?;
        for workspace in self.history.workspaces(None)? {
            let prefix = beside(self.history.library().root(), &workspace, "restoring");
            for record in EndedRecord::all(&prefix)? {
                if let Err(error) = self.sweep_interrupted(&workspace, record) {
                    tracing::warn!(%error, "what an interrupted restore left is not swept yet");
                }
            }
        }
        Ok(())
    }

    fn sweep_interrupted(&self, workspace: &Workspace, ended: EndedRecord) -> Result<()> {
        // One that was cut was never acted upon.
        if let Some(record) = parse(ended.text()) {
            self.history.library().require_confirmed(&workspace.root)?;
            match self.sweep_left_over(workspace, &record) {
                // Nobody can tell any more what was restored.
                Err(error) if error.code() == Code::NotFound && workspace.is_present() => {}
                swept => swept?,
            }
        }
        ended.remove()
    }

    /// Goes through the folders of the version that are on disk.
    fn sweep_left_over(&self, workspace: &Workspace, record: &Record) -> Result<()> {
        let (store, root) = HistoryReader::new(&self.history).root_of(record.version)?;
        let disk = Disk::open(&workspace.root)?;
        let trash = Trash::of(self.history.library().root(), workspace);
        let selection = Selection::new(&record.paths);
        let mut open = vec![(TreePath::root(), root)];
        while let Some((at, stored)) = open.pop() {
            let Some(folder) = disk.folder(&at)? else { continue };
            let view = stored.view(&store)?;
            for (name, _) in folder.entries()? {
                if is_in_place(&name) || !record.left(&name, &view.entries.lines) {
                    continue;
                }
                match trash.sweep(folder.as_fd(), &at.join(&name)) {
                    Err(error) if error.code() == Code::NotFound => {}
                    // The trash lies on another file system.
                    Err(error) if error.code() == Code::Unsupported => {
                        remove_left_over(folder.as_fd(), &String::from_utf8_lossy(&name));
                    }
                    swept => swept?,
                }
            }
            for line in view.entries.lines.iter().filter(|line| line.kind == EntryKind::Folder) {
                let below = at.join(&line.name);
                if selection.wants(&below) != Wanted::Nothing {
                    open.push((below, view.folder(&line.name)));
                }
            }
        }
        Ok(())
    }
}

impl Record {
    /// Whether a temporary name is one that the restore gave beside these entries of the version.
    fn left(&self, temporary: &[u8], lines: &[Line]) -> bool {
        let owner = |line: &Line| match line.kind {
            EntryKind::File => TemporaryOwner::File(&line.name).gave(temporary),
            EntryKind::Symlink => TemporaryOwner::Process(self.process).gave(temporary),
            _ => false,
        };
        lines.iter().any(owner)
    }
}

fn parse(text: &str) -> Option<Record> {
    let mut lines = text.lines();
    let version = lines.next()?.parse().ok()?;
    let process = lines.next()?.parse().ok()?;
    let paths =
        lines.map(|line| TreePath::new(&unescape_name(line)?).ok()).collect::<Option<_>>()?;
    Some(Record { version, paths, process })
}
