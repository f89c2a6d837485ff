//! Pax extensions: what no field of a header can hold.

use undercroft_foundation::Result;

use super::super::refuse;
use super::sparse::{SparseMap, bad_map, most_segments};

/// The extensions of one entry.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<(i64, u32)>,
    sparse_version: (u64, u64),
    sparse_size: Option<u64>,
    sparse_name: Option<Vec<u8>>,
    segments: Vec<(u64, u64)>,
    has_sparse: bool,
}

fn bad() -> undercroft_foundation::Error {
    refuse::damaged("An extension of an entry in it is damaged")
}

/// The records of a header: length, key and value, of any bytes.
fn records(mut bytes: &[u8]) -> impl Iterator<Item = Result<(&[u8], &[u8])>> {
    std::iter::from_fn(move || {
        // Some programs fill the block up with zero bytes.
        if bytes.iter().all(|byte| *byte == 0) {
            return None;
        }
        let record = split_record(&mut bytes);
        if record.is_none() {
            bytes = &[];
        }
        Some(record.ok_or_else(bad))
    })
}

fn split_record<'a>(bytes: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(number(&bytes[..space])?).ok()?;
    let record = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    *bytes = &bytes[length..];
    Some((&record[..equals], &record[equals + 1..]))
}

/// A decimal number.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Seconds with a fraction, before 1970 too.
fn time(text: &[u8]) -> Option<(i64, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanoseconds: u32 = digits.parse().ok()?;
    if whole.starts_with('-') && nanoseconds > 0 {
        return Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds));
    }
    Some((seconds, nanoseconds))
}

impl Extensions {
    /// Reads the extensions of the next entry.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<()> {
        for record in records(bytes) {
            let (key, value) = record?;
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = Some(number(value).ok_or_else(bad)?),
                b"mtime" => self.modified = time(value),
                _ => {
                    if let Some(key) = key.strip_prefix(b"GNU.sparse.") {
                        self.read_sparse(key, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn read_sparse(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.has_sparse = true;
        let stated = || number(value).ok_or_else(bad_map);
        match key {
            b"major" => self.sparse_version.0 = stated()?,
            b"minor" => self.sparse_version.1 = stated()?,
            b"name" => self.sparse_name = Some(value.to_vec()),
            b"size" | b"realsize" => self.sparse_size = Some(stated()?),
            b"offset" => {
                most_segments(self.segments.len())?;
                self.segments.push((stated()?, 0));
            }
            b"numbytes" => self.segments.last_mut().ok_or_else(bad_map)?.1 = stated()?,
            b"map" => {
                let numbers: Option<Vec<u64>> = value.split(|b| *b == b',').map(number).collect();
                let (pairs, []) = numbers.as_deref().ok_or_else(bad_map)?.as_chunks::<2>() else {
                    return Err(bad_map());
                };
                most_segments(pairs.len())?;
                self.segments = pairs.iter().map(|[offset, bytes]| (*offset, *bytes)).collect();
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn is_sparse(&self) -> bool {
        self.has_sparse
    }

    /// The map of a file with holes, in one of the three ways in which pax tells it.
    pub(super) fn sparse_map<const N: usize>(
        self,
        next_block: impl FnMut() -> Result<[u8; N]>,
    ) -> Result<SparseMap> {
        let size = self.sparse_size.ok_or_else(bad_map)?;
        match self.sparse_version {
            (0, 0 | 1) => Ok(SparseMap { size, segments: self.segments }),
            (1, 0) => SparseMap::read_text(size, next_block),
            _ => Err(refuse::invalid("It holds a file with holes in a form that is not known")),
        }
    }

    /// The name of a file with holes, whose header has another.
    pub(super) fn take_sparse_name(&mut self) -> Option<Vec<u8>> {
        self.sparse_name.take()
    }

    /// Refuses extensions for all entries that would change which bytes are read or written.
    pub(super) fn check_global(bytes: &[u8]) -> Result<()> {
        for record in records(bytes) {
            let (key, _) = record?;
            if matches!(key, b"path" | b"linkpath" | b"size") || key.starts_with(b"GNU.sparse.") {
                return Err(refuse::invalid("It gives all of its entries the same name or size"));
            }
        }
        Ok(())
    }
}
