//! The differences between two versions, or between a version and the disk.

use std::collections::HashMap;

use undercroft_foundation::{Code, Error, Job, Result, TreePath, VersionId, WorkspaceId, text};

use crate::disk::Disk;
use crate::disk::content::is_content_of;
use crate::restore::{RestoreOrder, RestoreTo};
use crate::save::HistoryWriter;
use crate::store::HistoryStore;
use crate::tree::change_set::ChangeSet;
use crate::tree::compare::changes_between;
use crate::tree::folder_view::StoredFolder;
use crate::tree::folder_view::folder_at;
use crate::tree::sidecar::Line;
use crate::version::{Change, ChangeKind, EntryKind, GitId};
use crate::versions::reading::HistoryReader;

/// Of files that went, so many are held against one of the same size that came.
const ALIKE: usize = 16;

/// The entry that a version has at a path.
enum There {
    Folder(StoredFolder),
    File(Box<Line>, GitId),
}

impl HistoryReader {
    /// The changes that lead from one version to another at a path and below it, by path. Renames
    /// are recognised, by content and by likeness.
    ///
    /// # Errors
    /// [`Code::NotFound`] when neither has the path, [`Code::Invalid`] for versions of different
    /// projects.
    pub fn compare(&self, from: VersionId, to: VersionId, path: &TreePath) -> Result<Vec<Change>> {
        if self.history.version(from)?.project != self.history.version(to)?.project {
            return Err(Error::new(Code::Invalid, "Cannot compare these versions")
                .why("They are of different projects"));
        }
        let ((store, before), (_, after)) = (self.root_of(from)?, self.root_of(to)?);
        let (before, after) = (look(&store, before, path)?, look(&store, after, path)?);
        let mut change_set = ChangeSet::default();
        let parent = path.parent().unwrap_or_default();
        match (before, after) {
            (None, None) => {
                return Err(Error::new(Code::NotFound, text!("Neither version has {path}", path)));
            }
            (Some(There::File(was, from)), Some(There::File(line, to))) => {
                change_set.compare(&parent, &line, to, Some((from, &was)));
            }
            (before, after) => {
                let folder = |there: &Option<There>| match there {
                    Some(There::Folder(folder)) => *folder,
                    _ => StoredFolder::default(),
                };
                let (old, new) = (folder(&before), folder(&after));
                if let Some(There::File(line, blob)) = before {
                    change_set.gone(&parent, &line, blob);
                }
                if let Some(There::File(line, blob)) = after {
                    change_set.compare(&parent, &line, blob, None);
                }
                let mut changes = changes_between(&store, path, old, new)?;
                changes.extend(change_set.pair_renames(&store)?);
                changes.sort_by(|a, b| a.path.cmp(&b.path));
                return Ok(changes);
            }
        }
        change_set.pair_renames(&store)
    }

    /// The changes that lead from a version to what is on disk now, at a path of a workspace and
    /// below it, by path. What the project's rules leave out is not looked at. Files that were
    /// moved as they are count as renamed.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when the workspace's folder is not there, [`Code::Cancelled`].
    pub fn compare_with_disk(
        &self,
        version: VersionId,
        workspace: WorkspaceId,
        path: &TreePath,
        job: &Job,
    ) -> Result<Vec<Change>> {
        let to = RestoreTo::InPlace { workspace, remove_extra: true };
        let order = RestoreOrder { version, paths: vec![path.clone()], to, like: None };
        let disk = Disk::open(&self.history.confirmed_workspace(workspace)?.root)?;
        let (mut gone, mut others) = (Vec::new(), Vec::new());
        // What a restore would do, the other way round.
        for mut change in HistoryWriter::new(&self.history).differences(&order, job)? {
            match change.kind {
                ChangeKind::Added => gone.push(Some(change)),
                kind => {
                    change.size_bytes = size_on_disk(&disk, &change.path)?;
                    change.layer = None;
                    if kind == ChangeKind::Removed {
                        change.kind = ChangeKind::Added;
                    }
                    others.push(change);
                }
            }
        }
        self.find_moved(version, &disk, &mut gone, &mut others, job)?;
        let removed = gone.into_iter().flatten().map(|change| Change {
            kind: ChangeKind::Removed,
            size_bytes: None,
            layer: None,
            ..change
        });
        others.extend(removed);
        others.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(others)
    }

    /// Makes renames of what went and came with the same content.
    fn find_moved(
        &self,
        version: VersionId,
        disk: &Disk,
        gone: &mut [Option<Change>],
        others: &mut [Change],
        job: &Job,
    ) -> Result<()> {
        let mut by_size: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, change) in gone.iter().enumerate() {
            let size = change.as_ref().and_then(|change| change.size_bytes).unwrap_or(0);
            if size > 0 {
                by_size.entry(size).or_default().push(at);
            }
        }
        for change in others.iter_mut().filter(|change| change.kind == ChangeKind::Added) {
            let size = change.size_bytes.unwrap_or(0);
            let Some(alike) = by_size.get_mut(&size) else { continue };
            let name = change.path.name().map(<[u8]>::to_vec);
            let is_same_name =
                |at: &usize| gone[*at].as_ref().is_some_and(|it| it.path.name() == name.as_deref());
            // Those of the same name first.
            alike.sort_by_key(|at| (!is_same_name(at), *at));
            for candidate in 0..alike.len().min(ALIKE) {
                let at = alike[candidate];
                let Some(was) = &gone[at] else { continue };
                let Some(content) = self.entry(version, &was.path)?.content else { continue };
                let Some(mut file) = open_on_disk(disk, &change.path)? else { break };
                if is_content_of(&mut file, (&content, size), job)? {
                    change.kind = ChangeKind::Renamed;
                    change.from = gone[at].take().map(|was| was.path);
                    alike.remove(candidate);
                    break;
                }
            }
        }
        Ok(())
    }
}

fn look(store: &HistoryStore, root: StoredFolder, path: &TreePath) -> Result<Option<There>> {
    let Some((parent, name)) = path.split() else { return Ok(Some(There::Folder(root))) };
    let view = match folder_at(store, root, &parent) {
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        folder => folder?.view(store)?,
    };
    let Some(line) = view.entries.find(name) else { return Ok(None) };
    Ok(match view.blob(name) {
        _ if line.kind == EntryKind::Folder => Some(There::Folder(view.folder(name))),
        Some((_, blob)) => Some(There::File(Box::new(line.clone()), blob)),
        None => None,
    })
}

fn size_on_disk(disk: &Disk, path: &TreePath) -> Result<Option<u64>> {
    let Some(file) = open_on_disk(disk, path)? else { return Ok(None) };
    Ok(crate::disk::stat_of_file(&file).ok().map(|stat| stat.size_bytes))
}

/// A file; nothing when it is none, or went meanwhile, or may not be read.
fn open_on_disk(disk: &Disk, path: &TreePath) -> Result<Option<std::fs::File>> {
    let Some((folder, name)) = path.split() else { return Ok(None) };
    let Some(folder) = disk.folder(&folder)? else { return Ok(None) };
    match folder.open(name) {
        Err(error) if error.code() == Code::PermissionDenied => Ok(None),
        opened => opened,
    }
}
