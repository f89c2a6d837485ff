//! The content of an entry: unpacked, and held against its size and its sum.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};

use undercroft_foundation::Result;

use super::super::meter::Meter;
use super::super::refuse;
use super::bytes::Section;
use super::entry::{Entry, Place};

const INPUT: usize = 64 * 1024;
pub(super) const OUTPUT: usize = 256 * 1024;

/// Unpacks an entry into `write`, which gets no byte more than the entry states.
pub(super) fn unpack(
    file: &File,
    entry: &Entry,
    place: Place,
    meter: &Meter<'_>,
    buffer: &mut [u8],
    mut write: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let section = Section::new(file, place.data, entry.packed);
    let mut packed = BufReader::with_capacity(INPUT, section);
    {
        let mut source: Box<dyn Read + '_> = match entry.method {
            8 => Box::new(flate2::bufread::DeflateDecoder::new(&mut packed)),
            93 => {
                let mut decoder =
                    zstd::stream::read::Decoder::with_buffer(&mut packed).map_err(refuse::read)?;
                decoder.window_log_max(23).map_err(refuse::read)?;
                Box::new(decoder)
            }
            _ => Box::new(&mut packed),
        };
        let (mut crc, mut left) = (flate2::Crc::new(), entry.size);
        loop {
            let read = match source.read(buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.raw_os_error().is_some() => return Err(refuse::read(error)),
                Err(error) => return Err(entry.wrong("is damaged").because(error)),
            };
            left = left
                .checked_sub(read as u64)
                .ok_or_else(|| entry.wrong("is longer than it states"))?;
            meter.add_unpacked(read as u64, None)?;
            crc.update(&buffer[..read]);
            write(&buffer[..read])?;
        }
        if left > 0 {
            return Err(entry.wrong("is shorter than it states"));
        }
        if crc.sum() != entry.crc {
            return Err(entry.wrong("is damaged: its checksum is wrong"));
        }
    }
    // Bytes of the entry that nothing reads could be anything.
    let follows = packed.fill_buf().map_err(refuse::read)?;
    if follows.is_empty() { Ok(()) } else { Err(entry.wrong("has bytes behind its end")) }
}

/// Writes to a file, with the entry's name in errors, and counts.
pub(super) fn write_all(file: &mut File, name: &[u8], bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|error| refuse::write(name, error))
}
