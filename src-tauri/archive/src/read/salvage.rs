//! Listing an archive whose index is damaged: each frame that still opens is read, and the tar in it
//! parsed. Small files never lie in two frames, so a lost frame takes no file of another with it.

use std::collections::HashMap;

use undercroft_foundation::{Code, Error, Result, TreePath};
use zstd::zstd_safe;

use super::{ArchiveReader, FrameReader};
use crate::format::frame::{CONTENT_MAGIC, FRAME_BYTES};
use crate::format::index::{Attributes, EntryKind, Index, NewEntry};
use crate::format::member::{ParsedMember, padding, parse};
use crate::format::seek_table::FramePlace;

/// The bytes that are looked at to find the next frame: the largest frame is a little larger than
/// its content.
const WINDOW: usize = FRAME_BYTES + (1 << 20);

impl ArchiveReader {
    /// Makes an index from the frames that still open.
    pub(super) fn salvage(&mut self, size: u64) -> Result<()> {
        self.is_salvaged = true;
        if self.frames.is_empty() {
            self.frames = self.find_frames(size)?;
        }
        let mut found = Salvaged::default();
        let mut reader = FrameReader::new(self)?;
        for (number, place) in self.frames.iter().enumerate() {
            if place.length == 0 {
                continue;
            }
            match reader.frame(number) {
                Ok(plain) => found.take_frame(plain, place)?,
                Err(error) if error.code() == Code::Damaged => found.unfinished = None,
                Err(error) => return Err(error),
            }
        }
        drop(reader);
        if found.index.entries().is_empty() {
            return Err(Error::new(Code::Damaged, "Nothing of this archive can be read")
                .next("Restore the archive from a backup"));
        }
        self.index = found.index;
        Ok(())
    }

    /// The frames with content, found by their first bytes.
    fn find_frames(&self, size: u64) -> Result<Vec<FramePlace>> {
        let mut frames = Vec::new();
        let (mut at, mut start) = (0_u64, 0_u64);
        while at < size {
            let length = usize::try_from(size - at).unwrap_or(WINDOW).min(WINDOW);
            let bytes = self.read_at(at, length)?;
            let content = zstd_safe::get_frame_content_size(&bytes).ok().flatten();
            let stored = zstd_safe::find_frame_compressed_size(&bytes).ok();
            let is_ours = bytes.starts_with(&CONTENT_MAGIC.to_le_bytes());
            match (content, stored) {
                (Some(content), Some(stored)) if is_ours && content <= FRAME_BYTES as u64 => {
                    let (stored, length) = (stored as u32, content as u32);
                    frames.push(FramePlace { at, stored, start, length });
                    at += u64::from(stored);
                    start += u64::from(length);
                }
                _ => {
                    let magic = CONTENT_MAGIC.to_le_bytes();
                    let next = bytes[1..].windows(4).position(|bytes| bytes == magic);
                    at += next.map_or(bytes.len().saturating_sub(3).max(1), |next| next + 1) as u64;
                }
            }
        }
        Ok(frames)
    }
}

/// The index, as far as it was found again.
#[derive(Default)]
struct Salvaged {
    index: Index,
    by_path: HashMap<Vec<u8>, u32>,
    /// The bytes of a file's content that lie in the frames to come.
    unfinished: Option<u64>,
}

impl Salvaged {
    fn take_frame(&mut self, plain: &[u8], place: &FramePlace) -> Result<()> {
        let mut at = 0;
        if let Some(left) = self.unfinished.take() {
            if left > plain.len() as u64 {
                self.unfinished = Some(left - plain.len() as u64);
                return Ok(());
            }
            at = left as usize;
        }
        while at < plain.len() {
            // The middle of a large file whose beginning is lost is no header.
            let Ok(Some(member)) = parse(&plain[at..]) else { return Ok(()) };
            at += member.header_bytes;
            self.take_member(&member, place.start + at as u64)?;
            let whole = if member.kind == Some(EntryKind::File) || member.kind.is_none() {
                member.size + padding(member.size) as u64
            } else {
                0
            };
            let left = (plain.len() - at) as u64;
            if whole > left {
                self.unfinished = Some(whole - left);
                return Ok(());
            }
            at += whole as usize;
        }
        Ok(())
    }

    fn take_member(&mut self, member: &ParsedMember, content: u64) -> Result<()> {
        let (Some(mut kind), Ok(path)) = (member.kind, TreePath::new(&member.path)) else {
            return Ok(());
        };
        let Some((folder, name)) = path.split() else { return Ok(()) };
        let parent = self.folder(&folder)?;
        let mut original = 0;
        if kind == EntryKind::HardLink {
            match self.by_path.get(&member.target) {
                Some(number) => original = *number,
                None => kind = EntryKind::File,
            }
        }
        let size = if kind == EntryKind::File { member.size } else { 0 };
        let attributes = Attributes { mode: member.mode & 0o7777, modified: (member.modified, 0) };
        let number = self.index.push(&NewEntry {
            parent,
            name,
            kind,
            is_sparse: false,
            attributes,
            size,
            content,
            target: if kind == EntryKind::Symlink { &member.target } else { b"" },
            original,
        })?;
        self.index.set_xattrs(number, member.xattrs.clone());
        self.by_path.insert(member.path.clone(), number);
        Ok(())
    }

    /// The number of a folder plus one; it is made where its own entry is lost.
    fn folder(&mut self, path: &TreePath) -> Result<u32> {
        let Some((above, name)) = path.split() else { return Ok(0) };
        if let Some(number) = self.by_path.get(path.as_bytes()) {
            return Ok(number + 1);
        }
        let parent = self.folder(&above)?;
        let number = self.index.push(&NewEntry {
            parent,
            name,
            kind: EntryKind::Folder,
            is_sparse: false,
            attributes: Attributes { mode: 0o755, modified: (0, 0) },
            size: 0,
            content: 0,
            target: b"",
            original: 0,
        })?;
        self.by_path.insert(path.as_bytes().to_vec(), number);
        Ok(number + 1)
    }
}
