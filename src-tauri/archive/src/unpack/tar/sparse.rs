//! Files with holes: the map that tells where their bytes belong.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use ::tar::{GnuExtSparseHeader, GnuSparseHeader, Header};
use undercroft_foundation::{Error, Result};

use super::super::names::EntryPath;
use super::super::refuse;
use super::super::stream::Source;
use super::super::tree::Tree;
use super::pax::number;
use super::reader::Reader;

/// The most segments of one file.
const MOST_SEGMENTS: usize = 500_000;

/// The size of a file with holes, and the offset and length of what is none.
#[derive(Debug)]
pub(super) struct SparseMap {
    pub(super) size: u64,
    pub(super) segments: Vec<(u64, u64)>,
}

pub(super) fn bad_map() -> Error {
    refuse::damaged("It holds a file with holes whose map is damaged")
}

pub(super) fn most_segments(count: usize) -> Result<()> {
    if count < MOST_SEGMENTS {
        return Ok(());
    }
    Err(refuse::limit("It holds a file with more holes than files have"))
}

impl SparseMap {
    /// Refuses a map that is not for this many bytes.
    pub(super) fn check(&self, stored: u64) -> Result<()> {
        let (mut end, mut sum) = (0_u64, 0_u64);
        for (offset, bytes) in &self.segments {
            let next = offset.checked_add(*bytes).ok_or_else(bad_map)?;
            if *offset < end || next > self.size {
                return Err(bad_map());
            }
            (end, sum) = (next, sum + bytes);
        }
        if sum == stored { Ok(()) } else { Err(bad_map()) }
    }

    /// Reads the map that begins the content: numbers, a line each, in whole blocks.
    pub(super) fn read_text<const N: usize>(
        size: u64,
        mut next_block: impl FnMut() -> Result<[u8; N]>,
    ) -> Result<Self> {
        let (mut block, mut at) = (next_block()?, 0);
        let mut next_number = || -> Result<u64> {
            let mut digits = Vec::new();
            loop {
                if at == N {
                    (block, at) = (next_block()?, 0);
                }
                let byte = block[at];
                at += 1;
                if byte == b'\n' {
                    return number(&digits).filter(|_| !digits.is_empty()).ok_or_else(bad_map);
                }
                if digits.len() > 20 {
                    return Err(bad_map());
                }
                digits.push(byte);
            }
        };
        let count = usize::try_from(next_number()?).map_err(|_| bad_map())?;
        most_segments(count)?;
        let mut segments = Vec::new();
        for _ in 0..count {
            segments.push((next_number()?, next_number()?));
        }
        Ok(Self { size, segments })
    }
}

/// Reads the map in GNU's older form: in the header, and in blocks behind it.
pub(super) fn read_gnu<S: Source>(source: &mut S, header: &Header) -> Result<SparseMap> {
    let gnu = header.as_gnu().ok_or_else(bad_map)?;
    let size = gnu.real_size().map_err(|_| bad_map())?;
    let mut segments = Vec::new();
    add_gnu(&mut segments, &gnu.sparse)?;
    let mut is_extended = gnu.is_extended();
    while is_extended {
        let mut more = GnuExtSparseHeader::new();
        source.read_exact(more.as_mut_bytes()).map_err(refuse::read)?;
        add_gnu(&mut segments, more.sparse())?;
        is_extended = more.is_extended();
    }
    Ok(SparseMap { size, segments })
}

fn add_gnu(segments: &mut Vec<(u64, u64)>, stated: &[GnuSparseHeader]) -> Result<()> {
    for segment in stated.iter().filter(|segment| !segment.is_empty()) {
        most_segments(segments.len())?;
        let offset = segment.offset().map_err(|_| bad_map())?;
        segments.push((offset, segment.length().map_err(|_| bad_map())?));
    }
    Ok(())
}

/// Writes the content where it belongs, and leaves the holes.
pub(super) fn copy<S: Source>(
    reader: &mut Reader<S>,
    map: &SparseMap,
    path: &EntryPath,
    file: &mut File,
    tree: &Tree<'_>,
    buffer: &mut [u8],
) -> Result<()> {
    let failed = |error| refuse::write(path.bytes(), error);
    let stored: u64 = map.segments.iter().map(|(_, bytes)| bytes).sum();
    tree.meter.add_hole(map.size.saturating_sub(stored))?;
    for (offset, bytes) in &map.segments {
        file.seek(SeekFrom::Start(*offset)).map_err(failed)?;
        let mut left = *bytes;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = reader.read(&mut buffer[..wanted])?;
            tree.meter.add_written(read as u64, tree.root())?;
            file.write_all(&buffer[..read]).map_err(failed)?;
            left -= read as u64;
        }
    }
    file.set_len(map.size).map_err(failed)
}
