//! Heals small files from their copies, and copies from them.

use undercroft_foundation::{Job, Result};

use super::super::copies::{self, Copied, lost_files, write_copy};
use super::HealReport;
use super::place::place;
use crate::store::repository::Repository;

/// Heals the files that are there and damaged; gives back the copies whose originals are missing.
pub(super) fn heal_damaged(
    repository: &Repository,
    report: &mut HealReport,
    job: &Job,
) -> Result<Vec<Copied>> {
    let storage = &repository.storage;
    let mut missing = Vec::new();
    for copied in copies::list(storage)?.into_keys() {
        job.check_cancelled()?;
        let (original, copy) = (copied.read_original(storage)?, copied.read(storage)?);
        match (original, copy) {
            (Some(_), Some(_)) => {}
            (Some(original), None) => {
                write_copy(storage, &copied, &original)?;
                report.renewed += 1;
            }
            (None, _) if storage.provider.size(&copied.original)?.is_none() => {
                missing.push(copied);
            }
            // The config may have been changed by a newer format, and be sound.
            (None, _) if is_sound_config(repository, &copied) => {}
            (None, Some(copy)) => {
                report.healed.push(place(storage, &copied.original, &copy, &copied.digest)?);
            }
            (None, None) => report.fail(copied.original, "Its copy is damaged, too"),
        }
    }
    Ok(missing)
}

fn is_sound_config(repository: &Repository, copied: &Copied) -> bool {
    copied.original == "config" && repository.storage.read_config(&repository.key).is_ok()
}

/// Brings missing files back that were lost: snapshots, or all others.
pub(super) fn restore_missing(
    repository: &Repository,
    missing: &[Copied],
    snapshots: bool,
    report: &mut HealReport,
    job: &Job,
) -> Result<()> {
    let chosen = missing.iter().filter(|copied| (copied.folder() == "snapshots") == snapshots);
    let chosen: Vec<_> = chosen.cloned().collect();
    for copied in lost_files(repository, &chosen, job)? {
        let storage = &repository.storage;
        match copied.read(storage)? {
            Some(copy) => {
                report.healed.push(place(storage, &copied.original, &copy, &copied.digest)?);
            }
            None => report.fail(copied.original, "It is missing, and its copy is damaged"),
        }
    }
    Ok(())
}
