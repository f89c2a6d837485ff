//! Writing an archive: what is on disk becomes a tar, the tar frames, and an index says where each
//! file lies.

mod compressible;
pub(crate) mod source;
mod stream;
mod tar_writer;

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, IoContext as _, Job, Result, reach_write_point};

use crate::format::frame::{INDEX_MAGIC, skippable};
use crate::format::index::{Digest, Index};
use crate::format::seek_table::{self, FramePlace};
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
        let stream = FrameStream::start(scope, &file, path, level);
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
    let (mut hash, mut frames, mut bytes) = (written.hash, written.frames, written.bytes);
    let mut file = file;
    let mut append = |frame: &[u8]| -> Result<()> {
        hash.update(frame);
        bytes += frame.len() as u64;
        file.write_all(frame).at("write", path)
    };
    let index_frame = skippable(INDEX_MAGIC, &index.encode()?)?;
    append(&index_frame)?;
    let start = frames.last().map_or(0, FramePlace::end);
    let at = frames.last().map_or(0, |frame| frame.at + u64::from(frame.stored));
    let stored = u32::try_from(index_frame.len())
        .map_err(|_| Error::new(Code::Invalid, "The project is too large for one archive"))?;
    frames.push(FramePlace { at, stored, start, length: 0 });
    append(&seek_table::encode(&frames)?)?;
    file.sync_all().at("sync", path)?;
    reach_write_point("archive.written");
    let digest = hash.finalize().into();
    read_back(&mut file, path, digest, job)?;
    Ok(WrittenFile { index, stamps: tar.stamps, bytes, digest, source_bytes: tar.source_bytes })
}

/// Reads the file from the disk, and compares. Each frame was opened and compared before it was
/// written, so the same bytes open to the same content.
fn read_back(file: &mut File, path: &Path, digest: Digest, job: &Job) -> Result<()> {
    // What was just written would come from memory else.
    let _ = rustix::fs::fadvise(&*file, 0, None, rustix::fs::Advice::DontNeed);
    file.seek(SeekFrom::Start(0)).at("read", path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        job.check_cancelled()?;
        let count = file.read(&mut buffer).at("read", path)?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
    }
    if Digest::from(hash.finalize()) == digest {
        return Ok(());
    }
    Err(Error::new(Code::Damaged, "The archive cannot be read back as it was written")
        .why("The disk gave other bytes than it was given")
        .next("Check the disk that the library is on; the project is untouched"))
}
