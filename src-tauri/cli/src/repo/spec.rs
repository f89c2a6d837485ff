//! Naming snapshots and what is in them, as restic does: an id, the beginning of one, or
//! `latest`, with `:PATH` behind it for a folder inside.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use clap::Args;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::{Repository, Snapshot, SnapshotFilter};

/// Which snapshots are meant by `latest`, or listed.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only snapshots made on this machine (again for more)
    #[arg(long, short = 'H', value_name = "HOST")]
    host: Vec<String>,
    /// Only snapshots with this tag (again for any of several; tag,tag for all of several)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only snapshots of this absolute path (again for more)
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
}

impl From<Filter> for SnapshotFilter {
    fn from(Filter { host, tag, path }: Filter) -> Self {
        Self { hosts: host, paths: path, tags: tag }
    }
}

/// A snapshot, or a folder or file in it.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    snapshot: String,
    path: Vec<Vec<u8>>,
}

impl Spec {
    pub(crate) fn parse(text: &OsStr) -> Result<Self> {
        let bytes = text.as_bytes();
        let split = bytes.iter().position(|byte| *byte == b':').unwrap_or(bytes.len());
        let snapshot = std::str::from_utf8(&bytes[..split])
            .map_err(|_| Error::new(Code::Invalid, "The snapshot's name is not text"))?;
        let path = names(OsStr::from_bytes(bytes.get(split + 1..).unwrap_or_default()));
        Ok(Self { snapshot: snapshot.to_owned(), path })
    }

    /// The names that lead to what is meant.
    pub(crate) fn path(&self) -> &[Vec<u8>] {
        &self.path
    }

    /// The snapshot, whole.
    pub(crate) fn find(&self, repository: &Repository, filter: Filter) -> Result<Snapshot> {
        repository.find_snapshot(&self.snapshot, &filter.into())
    }

    /// The snapshot with the folder that is meant as its root, as restic takes `SNAPSHOT:FOLDER`.
    pub(crate) fn find_folder(&self, repository: &Repository, filter: Filter) -> Result<Snapshot> {
        let mut snapshot = self.find(repository, filter)?;
        if let Some(node) = repository.find_node(&snapshot, &self.path)? {
            snapshot.tree = node.subtree.ok_or_else(|| {
                let name = undercroft_foundation::escape_name(&node.name);
                Error::new(Code::Invalid, format!("{name} is not a folder"))
            })?;
        }
        Ok(snapshot)
    }
}

/// The names of a path inside a snapshot.
pub(crate) fn names(path: &OsStr) -> Vec<Vec<u8>> {
    let parts = path.as_bytes().split(|byte| *byte == b'/');
    parts.filter(|name| !name.is_empty() && *name != b".").map(<[u8]>::to_vec).collect()
}
