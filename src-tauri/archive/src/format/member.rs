//! Members of a tar: headers as POSIX (pax) has them, so that `tar` reads any name, size and time.

use tar::{EntryType, Header};
use undercroft_foundation::{Code, Error, Result};

use super::index::{Attributes, EntryKind, Xattr};

/// Headers and contents fill blocks of this size.
pub(crate) const BLOCK: usize = 512;

/// A member of a tar, without its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    /// Its path in the tar.
    pub(crate) path: &'a [u8],
    pub(crate) kind: EntryKind,
    pub(crate) attributes: Attributes,
    pub(crate) owner: (u32, u32),
    pub(crate) size: u64,
    /// The target of a symbolic link, the path of a hard link's original.
    pub(crate) target: &'a [u8],
    pub(crate) xattrs: &'a [Xattr],
}

impl Member<'_> {
    /// Appends its header; records that do not fit into it go before it.
    pub(crate) fn write(&self, into: &mut Vec<u8>) -> Result<()> {
        let folder_path;
        let mut path = self.path;
        if self.kind == EntryKind::Folder {
            folder_path = [path, b"/"].concat();
            path = &folder_path;
        }
        let mut header = Header::new_ustar();
        let mut records = Vec::new();
        put_text(&mut header.as_old_mut().name, path, b"path", &mut records);
        put_text(&mut header.as_old_mut().linkname, self.target, b"linkpath", &mut records);
        let (seconds, _) = self.attributes.modified;
        match u64::try_from(seconds).ok().filter(|seconds| *seconds < 1 << 33) {
            Some(seconds) => header.set_mtime(seconds),
            None => {
                header.set_mtime(0);
                put_record(&mut records, b"mtime", seconds.to_string().as_bytes());
            }
        }
        if self.size < 1 << 33 {
            header.set_size(self.size);
        } else {
            header.set_size(0);
            put_record(&mut records, b"size", self.size.to_string().as_bytes());
        }
        for (name, value) in self.xattrs {
            put_record(&mut records, &[b"SCHILY.xattr.", name.as_slice()].concat(), value);
        }
        for (number, key) in [(self.owner.0, &b"uid"[..]), (self.owner.1, b"gid")] {
            if number >= 1 << 21 {
                put_record(&mut records, key, number.to_string().as_bytes());
            }
        }
        header.set_uid(u64::from(self.owner.0 & 0x1f_ffff));
        header.set_gid(u64::from(self.owner.1 & 0x1f_ffff));
        header.set_mode(self.attributes.mode & 0o7777);
        header.set_entry_type(match self.kind {
            EntryKind::Folder => EntryType::Directory,
            EntryKind::File => EntryType::Regular,
            EntryKind::Symlink => EntryType::Symlink,
            EntryKind::HardLink => EntryType::Link,
            EntryKind::Pipe => EntryType::Fifo,
        });
        if !records.is_empty() {
            put_records(into, &records);
        }
        header.set_cksum();
        into.extend_from_slice(header.as_bytes());
        Ok(())
    }
}

fn put_text(field: &mut [u8; 100], text: &[u8], key: &[u8], records: &mut Vec<u8>) {
    let fits = text.len().min(field.len());
    field[..fits].copy_from_slice(&text[..fits]);
    if text.len() > fits {
        put_record(records, key, text);
    }
}

/// A record of a pax header: its own length in decimal, the key, the value.
fn put_record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    records.extend_from_slice(format!("{length} ").as_bytes());
    records.extend_from_slice(key);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

fn put_records(into: &mut Vec<u8>, records: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..10].copy_from_slice(b"PaxHeaders");
    header.set_entry_type(EntryType::XHeader);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(records.len() as u64);
    header.set_cksum();
    into.extend_from_slice(header.as_bytes());
    into.extend_from_slice(records);
    pad(into, records.len() as u64);
}

/// Appends zeros, so that content of this length fills its last block.
pub(crate) fn pad(into: &mut Vec<u8>, length: u64) {
    into.resize(into.len() + padding(length), 0);
}

/// The zeros that follow content of this length.
pub(crate) fn padding(length: u64) -> usize {
    (BLOCK - (length % BLOCK as u64) as usize) % BLOCK
}

/// A member as it stands in a tar.
#[derive(Debug, Default)]
pub(crate) struct ParsedMember {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: Option<EntryKind>,
    pub(crate) mode: u32,
    pub(crate) modified: i64,
    pub(crate) size: u64,
    pub(crate) target: Vec<u8>,
    pub(crate) xattrs: Vec<Xattr>,
    /// The size of its headers.
    pub(crate) header_bytes: usize,
}

/// The member whose header begins here, as far as it is whole; nothing at the end of the tar.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<ParsedMember>> {
    let mut member = ParsedMember::default();
    let mut at = 0;
    let (mut path, mut target, mut size, mut modified) = (None, None, None, None);
    loop {
        let block = bytes.get(at..at + BLOCK).ok_or_else(not_a_header)?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let header = Header::from_byte_slice(block);
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        if header.cksum().ok() != Some(sum) {
            return Err(not_a_header());
        }
        at += BLOCK;
        let length = header.entry_size().map_err(|_| not_a_header())?;
        if header.entry_type() != EntryType::XHeader {
            let whole = path.unwrap_or_else(|| header.path_bytes().into_owned());
            member.path = whole.strip_suffix(b"/").unwrap_or(&whole).to_vec();
            member.target = target
                .or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned))
                .unwrap_or_default();
            member.kind = match header.entry_type() {
                EntryType::Directory => Some(EntryKind::Folder),
                EntryType::Regular => Some(EntryKind::File),
                EntryType::Symlink => Some(EntryKind::Symlink),
                EntryType::Link => Some(EntryKind::HardLink),
                EntryType::Fifo => Some(EntryKind::Pipe),
                _ => None,
            };
            member.mode = header.mode().map_err(|_| not_a_header())?;
            let seconds = header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
            member.modified = modified.or(seconds).unwrap_or_default();
            member.size = size.unwrap_or(length);
            member.header_bytes = at;
            return Ok(Some(member));
        }
        let length = usize::try_from(length).map_err(|_| not_a_header())?;
        let records =
            bytes.get(at..).and_then(|rest| rest.get(..length)).ok_or_else(not_a_header)?;
        for (key, value) in records_of(records) {
            let number = || std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            match key {
                b"path" => path = Some(value.to_vec()),
                b"linkpath" => target = Some(value.to_vec()),
                b"size" => size = number(),
                b"mtime" => {
                    modified = number()
                        .and_then(|seconds| i64::try_from(seconds).ok())
                        .or_else(|| std::str::from_utf8(value).ok()?.parse().ok());
                }
                _ => {
                    if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
                        member.xattrs.push((name.to_vec(), value.to_vec()));
                    }
                }
            }
        }
        at += length + padding(length as u64);
    }
}

fn records_of(mut records: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    while let Some(space) = records.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&records[..space]).ok().and_then(|text| text.parse().ok());
        let Some(length) = length.filter(|length: &usize| *length > space + 1) else { break };
        let Some((record, rest)) = records.split_at_checked(length) else { break };
        let record = &record[space + 1..length - 1];
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            found.push((&record[..equals], &record[equals + 1..]));
        }
        records = rest;
    }
    found
}

fn not_a_header() -> Error {
    Error::new(Code::Damaged, "The archive's tar makes no sense here")
}
