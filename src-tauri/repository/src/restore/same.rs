//! Whether what lies on disk is what a snapshot has, and whether it is to stay whatever it is.

use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::readlinkat;
use undercroft_foundation::{Code, Error, IoContext, Result};

use super::{Overwrite, RestoreRequest};
use crate::files::metadata::Stat;
use crate::files::open::open_to_read;
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::{Node, NodeKind};
use crate::store::repository::Repository;

/// Whether something that is there stays, whatever the snapshot has in its place.
pub(super) fn stays(overwrite: Overwrite, node: &Node, stat: &Stat) -> bool {
    match overwrite {
        Overwrite::Always | Overwrite::IfChanged => false,
        Overwrite::IfNewer => stat.mtime() >= node.mtime,
        Overwrite::Never => true,
    }
}

/// An entry of a folder on disk, compared with an entry of a snapshot.
pub(super) struct ExistingEntry<'a> {
    pub(super) folder: BorrowedFd<'a>,
    pub(super) stat: &'a Stat,
    pub(super) path: &'a Path,
}

impl ExistingEntry<'_> {
    /// Whether the file that is there has the content that it should have.
    pub(super) fn is_same_file(
        &self,
        repository: &Repository,
        request: &RestoreRequest,
        node: &Node,
        buffer: &mut Vec<u8>,
    ) -> Result<bool> {
        let stat = self.stat;
        // A file with more names than it should have may be one that lies elsewhere, too.
        if !stat.is_file() || stat.size() != node.size || stat.links() > node.links.max(1) {
            return Ok(false);
        }
        if request.overwrite == Overwrite::IfChanged && !request.verify {
            return Ok(stat.mtime() == node.mtime);
        }
        // What cannot be read is replaced rather than trusted.
        let Ok(file) = open_to_read(self.folder, &node.name) else { return Ok(false) };
        file_holds(repository, blobs_of(node)?, &file, self.path, buffer)
    }

    /// Whether the link, device, pipe or socket that is there is as it should be.
    pub(super) fn is_same_other(&self, node: &Node) -> bool {
        self.stat.kind().as_ref() == Some(&node.kind)
            && match node.kind {
                NodeKind::Symlink => readlinkat(self.folder, &node.name[..], Vec::new())
                    .is_ok_and(|target| target.as_bytes() == node.linktarget),
                NodeKind::Dev | NodeKind::CharDev => self.stat.device() == node.device,
                _ => true,
            }
    }
}

/// The content of a file.
pub(crate) fn blobs_of(node: &Node) -> Result<&[BlobId]> {
    match &node.content {
        Some(blobs) => Ok(blobs),
        None if node.size == 0 => Ok(&[]),
        None => Err(Error::new(Code::Damaged, "Cannot restore the file")
            .why("The snapshot does not say what it holds")),
    }
}

/// Whether a file holds exactly these blobs.
pub(crate) fn file_holds(
    repository: &Repository,
    blobs: &[BlobId],
    file: &File,
    path: &Path,
    buffer: &mut Vec<u8>,
) -> Result<bool> {
    let mut offset = 0;
    for id in blobs {
        let length = repository.locate_blob(BlobKind::Data, id)?.plain_length();
        buffer.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
        match file.read_exact_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read.at("read", path)?,
        }
        if BlobId::of(buffer) != *id {
            return Ok(false);
        }
        offset += length;
    }
    Ok(file.metadata().at("look at", path)?.len() == offset)
}
