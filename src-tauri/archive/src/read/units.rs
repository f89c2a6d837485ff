//! The work on many files of an archive, shared out so that each frame is opened once: the files
//! that begin in one frame are one thread's.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use undercroft_foundation::{Job, Result};

use super::{ArchiveReader, FrameReader};

/// Does what is to be done with a file, given its number and what opens its frames.
pub(crate) type FileWorker<'a> = Box<dyn FnMut(&mut FrameReader<'_>, u32) -> Result<()> + 'a>;

impl ArchiveReader {
    /// Has workers take each of these files, from several threads. An error of one stops all.
    pub(crate) fn for_each_file<'a>(
        &self,
        mut files: Vec<u32>,
        job: &Job,
        worker: &(dyn Fn() -> Result<FileWorker<'a>> + Sync),
    ) -> Result<()> {
        let content_of =
            |number: &u32| self.file_entry(*number).map(|file| self.index().entry(file).content);
        files.sort_by_cached_key(|number| content_of(number).unwrap_or_default());
        let frame_of = |number: &u32| content_of(number).and_then(|at| self.frame_at(at)).ok();
        let units: Vec<&[u32]> = files.chunk_by(|a, b| frame_of(a) == frame_of(b)).collect();
        let units = Mutex::new(units.into_iter());
        let next = || units.lock().unwrap_or_else(PoisonError::into_inner).next();
        let threads = thread::available_parallelism().map_or(2, usize::from).min(4);
        let failed = Mutex::new(None);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let run = || -> Result<()> {
                        let mut reader = FrameReader::new(self)?;
                        let mut work = worker()?;
                        while let Some(unit) = next() {
                            for number in unit {
                                job.check_cancelled()?;
                                work(&mut reader, *number)?;
                            }
                        }
                        Ok(())
                    };
                    if let Err(error) = run() {
                        while next().is_some() {}
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
        });
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}
