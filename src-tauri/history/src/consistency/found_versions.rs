//! Versions found again by the references that lead to them.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Job, Result, VersionId};

use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::version::GitId;

/// A version as its commit says it, with its place in the order of the project's.
#[derive(Debug)]
pub(crate) struct FoundVersion {
    pub(crate) commit: Commit,
    pub(crate) id: GitId,
    pub(crate) seq: u64,
}

/// Every version that a reference leads to, in their order. Branches come first: of a version that
/// thinning was about to write anew they have the last word.
pub(crate) fn find_versions(store: &HistoryStore, job: &Job) -> Result<Vec<FoundVersion>> {
    let mut tips = Vec::new();
    for branch in store.branches()? {
        tips.extend(store.tip(&branch)?);
    }
    tips.extend(store.aside()?.into_iter().map(|(_, commit)| commit));
    let mut order: HashMap<GitId, u64> = HashMap::new();
    let mut known: HashSet<VersionId> = HashSet::new();
    let mut found = Vec::new();
    for tip in tips {
        let mut chain = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next.filter(|id| !order.contains_key(id)) {
            job.check_cancelled()?;
            let commit = Commit::read(store, id)?;
            next = commit.parent;
            chain.push((commit, id));
        }
        let mut last = next.and_then(|id| order.get(&id).copied()).unwrap_or_default();
        for (commit, id) in chain.into_iter().rev() {
            last = commit.seq.max(last + 1);
            order.insert(id, last);
            if known.insert(commit.version) {
                found.push(FoundVersion { commit, id, seq: last });
            }
        }
    }
    put_in_order(&mut found);
    Ok(found)
}

/// Gives no two versions the same place, though an earlier program may have done so.
fn put_in_order(found: &mut [FoundVersion]) {
    found.sort_by_key(|it| (it.seq, it.commit.time, it.id));
    let mut last = 0;
    for it in found {
        it.seq = it.seq.max(last + 1);
        last = it.seq;
    }
}
