//! The index of an archive: every file and folder in it, where its content lies in the tar, and
//! the digest of that. Kept as varints column by entry, the digests behind them, compressed.

use std::collections::HashMap;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, Result, TreePath};

use super::cursor::{Cursor, put_bytes, put_number, put_signed};

/// The first bytes of the index; the last one is its version.
const MAGIC: &[u8; 8] = b"UCINDEX\x01";
/// An index that opens to more than this is not one of ours.
const LARGEST_INDEX: usize = 2 << 30;

/// A SHA-256 digest.
pub(crate) type Digest = [u8; 32];

/// The kind of an entry of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link.
    Symlink,
    /// Another name of a file that comes before it.
    HardLink,
    /// A named pipe.
    Pipe,
}

impl EntryKind {
    fn from_number(number: u8) -> Result<Self> {
        [Self::Folder, Self::File, Self::Symlink, Self::HardLink, Self::Pipe]
            .into_iter()
            .find(|kind| *kind as u8 == number)
            .ok_or_else(makes_no_sense)
    }
}

/// The attributes of an entry that are kept besides its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// The permissions, setuid, setgid and sticky bits.
    pub mode: u32,
    /// When its content last changed: seconds since 1970 and nanoseconds.
    pub modified: (i64, u32),
}

impl Attributes {
    /// When its content last changed; nothing where that is no time.
    pub fn time(&self) -> Option<Timestamp> {
        let (seconds, nanoseconds) = self.modified;
        Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
    }
}

/// An entry of an archive, its name and link target by their place in the index's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// The number of the folder that it is in, plus one; 0 at the top.
    pub(crate) parent: u32,
    name: (u32, u16),
    target: (u32, u16),
    pub(crate) kind: EntryKind,
    /// Whether it takes less room than its size.
    pub(crate) is_sparse: bool,
    pub(crate) attributes: Attributes,
    pub(crate) size: u64,
    /// The offset of its content in the tar.
    pub(crate) content: u64,
    /// The digest of its content; zeros for what has none, and where it is not known.
    pub(crate) digest: Digest,
    /// The number of the entry that a hard link is another name of.
    pub(crate) original: u32,
}

/// An extended attribute: its name and its value.
pub(crate) type Xattr = (Vec<u8>, Vec<u8>);

/// A new entry, before it has its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEntry<'a> {
    pub(crate) parent: u32,
    pub(crate) name: &'a [u8],
    pub(crate) kind: EntryKind,
    pub(crate) is_sparse: bool,
    pub(crate) attributes: Attributes,
    pub(crate) size: u64,
    pub(crate) content: u64,
    pub(crate) target: &'a [u8],
    pub(crate) original: u32,
}

/// The part of an entry that depends on its kind.
struct Content<'a> {
    size: u64,
    content: u64,
    target: &'a [u8],
    original: u32,
}

/// All entries of an archive; each folder comes before what is in it.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    text: Vec<u8>,
    xattrs: HashMap<u32, Vec<Xattr>>,
    /// Whether something lies between the entries of a folder, as after a repair.
    is_scattered: bool,
}

impl Index {
    /// Adds an entry, and gives its number.
    pub(crate) fn push(&mut self, new: &NewEntry<'_>) -> Result<u32> {
        let number = u32::try_from(self.entries.len()).map_err(|_| too_many())?;
        let name = self.keep(new.name)?;
        let target = self.keep(new.target)?;
        let &NewEntry { parent, kind, is_sparse, attributes, size, content, original, .. } = new;
        let digest = Digest::default();
        let mut open = number;
        while open > parent {
            open = self.entries[open as usize - 1].parent;
        }
        self.is_scattered |= open != parent;
        self.entries.push(Entry {
            parent,
            name,
            target,
            kind,
            is_sparse,
            attributes,
            size,
            content,
            digest,
            original,
        });
        Ok(number)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(u32, u16)> {
        let start = u32::try_from(self.text.len()).map_err(|_| too_many())?;
        let length = u16::try_from(bytes.len()).map_err(|_| makes_no_sense())?;
        self.text.extend_from_slice(bytes);
        Ok((start, length))
    }

    pub(crate) fn set_digest(&mut self, number: u32, digest: Digest) {
        self.entries[number as usize].digest = digest;
    }

    pub(crate) fn set_xattrs(&mut self, number: u32, xattrs: Vec<Xattr>) {
        if !xattrs.is_empty() {
            self.xattrs.insert(number, xattrs);
        }
    }

    pub(crate) fn xattrs(&self, number: u32) -> &[Xattr] {
        self.xattrs.get(&number).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }

    /// The entries after a folder among which all that lies below it is; nothing else is, unless
    /// the archive was damaged.
    pub(crate) fn behind(&self, folder: u32) -> &[Entry] {
        let after = &self.entries[folder as usize + 1..];
        let end = after.iter().position(|entry| !self.is_scattered && entry.parent <= folder);
        &after[..end.unwrap_or(after.len())]
    }

    pub(crate) fn name(&self, number: u32) -> &[u8] {
        self.text_at(self.entry(number).name)
    }

    pub(crate) fn name_of(&self, entry: &Entry) -> &[u8] {
        self.text_at(entry.name)
    }

    /// The target of a symbolic link.
    pub(crate) fn target(&self, number: u32) -> &[u8] {
        self.text_at(self.entry(number).target)
    }

    fn text_at(&self, (start, length): (u32, u16)) -> &[u8] {
        &self.text[start as usize..start as usize + usize::from(length)]
    }

    /// The path of an entry in the tar.
    pub(crate) fn path(&self, number: u32) -> Result<TreePath> {
        let mut names = Vec::new();
        let mut next = number + 1;
        while next > 0 {
            names.push(self.name(next - 1));
            next = self.entry(next - 1).parent;
        }
        TreePath::from_names(names.into_iter().rev())
    }

    /// The index as the content of its skippable frame.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        let mut plain = Vec::with_capacity(self.text.len() + self.entries.len() * 48);
        put_number(&mut plain, self.entries.len() as u64);
        let (mut content, mut seconds) = (0_u64, 0_i64);
        for (number, entry) in self.entries.iter().enumerate() {
            put_number(&mut plain, number as u64 + 1 - u64::from(entry.parent));
            put_bytes(&mut plain, self.text_at(entry.name));
            plain.push(entry.kind as u8 | u8::from(entry.is_sparse) << 7);
            put_number(&mut plain, u64::from(entry.attributes.mode));
            put_signed(&mut plain, entry.attributes.modified.0.wrapping_sub(seconds));
            put_number(&mut plain, u64::from(entry.attributes.modified.1));
            seconds = entry.attributes.modified.0;
            match entry.kind {
                EntryKind::File => {
                    put_number(&mut plain, entry.size);
                    put_number(&mut plain, entry.content - content);
                    content = entry.content;
                }
                EntryKind::Symlink => put_bytes(&mut plain, self.text_at(entry.target)),
                EntryKind::HardLink => put_number(&mut plain, u64::from(entry.original)),
                EntryKind::Folder | EntryKind::Pipe => {}
            }
        }
        for entry in &self.entries {
            if entry.kind == EntryKind::File && entry.size > 0 {
                plain.extend_from_slice(&entry.digest);
            }
        }
        let mut with_xattrs: Vec<_> = self.xattrs.iter().collect();
        with_xattrs.sort_unstable_by_key(|(number, _)| **number);
        for (number, xattrs) in with_xattrs {
            for (name, value) in xattrs {
                put_number(&mut plain, u64::from(*number));
                put_bytes(&mut plain, name);
                put_bytes(&mut plain, value);
            }
        }
        let compressed = zstd::bulk::compress(&plain, 6)
            .map_err(|source| Error::new(Code::Internal, "Cannot compress").because(source))?;
        let mut index = MAGIC.to_vec();
        index.extend_from_slice(&Sha256::digest(&compressed));
        index.extend_from_slice(&compressed);
        Ok(index)
    }

    /// Reads what [`Index::encode`] wrote.
    pub(crate) fn decode(index: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(index);
        if &cursor.array::<8>()? != MAGIC {
            return Err(makes_no_sense());
        }
        let digest: Digest = cursor.array()?;
        let compressed = cursor.take(index.len() - 40)?;
        if Digest::from(Sha256::digest(compressed)) != digest {
            return Err(makes_no_sense());
        }
        let size = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten();
        let size = size.and_then(|size| usize::try_from(size).ok());
        let size = size.filter(|size| *size <= LARGEST_INDEX).ok_or_else(makes_no_sense)?;
        let plain = zstd::bulk::decompress(compressed, size)
            .map_err(|source| makes_no_sense().because(source))?;
        Self::decode_plain(&plain)
    }

    /// The part of an entry that depends on its kind. `content` is where that of the file before it
    /// lies.
    fn decode_content<'a>(
        &self,
        kind: EntryKind,
        mut content: u64,
        cursor: &mut Cursor<'a>,
    ) -> Result<Content<'a>> {
        let (mut size, mut original, mut target) = (0, 0, &b""[..]);
        match kind {
            EntryKind::File => {
                size = cursor.number()?;
                content = content.checked_add(cursor.number()?).ok_or_else(makes_no_sense)?;
                content.checked_add(size).ok_or_else(makes_no_sense)?;
            }
            EntryKind::Symlink => target = cursor.bytes()?,
            EntryKind::HardLink => {
                original = cursor.number_as()?;
                let is_file = self
                    .entries
                    .get(original as usize)
                    .is_some_and(|entry| entry.kind == EntryKind::File);
                if !is_file {
                    return Err(makes_no_sense());
                }
            }
            EntryKind::Folder | EntryKind::Pipe => {}
        }
        Ok(Content { size, content, target, original })
    }

    fn decode_plain(plain: &[u8]) -> Result<Self> {
        let mut cursor = Cursor::new(plain);
        let count: u32 = cursor.number_as()?;
        let mut this = Self::default();
        // No entry takes fewer than six bytes: a wrong count reserves no more than is there.
        this.entries.reserve((count as usize).min(plain.len() / 6));
        let (mut content, mut seconds) = (0_u64, 0_i64);
        for number in 0..count {
            let back: u32 = cursor.number_as()?;
            let parent = (number + 1).checked_sub(back).ok_or_else(makes_no_sense)?;
            if parent > number {
                return Err(makes_no_sense());
            }
            let name = cursor.bytes()?;
            let [kind] = cursor.array()?;
            let mode = cursor.number_as()?;
            seconds = seconds.wrapping_add(cursor.signed()?);
            let attributes = Attributes { mode, modified: (seconds, cursor.number_as()?) };
            let is_sparse = kind & 0x80 != 0;
            let kind = EntryKind::from_number(kind & 0x7f)?;
            let Content { size, content: at, target, original } =
                this.decode_content(kind, content, &mut cursor)?;
            content = at;
            let is_in_folder =
                parent == 0 || this.entries[parent as usize - 1].kind == EntryKind::Folder;
            let is_name = TreePath::new(name).is_ok_and(|path| path.names().count() == 1);
            if !is_in_folder || !is_name {
                return Err(makes_no_sense());
            }
            this.push(&NewEntry {
                parent,
                name,
                kind,
                is_sparse,
                attributes,
                size,
                content,
                target,
                original,
            })?;
        }
        for entry in &mut this.entries {
            if entry.kind == EntryKind::File && entry.size > 0 {
                entry.digest = cursor.array()?;
            }
        }
        while !cursor.is_at_end() {
            let number: u32 = cursor.number_as()?;
            if number >= count {
                return Err(makes_no_sense());
            }
            let xattr = (cursor.bytes()?.to_vec(), cursor.bytes()?.to_vec());
            this.xattrs.entry(number).or_default().push(xattr);
        }
        Ok(this)
    }
}

fn too_many() -> Error {
    Error::new(Code::Invalid, "The project has too many files for one archive")
        .next("Divide it into several projects")
}

fn makes_no_sense() -> Error {
    Error::new(Code::Damaged, "The archive's index makes no sense")
}
