//! The record of a restore that is under way in a workspace, and the sweeping of what one whose
//! process ended left there.
//!
//! A record lies beside the history from before the first file is written until the last has its
//! place, and its lock is held meanwhile. What is found without a lock tells which temporary files
//! are of that restore: those whose names follow from what the version has in the same folder.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use undercroft_foundation::{
    Code, IoContext, Result, TreePath, VersionId, escape_name, unescape_name,
};
use undercroft_repository::fs_at::{TemporaryOwner, remove_left_over};

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

/// A restore that is under way, until it is dropped.
pub(super) struct UnderWay {
    path: PathBuf,
    /// Its lock says that the process lives.
    _locked: File,
}

/// What a record says.
struct Record {
    version: VersionId,
    paths: Vec<TreePath>,
    /// The process that restored.
    process: u32,
}

impl UnderWay {
    /// Records that what the order says is restored in a workspace.
    pub(super) fn begin(
        library: &Path,
        workspace: &Workspace,
        order: &RestoreOrder,
    ) -> Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = beside(library, workspace, "restoring");
        let path = path.with_extension(format!("{process}-{count}"));
        let paths = order.paths.iter().map(|path| escape_name(path.as_bytes()) + "\n");
        let text = format!("{}\n{process}\n{}", order.version, paths.collect::<String>());
        let mut file = create_locked(&path)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).at("write", &path)?;
        Ok(Self { path, _locked: file })
    }
}

/// Creates a file that nobody took for left over before it was locked. One of its name is of a
/// process of the same number that is no more.
fn create_locked(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    loop {
        let file = options.open(path).at("create", path)?;
        // A file system without locks counts as one without other processes.
        if file.lock().is_err() || has_name(&file, path) {
            return Ok(file);
        }
    }
}

/// Whether an open file is what has this name.
fn has_name(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        // What stays is only looked at once more.
        let _ = fs::remove_file(&self.path);
    }
}

impl HistoryWriter {
    /// Does away with the temporary files that restores whose process ended left in workspaces.
    /// Whatever no record proves to be of such a restore stays.
    ///
    /// # Errors
    /// When the workspaces or the records cannot be listed.
    pub fn sweep_interrupted_restores(&self) -> Result<()> {
        for workspace in self.history.workspaces(None)? {
            let prefix = beside(self.history.library().root(), &workspace, "restoring");
            for path in records(&prefix)? {
                if let Err(error) = self.sweep_interrupted(&workspace, &path) {
                    tracing::warn!(%error, "what an interrupted restore left is not swept yet");
                }
            }
        }
        Ok(())
    }

    fn sweep_interrupted(&self, workspace: &Workspace, path: &Path) -> Result<()> {
        let file = match File::open(path) {
            // It ended by itself meanwhile.
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            file => file.at("open", path)?,
        };
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Ok(());
        }
        let text = fs::read_to_string(path).at("read", path)?;
        // One that was cut was never acted upon.
        if let Some(record) = parse(&text) {
            self.history.library().require_confirmed(&workspace.root)?;
            match self.sweep_left_over(workspace, &record) {
                // Nobody can tell any more what was restored.
                Err(error) if error.code() == Code::NotFound && workspace.is_present() => {}
                swept => swept?,
            }
        }
        fs::remove_file(path).at("remove", path)
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

/// The records of a workspace.
fn records(prefix: &Path) -> Result<Vec<PathBuf>> {
    let (Some(folder), Some(name)) = (prefix.parent(), prefix.file_name()) else {
        return Ok(Vec::new());
    };
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.at("read", folder)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.at("read", folder)?.path();
        if path.file_stem() == Some(name) {
            found.push(path);
        }
    }
    Ok(found)
}
