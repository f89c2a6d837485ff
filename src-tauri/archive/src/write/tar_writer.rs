//! The tar of an archive, member by member, with the index beside it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::fstat;
use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, IoContext as _, Job, Result, escape_path, text};

use super::compressible::{HEAD, is_compressible};
use super::head::Head;
use super::source::{Found, FoundKind, SourceWalk, Stamp, WalkPurpose};
use super::stream::{FrameStream, OWN_FRAMES, Written};
use super::{MadeFile, SourcePart};
use crate::format::index::{Attributes, EntryKind, Index, NewEntry};
use crate::format::member::{BLOCK, Member, pad, padding};

/// How often a file that changes while it is read is read anew.
const TRIES: u32 = 3;

pub(super) struct TarWriter<'a, 'scope> {
    stream: FrameStream<'scope>,
    job: &'a Job,
    index: Index,
    stamps: Vec<Stamp>,
    keeps_stamps: bool,
    source_bytes: u64,
    /// The first name of each file that has several.
    linked: HashMap<(u64, u64), u32>,
    /// The folders on the way to what is being added, and the path of the last in the tar.
    folders: Vec<(u32, usize)>,
    path: Vec<u8>,
    /// The folders that hold parts, by their path.
    made: HashMap<Vec<u8>, u32>,
    buffer: Vec<u8>,
    member: Vec<u8>,
}

/// The tar that was written.
pub(super) struct Tar {
    pub(super) index: Index,
    pub(super) stamps: Vec<Stamp>,
    pub(super) source_bytes: u64,
}

impl<'a, 'scope> TarWriter<'a, 'scope> {
    pub(super) fn new(stream: FrameStream<'scope>, job: &'a Job) -> Self {
        Self {
            stream,
            job,
            index: Index::default(),
            stamps: Vec::new(),
            keeps_stamps: true,
            source_bytes: 0,
            linked: HashMap::new(),
            folders: Vec::new(),
            path: Vec::new(),
            made: HashMap::new(),
            buffer: Vec::new(),
            member: Vec::new(),
        }
    }

    /// From here on, nothing that is added is freed by us.
    pub(super) fn end_of_project(&mut self) {
        self.keeps_stamps = false;
        self.linked.clear();
    }

    /// Adds all that is below a folder, or a file.
    pub(super) fn add_tree(&mut self, part: &SourcePart) -> Result<()> {
        let Some((name, above)) = part.names.split_last() else { return Ok(()) };
        self.enter_folders(above)?;
        let base = self.folders.len();
        let purpose = match self.keeps_stamps {
            true => WalkPurpose::ArchiveProject,
            false => WalkPurpose::ArchivePart,
        };
        let mut walk = SourceWalk::new(&part.from, purpose)?;
        while let Some(mut found) = walk.next()? {
            self.job.check_cancelled()?;
            while self.folders.len() > base + found.depth {
                if let Some((_, length)) = self.folders.pop() {
                    self.path.truncate(length);
                }
            }
            let path = walk.path_of(&found.name);
            if found.depth == 0 {
                found.name.clone_from(name);
            }
            self.add(found, &path)?;
        }
        Ok(())
    }

    /// Adds a file of these bytes.
    pub(super) fn add_file(&mut self, made: &MadeFile) -> Result<()> {
        let Some((name, above)) = made.names.split_last() else { return Ok(()) };
        self.enter_folders(above)?;
        let attributes = Attributes { mode: 0o600, modified: (0, 0) };
        let head = Head { name, kind: EntryKind::File, attributes, ..Head::default() };
        self.buffer.clone_from(&made.content);
        self.put_small(&head)
    }

    /// Makes the folders that a part lies in the ones on the way.
    fn enter_folders(&mut self, names: &[Vec<u8>]) -> Result<()> {
        self.folders.clear();
        self.path.clear();
        for name in names {
            let length = self.path.len();
            let path = self.path_to(name);
            let number = match self.made.get(&path) {
                Some(number) => *number,
                None => {
                    let attributes = Attributes { mode: 0o700, modified: (0, 0) };
                    let head =
                        Head { name, kind: EntryKind::Folder, attributes, ..Head::default() };
                    let number = self.put_header(&head)?;
                    self.made.insert(path.clone(), number);
                    number
                }
            };
            self.folders.push((number, length));
            self.path = path;
        }
        Ok(())
    }

    fn path_to(&self, name: &[u8]) -> Vec<u8> {
        let mut path = self.path.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        path
    }

    fn add(&mut self, found: Found, path: &Path) -> Result<()> {
        let Some(kind) = found.entry_kind() else {
            self.job.warn(escape_path(path), "A socket or device is not archived");
            return Ok(());
        };
        let stamp = Stamp::of(&found.stat);
        let attributes = found.attributes();
        let owner = (found.stat.st_uid, found.stat.st_gid);
        let mut head = Head {
            name: &found.name,
            kind,
            attributes,
            owner,
            stamp,
            xattrs: found.xattrs,
            ..Head::default()
        };
        self.job.set_current(escape_path(path));
        match found.kind {
            FoundKind::Folder => {
                let length = self.path.len();
                let number = self.put_header(&head)?;
                self.folders.push((number, length));
                self.path = self.path_to(&found.name);
            }
            FoundKind::Symlink(target) => {
                head.target = target;
                self.put_header(&head)?;
            }
            FoundKind::Pipe => drop(self.put_header(&head)?),
            FoundKind::Special => {}
            FoundKind::File(file) => {
                if found.stat.st_nlink > 1 {
                    let key = (found.stat.st_dev, found.stat.st_ino);
                    if let Some(original) = self.linked.get(&key).copied() {
                        return self.put_link(head, original);
                    }
                    self.linked.insert(key, self.next_number());
                }
                head.size = found.stat.st_size.cast_unsigned();
                let on_disk = found.stat.st_blocks.cast_unsigned() * BLOCK as u64;
                head.is_sparse = on_disk < head.size && head.size > 64 << 10;
                if head.size <= OWN_FRAMES {
                    self.read_small(&file, &mut head, path)?;
                    self.put_small(&head)?;
                } else {
                    self.put_large(&file, &mut head, path)?;
                }
                self.job.add_files_done(1);
                self.job.add_bytes_done(head.size);
            }
        }
        Ok(())
    }

    /// Puts another name of a file that is in the archive.
    fn put_link(&mut self, mut head: Head<'_>, original: u32) -> Result<()> {
        head.kind = EntryKind::HardLink;
        head.size = 0;
        head.original = original;
        head.target = self.index.path(original)?.as_bytes().to_vec();
        head.xattrs.clear();
        self.put_header(&head)?;
        self.job.add_files_done(1);
        Ok(())
    }

    fn next_number(&self) -> u32 {
        // The index refuses what would not fit.
        self.index.entries().len() as u32
    }

    /// Reads a file whole, anew while it changes.
    fn read_small(&mut self, file: &File, head: &mut Head<'_>, path: &Path) -> Result<()> {
        for _ in 0..TRIES {
            self.buffer.clear();
            self.buffer.reserve(head.size as usize + 1);
            let mut content = file;
            std::io::Seek::seek(&mut content, std::io::SeekFrom::Start(0)).at("read", path)?;
            content.take(OWN_FRAMES * 2).read_to_end(&mut self.buffer).at("read", path)?;
            let stat = fstat(file).map_err(|errno| Error::io("read", path, errno.into()))?;
            let now = Stamp::of(&stat);
            let is_steady = now == head.stamp && self.buffer.len() as u64 == head.size;
            head.size = self.buffer.len() as u64;
            if is_steady {
                return Ok(());
            }
            head.stamp = now;
            head.attributes.modified = now.modified;
        }
        // A stamp that nothing on disk has: it is never freed.
        head.stamp = Stamp::default();
        self.job.warn(escape_path(path), "It changed while it was read");
        Ok(())
    }

    /// Puts a file whose content is in the buffer.
    fn put_small(&mut self, head: &Head<'_>) -> Result<()> {
        let size = self.buffer.len();
        let head = Head { size: size as u64, ..head.clone() };
        self.stream.reserve(size + 4 * BLOCK + head.record_bytes())?;
        let entry = self.put_header(&head)?;
        let content = std::mem::take(&mut self.buffer);
        self.stream.put(&content)?;
        if size > 0 {
            self.stream.digest_last(entry, size);
        }
        self.buffer = content;
        self.stream.put(&[0; BLOCK][..padding(size as u64)])?;
        self.source_bytes += size as u64;
        Ok(())
    }

    /// Puts a file in frames of its own, piece by piece.
    fn put_large(&mut self, file: &File, head: &mut Head<'_>, path: &Path) -> Result<()> {
        let size = head.size;
        let entry = self.put_header(head)?;
        let mut piece = vec![0; HEAD.max(256 << 10)];
        let read = |piece: &mut [u8], at: u64| -> Result<()> {
            file.read_exact_at(piece, at).map_err(|source| {
                if source.kind() == std::io::ErrorKind::UnexpectedEof {
                    return shrank(path);
                }
                Error::io("read", path, source)
            })
        };
        read(&mut piece[..HEAD], 0)?;
        self.stream.begin_own_frames(!is_compressible(&piece[..HEAD]))?;
        let mut hash = Sha256::new();
        let mut at = 0;
        while at < size {
            self.job.check_cancelled()?;
            let left = usize::try_from(size - at).unwrap_or(usize::MAX);
            let length = piece.len().min(left).min(self.stream.room()?);
            read(&mut piece[..length], at)?;
            hash.update(&piece[..length]);
            self.stream.put(&piece[..length])?;
            at += length as u64;
        }
        self.member.clear();
        pad(&mut self.member, size);
        let zeros = std::mem::take(&mut self.member);
        self.stream.put(&zeros)?;
        self.member = zeros;
        self.stream.begin_own_frames(false)?;
        self.index.set_digest(entry, hash.finalize().into());
        self.source_bytes += size;
        let stat = fstat(file).map_err(|errno| Error::io("read", path, errno.into()))?;
        if Stamp::of(&stat) != head.stamp {
            if self.keeps_stamps
                && let Some(stamp) = self.stamps.last_mut()
            {
                *stamp = Stamp::default();
            }
            self.job.warn(escape_path(path), "It changed while it was read");
        }
        Ok(())
    }

    /// Puts the header of a member, and its entry into the index.
    fn put_header(&mut self, head: &Head<'_>) -> Result<u32> {
        let path = self.path_to(head.name);
        self.member.clear();
        let &Head { kind, attributes, owner, size, .. } = head;
        let member = Member {
            path: &path,
            kind,
            attributes,
            owner,
            size,
            target: &head.target,
            xattrs: &head.xattrs,
        };
        member.write(&mut self.member)?;
        self.stream.reserve(self.member.len())?;
        let header = std::mem::take(&mut self.member);
        self.stream.put(&header)?;
        self.member = header;
        // The target of a hard link is the path of its original, which has its own entry.
        let target = if kind == EntryKind::Symlink { head.target.as_slice() } else { b"" };
        let number = self.index.push(&NewEntry {
            parent: self.folders.last().map_or(0, |(number, _)| number + 1),
            name: head.name,
            kind,
            is_sparse: head.is_sparse,
            attributes,
            size,
            content: self.stream.position(),
            target,
            original: head.original,
        })?;
        self.index.set_xattrs(number, head.xattrs.clone());
        if self.keeps_stamps {
            self.stamps.push(head.stamp);
        }
        Ok(number)
    }

    /// Ends the tar, and waits until it is written.
    pub(super) fn finish(mut self) -> Result<(Tar, Written)> {
        self.stream.reserve(2 * BLOCK)?;
        self.stream.put(&[0; 2 * BLOCK])?;
        let written = self.stream.finish()?;
        let Self { index, stamps, source_bytes, .. } = self;
        Ok((Tar { index, stamps, source_bytes }, written))
    }
}

fn shrank(path: &Path) -> Error {
    Error::new(Code::Unavailable, text!("Cannot archive {path}", path = escape_path(path)))
        .why("It became smaller while it was read: a program writes it")
        .next("Close the program, and archive the project again")
}
