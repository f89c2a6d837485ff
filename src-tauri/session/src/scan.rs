//! Reading a journal that may be torn or damaged.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::record::{HEADER_BYTES, Header, MAGIC, Record};

const WINDOW_BYTES: usize = 64 * 1024;

/// The content at a place of the journal.
pub(super) enum ScanResult {
    /// A record, and where the next one begins.
    Whole(Record, u64),
    /// The beginning of a record whose end was never written.
    Torn,
    /// Something else, and where the next record is.
    Damaged(u64),
}

/// Reads what lies at `at` of a journal of `end` bytes.
pub(super) fn look(file: &File, at: u64, end: u64) -> io::Result<ScanResult> {
    let Some(header) = header_at(file, at, end)? else {
        let is_torn = end - at < HEADER_BYTES as u64;
        return if is_torn {
            Ok(ScanResult::Torn)
        } else {
            next_whole(file, at + 1, end).map(ScanResult::Damaged)
        };
    };
    let next = at + (HEADER_BYTES + header.payload_bytes) as u64;
    if next > end {
        return Ok(ScanResult::Torn);
    }
    Ok(match record_at(file, at, header)? {
        Some(record) => ScanResult::Whole(record, next),
        None => ScanResult::Damaged(next),
    })
}

fn header_at(file: &File, at: u64, end: u64) -> io::Result<Option<Header>> {
    if end.saturating_sub(at) < HEADER_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact_at(&mut bytes, at)?;
    Ok(Header::decode(&bytes, at))
}

fn record_at(file: &File, at: u64, header: Header) -> io::Result<Option<Record>> {
    let mut payload = vec![0; header.payload_bytes];
    file.read_exact_at(&mut payload, at + HEADER_BYTES as u64)?;
    Ok(header.record(&payload))
}

/// The offset of the next header that says it lies there; the end when there is none.
fn next_whole(file: &File, from: u64, end: u64) -> io::Result<u64> {
    let mut window = vec![0; WINDOW_BYTES];
    let mut at = from;
    while at < end {
        let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(WINDOW_BYTES);
        let window = &mut window[..length];
        file.read_exact_at(window, at)?;
        for (place, _) in window.windows(MAGIC.len()).enumerate().filter(|(_, four)| *four == MAGIC)
        {
            if header_at(file, at + place as u64, end)?.is_some() {
                return Ok(at + place as u64);
            }
        }
        if length < WINDOW_BYTES {
            break;
        }
        // The mark may lie across the border of two windows.
        at += (length - (MAGIC.len() - 1)) as u64;
    }
    Ok(end)
}
