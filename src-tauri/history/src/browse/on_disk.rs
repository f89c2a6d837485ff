//! The content of a workspace on disk now, in the form in which versions are looked into.

use std::io::{Read, Seek, SeekFrom};

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, IoContext, Result, TreePath, WorkspaceId, text};

use crate::disk::{Disk, DiskFolder, Stat};
use crate::version::{Entry, EntryKind};
use crate::versions::reading::HistoryReader;

impl HistoryReader {
    /// The entries of a folder on disk, by name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`] when the workspace is not there.
    pub fn list_disk(&self, workspace: WorkspaceId, path: &TreePath) -> Result<Vec<Entry>> {
        let folder = self.disk_folder(workspace, path)?;
        let mut found = folder.entries_in_place()?;
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.into_iter().map(|(name, stat)| entry_of(&folder, name, &stat)).collect()
    }

    /// One entry on disk; the root is a folder without a name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`] when the workspace is not there.
    pub fn disk_entry(&self, workspace: WorkspaceId, path: &TreePath) -> Result<Entry> {
        let Some((parent, name)) = path.split() else {
            let own = self.disk_folder(workspace, path)?.own()?;
            return Ok(Entry {
                name: Vec::new(),
                kind: EntryKind::Folder,
                size_bytes: 0,
                modified: moment(own.modified.seconds, own.modified.nanos),
                mode: own.mode,
                layer: None,
                reason: None,
                target: None,
                content: None,
            });
        };
        let folder = self.disk_folder(workspace, &parent)?;
        let mut entries = folder.entries_in_place()?.into_iter();
        let (name, stat) = entries.find(|it| it.0 == name).ok_or_else(|| not_there(path))?;
        entry_of(&folder, name, &stat)
    }

    /// The content of a file on disk, or its first `most` bytes.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`] when the workspace is not there.
    pub fn read_disk(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        most: Option<u64>,
    ) -> Result<Vec<u8>> {
        self.read_disk_from(workspace, path, 0, most.unwrap_or(u64::MAX))
    }

    /// The bytes of a file on disk from an offset on, `most` at most.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`] when the workspace is not there.
    pub fn read_disk_from(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        offset: u64,
        most: u64,
    ) -> Result<Vec<u8>> {
        let (parent, name) = path.split().ok_or_else(|| not_there(path))?;
        let folder = self.disk_folder(workspace, &parent)?;
        let mut file = folder.open(name)?.ok_or_else(|| not_there(path))?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(most).read_to_end(&mut bytes))
            .at("read", &folder.path_of(name))?;
        Ok(bytes)
    }

    fn disk_folder(&self, workspace: WorkspaceId, path: &TreePath) -> Result<DiskFolder> {
        let disk = Disk::open(&self.history.confirmed_workspace(workspace)?.root)?;
        disk.folder(path)?.ok_or_else(|| not_there(path))
    }
}

fn entry_of(folder: &DiskFolder, name: Vec<u8>, stat: &Stat) -> Result<Entry> {
    let target = match stat.kind {
        EntryKind::Symlink => folder.link_target(&name)?,
        _ => None,
    };
    let is_file = stat.kind == EntryKind::File;
    let modified = stat.attributes.modified;
    Ok(Entry {
        name,
        kind: stat.kind,
        size_bytes: if is_file { stat.size_bytes } else { 0 },
        modified: moment(modified.seconds, modified.nanos),
        mode: stat.attributes.mode,
        layer: None,
        reason: None,
        target,
        content: None,
    })
}

fn moment(seconds: i64, nanos: u32) -> Timestamp {
    let nanos = i32::try_from(nanos).unwrap_or(0);
    let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::new(seconds, nanos).unwrap_or(nearest)
}

fn not_there(path: &TreePath) -> Error {
    Error::new(Code::NotFound, text!("There is no {path} in the workspace now", path))
}
