//! Writing an archive: what is on disk becomes a tar, the tar frames, and an index says where each
//! file lies.

mod compressible;
mod estimate;
mod head;
mod proven;
pub(crate) mod source;
mod stream;
mod tar_writer;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use undercroft_foundation::{Code, Error, IoContext as _, Job, Result, reach_write_point};

pub use estimate::incompressible_bytes;

use crate::format::frame::{INDEX_MAGIC, skippable};
use crate::format::index::{Digest, Index};
use crate::format::seek_table::{self, FramePlace};
use proven::ProvenFile;
use source::Stamp;
use stream::FrameStream;
use tar_writer::TarWriter;

/// A folder or file that goes into an archive, and its path there.
#[derive(Debug, Clone)]
pub(crate) struct SourcePart {
    /// The path in the tar, name by name.
    pub(crate) names: Vec<Vec<u8>>,
    pub(crate) from: PathBuf,
}

/// The bytes of a file that is made, such as what is known of the project.
#[derive(Debug, Clone)]
pub(crate) struct MadeFile {
    pub(crate) names: Vec<Vec<u8>>,
    pub(crate) content: Vec<u8>,
}

/// All that goes into an archive.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// The project's folder.
    pub(crate) project: SourcePart,
    pub(crate) parts: Vec<SourcePart>,
    pub(crate) files: Vec<MadeFile>,
}

/// An archive's file that was written.
pub(crate) struct WrittenFile {
    pub(crate) index: Index,
    /// The look of each entry of the project on disk; the project's are the first entries.
    pub(crate) stamps: Vec<Stamp>,
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
    /// The size of all files in it.
    pub(crate) source_bytes: u64,
}

/// Writes an archive to `path`, which is not there yet, makes it durable, and reads it back.
pub(crate) fn write(path: &Path, content: &Content, level: i32, job: &Job) -> Result<WrittenFile> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(path).at("create", path)?;
    // Who sweeps leaves alone what is locked. A file system without locks cannot tell.
    let _ = file.try_lock();
    let (tar, written) = thread::scope(|scope| {
        let stream = FrameStream::start(scope, ProvenFile::new(file, path), level);
        let mut tar = TarWriter::new(stream, job);
        tar.add_tree(&content.project)?;
        tar.end_of_project();
        for part in &content.parts {
            tar.add_tree(part)?;
        }
        for made in &content.files {
            tar.add_file(made)?;
        }
        tar.finish()
    })?;
    let mut index = tar.index;
    for (entry, digest) in &written.digests {
        index.set_digest(*entry, *digest);
    }
    let (mut file, mut frames) = (written.file, written.frames);
    let index_frame = skippable(INDEX_MAGIC, &index.encode()?)?;
    let stored = u32::try_from(index_frame.len())
        .map_err(|_| Error::new(Code::Invalid, "The project is too large for one archive"))?;
    let start = frames.last().map_or(0, FramePlace::end);
    frames.push(FramePlace { at: file.bytes(), stored, start, length: 0 });
    file.append(&index_frame)?;
    file.append(&seek_table::encode(&frames)?)?;
    let bytes = file.bytes();
    job.check_cancelled()?;
    // Each frame was opened and compared before it was written, so that the same bytes open to the
    // same content.
    let digest = file.finish()?;
    reach_write_point("archive.written");
    Ok(WrittenFile { index, stamps: tar.stamps, bytes, digest, source_bytes: tar.source_bytes })
}
