//! The files and folders that were pointed out to be copied into a workspace, with all in them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Job, Result, TreePath, escape_path, text};
use walkdir::WalkDir;

/// Something that is to be copied.
pub(super) struct Incoming {
    pub(super) source: PathBuf,
    /// The destination, below the folder that receives it.
    pub(super) path: TreePath,
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) size_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Link,
}

/// Lists everything that is at these sources, folders before what is in them. What cannot be
/// copied becomes a warning.
///
/// # Errors
/// [`Code::NotFound`] for a source that is not there, [`Code::Invalid`] for one that holds the
/// folder that receives it.
pub(super) fn list(sources: &[PathBuf], receiver: &Path, job: &Job) -> Result<Vec<Incoming>> {
    let mut all = Vec::new();
    for source in sources {
        if receiver.starts_with(source) {
            let what = text!("Cannot copy {source} into itself", source = escape_path(source));
            return Err(Error::new(Code::Invalid, what));
        }
        let name = source.file_name().unwrap_or(OsStr::new("/"));
        let top = TreePath::from_names([name.as_bytes()])?;
        for entry in WalkDir::new(source).sort_by_file_name() {
            job.check_cancelled()?;
            let found = entry.map_err(|error| (error.depth(), error));
            let (entry, metadata) = match found.and_then(|entry| {
                let metadata = entry.metadata().map_err(|error| (entry.depth(), error))?;
                Ok((entry, metadata))
            }) {
                Ok(found) => found,
                Err((depth, error)) => {
                    let path = error.path().unwrap_or(source).to_owned();
                    let error = Error::io("read", &path, error.into());
                    if depth == 0 {
                        return Err(error);
                    }
                    job.warn(escape_path(&path), error.why_text());
                    continue;
                }
            };
            let kind = match entry.file_type() {
                kind if kind.is_dir() => Kind::Folder,
                kind if kind.is_file() => Kind::File,
                kind if kind.is_symlink() => Kind::Link,
                _ => {
                    job.warn(
                        escape_path(entry.path()),
                        "It is neither a file, a folder nor a link",
                    );
                    continue;
                }
            };
            let inner = entry.path().strip_prefix(source).unwrap_or(Path::new(""));
            let names = inner.iter().map(OsStr::as_bytes);
            let size_bytes = if kind == Kind::File { metadata.len() } else { 0 };
            if kind != Kind::Folder {
                job.add_total(1, size_bytes);
            }
            all.push(Incoming {
                path: names.fold(top.clone(), |path, name| path.join(name)),
                source: entry.into_path(),
                kind,
                mode: metadata.mode() & 0o7777,
                size_bytes,
            });
        }
    }
    job.settle_totals();
    Ok(all)
}
