//! One entry of a zip: its record in the table of contents, and the header before its bytes, which
//! must say the same.

use std::fs::File;
use std::io::Read;

use undercroft_foundation::{Result, escape_name, text};

use super::super::names::Backslash;
use super::super::refuse;
use super::super::tree::Attributes;
use super::bytes::{read_exact_at, u16_at, u32_at, u64_at};
use super::directory::bad;
use super::times;

const CENTRAL: usize = 46;
const LOCAL: usize = 30;
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const SIZES_FOLLOW: u16 = 1 << 3;
const IS_UTF8: u16 = 1 << 11;
const UNIX: u8 = 3;
const MAC: u8 = 19;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Symlink,
    /// It is not unpacked; the reason.
    LeftOut(&'static str),
}

/// An entry as the table of contents has it.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name as the headers have it.
    stored_name: Vec<u8>,
    /// The name in Unicode that an extension gives.
    unicode_name: Option<Vec<u8>>,
    pub(super) kind: Kind,
    pub(super) backslash: Backslash,
    pub(super) attributes: Attributes,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    flags: u16,
    header_at: u64,
}

impl Entry {
    /// Reads the next record, and counts its bytes.
    pub(super) fn read(source: &mut impl Read, read: &mut u64) -> Result<Self> {
        let mut fixed = [0; CENTRAL];
        source.read_exact(&mut fixed).map_err(|_| bad())?;
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(bad());
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(&fixed, at)));
        let mut rest = vec![0; name + extra + comment];
        source.read_exact(&mut rest).map_err(|_| bad())?;
        *read += (CENTRAL + rest.len()) as u64;
        let extra = rest[name..name + extra].to_vec();
        rest.truncate(name);
        Self::parse(&fixed, rest, &extra)
    }

    fn parse(fixed: &[u8; CENTRAL], stored_name: Vec<u8>, extra: &[u8]) -> Result<Self> {
        let (host, flags) = (fixed[5], u16_at(fixed, 8));
        let is_unix = matches!(host, UNIX | MAC);
        let mode = u32_at(fixed, 38) >> 16;
        let mut entry = Self {
            unicode_name: None,
            kind: Kind::File,
            backslash: if is_unix { Backslash::Character } else { Backslash::Separator },
            attributes: Attributes {
                mode: Some(mode).filter(|mode| is_unix && mode & 0o777 != 0),
                modified: times::from_dos(u16_at(fixed, 14), u16_at(fixed, 12)),
            },
            method: u16_at(fixed, 10),
            crc: u32_at(fixed, 16),
            packed: u32_at(fixed, 20).into(),
            size: u32_at(fixed, 24).into(),
            header_at: u32_at(fixed, 42).into(),
            flags,
            stored_name,
        };
        if u16_at(fixed, 34) != 0 && u16_at(fixed, 34) != u16::MAX {
            return Err(refuse::invalid("It is one part of an archive in several parts"));
        }
        entry.read_extra(extra)?;
        entry.kind = entry.kind_of(if is_unix { mode } else { 0 });
        Ok(entry)
    }

    fn read_extra(&mut self, extra: &[u8]) -> Result<()> {
        let needs = [self.size, self.packed, self.header_at].map(|field| field == 0xffff_ffff);
        let mut has_64 = false;
        for (id, field) in fields(extra) {
            match id {
                1 if !has_64 => {
                    has_64 = true;
                    self.read_64(needs, field)?;
                }
                0x5455 | 0x000a => {
                    if let Some(time) = times::from_extra(id, field) {
                        self.attributes.modified = Some(time);
                    }
                }
                // It counts only for the name that it was made for.
                0x7075 if field.len() > 5 && self.flags & IS_UTF8 == 0 => {
                    let mut crc = flate2::Crc::new();
                    crc.update(&self.stored_name);
                    if crc.sum() == u32_at(field, 1) && std::str::from_utf8(&field[5..]).is_ok() {
                        self.unicode_name = Some(field[5..].to_vec());
                    }
                }
                _ => {}
            }
        }
        if needs.contains(&true) && !has_64 { Err(bad()) } else { Ok(()) }
    }

    fn read_64(&mut self, needs: [bool; 3], field: &[u8]) -> Result<()> {
        let mut at = 0;
        let [size, packed, header_at] = needs;
        for (needed, value) in
            [(size, &mut self.size), (packed, &mut self.packed), (header_at, &mut self.header_at)]
        {
            if needed {
                if field.len() < at + 8 {
                    return Err(bad());
                }
                *value = u64_at(field, at);
                at += 8;
            }
        }
        Ok(())
    }

    fn kind_of(&self, mode: u32) -> Kind {
        let name = self.name();
        let ends_as_folder =
            name.ends_with(b"/") || self.backslash == Backslash::Separator && name.ends_with(b"\\");
        match mode & 0o170_000 {
            _ if ends_as_folder => Kind::Folder,
            0o040_000 => Kind::Folder,
            0o120_000 => Kind::Symlink,
            0 | 0o100_000 => Kind::File,
            0o010_000 => Kind::LeftOut("It is a named pipe"),
            0o020_000 | 0o060_000 => Kind::LeftOut("It is a device"),
            0o140_000 => Kind::LeftOut("It is a socket"),
            _ => Kind::LeftOut("It is of a kind that is not known"),
        }
    }

    /// The name, of any bytes.
    pub(super) fn name(&self) -> &[u8] {
        self.unicode_name.as_deref().unwrap_or(&self.stored_name)
    }

    /// Refuses what cannot be read.
    pub(super) fn check_readable(&self) -> Result<()> {
        if self.flags & ENCRYPTED != 0 {
            return Err(refuse::invalid(text!(
                "It is encrypted ({entry}), and encrypted archives cannot be unpacked here",
                entry = escape_name(self.name())
            )));
        }
        match self.method {
            0 if self.packed != self.size => Err(self.wrong("states two sizes")),
            0 | 8 | 93 => Ok(()),
            method => Err(refuse::invalid(text!(
                "{entry} is packed with method {method}, which is not known here",
                entry = escape_name(self.name()),
                method
            ))),
        }
    }

    /// The error of an entry whose bytes are wrong.
    pub(super) fn wrong(&self, how: &str) -> undercroft_foundation::Error {
        refuse::damaged(format!("{} {how}", escape_name(self.name())))
    }

    /// Reads the header before the bytes and holds it against the table of contents. Returns the
    /// range of both.
    pub(super) fn locate(&self, file: &File, directory_at: u64) -> Result<Place> {
        let start = self.header_at;
        let limit = |end: &u64| *end <= directory_at;
        let fixed_end = start.checked_add(LOCAL as u64).filter(limit).ok_or_else(bad)?;
        let mut fixed = [0; LOCAL + 512];
        let known = LOCAL + self.stored_name.len().min(512);
        let known_end = start.checked_add(known as u64).filter(limit).unwrap_or(fixed_end);
        let wanted = usize::try_from(known_end - start).unwrap_or(LOCAL);
        read_exact_at(file, &mut fixed[..wanted], start)?;
        let (name, extra) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
        let is_same = fixed.starts_with(b"PK\x03\x04")
            && usize::from(name) == self.stored_name.len()
            && u16_at(&fixed, 8) == self.method
            && (u16_at(&fixed, 6) ^ self.flags) & (ENCRYPTED | SIZES_FOLLOW) == 0;
        if !is_same {
            return Err(self.mismatch());
        }
        let data = fixed_end + u64::from(name) + u64::from(extra);
        let end = data.checked_add(self.packed).filter(limit).ok_or_else(bad)?;
        let inline = &fixed[LOCAL..wanted];
        let mut longer = Vec::new();
        let local_name = if self.stored_name.len() > 512 {
            longer.resize(self.stored_name.len(), 0);
            read_exact_at(file, &mut longer, fixed_end)?;
            &longer[..]
        } else {
            inline
        };
        if local_name != self.stored_name {
            return Err(self.mismatch());
        }
        self.check_sizes(file, &fixed, fixed_end + u64::from(name), extra)?;
        Ok(Place { start, data, end })
    }

    fn check_sizes(&self, file: &File, fixed: &[u8], extra_at: u64, extra: u16) -> Result<()> {
        if self.flags & SIZES_FOLLOW != 0 {
            return Ok(());
        }
        let [mut packed, mut size] = [18, 22].map(|at| u64::from(u32_at(fixed, at)));
        if packed == 0xffff_ffff || size == 0xffff_ffff {
            let mut bytes = vec![0; extra.into()];
            read_exact_at(file, &mut bytes, extra_at)?;
            if let Some((_, field)) = fields(&bytes).find(|(id, _)| *id == 1) {
                (size, packed) = (u64_at(field, 0), u64_at(field, 8));
            }
        }
        if (packed, size, u32_at(fixed, 14)) == (self.packed, self.size, self.crc) {
            Ok(())
        } else {
            Err(self.mismatch())
        }
    }

    fn mismatch(&self) -> undercroft_foundation::Error {
        self.wrong("is described in two ways that differ, so it is not clear what it holds")
    }
}

/// The range of an entry in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) data: u64,
    pub(super) end: u64,
}

fn fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let field = extra.get(4..4 + length)?;
        extra = &extra[4 + length..];
        Some((id, field))
    })
}
