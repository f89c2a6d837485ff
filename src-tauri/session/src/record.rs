//! The records of the journal, as bytes and back.

use std::sync::Arc;

use jiff::Timestamp;
use undercroft_foundation::{ProjectId, TreePath};

use super::change::Change;

/// The beginning of the file.
pub(super) const HEAD: &[u8] = b"undercroft session 1 565c4395\n";
/// The beginning of each record.
pub(super) const MAGIC: [u8; 4] = [0xd1, b'U', b'C', b's'];
/// The bytes of a record before its payload.
pub(super) const HEADER_BYTES: usize = 16;
/// No payload is longer.
pub(super) const PAYLOAD_BYTES: usize = 64 * 1024 * 1024;
/// The bytes of a written record beside path and content.
const FIXED_BYTES: usize = HEADER_BYTES + 1 + ID_BYTES + 1 + 4 + TIME_BYTES;

const ID_BYTES: usize = 32;
const TIME_BYTES: usize = 12;

const WRITTEN: u8 = 1;
const DELETED: u8 = 2;
const EXPIRED: u8 = 3;
const CHANGED: u8 = 4;

/// The kind of a piece of session work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionKind {
    /// A file of no workspace.
    Scratch,
    /// The unsaved content of a file of a workspace.
    Draft,
}

impl SessionKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Scratch, Self::Draft];

    /// The stable name: `draft`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scratch => "scratch",
            Self::Draft => "draft",
        }
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The key of a piece of session work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    /// The project that it belongs to.
    pub project: ProjectId,
    /// The kind of work.
    pub kind: SessionKind,
    /// A draft's file, or the name of a scratch file.
    pub path: TreePath,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Written { key: SessionKey, modified: Timestamp, content: Arc<[u8]> },
    Changed { key: SessionKey, modified: Timestamp, change: Change },
    Deleted(SessionKey),
    Expired(Timestamp),
}

/// A record's first bytes, when they are what was written at this place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) payload_bytes: usize,
    payload_crc: u32,
}

impl Header {
    pub(super) fn decode(bytes: &[u8; HEADER_BYTES], at: u64) -> Option<Self> {
        let field = |from: usize| {
            let mut field = [0; 4];
            field.copy_from_slice(&bytes[from..from + 4]);
            u32::from_le_bytes(field)
        };
        let payload_bytes = usize::try_from(field(4)).ok().filter(|size| *size <= PAYLOAD_BYTES)?;
        let whole = bytes.starts_with(&MAGIC) && header_crc(at, &bytes[..12]) == field(12);
        whole.then_some(Self { payload_bytes, payload_crc: field(8) })
    }

    /// The record with this payload, if it is what was written.
    pub(super) fn record(&self, payload: &[u8]) -> Option<Record> {
        (crc32fast::hash(payload) == self.payload_crc).then(|| Record::decode(payload)).flatten()
    }
}

/// The place is part of it: a copy of a record elsewhere, say inside a draft, is none.
fn header_crc(at: u64, header: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&at.to_le_bytes());
    crc.update(header);
    crc.finalize()
}

impl Record {
    /// Appends it to `bytes`, whose beginning lies at `start` in the file.
    pub(super) fn encode(&self, start: u64, bytes: &mut Vec<u8>) {
        let from = bytes.len();
        bytes.extend_from_slice(&[0; HEADER_BYTES]);
        match self {
            Self::Written { key, modified, content } => {
                bytes.push(WRITTEN);
                encode_key(key, bytes);
                encode_time(*modified, bytes);
                bytes.extend_from_slice(content);
            }
            Self::Changed { key, modified, change } => {
                bytes.push(CHANGED);
                encode_key(key, bytes);
                encode_time(*modified, bytes);
                for field in [change.kept_start, change.kept_end, change.crc] {
                    bytes.extend_from_slice(&field.to_le_bytes());
                }
                bytes.extend_from_slice(&change.between);
            }
            Self::Deleted(key) => {
                bytes.push(DELETED);
                encode_key(key, bytes);
            }
            Self::Expired(time) => {
                bytes.push(EXPIRED);
                encode_time(*time, bytes);
            }
        }
        let payload = &bytes[from + HEADER_BYTES..];
        // What is too long was refused before it came here.
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let payload_crc = crc32fast::hash(payload);
        let header = &mut bytes[from..from + HEADER_BYTES];
        header[..4].copy_from_slice(&MAGIC);
        header[4..8].copy_from_slice(&length.to_le_bytes());
        header[8..12].copy_from_slice(&payload_crc.to_le_bytes());
        let crc = header_crc(start + from as u64, &header[..12]);
        header[12..].copy_from_slice(&crc.to_le_bytes());
    }

    fn decode(payload: &[u8]) -> Option<Self> {
        let (kind, mut rest) = payload.split_first()?;
        let record = match *kind {
            WRITTEN => {
                let (key, modified) = (decode_key(&mut rest)?, decode_time(&mut rest)?);
                let content = Arc::from(std::mem::take(&mut rest));
                Self::Written { key, modified, content }
            }
            CHANGED => {
                let (key, modified) = (decode_key(&mut rest)?, decode_time(&mut rest)?);
                let (kept_start, kept_end) = (decode_u32(&mut rest)?, decode_u32(&mut rest)?);
                let crc = decode_u32(&mut rest)?;
                let between = std::mem::take(&mut rest).to_vec();
                let change = Change { kept_start, kept_end, crc, between, result: None };
                Self::Changed { key, modified, change }
            }
            DELETED => Self::Deleted(decode_key(&mut rest)?),
            EXPIRED => Self::Expired(decode_time(&mut rest)?),
            _ => return None,
        };
        rest.is_empty().then_some(record)
    }
}

/// The bytes that it takes in the journal to hold this.
pub(super) fn written_bytes(key: &SessionKey, content_bytes: usize) -> u64 {
    (FIXED_BYTES + key.path.as_bytes().len() + content_bytes) as u64
}

fn encode_key(key: &SessionKey, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(key.project.to_string().as_bytes());
    bytes.push(match key.kind {
        SessionKind::Scratch => 1,
        SessionKind::Draft => 2,
    });
    let path = key.path.as_bytes();
    bytes.extend_from_slice(&u32::try_from(path.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(path);
}

fn decode_key(rest: &mut &[u8]) -> Option<SessionKey> {
    let project = std::str::from_utf8(take(rest, ID_BYTES)?).ok()?.parse().ok()?;
    let kind = match take(rest, 1)? {
        [1] => SessionKind::Scratch,
        [2] => SessionKind::Draft,
        _ => return None,
    };
    let length = decode_u32(rest)?;
    let path = TreePath::new(take(rest, usize::try_from(length).ok()?)?).ok()?;
    Some(SessionKey { project, kind, path })
}

fn encode_time(time: Timestamp, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&time.as_second().to_le_bytes());
    bytes.extend_from_slice(&time.subsec_nanosecond().to_le_bytes());
}

fn decode_time(rest: &mut &[u8]) -> Option<Timestamp> {
    let seconds = i64::from_le_bytes(take(rest, 8)?.try_into().ok()?);
    let nanoseconds = i32::from_le_bytes(take(rest, 4)?.try_into().ok()?);
    Timestamp::new(seconds, nanoseconds).ok()
}

fn decode_u32(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// The kind of a file, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Ours,
    Newer,
    Damaged,
}

/// Reads the first [`HEAD`]`.len()` bytes of a file.
pub(super) fn read_head(bytes: &[u8]) -> Head {
    if bytes == HEAD {
        return Head::Ours;
    }
    let crc_at = HEAD.len() - 9;
    let line = bytes.split_at_checked(crc_at).filter(|(text, _)| text.starts_with(&HEAD[..19]));
    let proven = line
        .is_some_and(|(text, crc)| crc == format!("{:08x}\n", crc32fast::hash(text)).as_bytes());
    if proven { Head::Newer } else { Head::Damaged }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_carries_its_own_checksum() {
        let line = |version: char| {
            let text = format!("undercroft session {version} ");
            format!("{text}{:08x}\n", crc32fast::hash(text.as_bytes())).into_bytes()
        };
        assert_eq!(String::from_utf8(line('1')).unwrap().as_bytes(), HEAD);
        assert_eq!(read_head(HEAD), Head::Ours);
        assert_eq!(read_head(&line('2')), Head::Newer);
        for at in 0..HEAD.len() {
            let mut bent = HEAD.to_vec();
            bent[at] ^= 1;
            assert_eq!(read_head(&bent), Head::Damaged);
        }
    }
}
