//! The snapshots that one destination should hold, and what became of each that ever came there.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use undercroft_backup::{Destination, Plan, PlanProjects, TRASH_KEPT};
use undercroft_foundation::{Job, ProjectId, World};
use undercroft_library::Project;
use undercroft_providers::DiskProvider;
use undercroft_repository::retention::{Calendar, DropLimit, GroupBy, Retention};
use undercroft_repository::{Password, Repository, RestoreRequest, Snapshot, SnapshotId};

use super::edits::{Tree, describe};
use super::support::PASSWORD;

/// Locks are waited for a moment, so that a run takes a while.
const RUN_TAKES: SignedDuration = SignedDuration::from_hours(1);

/// The project that a snapshot is of, and when it was made: its copies have the same.
pub(crate) type Made = (ProjectId, Timestamp);

type Ids = BTreeSet<SnapshotId>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Held,
    Trashed(Timestamp),
    Gone,
}

pub(crate) struct Ledger {
    pub(crate) disk: Destination,
    pub(crate) away: bool,
    repository: Repository,
    fates: BTreeMap<SnapshotId, Fate>,
}

/// The work that was done at a destination since it was last looked at.
pub(crate) struct Work<'a> {
    pub(crate) plan: &'a Plan,
    /// All plans there are.
    pub(crate) plans: &'a [Plan],
    /// Whether all of it was done, as far as the engine says.
    pub(crate) complete: bool,
    /// Whether nothing may be let go.
    pub(crate) held: bool,
}

impl Ledger {
    pub(crate) fn new(disk: Destination, world: &World) -> Self {
        let provider = Arc::new(DiskProvider::open(&disk.path).unwrap());
        let repository = Repository::open(provider, &Password::new(PASSWORD), world).unwrap();
        Self { disk, away: false, repository, fates: BTreeMap::new() }
    }

    /// Looks at what is there now and judges what became of each snapshot. Returns those that came.
    pub(crate) fn look(&mut self, work: Option<&Work<'_>>, now: Timestamp) -> Vec<Snapshot> {
        let name = &self.disk.name;
        let listed = self.repository.snapshots().unwrap();
        let trashed = self.repository.trashed().unwrap();
        let in_trash: HashMap<_, _> =
            trashed.iter().map(|it| (it.snapshot.id, it.trashed.unwrap())).collect();
        let mut new = Vec::new();
        for snapshot in listed.iter().chain(trashed.iter().map(|it| &it.snapshot)) {
            if let Entry::Vacant(fate) = self.fates.entry(snapshot.id) {
                assert!(work.is_some(), "{name}: without a run came {snapshot:?}");
                fate.insert(Fate::Held);
                new.push(snapshot.clone());
            }
        }
        let is_listed: BTreeSet<_> = listed.iter().map(|it| it.id).collect();
        let (mut dropped, mut expired) = (BTreeSet::new(), Vec::new());
        for (id, fate) in &mut self.fates {
            *fate = match (*fate, is_listed.contains(id), in_trash.get(id)) {
                (Fate::Held, true, None) => Fate::Held,
                (Fate::Held, false, Some(at)) => {
                    dropped.insert(*id);
                    Fate::Trashed(*at)
                }
                (Fate::Trashed(at), false, Some(_)) => Fate::Trashed(at),
                (Fate::Trashed(at), false, None) => {
                    expired.push(at);
                    Fate::Gone
                }
                (Fate::Gone, false, None) => Fate::Gone,
                other => panic!("{name}: {id} {other:?}"),
            };
        }
        let mut before = listed;
        before.extend(trashed.into_iter().map(|it| it.snapshot));
        before.retain(|it| is_listed.contains(&it.id) || dropped.contains(&it.id));
        self.judge(work, &before, &dropped, &expired, now);
        new
    }

    /// Holds what a run let go against what it should have.
    fn judge(
        &self,
        work: Option<&Work<'_>>,
        before: &[Snapshot],
        dropped: &Ids,
        expired: &[Timestamp],
        now: Timestamp,
    ) {
        let name = &self.disk.name;
        let Some(work) = work.filter(|work| !work.held) else {
            let is_idle = dropped.is_empty() && expired.is_empty();
            assert!(is_idle, "{name}: let go without leave: {dropped:?} {expired:?}");
            return;
        };
        let (_, mut wanted) = self.decide(work.plan, before, now);
        for other in work.plans.iter().filter(|other| other.id != work.plan.id) {
            let (kept, _) = self.decide(other, before, now);
            wanted.retain(|id| !kept.contains(id));
        }
        assert!(dropped.is_subset(&wanted), "{name}: {dropped:?} is more than {wanted:?}");
        let old = now - TRASH_KEPT;
        assert!(expired.iter().all(|at| *at < old), "{name}: {expired:?} gone before {old}");
        if work.complete {
            assert_eq!(*dropped, wanted, "{name} by {}", work.plan.name);
            let stays = |fate: &Fate| matches!(fate, Fate::Trashed(at) if *at < old - RUN_TAKES);
            assert!(!self.fates.values().any(stays), "{name}: its trash holds what is too old");
        }
    }

    /// Splits these snapshots into those that a plan's policy keeps here and those that it lets go.
    fn decide(&self, plan: &Plan, before: &[Snapshot], now: Timestamp) -> (Ids, Ids) {
        let target = plan.target(self.disk.id);
        let Some(retention) = target.and_then(|target| target.retention.as_ref()) else {
            return Default::default();
        };
        let rule = Retention {
            policy: retention.policy().unwrap(),
            group_by: GroupBy::default(),
            calendar: Calendar::In(TimeZone::UTC),
            now,
            drop_limit: DropLimit::AtMost { percent: 50 },
        };
        let mut kinds: BTreeMap<Vec<String>, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in before {
            let concerns = match (&plan.spec.projects, project_of(snapshot)) {
                (PlanProjects::Chosen { projects }, Some(project)) => projects.contains(&project),
                (_, Some(_)) => true,
                (_, None) => plan.spec.library,
            };
            if concerns {
                let mut kind = snapshot.tags.clone();
                kind.sort();
                kinds.entry(kind).or_default().push(snapshot.clone());
            }
        }
        let (mut keep, mut drop) = (Ids::new(), Ids::new());
        for group in kinds.into_values().flat_map(|snapshots| rule.apply(snapshots)) {
            keep.extend(group.keep.iter().map(|(snapshot, _)| snapshot.id));
            drop.extend(group.drop.iter().map(|snapshot| snapshot.id));
        }
        (keep, drop)
    }

    /// The snapshots that are there, of these projects, oldest first.
    pub(crate) fn held(&self) -> Vec<Snapshot> {
        self.repository.snapshots().unwrap()
    }

    /// How many went for good.
    pub(crate) fn gone(&self) -> usize {
        self.fates.values().filter(|fate| **fate == Fate::Gone).count()
    }

    /// How many went at all.
    pub(crate) fn let_go(&self) -> usize {
        self.fates.values().filter(|fate| **fate != Fate::Held).count()
    }

    /// A project's tree as a snapshot has it.
    pub(crate) fn restored(&self, snapshot: &Snapshot, project: &Project, target: &Path) -> Tree {
        let root = project.root.strip_prefix("/").unwrap();
        let subpath = root.iter().map(|name| name.as_encoded_bytes().to_vec()).collect();
        let request =
            RestoreRequest { target: target.to_owned(), subpath, ..RestoreRequest::default() };
        let job = Job::new();
        self.repository.restore(snapshot, &request, &job).unwrap();
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        describe(&target.join(root.file_name().unwrap()))
    }
}

/// The project that a snapshot is of.
pub(crate) fn project_of(snapshot: &Snapshot) -> Option<ProjectId> {
    snapshot.tags.iter().find_map(|tag| tag.strip_prefix("project:")?.parse().ok())
}

/// Gives the key that a snapshot shares with all its copies; none for snapshots of objects.
pub(crate) fn made(snapshot: &Snapshot) -> Option<Made> {
    let is_object = snapshot.tags.iter().any(|tag| tag == "objects");
    project_of(snapshot).filter(|_| !is_object).map(|project| (project, snapshot.time))
}
