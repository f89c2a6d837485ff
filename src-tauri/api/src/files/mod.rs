//! The files of versions: listing and showing them.

mod backed_up;
pub(crate) mod convert;
mod copies;
mod diff;
mod finding;
mod saving;
pub(crate) mod wire;

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use undercroft_archive::unpack;
use undercroft_foundation::{Code, Error, Result, escape_name, text};
use undercroft_history::{self as history, TreePath};

use crate::Api;
use crate::base::names::{names, tree_path};
use crate::versions::finding::Side;

use wire::{
    FileAt, FileBytes, FileBytesAt, FileContent, FileListing, PackedEntry, Preview, PreviewKind,
};

/// Archives are listed by at most so many of their first bytes.
const ARCHIVE_BYTES: u64 = 32 << 20;
/// Bytes behind so many are not shown: those of a version are reached by reading all before them.
const HEX_REACH: u64 = 1 << 30;
/// Images, sound, moving pictures and PDFs up to this size are shown.
const IMAGE_BYTES: u64 = 16 << 20;
/// Text files up to this size are compared by line.
const DIFF_BYTES: u64 = 16 << 20;
/// Text up to this size is given whole beside its changes.
const WHOLE_BYTES: usize = 1 << 20;
/// Content up to this size is held in memory for the next time.
const CACHED_BYTES: u64 = 4 << 20;
/// Files up to this size travel in one reply.
const LOAD_BYTES: u64 = 64 << 20;

/// A file or folder of one side.
struct Found {
    side: Side,
    path: TreePath,
    entry: history::Entry,
}

impl Api {
    /// Lists a folder in a version, or on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn file_list(&self, request: FileAt) -> Result<FileListing> {
        let path = tree_path(&request.path)?;
        let side = self.find_side(&request.version, None)?;
        let mut entries = match &side {
            Side::Version(version) => self.0.history.reader().list(version.id, &path)?,
            Side::Disk(workspace) => self.0.history.reader().list_disk(workspace.id, &path)?,
        };
        entries.sort_by_key(|entry| entry.kind != history::EntryKind::Folder);
        Ok(FileListing {
            version: match side {
                Side::Version(version) => Some(version.id.to_string()),
                Side::Disk(_) => None,
            },
            path: names(&path),
            entries: entries.into_iter().map(Into::into).collect(),
        })
    }

    /// Shows a file of a version, or on disk: its text, its picture, or its first bytes.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn file_preview(&self, request: FileAt) -> Result<Preview> {
        self.preview(&self.find_file(&request, None)?)
    }

    /// Shows some bytes of a file of a version, or on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is no file or too far behind its beginning.
    pub fn file_bytes(&self, request: FileBytesAt) -> Result<FileBytes> {
        let FileBytesAt { version, path, offset } = request;
        let found = self.find_file(&FileAt { version, path }, None)?;
        if offset > HEX_REACH || found.entry.kind != history::EntryKind::File {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot show bytes of {path}", path = found.path),
            )
            .why("Only the first gigabyte of a file is shown byte by byte")
            .next("Restore it to a folder, and look at it there"));
        }
        let (reader, most) = (self.0.history.reader(), history::HEX_BYTES as u64);
        let bytes = match &found.side {
            Side::Version(version) => reader.read_from(version.id, &found.path, offset, most)?,
            Side::Disk(workspace) => {
                reader.read_disk_from(workspace.id, &found.path, offset, most)?
            }
        };
        let end = offset + bytes.len() as u64;
        let next = (end < found.entry.size_bytes && end > offset).then_some(end);
        Ok(FileBytes { hex: history::hex_lines(&bytes, offset), next })
    }

    /// Gives the whole content of a file of a version, or on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is no file or too large for one reply.
    pub fn file_load(&self, request: FileAt) -> Result<FileContent> {
        let found = self.find_file(&request, None)?;
        if found.entry.size_bytes > LOAD_BYTES {
            return Err(Error::new(
                Code::Invalid,
                text!("{path} is too large to load", path = found.path),
            )
            .next("Restore it to a folder instead"));
        }
        let content = self.content(&found, LOAD_BYTES + 1)?;
        Ok(FileContent {
            size_bytes: content.len() as u64,
            base64: BASE64_STANDARD.encode(content),
        })
    }

    fn find_file(&self, at: &FileAt, beside: Option<&str>) -> Result<Found> {
        let path = tree_path(&at.path)?;
        let side = self.find_side(&at.version, beside)?;
        let entry = match &side {
            Side::Version(version) => self.0.history.reader().entry(version.id, &path)?,
            Side::Disk(workspace) => self.0.history.reader().disk_entry(workspace.id, &path)?,
        };
        Ok(Found { side, path, entry })
    }

    /// The content of a file, or its first `most` bytes.
    fn content(&self, found: &Found, most: u64) -> Result<Vec<u8>> {
        match &found.side {
            Side::Version(version) => match &found.entry.content {
                Some(content) if found.entry.size_bytes <= CACHED_BYTES.min(most) => {
                    let whole = || {
                        let content =
                            self.0.history.reader().read(version.id, &found.path, None)?;
                        Ok(Arc::from(content))
                    };
                    Ok(self.0.cache.read_or(content, whole)?.to_vec())
                }
                _ => self.0.history.reader().read(version.id, &found.path, Some(most)),
            },
            Side::Disk(workspace) => {
                self.0.history.reader().read_disk(workspace.id, &found.path, Some(most))
            }
        }
    }

    fn preview(&self, found: &Found) -> Result<Preview> {
        let entry = &found.entry;
        match entry.kind {
            history::EntryKind::Folder => {
                Ok(Preview::nothing(PreviewKind::Folder, entry.size_bytes))
            }
            history::EntryKind::Other => {
                Ok(Preview::nothing(PreviewKind::Binary, entry.size_bytes))
            }
            history::EntryKind::Symlink => {
                Ok(Preview::link(entry.target.as_deref().unwrap_or_default()))
            }
            history::EntryKind::File => {
                let read = |most| self.content(found, most);
                Preview::of_file(&entry.name, entry.size_bytes, &read)
            }
        }
    }
}

/// Bytes that travelled as base64.
pub(crate) fn decode(base64: &str) -> Result<Vec<u8>> {
    BASE64_STANDARD
        .decode(base64)
        .map_err(|source| Error::new(Code::Invalid, "The content is not in base64").because(source))
}

impl Preview {
    /// A symbolic link.
    pub(crate) fn link(target: &[u8]) -> Self {
        let text = Some(escape_name(target)).filter(|target| !target.is_empty());
        Self { text, ..Self::nothing(PreviewKind::Link, target.len() as u64) }
    }

    /// A file, whose first bytes, at most as many as it is asked for, `read` gives.
    pub(crate) fn of_file(
        name: &[u8],
        size_bytes: u64,
        read: &dyn Fn(u64) -> Result<Vec<u8>>,
    ) -> Result<Self> {
        let head = read(history::PREVIEW_HEAD as u64)?;
        let from = history::preview(&head, name, size_bytes);
        let mut shown = Self::nothing(PreviewKind::Text, size_bytes);
        shown.truncated = from.truncated;
        match from.kind {
            history::PreviewKind::Text { text, language, .. } => {
                shown.text = Some(text);
                shown.language = language.map(str::to_owned);
            }
            history::PreviewKind::Binary { hex } => {
                shown.kind = PreviewKind::Binary;
                shown.hex = Some(hex);
                if unpack::may_be_archive(&head) {
                    shown.list_archive(&read(ARCHIVE_BYTES)?)?;
                }
            }
            history::PreviewKind::Image { mime } => shown.hold(PreviewKind::Image, mime, read)?,
            history::PreviewKind::Media { mime } => shown.hold(PreviewKind::Media, mime, read)?,
            history::PreviewKind::Pdf => {
                shown.hold(PreviewKind::Pdf, "application/pdf", read)?;
                let first = &head[..head.len().min(history::HEX_BYTES)];
                shown.hex = shown.base64.is_some().then(|| history::hex_lines(first, 0));
            }
        }
        Ok(shown)
    }

    /// Takes the whole content in, unless it is too large.
    fn hold(
        &mut self,
        kind: PreviewKind,
        mime: &str,
        read: &dyn Fn(u64) -> Result<Vec<u8>>,
    ) -> Result<()> {
        self.mime = Some(mime.to_owned());
        self.kind = PreviewKind::TooLarge;
        if self.size_bytes <= IMAGE_BYTES {
            self.kind = kind;
            self.truncated = false;
            self.base64 = Some(BASE64_STANDARD.encode(read(IMAGE_BYTES)?));
        }
        Ok(())
    }

    /// Shows the names in an archive, as far as these bytes tell them, in the place of bytes.
    fn list_archive(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(contents) = unpack::contents(bytes)? else { return Ok(()) };
        self.kind = PreviewKind::Archive;
        self.hex = None;
        self.truncated = !contents.complete;
        let entries = contents.entries.into_iter().map(|entry| PackedEntry {
            name: escape_name(&entry.name),
            folder: entry.is_folder,
            size_bytes: entry.size_bytes,
        });
        self.entries = Some(entries.collect());
        Ok(())
    }

    /// Something that has no content to show.
    pub(crate) fn nothing(kind: PreviewKind, size_bytes: u64) -> Self {
        Self {
            kind,
            text: None,
            language: None,
            mime: None,
            base64: None,
            hex: None,
            entries: None,
            size_bytes,
            truncated: false,
        }
    }
}
