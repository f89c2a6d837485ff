//! A pack in which objects that are alike are deltas of each other, as git makes them.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, escape_path, reach_write_point, sync_folder, text,
};

use crate::store::{HistoryStore, entries_of, is_whole_file};
use crate::version::GitId;

/// Writes one pack of these objects, each with the end of a path where it was met; reads it back,
/// and says where it is.
pub(super) fn pack(store: &HistoryStore, objects: &[(GitId, &str)], job: &Job) -> Result<PathBuf> {
    store.configure()?;
    // Out of the readers' sight until it was seen to be whole.
    let staging = store.root().join("undercroft/compacting");
    clear(&staging)?;
    DirBuilder::new().mode(0o700).create(&staging).at("make", &staging)?;
    let written = write(store, &staging, objects, job);
    clear(&staging)?;
    written
}

fn write(
    store: &HistoryStore,
    staging: &Path,
    objects: &[(GitId, &str)],
    job: &Job,
) -> Result<PathBuf> {
    let name = store.with_reader(|repository| {
        build(repository, staging, objects, job).map_err(|source| {
            job.check_cancelled().err().unwrap_or_else(|| not_written(&source, staging))
        })
    })?;
    let built = staging.join(format!("pack-{name}.pack"));
    prove(&built, objects)?;
    let folder = store.root().join("objects/pack");
    let place = folder.join(format!("pack-{name}.pack"));
    for extension in ["pack", "idx"] {
        let (from, to) = (built.with_extension(extension), place.with_extension(extension));
        File::open(&from).and_then(|file| file.sync_all()).at("sync", &from)?;
        reach_write_point("history.pack-written");
        fs::rename(&from, &to).at("rename", &from)?;
    }
    sync_folder(&folder)?;
    reach_write_point("history.pack-published");
    Ok(place)
}

/// Removes what was built, whole or half.
fn clear(staging: &Path) -> Result<()> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", staging),
    }
}

fn build(
    repository: &git2::Repository,
    staging: &Path,
    objects: &[(GitId, &str)],
    job: &Job,
) -> std::result::Result<String, git2::Error> {
    let mut builder = repository.packbuilder()?;
    builder.set_threads(0);
    builder.set_progress_callback(|_, _, _| !job.is_cancelled())?;
    for (id, hint) in objects {
        builder.insert_object(id.oid(), Some(hint))?;
    }
    let mut indexer = git2::Indexer::new(None, staging, 0o400, false)?;
    let mut failed = None;
    let passed = builder.foreach(|bytes| {
        failed = indexer.write_all(bytes).err();
        failed.is_none() && !job.is_cancelled()
    });
    if let Some(error) = failed {
        return Err(git2::Error::from_str(&error.to_string()));
    }
    passed?;
    indexer.commit()
}

fn not_written(source: &git2::Error, staging: &Path) -> Error {
    let full = source.message().contains("No space left");
    let code = match source.code() {
        _ if full => Code::StorageFull,
        git2::ErrorCode::NotFound => Code::Damaged,
        _ if source.class() == git2::ErrorClass::Os => Code::Unavailable,
        _ => Code::Damaged,
    };
    Error::new(code, text!("Cannot write a pack in {staging}", staging = escape_path(staging)))
        .why(source.message().to_owned())
        .next("Nothing was removed")
}

/// Whether the pack reads as it was written, and holds all of the objects. Its index was made from
/// its content, each object inflated and hashed.
fn prove(path: &Path, objects: &[(GitId, &str)]) -> Result<()> {
    let length = fs::metadata(path).at("look at", path)?.len();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let is_whole = is_whole_file(path).at("read", path)?;
    let index_path = path.with_extension("idx");
    let index = fs::read(&index_path).at("read", &index_path)?;
    let held: HashSet<GitId> = entries_of(&index, length)
        .map(|entries| entries.into_iter().map(|entry| entry.0).collect())
        .unwrap_or_default();
    if is_whole && objects.iter().all(|(id, _)| held.contains(id)) {
        return Ok(());
    }
    Err(Error::new(Code::Damaged, text!("{path} was written wrongly", path = escape_path(path)))
        .next("Nothing was removed"))
}
