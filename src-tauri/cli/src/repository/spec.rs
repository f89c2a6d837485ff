//! Naming snapshots and what is in them, as restic does: an id, the beginning of one, or
//! `latest`, with `:PATH` behind it for a folder inside.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use clap::Args;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::{Repository, Snapshot, SnapshotFilter, SnapshotId};

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

/// The snapshots of these ids, or, without any, all that the filter accepts.
pub(crate) fn chosen(
    repository: &Repository,
    ids: &[String],
    filter: &SnapshotFilter,
) -> Result<Vec<Snapshot>> {
    if ids.is_empty() {
        return Ok(repository.snapshots()?.into_iter().filter(|it| filter.accepts(it)).collect());
    }
    ids.iter().map(|id| repository.find_snapshot(id, filter)).collect()
}

/// The ids of the snapshots that are named: `latest` of those that fit, ids, or beginnings of ids.
/// One that is named twice is there once.
pub(crate) fn find_ids(
    repository: &Repository,
    names: &[String],
    filter: &SnapshotFilter,
) -> Result<Vec<SnapshotId>> {
    let there = repository.snapshot_ids()?;
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        let found = match name.as_str() {
            "latest" => vec![repository.find_snapshot(name, filter)?.id],
            name => match_ids(&[name.to_owned()], &there, "in the repository")?,
        };
        ids.extend(found.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
    }
    Ok(ids)
}

/// The ids, of those that are `there`, that begin so.
pub(crate) fn match_ids(
    beginnings: &[String],
    there: &[SnapshotId],
    place: &str,
) -> Result<Vec<SnapshotId>> {
    let find = |beginning: &String| {
        if let Some(id) = beginning.parse().ok().filter(|id| there.contains(id)) {
            return Ok(id);
        }
        let begins =
            |id: &&SnapshotId| !beginning.is_empty() && id.to_string().starts_with(beginning);
        let mut fitting = there.iter().filter(begins);
        match (fitting.next(), fitting.next()) {
            (Some(id), None) => Ok(*id),
            (Some(_), Some(_)) => {
                Err(Error::new(Code::Invalid, format!("Several snapshots begin with {beginning}"))
                    .next("Give more digits of the id"))
            }
            (None, _) => {
                let what = format!("There is no snapshot {beginning:?} {place}");
                Err(Error::new(Code::NotFound, what).next("List what there is to see the ids"))
            }
        }
    };
    beginnings.iter().map(find).collect()
}

/// The names of a path inside a snapshot.
pub(crate) fn names(path: &OsStr) -> Vec<Vec<u8>> {
    let parts = path.as_bytes().split(|byte| *byte == b'/');
    parts.filter(|name| !name.is_empty() && *name != b".").map(<[u8]>::to_vec).collect()
}
