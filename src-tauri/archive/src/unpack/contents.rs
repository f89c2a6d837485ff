//! The names in an archive that lies in memory: enough to look into it. Nothing is unpacked to a
//! disk, and no more is read than the bounds below.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use rustix::fs::{MemfdFlags, memfd_create};
use undercroft_foundation::{Error, IoContext, Result};

use super::format::{Detected, detect};
use super::plan::Format;
use super::stream::{At, Reading, decoder};
use super::{refuse, tar, zip};

/// The most entries that are listed.
const LISTED: usize = 1000;
/// The most bytes of a tar, unpacked, that are read for their names.
const UNPACKED: u64 = 128 << 20;

/// The first entries of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The format.
    pub format: Format,
    /// The entries, in their order; a thousand at most.
    pub entries: Vec<PackedEntry>,
    /// Whether these are all.
    pub complete: bool,
}

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedEntry {
    /// Its name as the archive has it, whatever it might lead to.
    pub name: Vec<u8>,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// The size that it has by its own account.
    pub size_bytes: u64,
}

/// Whether a file that begins so may be an archive of which [`contents`] tells.
pub fn may_be_archive(head: &[u8]) -> bool {
    let packed = matches!(
        head,
        [b'P', b'K', 3, 4, ..]
            | [b'P', b'K', 5, 6, ..]
            | [0x1f, 0x8b, 8, ..]
            | [0xfd, b'7', b'z', b'X', b'Z', 0, ..]
            | [0x28, 0xb5, 0x2f, 0xfd, ..]
    );
    packed || head.get(..512).is_some_and(tar::is_header)
}

/// Lists an archive, of which `bytes` are all or the first. Nothing for what is none, and for one
/// that does not tell a single name. What is behind a damage is not told.
///
/// # Errors
/// When the memory for it cannot be had.
pub fn contents(bytes: &[u8]) -> Result<Option<Contents>> {
    let here = std::path::Path::new("an archive in memory");
    let made = memfd_create("archive", MemfdFlags::CLOEXEC).map_err(io::Error::from);
    let mut file = File::from(made.at("open", here)?);
    file.write_all(bytes).at("write", here)?;
    let length = bytes.len() as u64;
    let Ok(Detected::Known(format)) = detect(&file, length) else { return Ok(None) };
    let mut entries = Vec::new();
    let mut add = |entry: PackedEntry| {
        if entries.len() >= LISTED {
            return Err(refuse::limit("It holds more entries than are listed"));
        }
        entries.push(entry);
        Ok(())
    };
    let listed = match format {
        Format::Zip => zip::each_name(&file, length, &mut add),
        _ => each_in_tar(&file, format, &mut add),
    };
    let complete = listed.is_ok();
    Ok((complete || !entries.is_empty()).then_some(Contents { format, entries, complete }))
}

fn each_in_tar(
    file: &File,
    format: Format,
    add: &mut dyn FnMut(PackedEntry) -> Result<(), Error>,
) -> Result<()> {
    let unpacked = decoder(At::new(file, None), format).map_err(refuse::read)?.take(UNPACKED);
    tar::each_name(Reading(BufReader::new(unpacked)), add)
}
