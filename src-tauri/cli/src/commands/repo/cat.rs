//! `undercroft repo cat`: print an object of the repository as it is.

use clap::Args;
use undercroft_foundation::Result;
use undercroft_repository::{Repository, SnapshotFilter, StoredObject};

use crate::exit_status::ExitStatus;
use crate::session::Session;

/// Print an object of the repository
#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// The kind of object: config, key, snapshot, index, lock, pack, blob, or tree
    kind: String,
    /// Its id; for a snapshot the beginning of it or `latest` will do, and for a tree
    /// `SNAPSHOT` as well
    #[arg(default_value = "")]
    id: String,
}

impl Cat {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let find = || repository.find_snapshot(&self.id, &SnapshotFilter::default());
        let object = match self.kind.as_str() {
            "snapshot" => StoredObject::Snapshot(find()?.id),
            "tree" => match self.id.parse() {
                Ok(id) if find().is_err() => StoredObject::Blob(id),
                _ => StoredObject::Blob(find()?.tree),
            },
            kind => StoredObject::parse(kind, &self.id)?,
        };
        let mut bytes = repository.cat(object)?;
        // JSON is for reading, and a prompt should not stick to it.
        if bytes.last() == Some(&b'}') {
            bytes.push(b'\n');
        }
        session.out.raw(&bytes);
        Ok(ExitStatus::Done)
    }
}
