//! Reading an archive whole, and comparing every digest.

use std::sync::Mutex;
use std::sync::PoisonError;

use undercroft_foundation::{Code, Job, Result, TreePath};

use super::{ArchiveReader, FrameReader};
use crate::format::index::EntryKind;

/// The outcome of reading an archive whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The files that were read and are as they were.
    pub files: u64,
    /// The paths in the tar that can no longer be read.
    pub damaged: Vec<TreePath>,
    /// Whether the index is whole, and every header of the tar.
    pub index_is_whole: bool,
}

impl Verification {
    /// Whether all of the archive can be read.
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty() && self.index_is_whole
    }
}

impl ArchiveReader {
    /// Reads all of it.
    ///
    /// # Errors
    /// [`Code::Cancelled`], and whatever keeps the file from being read at all; damage is not an
    /// error but what this looks for.
    pub fn verify(&self, job: &Job) -> Result<Verification> {
        let is_file = |number: &u32| self.index().entry(*number).kind == EntryKind::File;
        let all: Vec<u32> = (0..self.index().entries().len() as u32).filter(is_file).collect();
        let bytes = all.iter().map(|number| self.index().entry(*number).size).sum();
        job.add_total(all.len() as u64, bytes);
        job.settle_totals();
        let outcome = Mutex::new((0_u64, Vec::new()));
        let outcome = &outcome;
        self.for_each_file(all, job, &|| {
            Ok(Box::new(move |reader, number| {
                let read = self.read_with(reader, number, &mut std::io::sink());
                let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                match read {
                    Ok(()) => outcome.0 += 1,
                    Err(error) if error.code() == Code::Damaged => outcome.1.push(number),
                    Err(error) => return Err(error),
                }
                job.add_files_done(1);
                job.add_bytes_done(self.index().entry(number).size);
                Ok(())
            }))
        })?;
        let (files, mut numbers) = {
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *outcome)
        };
        let headers_are_whole = self.verify_headers(job)?;
        numbers.sort_unstable();
        let damaged = numbers.into_iter().map(|number| self.index().path(number));
        Ok(Verification {
            files,
            damaged: damaged.collect::<Result<_>>()?,
            index_is_whole: !self.is_salvaged() && headers_are_whole,
        })
    }

    /// Opens the frames that no file's content lies in.
    fn verify_headers(&self, job: &Job) -> Result<bool> {
        let mut has_content = vec![false; self.frames.len()];
        for entry in self.index().entries() {
            if entry.kind == EntryKind::File && entry.size > 0 {
                let first = self.frame_at(entry.content);
                let last = self.frame_at(entry.content + entry.size - 1);
                if let (Ok(first), Ok(last)) = (first, last) {
                    has_content[first..=last].fill(true);
                }
            }
        }
        let mut reader = FrameReader::new(self)?;
        for (number, frame) in self.frames.iter().enumerate() {
            job.check_cancelled()?;
            if frame.length == 0 || has_content[number] {
                continue;
            }
            match reader.frame(number) {
                Ok(_) => {}
                Err(error) if error.code() == Code::Damaged => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
