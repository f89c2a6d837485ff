//! The format of an archive, by its first bytes and never by its name.

use std::fs::File;
use std::os::unix::fs::FileExt;

use undercroft_foundation::{Result, Text, text};

use super::plan::Format;
use super::{refuse, stream};

/// The finding about a file.
#[derive(Debug)]
pub(super) enum Detected {
    Known(Format),
    /// It cannot be unpacked; the reason.
    Other(Text),
}

const BLOCK: usize = 512;

/// Reads the first bytes of a file.
pub(super) fn detect(file: &File, length: u64) -> Result<Detected> {
    let mut start = [0; BLOCK];
    let filled = read_up_to(file, &mut start)?;
    let start = &start[..filled];
    let compressed = match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Ok(Detected::Known(Format::Zip)),
        [0x1f, 0x8b, 8, ..] => Format::TarGz,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Format::TarXz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Format::TarZst,
        _ if is_tar(start) => return Ok(Detected::Known(Format::Tar)),
        _ => return Ok(Detected::Other(unknown(start, length))),
    };
    let mut inner = [0; BLOCK];
    let filled = stream::peek(file, compressed, &mut inner)?;
    if is_tar(&inner[..filled]) {
        return Ok(Detected::Known(compressed));
    }
    Ok(Detected::Other(text!("It is a compressed file, but no tar archive is in it")))
}

fn read_up_to(file: &File, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refuse::read(error)),
        }
    }
    Ok(filled)
}

/// Whether it is the first block of a tar: a header whose sum is right, or the end of an empty one.
fn is_tar(block: &[u8]) -> bool {
    block.len() == BLOCK && (block.iter().all(|b| *b == 0) || super::tar::is_header(block))
}

fn unknown(start: &[u8], length: u64) -> Text {
    let name = match start {
        _ if length == 0 => return text!("The file is empty"),
        [b'7', b'z', 0xbc, 0xaf, ..] => text!("a 7-Zip archive"),
        [b'R', b'a', b'r', b'!', ..] => text!("a RAR archive"),
        [b'B', b'Z', b'h', ..] => text!("packed with bzip2"),
        [0x1f, 0x9d, ..] => text!("packed with compress"),
        [0x04, 0x22, 0x4d, 0x18, ..] => text!("packed with LZ4"),
        [b'P', b'K', 7, 8, ..] => text!("a zip archive in several parts"),
        _ => {
            return text!(
                "It is not an archive that can be unpacked: tar, tar.gz, tar.xz, tar.zst or zip"
            );
        }
    };
    text!(
        "It is {name}, which cannot be unpacked here; tar, tar.gz, tar.xz, tar.zst and zip can",
        name
    )
}
