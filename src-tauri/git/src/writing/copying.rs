//! Copies commits from one repository of this machine to another, as one pack, without running
//! anything: a remote that is a folder has hooks and a configuration that somebody wrote.

use std::io::Write;

use git2::{Oid, Repository};
use undercroft_foundation::{Code, Error, Job, Result, escape_path, reach_write_point, text};

use crate::repository::errors::GitContext;

/// Copies what `tips` lead to in `source` and none of the branches of `target` does; returns
/// how many objects that was.
pub(crate) fn copy_commits(
    source: &Repository,
    tips: &[Oid],
    target: &Repository,
    job: &Job,
) -> Result<u64> {
    let what = "copy the commits";
    if source.is_shallow() || target.is_shallow() {
        let folder = escape_path(if source.is_shallow() { source.path() } else { target.path() });
        return Err(Error::new(Code::Unsupported, text!("{folder} has no older commits", folder))
            .why("It was cloned without them, and a copy of it would be incomplete")
            .next("Run `git fetch --unshallow` there first"));
    }
    let mut walk = source.revwalk().when(what)?;
    for tip in tips {
        walk.push(*tip).when(what)?;
    }
    for reference in target.references().when(what)? {
        let known = reference.when(what)?.peel_to_commit().map(|commit| commit.id());
        if let Some(known) = known.ok().filter(|known| source.find_commit(*known).is_ok()) {
            walk.hide(known).when(what)?;
        }
    }
    let mut pack = source.packbuilder().when(what)?;
    pack.set_threads(0);
    pack.set_progress_callback(|_, _, _| !job.is_cancelled()).when(what)?;
    let inserted = pack.insert_walk(&mut walk);
    job.check_cancelled()?;
    inserted.when(what)?;
    let count = pack.object_count() as u64;
    if count == 0 {
        return Ok(0);
    }
    job.add_total(count, 0);
    job.settle_totals();
    let odb = target.odb().when(what)?;
    let mut writer = odb.packwriter().when(what)?;
    let mut failure = None;
    let streamed = pack.foreach(|bytes| {
        failure = writer.write_all(bytes).err();
        job.add_bytes_done(bytes.len() as u64);
        failure.is_none() && !job.is_cancelled()
    });
    job.check_cancelled()?;
    if let Some(failure) = failure {
        return Err(Error::io("write to", target.path(), failure));
    }
    streamed.when(what)?;
    writer.commit().when(what)?;
    job.add_files_done(count);
    reach_write_point("git.objects-written");
    Ok(count)
}
