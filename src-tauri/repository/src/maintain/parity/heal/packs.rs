//! Heals packs: from a file that bears another's name, else from their group.

use std::collections::{BTreeMap, BTreeSet};

use undercroft_foundation::{Job, Result};

use super::super::copies::digest_of;
use super::super::read::{Group, Groups};
use super::super::update::renew;
use super::HealReport;
use super::examine::{Bads, examine};
use super::place::place;
use super::rebuild::rebuild;
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::store::repository::Repository;
use crate::store::storage::Storage;

/// A group and what is bad in it.
struct Examined {
    group: Group,
    bads: Bads,
}

pub(super) fn heal(
    repository: &Repository,
    only: Option<&BTreeSet<PackId>>,
    report: &mut HealReport,
    job: &Job,
) -> Result<()> {
    let storage = &repository.storage;
    let packs = repository.packs_in_use()?;
    let mut groups = Groups::read(storage)?.groups;
    groups.retain(|group| only.is_none_or(|only| only.iter().any(|pack| group.holds(pack))));
    let members = groups.iter().map(|group| group.head.members.len() as u64).sum();
    job.add_total(members, groups.iter().map(|group| group.head.bytes()).sum());
    job.settle_totals();
    let read_before = job.progress().bytes_done;
    let mut examined = Vec::new();
    for group in groups {
        job.set_current(super::super::read::group_path(&group.name));
        let bads = examine(storage, &group, job)?;
        job.add_files_done(group.head.members.len() as u64);
        examined.push(Examined { group, bads });
    }
    report.bytes_read += job.progress().bytes_done - read_before;

    // What no index lists was given up.
    let is_listed = |id: &PackId| packs.present.contains_key(id) || packs.lost.contains(id);
    let mut bad: BTreeSet<PackId> = bad_packs(&examined).map(|(id, _)| id).collect();
    bad.retain(is_listed);
    let lost = packs.lost.iter().filter(|id| only.is_none_or(|only| only.contains(*id)));
    bad.extend(lost);
    heal_misplaced(storage, &mut examined, &mut bad, report)?;
    heal_from_groups(storage, &mut examined, &mut bad, report, job)?;
    for id in bad {
        let is_held = examined.iter().any(|it| it.group.holds(&id));
        let why = if is_held { "Too much of its group is lost" } else { "No group holds it" };
        report.fail(FileKind::Pack.path(id), why);
    }
    renew_damaged(storage, &examined, report, job)
}

/// The bad packs of all groups, and the digests of what bears their names.
fn bad_packs(examined: &[Examined]) -> impl Iterator<Item = (PackId, Option<PackId>)> + '_ {
    examined.iter().flat_map(|Examined { group, bads }| {
        bads.iter().map(|(number, bad)| (group.head.members[*number].id, bad.actual))
    })
}

/// Two packs whose names were swapped are put back, whatever their groups could do.
fn heal_misplaced(
    storage: &Storage,
    examined: &mut [Examined],
    bad: &mut BTreeSet<PackId>,
    report: &mut HealReport,
) -> Result<()> {
    let actual = bad_packs(examined).filter_map(|(id, actual)| Some((actual?, id)));
    let sources: BTreeMap<PackId, PackId> = actual.filter(|(id, _)| bad.contains(id)).collect();
    let mut kept: BTreeMap<PackId, String> = BTreeMap::new();
    for (id, source) in sources {
        // What bears the name may have been healed a moment ago: then it was kept.
        let source = kept.get(&source).cloned().unwrap_or_else(|| FileKind::Pack.path(source));
        let bytes = storage.provider.read(&source)?;
        if digest_of(&bytes) == id.to_string() {
            let healed = place(storage, &FileKind::Pack.path(id), &bytes, &id.to_string())?;
            kept.extend(healed.kept.clone().map(|kept| (id, kept)));
            report.healed.push(healed);
            is_healed(examined, bad, &id);
        }
    }
    Ok(())
}

/// Heals packs until nothing more is won: what is healed helps the others of its group.
fn heal_from_groups(
    storage: &Storage,
    examined: &mut [Examined],
    bad: &mut BTreeSet<PackId>,
    report: &mut HealReport,
    job: &Job,
) -> Result<()> {
    loop {
        let mut won = false;
        for id in bad.clone() {
            job.check_cancelled()?;
            job.set_current(FileKind::Pack.path(id));
            if let Some(bytes) = rebuild_from_any(storage, examined, &id)? {
                let path = FileKind::Pack.path(id);
                report.healed.push(place(storage, &path, &bytes, &id.to_string())?);
                is_healed(examined, bad, &id);
                won = true;
            }
        }
        if !won {
            return Ok(());
        }
    }
}

fn rebuild_from_any(
    storage: &Storage,
    examined: &[Examined],
    id: &PackId,
) -> Result<Option<Vec<u8>>> {
    for Examined { group, bads } in examined {
        let Some(number) = group.head.members.iter().position(|member| member.id == *id) else {
            continue;
        };
        let rebuilt = rebuild(storage, group, bads, number)?;
        let rebuilt = rebuilt.filter(|bytes| digest_of(bytes) == id.to_string());
        if rebuilt.is_some() {
            return Ok(rebuilt);
        }
    }
    Ok(None)
}

fn is_healed(examined: &mut [Examined], bad: &mut BTreeSet<PackId>, id: &PackId) {
    bad.remove(id);
    for Examined { group, bads } in examined {
        bads.retain(|number, _| group.head.members[*number].id != *id);
    }
}

/// Writes groups anew whose own files are damaged. One that still may heal something stays.
fn renew_damaged(
    storage: &Storage,
    examined: &[Examined],
    report: &mut HealReport,
    job: &Job,
) -> Result<()> {
    for Examined { group, bads } in examined {
        if bads.is_empty() && !group.is_sound(storage)? && renew(storage, group, job)? {
            report.renewed += 1;
        }
    }
    Ok(())
}
