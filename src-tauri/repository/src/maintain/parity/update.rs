//! Brings groups and copies up to what is stored.
//!
//! New groups are written and read back before those that they replace go. Whenever it is killed,
//! what was protected still is, and the next update clears away what is there twice.

use std::collections::BTreeSet;

use undercroft_foundation::{Code, Job, Result, reach_write_point};

use super::copies;
use super::layout::{Head, Member};
use super::plan::plan;
use super::read::{Group, Groups, group_path, list_if_any};
use super::settings::{self, recoveries};
use super::write::{Written, write_group};
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::store::repository::Repository;
use crate::store::storage::Storage;

/// The outcome of an update.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParityReport {
    /// Groups that were written.
    pub groups_written: u64,
    /// Groups that were removed.
    pub groups_removed: u64,
    /// Packs that could not be put into a group because they are damaged or missing.
    pub packs_unsound: u64,
}

pub(super) fn run(repository: &Repository, job: &Job) -> Result<ParityReport> {
    job.check_cancelled()?;
    let storage = &repository.storage;
    let percent = settings::read(storage)?;
    if percent == 0 {
        job.settle_totals();
        return remove_all(storage);
    }
    repository.refresh_index()?;
    job.set_current("Copies");
    copies::update(repository, job)?;
    let packs = repository.packs_in_use()?;
    let found = Groups::read(storage)?;
    let plan = plan(&packs, found.groups, percent);
    let members = || plan.write.iter().flatten();
    job.add_total(members().count() as u64, members().map(|member| member.size).sum());
    job.settle_totals();

    let mut update =
        Update { storage, percent, job, report: ParityReport::default(), written: BTreeSet::new() };
    let mut unsound: BTreeSet<PackId> = packs.lost;
    for members in &plan.write {
        unsound.extend(update.write(members.clone())?);
    }
    for id in &unsound {
        job.warn(FileKind::Pack.path(id), "It is damaged or missing: heal the repository");
    }
    update.report.packs_unsound = unsound.len() as u64;
    // A group that may still heal one of its packs stays.
    let is_free = |group: &&Group| !group.head.members.iter().any(|it| unsound.contains(&it.id));
    let dropped = plan.drop.iter().filter(is_free).map(|group| group.name.clone());
    for name in dropped.chain(found.ruined) {
        // A group of the same packs has the same name, and took the place of the one that goes.
        if !update.written.contains(&name) {
            update.remove(&name)?;
        }
    }
    Ok(update.report)
}

/// Writes a group anew, with the same packs.
pub(super) fn renew(storage: &Storage, group: &Group, job: &Job) -> Result<bool> {
    Ok(matches!(write_group(storage, group.head.clone(), job)?, Written::Done(_)))
}

struct Update<'a> {
    storage: &'a Storage,
    percent: u32,
    job: &'a Job,
    report: ParityReport,
    /// The names of the groups that were written.
    written: BTreeSet<String>,
}

impl Update<'_> {
    /// Writes a group of those of the members that are sound; gives back the others.
    fn write(&mut self, mut members: Vec<Member>) -> Result<Vec<PackId>> {
        let mut unsound = Vec::new();
        while !members.is_empty() {
            if let Some(first) = members.first() {
                self.job.set_current(FileKind::Pack.path(first.id));
            }
            let recoveries = recoveries(members.len(), self.percent);
            let head = Head { members: members.clone(), recoveries };
            match write_group(self.storage, head, self.job)? {
                Written::Done(group) => {
                    self.written.insert(group.name);
                    self.report.groups_written += 1;
                    self.job.add_files_done(members.len() as u64);
                    break;
                }
                Written::Unsound(found) => {
                    members.retain(|member| !found.contains(&member.id));
                    unsound.extend(found);
                }
            }
        }
        Ok(unsound)
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        match self.storage.provider.remove(&group_path(name)) {
            // Another update may have been quicker.
            Err(error) if error.code() == Code::NotFound => {}
            removed => {
                removed?;
                self.report.groups_removed += 1;
            }
        }
        reach_write_point("parity.group-removed");
        Ok(())
    }
}

/// Removes all parity but the settings.
fn remove_all(storage: &Storage) -> Result<ParityReport> {
    let mut report = ParityReport::default();
    for (key, _) in list_if_any(storage, super::read::GROUPS)? {
        storage.provider.remove(&key)?;
        report.groups_removed += 1;
    }
    for copied in copies::list(storage)?.keys() {
        storage.provider.remove(&copied.path())?;
    }
    Ok(report)
}
