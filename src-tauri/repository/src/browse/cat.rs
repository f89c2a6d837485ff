//! Stored objects as they are, for a curious eye: JSON where it is JSON, bytes where not.

use std::io::Write;

use serde_json::json;
use undercroft_foundation::{Code, Error, Result, text};

use crate::format::blob::BlobKind;
use crate::format::file_kind::FileKind;
use crate::format::id::{BlobId, IndexId, KeyId, LockId, PackId, SnapshotId};
use crate::format::tree::{Node, NodeKind};
use crate::store::repository::Repository;

/// A stored object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredObject {
    /// The repository's config.
    Config,
    /// A key file, its secrets sealed.
    Key(KeyId),
    /// A snapshot.
    Snapshot(SnapshotId),
    /// An index file.
    Index(IndexId),
    /// A lock.
    Lock(LockId),
    /// A pack file as stored.
    Pack(PackId),
    /// A blob's content.
    Blob(BlobId),
}

impl StoredObject {
    /// The object that two words mean: `snapshot` and an id.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a word or id that is none.
    pub fn parse(kind: &str, id: &str) -> Result<Self> {
        Ok(match kind {
            "config" => Self::Config,
            "key" => Self::Key(id.parse()?),
            "snapshot" => Self::Snapshot(id.parse()?),
            "index" => Self::Index(id.parse()?),
            "lock" => Self::Lock(id.parse()?),
            "pack" => Self::Pack(id.parse()?),
            "blob" => Self::Blob(id.parse()?),
            _ => {
                return Err(Error::new(
                    Code::Invalid,
                    text!("There is no kind of object {kind}", kind = format!("{kind:?}")),
                )
                .next("Use config, key, snapshot, index, lock, pack or blob"));
            }
        })
    }
}

impl Repository {
    /// The content of a stored object.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn cat(&self, object: StoredObject) -> Result<Vec<u8>> {
        match object {
            StoredObject::Config => pretty(&json!({
                "version": self.config.version,
                "id": self.config.id,
                "chunker_polynomial": self.config.chunker_polynomial,
            })),
            StoredObject::Key(id) => self.storage.read_raw(FileKind::Key, id),
            StoredObject::Snapshot(id) => self.cat_json(FileKind::Snapshot, id),
            StoredObject::Index(id) => self.cat_json(FileKind::Index, id),
            StoredObject::Lock(id) => self.cat_json(FileKind::Lock, id),
            StoredObject::Pack(id) => self.storage.read_raw(FileKind::Pack, id),
            StoredObject::Blob(id) => self.cat_blob(&id),
        }
    }

    fn cat_json(&self, kind: FileKind, id: impl std::fmt::Display + Copy) -> Result<Vec<u8>> {
        let value: serde_json::Value = self.storage.read_json(kind, id, &self.key)?;
        pretty(&value)
    }

    fn cat_blob(&self, id: &BlobId) -> Result<Vec<u8>> {
        self.refresh_index()?;
        let mut content = Vec::new();
        let kind = [BlobKind::Data, BlobKind::Tree]
            .into_iter()
            .find(|kind| self.find_blob(*kind, id).is_some())
            .ok_or_else(|| Error::new(Code::NotFound, text!("There is no blob {id}", id)))?;
        self.reader()?.read(kind, id, &mut content)?;
        Ok(content)
    }

    /// The first bytes of a file's content, at most so many. No more is read than holds them.
    ///
    /// # Errors
    /// [`Code::Invalid`] when the node is no file, [`Code::Damaged`].
    pub fn head(&self, file: &Node, most: u64) -> Result<Vec<u8>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (mut head, mut piece) = (Vec::new(), Vec::new());
        let mut reader = self.reader()?;
        for id in content_of(file)? {
            if head.len() >= most {
                break;
            }
            reader.read(BlobKind::Data, id, &mut piece)?;
            head.extend_from_slice(&piece[..piece.len().min(most - head.len())]);
        }
        Ok(head)
    }

    /// Writes a file's content to `out`.
    ///
    /// # Errors
    /// [`Code::Invalid`] when the node is no file, [`Code::Damaged`], or `out`'s failure.
    pub fn dump(&self, file: &Node, out: &mut dyn Write) -> Result<()> {
        let name = undercroft_foundation::escape_name(&file.name);
        let content = content_of(file)?;
        self.refresh_index()?;
        let mut reader = self.reader()?;
        let mut piece = Vec::new();
        for id in content {
            reader.read(BlobKind::Data, id, &mut piece)?;
            out.write_all(&piece).map_err(|source| {
                Error::new(Code::Unavailable, text!("Cannot write out {name}", name))
                    .because(source)
            })?;
        }
        Ok(())
    }
}

/// The blobs of a file's content.
fn content_of(file: &Node) -> Result<&[BlobId]> {
    let content = file.content.as_deref().filter(|_| file.kind == NodeKind::File);
    content.ok_or_else(|| {
        let name = undercroft_foundation::escape_name(&file.name);
        Error::new(Code::Invalid, text!("{name} is not a file", name))
    })
}

fn pretty(value: &serde_json::Value) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value)
        .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))
}
