//! Looking into versions: folders, entries and content, with no restore.

use std::io::{self, Read, Write};
use std::sync::Arc;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, ProjectId, Result, TreePath, VersionId, text};
use undercroft_repository::{BlobId, Repository};

use crate::history::History;
use crate::objects::pointer::object_of;
use crate::store::{HistoryStore, ObjectKind};
use crate::tree::commit::Commit;
use crate::tree::folder_view::{FolderView, StoredFolder, folder_at, not_there};
use crate::tree::sidecar::{FileTime, Line};
use crate::version::{ContentId, Entry, EntryKind, Layer};

/// Looks into versions, and compares them with each other and with the disk. Clones share what is
/// open.
#[derive(Debug, Clone)]
pub struct HistoryReader {
    pub(crate) history: History,
}

impl HistoryReader {
    /// A reader of these histories.
    pub(crate) fn new(history: &History) -> Self {
        Self { history: history.clone() }
    }

    /// The entries of a folder of a version, by name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn list(&self, version: VersionId, path: &TreePath) -> Result<Vec<Entry>> {
        let (store, root) = self.root_of(version)?;
        let view = folder_at(&store, root, path)?.view(&store)?;
        view.entries.lines.iter().map(|line| entry_of(&store, &view, line)).collect()
    }

    /// One entry of a version; the root is a folder without a name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn entry(&self, version: VersionId, path: &TreePath) -> Result<Entry> {
        let (store, root) = self.root_of(version)?;
        let Some((folder, name)) = path.split() else {
            let entries = root.view(&store)?.entries;
            let (attributes, totals) = (entries.own, entries.totals);
            let (kind, layer) = (EntryKind::Folder, None);
            let line = Line { name: Vec::new(), kind, totals, attributes, layer };
            return entry_of(&store, &FolderView::default(), &line);
        };
        let view = folder_at(&store, root, &folder)?.view(&store)?;
        let line = view.entries.find(name).ok_or_else(|| not_there(path))?;
        entry_of(&store, &view, line)
    }

    /// The content of a file in a version, or its first `most` bytes.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is no file, [`Code::Damaged`].
    pub fn read(&self, version: VersionId, path: &TreePath, most: Option<u64>) -> Result<Vec<u8>> {
        self.read_from(version, path, 0, most.unwrap_or(u64::MAX))
    }

    /// The bytes of a file in a version from an offset on, `most` at most; what is before them is read,
    /// too.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is no file, [`Code::Damaged`].
    pub fn read_from(
        &self,
        version: VersionId,
        path: &TreePath,
        offset: u64,
        most: u64,
    ) -> Result<Vec<u8>> {
        let project = self.history.version(version)?.project;
        let content = self.entry(version, path)?.content;
        let content = content
            .ok_or_else(|| Error::new(Code::Invalid, text!("{path} is not a file", path)))?;
        let mut reader = self.open_content(project, &content)?;
        let mut bytes = Vec::new();
        io::copy(&mut (&mut reader).take(offset), &mut io::sink()).map_err(content_error)?;
        reader.take(most).read_to_end(&mut bytes).map_err(content_error)?;
        Ok(bytes)
    }

    /// Writes content out; says how much it was.
    ///
    /// # Errors
    /// [`Code::Damaged`], or `out`'s failure.
    pub fn copy_content(
        &self,
        project: ProjectId,
        content: &ContentId,
        out: &mut dyn Write,
    ) -> Result<u64> {
        io::copy(&mut self.open_content(project, content)?, out).map_err(content_error)
    }

    /// Opens content for reading. Each part of it is held against its digest before it is handed
    /// out.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is not there. While it is read, damage is an I/O error whose
    /// source is ours.
    pub fn open_content(
        &self,
        project: ProjectId,
        content: &ContentId,
    ) -> Result<Box<dyn Read + Send>> {
        match content {
            ContentId::Git(id) => {
                let bytes = self.history.store(project)?.read(ObjectKind::Blob, *id)?;
                Ok(Box::new(io::Cursor::new(bytes)))
            }
            ContentId::Object(digest) => {
                let node = self.history.objects().find(project, digest)?;
                let repository = self
                    .history
                    .objects()
                    .repository()?
                    .ok_or_else(|| Error::new(Code::Damaged, "The object store is gone"))?;
                let blobs = node.content.unwrap_or_default().into_iter();
                Ok(Box::new(ObjectReader { repository, blobs, piece: io::Cursor::default() }))
            }
        }
    }

    /// The history that holds a version, and the version's root folder.
    pub(crate) fn root_of(&self, version: VersionId) -> Result<(Arc<HistoryStore>, StoredFolder)> {
        let version = self.history.version(version)?;
        let store = self.history.store(version.project)?;
        let commit = Commit::read(&store, version.commit)?;
        let root = StoredFolder::root(&store, commit.tree)?;
        Ok((store, root))
    }
}

/// An entry as the world outside sees it.
pub(crate) fn entry_of(store: &HistoryStore, view: &FolderView, line: &Line) -> Result<Entry> {
    let blob = view.blob(&line.name).map(|(_, id)| id);
    let mut entry = Entry {
        name: line.name.clone(),
        kind: line.kind,
        size_bytes: line.totals.bytes,
        modified: moment(line.attributes.modified),
        mode: line.attributes.mode,
        layer: line.layer.map(|(layer, _)| layer),
        reason: line.layer.map(|(_, reason)| reason),
        target: None,
        content: None,
    };
    match (line.kind, blob) {
        (EntryKind::Symlink, Some(id)) => entry.target = Some(store.read(ObjectKind::Blob, id)?),
        (EntryKind::File, Some(id)) if entry.layer == Some(Layer::Objects) => {
            let pointer = store.read(ObjectKind::Blob, id)?;
            let digest = object_of(&pointer).ok_or_else(|| {
                Error::new(
                    Code::Damaged,
                    text!("The object {id} of the history is no pointer", id = id.to_string()),
                )
            })?;
            entry.content = Some(ContentId::Object(digest));
        }
        (EntryKind::File, Some(id)) => entry.content = Some(ContentId::Git(id)),
        _ => {}
    }
    Ok(entry)
}

/// A file's time, as near as there is one.
pub(crate) fn moment(time: FileTime) -> Timestamp {
    let nanos = i32::try_from(time.nanos).unwrap_or(0);
    let nearest = if time.seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::new(time.seconds, nanos).unwrap_or(nearest)
}

pub(crate) fn content_error(source: io::Error) -> Error {
    match source.downcast::<Error>() {
        Ok(error) => error,
        Err(source) => {
            Error::new(Code::Unavailable, "The content could not be passed on").because(source)
        }
    }
}

/// Reads an object blob by blob.
struct ObjectReader {
    repository: Arc<Repository>,
    blobs: std::vec::IntoIter<BlobId>,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(blob) = self.blobs.next() else { return Ok(0) };
            let mut piece = std::mem::take(&mut self.piece).into_inner();
            piece.clear();
            let mut content = self.repository.open_content(&[blob]).map_err(io::Error::other)?;
            content.read_to_end(&mut piece)?;
            self.piece = io::Cursor::new(piece);
        }
    }
}
