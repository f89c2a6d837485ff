//! Copies of the small files: config, keys, indexes, snapshots and trash, byte for byte.
//!
//! Below `parity/copies` each lies under the path that it has in the repository, and what has no
//! digest for a name, the config, under its path, `/` and its digest. So every copy can be held
//! against its name, and put back by hand.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, reach_write_point, text};

use super::read::{Groups, list_if_any};
use crate::format::file_kind::FileKind;
use crate::format::id::SnapshotId;
use crate::maintain::trash::require_complete;
use crate::store::index::read_index_copy;
use crate::store::repository::Repository;
use crate::store::storage::{PARITY_COPIES as COPIES, Storage};

const CONFIG: &str = "config";

/// The folders of which every file that is named by its digest is copied.
const FOLDERS: [&str; 4] = ["keys", "index", "snapshots", "trash"];

/// A copy that should be there or is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Copied {
    /// The path of the original, or the one that it had.
    pub(super) original: String,
    /// Its digest, which ends the copy's path.
    pub(super) digest: String,
}

impl Copied {
    fn of_original(path: &str) -> Option<Self> {
        let digest = path.rsplit('/').next().filter(|name| is_digest(name))?;
        Some(Self { original: path.to_owned(), digest: digest.to_owned() })
    }

    fn of_copy(key: &str) -> Option<Self> {
        let path = key.strip_prefix(COPIES)?.strip_prefix('/')?;
        match path.split_once('/') {
            Some((CONFIG, digest)) => is_digest(digest)
                .then(|| Self { original: CONFIG.to_owned(), digest: digest.to_owned() }),
            _ => Self::of_original(path),
        }
    }

    pub(super) fn path(&self) -> String {
        match &*self.original {
            CONFIG => format!("{COPIES}/{CONFIG}/{}", self.digest),
            original => format!("{COPIES}/{original}"),
        }
    }

    pub(super) fn folder(&self) -> &str {
        self.original.split('/').next().unwrap_or_default()
    }

    /// The bytes of the copy, if they are sound.
    pub(super) fn read(&self, storage: &Storage) -> Result<Option<Vec<u8>>> {
        read_sound(storage, &self.path(), &self.digest)
    }

    /// The bytes of the original, if they are sound.
    pub(super) fn read_original(&self, storage: &Storage) -> Result<Option<Vec<u8>>> {
        read_sound(storage, &self.original, &self.digest)
    }
}

fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The digest of a file as its name has it.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn read_sound(storage: &Storage, path: &str, digest: &str) -> Result<Option<Vec<u8>>> {
    match storage.provider.read(path) {
        Ok(bytes) => Ok(Some(bytes).filter(|bytes| digest_of(bytes) == digest)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All copies that lie there, with their sizes.
pub(super) fn list(storage: &Storage) -> Result<BTreeMap<Copied, u64>> {
    let listed = list_if_any(storage, COPIES)?.into_iter();
    Ok(listed.filter_map(|(key, size)| Some((Copied::of_copy(&key)?, size))).collect())
}

/// Copies what has no copy, and removes copies of what was given up.
pub(super) fn update(repository: &Repository, job: &Job) -> Result<()> {
    let storage = &repository.storage;
    let mut copies = list(storage)?;
    let config = storage.provider.read(CONFIG)?;
    // The repository is open, but the file may have suffered since.
    if storage.read_config(&repository.key).is_ok() {
        let copied = Copied { original: CONFIG.to_owned(), digest: digest_of(&config) };
        if copies.remove(&copied) != Some(config.len() as u64) {
            write_copy(storage, &copied, &config)?;
        }
    } else {
        copies.retain(|copied, _| copied.original != CONFIG);
        job.warn(CONFIG, "It is damaged: heal the repository");
    }
    for folder in FOLDERS {
        for (path, size) in list_if_any(storage, folder)? {
            let Some(copied) = Copied::of_original(&path) else { continue };
            if copies.remove(&copied) == Some(size) {
                continue;
            }
            job.check_cancelled()?;
            match copied.read_original(storage)? {
                Some(bytes) => write_copy(storage, &copied, &bytes)?,
                None if storage.provider.size(&path)?.is_some() => {
                    job.warn(&path, "It is damaged: heal the repository");
                }
                None => {}
            }
        }
    }
    let orphans: Vec<_> = copies.into_keys().collect();
    let wanted: BTreeSet<_> = lost_files(repository, &orphans, job)?.into_iter().collect();
    for copied in orphans {
        if wanted.contains(&copied) {
            job.warn(&copied.original, "It is missing: heal the repository");
        } else {
            storage.provider.remove(&copied.path())?;
        }
    }
    Ok(())
}

/// Writes a copy and reads it back.
pub(super) fn write_copy(storage: &Storage, copied: &Copied, bytes: &[u8]) -> Result<()> {
    storage.provider.write(&copied.path(), &[bytes])?;
    if copied.read(storage)?.is_none() {
        let what = text!("Cannot rely on {path}", path = copied.path());
        return Err(Error::new(Code::Damaged, what).why("It does not read as it was written"));
    }
    reach_write_point("parity.copy-written");
    Ok(())
}

/// The files among these, all missing, that were lost and not given up.
///
/// Nobody loses by a mistake here: what comes back without being needed can be removed again.
pub(super) fn lost_files(
    repository: &Repository,
    missing: &[Copied],
    job: &Job,
) -> Result<Vec<Copied>> {
    let storage = &repository.storage;
    let mut lost = Vec::new();
    for copied in missing {
        let is_lost = match copied.folder() {
            // Whoever removes a key means it, as long as another is there.
            "keys" => list_if_any(storage, "keys")?.is_empty(),
            "index" => is_index_lost(repository, copied)?,
            "snapshots" => is_snapshot_lost(repository, copied, job)?,
            CONFIG => storage.provider.size(CONFIG)?.is_none(),
            _ => false,
        };
        if is_lost {
            lost.push(copied.clone());
        }
    }
    Ok(lost)
}

/// An index is lost when without it packs that are there are in none, and all others that it lists
/// are there, too, or can be healed.
fn is_index_lost(repository: &Repository, copied: &Copied) -> Result<bool> {
    let (storage, key) = (&repository.storage, &repository.key);
    let id = copied.digest.parse()?;
    let packs = match read_index_copy(storage, key, id) {
        Err(error) if error.code() == Code::Damaged => return Ok(false),
        packs => packs?,
    };
    let listed: BTreeSet<_> = repository.index().iter().map(|location| location.pack).collect();
    let unlisted = packs.iter().map(|(pack, _)| pack).filter(|pack| !listed.contains(pack));
    let groups = Groups::read(storage)?.groups;
    let mut is_needed = false;
    for pack in unlisted {
        if storage.provider.size(&FileKind::Pack.path(pack))?.is_some() {
            is_needed = true;
        } else if !groups.iter().any(|group| group.holds(pack)) {
            return Ok(false);
        }
    }
    Ok(is_needed)
}

/// A snapshot is lost when it is not in the trash either, and all that it needs is there.
fn is_snapshot_lost(repository: &Repository, copied: &Copied, job: &Job) -> Result<bool> {
    let id: SnapshotId = copied.digest.parse()?;
    if repository.storage.provider.size(&FileKind::TrashedSnapshot.path(id))?.is_some() {
        return Ok(false);
    }
    let is_complete =
        repository.read_snapshots(FileKind::SnapshotCopy, &[id]).and_then(|snapshots| {
            snapshots.iter().try_for_each(|it| require_complete(repository, it, job))
        });
    match is_complete {
        Err(error) if error.code() == Code::Damaged => Ok(false),
        complete => complete.map(|()| true),
    }
}
