//! Moving a repository to another place: file for file, compared, and taken over only once all of
//! it is there. It stays the same repository, with its keys, its locks left behind.

use std::collections::HashSet;
use std::time::Duration;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, TextValue, text};
use undercroft_providers::{ObjectMeta, Provider};

use crate::format::file_kind::FileKind;
use crate::store::repository::Repository;

/// All that a repository consists of, but its locks and its config.
const FOLDERS: [&str; 6] = ["keys", "parity", "data", "index", "trash", "snapshots"];
/// What makes a place a repository: it comes last, and goes first.
const CONFIG: &str = "config";
/// What the config of the former place is called: nobody takes that place for the repository, and
/// who gives the file its name back has it again.
const FORMER_CONFIG: &str = "config.moved";
/// Lies in a place that is being filled, and names the repository.
const BEGUN: &str = "moving";
/// The bytes that are read at once.
const PIECE: usize = 8 << 20;

/// Whether a move of the repository with this id to a place was begun and not finished.
///
/// # Errors
/// Any failure to find out.
pub fn is_begun(target: &dyn Provider, repository: &str) -> Result<bool> {
    match target.read(BEGUN) {
        Ok(named) => Ok(named == repository.as_bytes()),
        Err(error) if error.code() == Code::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The time that a page which reads the repository has to end: who asks for the move just looked at it.
const PATIENCE: Duration = Duration::from_secs(20);

impl Repository {
    /// Copies all of this repository to another place, which is empty or was begun to be filled,
    /// compares it, has it taken over by `settle`, and makes the former place no repository, in
    /// which all else stays. Nobody works in it meanwhile. Returns the bytes that it has.
    ///
    /// # Errors
    /// [`Code::Locked`], [`Code::StorageFull`], [`Code::Damaged`] when something does not read as
    /// it was written, [`Code::Cancelled`], and the errors of `settle`: the former place is the
    /// repository then, as before, and another try goes on where this one ended.
    pub fn relocate(
        &self,
        target: &dyn Provider,
        settle: impl FnOnce() -> Result<()>,
        job: &Job,
    ) -> Result<u64> {
        let lock = self.lock_exclusive_within(PATIENCE)?;
        let source = &*self.storage.provider;
        let files = all_files(source)?;
        let bytes = files.iter().map(|file| file.size).sum();
        require_room(source, target, &files)?;
        job.add_total(files.len() as u64, bytes);
        job.settle_totals();
        target.write(BEGUN, &[self.id().as_bytes()])?;
        remove_leftovers(target, &files)?;
        // Those that are empty, too: a folder that is missing is damage.
        for kind in FileKind::ALL {
            target.create_folder(kind.folder())?;
        }
        for file in &files {
            job.check_cancelled()?;
            job.set_current(file.key.clone());
            carry(source, target, file, job)?;
            job.add_files_done(1);
        }
        if let Some(lock) = &lock {
            lock.confirm()?;
        }
        target.write(CONFIG, &[&source.read(CONFIG)?])?;
        settle()?;
        // It is taken over: what fails from here on undoes nothing.
        if let Err(error) = target.remove_all(&[BEGUN.to_owned()]) {
            job.warn(
                target.location(),
                text!("The file {begun} is left there: {error}", begun = BEGUN, error),
            );
        }
        // While the config is still there: without it, nothing is written to or removed from a place.
        drop(lock);
        let former = [(CONFIG.to_owned(), FORMER_CONFIG.to_owned())];
        if let Err(error) = source.rename_all(&former) {
            let why = text!("It still looks like the repository: {error}", error);
            job.warn(source.location(), why);
        }
        Ok(bytes)
    }
}

/// Removes what an earlier try has brought to the place and the repository has no longer; the config
/// first.
fn remove_leftovers(target: &dyn Provider, files: &[ObjectMeta]) -> Result<()> {
    target.remove_all(&[CONFIG.to_owned()])?;
    let wanted: HashSet<&str> = files.iter().map(|file| file.key.as_str()).collect();
    let mut there = all_files(target)?;
    there.retain(|file| !wanted.contains(file.key.as_str()));
    target.remove_all(&there.into_iter().map(|file| file.key).collect::<Vec<_>>())
}

fn all_files(place: &dyn Provider) -> Result<Vec<ObjectMeta>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        match place.list(folder) {
            Ok(listed) => files.extend(listed),
            // Not every repository has a trash or parity.
            Err(error) if error.code() == Code::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

fn require_room(source: &dyn Provider, target: &dyn Provider, files: &[ObjectMeta]) -> Result<()> {
    let Some(free) = target.free_bytes()? else { return Ok(()) };
    let mut missing = 0;
    for file in files {
        if target.size(&file.key)? != Some(file.size) {
            missing += file.size;
        }
    }
    if missing <= free {
        return Ok(());
    }
    let what = text!(
        "Cannot move {location} to {target}",
        location = source.location(),
        target = target.location()
    );
    Err(Error::new(Code::StorageFull, what)
        .why(text!(
            "It needs {size}, and {free} are free",
            size = TextValue::Size(missing),
            free = TextValue::Size(free)
        ))
        .next("Choose a drive with more room, or free some"))
}

/// Has one file at the target as it is at the source; one that is there from an earlier try is not
/// written again.
fn carry(source: &dyn Provider, target: &dyn Provider, file: &ObjectMeta, job: &Job) -> Result<()> {
    let ObjectMeta { key, size } = file;
    if target.size(key)? == Some(*size)
        && digest(target, file, job, false)? == digest(source, file, job, true)?
    {
        return Ok(());
    }
    let mut hasher = Sha256::new();
    let mut at = 0;
    target.write_stream(key, &mut || {
        job.check_cancelled()?;
        let length = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        if length == 0 {
            return Ok(None);
        }
        let piece = source.read_range(key, at, length)?;
        at += length as u64;
        hasher.update(&piece);
        job.add_bytes_done(length as u64);
        Ok(Some(piece))
    })?;
    if digest(target, file, job, false)? == <[u8; 32]>::from(hasher.finalize()) {
        return Ok(());
    }
    Err(Error::new(Code::Damaged, text!("Cannot rely on {location}", location = target.location()))
        .why(text!("{key} does not read as it was written", key))
        .next("Check that drive, or choose another; the backups are where they were"))
}

fn digest(
    provider: &dyn Provider,
    file: &ObjectMeta,
    job: &Job,
    is_progress: bool,
) -> Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut at = 0;
    while at < file.size {
        job.check_cancelled()?;
        let length = usize::try_from(file.size - at).unwrap_or(PIECE).min(PIECE);
        hasher.update(provider.read_range(&file.key, at, length)?);
        at += length as u64;
        if is_progress {
            job.add_bytes_done(length as u64);
        }
    }
    Ok(hasher.finalize().into())
}
