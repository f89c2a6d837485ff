//! Tar's blocks become records: header, long names and extensions put together.

use ::tar::{EntryType, Header};
use undercroft_foundation::Result;

use super::super::refuse;
use super::super::stream::Source;
use super::super::tree::Attributes;
use super::pax::Extensions;
use super::sparse::{self, SparseMap};

const BLOCK: usize = 512;
/// The longest extension or name that is taken: far more than any path.
const LONGEST_EXTENSION: u64 = 4 << 20;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Symlink,
    HardLink,
    /// It is not unpacked; the reason.
    LeftOut(&'static str),
}

/// One entry, whose content is still to be read.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) path: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) link: Vec<u8>,
    pub(super) attributes: Attributes,
    pub(super) sparse: Option<SparseMap>,
    size: u64,
}

impl Record {
    /// The size of the file that it becomes.
    pub(super) fn unpacked_size(&self) -> u64 {
        match (&self.sparse, self.kind) {
            (Some(map), Kind::File) => map.size,
            (None, Kind::File) => self.size,
            _ => 0,
        }
    }
}

/// Reads records one after the other.
pub(super) struct Reader<S> {
    source: S,
    /// The content of the current entry that was not read.
    remaining: u64,
    padding: u64,
}

/// Whether a block is a header whose sum is right.
pub(in super::super) fn is_header(block: &[u8]) -> bool {
    let (Some(before), Some(field), Some(after)) =
        (block.get(..148), block.get(148..156), block.get(156..BLOCK))
    else {
        return false;
    };
    let Some(stated) = octal(field) else { return false };
    let bytes = || before.iter().chain(after);
    let unsigned: u64 = bytes().map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
    // Some old programs took bytes for signed.
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum::<i64>() + 8 * 32;
    stated == unsigned || i64::try_from(stated) == Ok(signed)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(|c| c == '\0' || c == ' ');
    u64::from_str_radix(text, 8).ok()
}

impl<S: Source> Reader<S> {
    pub(super) fn new(source: S) -> Self {
        Self { source, remaining: 0, padding: 0 }
    }

    /// The bytes of the current entry that are still to be passed.
    pub(super) fn waiting(&self) -> u64 {
        self.remaining.saturating_add(self.padding)
    }

    /// The next entry; nothing after the mark of the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>> {
        let (mut name, mut link, mut extensions) = (None, None, Extensions::default());
        loop {
            self.pass()?;
            let mut block = [0; BLOCK];
            self.source.read_exact(&mut block).map_err(refuse::read)?;
            if block.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            if !is_header(&block) {
                return Err(refuse::damaged("A header in it is damaged"));
            }
            let header = Header::from_byte_slice(&block);
            let bad_size = |_| refuse::damaged("An entry in it states a size that is none");
            self.set_size(header.entry_size().map_err(bad_size)?)?;
            match header.entry_type().as_byte() {
                b'L' | b'N' => name = Some(self.read_text()?),
                b'K' => link = Some(self.read_text()?),
                b'x' | b'X' => extensions.read(&self.read_all()?)?,
                b'g' => Extensions::check_global(&self.read_all()?)?,
                b'V' => {}
                b'M' => {
                    return Err(refuse::invalid("It is one part of an archive in several parts"));
                }
                _ => return self.record(header, name, link, extensions).map(Some),
            }
        }
    }

    fn record(
        &mut self,
        header: &Header,
        name: Option<Vec<u8>>,
        link: Option<Vec<u8>>,
        mut extensions: Extensions,
    ) -> Result<Record> {
        if let Some(size) = extensions.size {
            self.set_size(size)?;
        }
        let sparse_name = extensions.take_sparse_name();
        let path = sparse_name.or_else(|| extensions.path.take()).or(name);
        let path = path.unwrap_or_else(|| header.path_bytes().into());
        let stated = || header.link_name_bytes().map(|name| name.to_vec());
        let link = extensions.link.take().or(link).or_else(stated).unwrap_or_default();
        let kind = kind_of(header.entry_type(), &path);
        let in_header = header.mtime().ok().and_then(|time| i64::try_from(time).ok());
        let modified = extensions.modified.or(in_header.map(|seconds| (seconds, 0)));
        let attributes = Attributes { mode: header.mode().ok(), modified };
        let mut sparse = None;
        if header.entry_type() == EntryType::GNUSparse {
            sparse = Some(sparse::read_gnu(&mut self.source, header)?);
        } else if kind == Kind::File && extensions.is_sparse() {
            sparse = Some(extensions.sparse_map(|| self.read_sparse_text())?);
        }
        if let Some(map) = &sparse {
            map.check(self.remaining)?;
        }
        Ok(Record { path, kind, link, attributes, sparse, size: self.remaining })
    }

    fn set_size(&mut self, size: u64) -> Result<()> {
        if size > u64::MAX / 2 {
            return Err(refuse::damaged("An entry in it states a size that is none"));
        }
        self.remaining = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        Ok(())
    }

    /// Reads content of the current entry; nothing at its end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let wanted = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let mut read = 0;
        while read < wanted {
            match self.source.read(&mut buffer[read..wanted]) {
                Ok(0) => return Err(refuse::cut_off()),
                Ok(some) => read += some,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(refuse::read(error)),
            }
        }
        self.remaining -= read as u64;
        Ok(read)
    }

    fn pass(&mut self) -> Result<()> {
        let waiting = self.waiting();
        (self.remaining, self.padding) = (0, 0);
        if waiting == 0 { Ok(()) } else { self.source.skip(waiting).map_err(refuse::read) }
    }

    fn read_all(&mut self) -> Result<Vec<u8>> {
        if self.remaining > LONGEST_EXTENSION {
            return Err(refuse::limit(
                "A name or an extension in it is longer than any that is used",
            ));
        }
        let mut bytes = vec![0; usize::try_from(self.remaining).unwrap_or(0)];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    /// A name that ends with a zero byte.
    fn read_text(&mut self) -> Result<Vec<u8>> {
        let mut bytes = self.read_all()?;
        if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            bytes.truncate(end);
        }
        Ok(bytes)
    }

    /// A block of the map that begins the content of a file with holes.
    fn read_sparse_text(&mut self) -> Result<[u8; BLOCK]> {
        let mut block = [0; BLOCK];
        if self.remaining < BLOCK as u64 {
            return Err(sparse::bad_map());
        }
        self.read(&mut block)?;
        Ok(block)
    }

    /// Reads what follows the end, so that sums behind it are checked.
    pub(super) fn drain(&mut self, buffer: &mut [u8]) -> Result<()> {
        loop {
            match self.source.read(buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(refuse::read(error)),
            }
        }
    }
}

fn kind_of(kind: EntryType, path: &[u8]) -> Kind {
    match kind.as_byte() {
        b'0' | 0 | b'7' if path.ends_with(b"/") => Kind::Folder,
        b'0' | 0 | b'7' | b'S' => Kind::File,
        b'1' => Kind::HardLink,
        b'2' => Kind::Symlink,
        b'3' | b'4' => Kind::LeftOut("It is a device"),
        b'5' | b'D' => Kind::Folder,
        b'6' => Kind::LeftOut("It is a named pipe"),
        _ => Kind::LeftOut("It is of a kind that is not known"),
    }
}
