//! Retention: which backups of a destination a policy keeps, and letting the others go.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;
use undercroft_foundation::{DestinationId, Job, LibraryId, ProjectId, Result, TextValue, text};
use undercroft_library::{JobKind, JobSpec, JobView, ProjectFilter, ProjectStatus};
use undercroft_repository::retention::{
    Calendar, DropLimit, GroupBy, KeepCount, RetentionGroup, RetentionPolicy,
};
use undercroft_repository::{Repository, Snapshot, SnapshotId};

use super::{Forgetting, Removals};
use crate::plans::{Plan, Retention};
use crate::snapshots::{LIBRARY_TAG, OBJECTS_TAG, OUR_TAG, PROJECT_TAG, tag_of};

/// The most of one project's backups that may go at once, in hundredths, when nobody looks: a clock
/// that went wrong then costs little before somebody notices.
const AT_ONCE: u8 = 50;

/// The way in which a policy is applied.
#[derive(Debug, Clone)]
struct Application<'a> {
    /// The policy.
    retention: &'a Retention,
    /// The backups of these projects, with their objects.
    projects: Vec<ProjectId>,
    /// Snapshots of this library, too.
    library: Option<LibraryId>,
    /// The time zone in which days begin.
    zone: TimeZone,
    /// Whether somebody has seen what it would do.
    seen_by_user: bool,
}

impl Removals {
    /// The backups of a destination that a policy keeps and why, and those that it would let go.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a policy that makes no sense; the errors of the
    /// destination.
    pub fn preview_retention(
        &self,
        destination: DestinationId,
        retention: &Retention,
        project: Option<ProjectId>,
        job: &Job,
    ) -> Result<Forgetting> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let application = self.by_user(retention, project)?;
        let groups = self.decide(&repository, &application, job)?;
        let (mut keep, mut drop) = (Vec::new(), Vec::new());
        for group in groups {
            keep.extend(group.keep.into_iter().map(|(snapshot, reasons)| {
                (snapshot, reasons.iter().map(ToString::to_string).collect())
            }));
            drop.extend(group.drop);
        }
        self.forgetting(&destination, &repository, keep, &drop, job)
    }

    /// Puts the application of a policy on the board of jobs: what it does not keep goes to the
    /// trash.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn start_retention(
        &self,
        destination: DestinationId,
        retention: &Retention,
        project: Option<ProjectId>,
    ) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let title = text!("Let old backups of {destination} go", destination = destination.name);
        let spec = JobSpec::new(JobKind::Forget, title).with_destination(destination.id);
        let (removals, retention) = (self.clone(), retention.clone());
        self.library.jobs().spawn(spec, move |job| {
            let repository = removals.destinations.repository_of(&destination)?;
            let application = removals.by_user(&retention, project)?;
            let groups = removals.decide(&repository, &application, job)?;
            let drop: Vec<_> = ids(groups, |group| group.drop).collect();
            if drop.is_empty() {
                return Ok(text!(
                    "All backups of {destination} stay",
                    destination = destination.name
                ));
            }
            removals.forget(&destination, &drop)?;
            let count = TextValue::count(drop.len() as u64, "backup");
            Ok(text!(
                "{count} of {destination} went to its trash",
                count,
                destination = destination.name
            ))
        })
    }

    /// The snapshots that a plan lets go at a destination: those that its policy there does not
    /// keep, and that no other plan brings there and keeps.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a policy that makes no sense; the errors of the
    /// destination.
    pub(crate) fn to_drop(
        &self,
        plan: &Plan,
        destination: DestinationId,
        repository: &Repository,
        job: &Job,
    ) -> Result<Vec<SnapshotId>> {
        let Some(retention) = self.retention_in(plan, destination)? else { return Ok(Vec::new()) };
        let own = self.by_plan(plan, &retention)?;
        let mut drop: Vec<_> =
            ids(self.decide(repository, &own, job)?, |group| group.drop).collect();
        for other in self.plans.list()?.iter().filter(|other| other.enabled && other.id != plan.id)
        {
            if drop.is_empty() {
                break;
            }
            let Some(retention) = self.retention_in(other, destination)? else { continue };
            // A budget keeps nothing.
            let rules = Retention { budget_bytes: None, ..retention };
            let groups = self.decide(repository, &self.by_plan(other, &rules)?, job)?;
            let kept = |group: RetentionGroup| group.keep.into_iter().map(|(snapshot, _)| snapshot);
            let kept: HashSet<_> = ids(groups, kept).collect();
            drop.retain(|id| !kept.contains(id));
        }
        Ok(drop)
    }

    /// How long a plan keeps backups at a destination of its own.
    fn retention_in(&self, plan: &Plan, destination: DestinationId) -> Result<Option<Retention>> {
        let plan = self.plans.in_force(plan.clone())?;
        Ok(plan.target(destination).and_then(|target| target.retention.clone()))
    }

    fn by_plan<'a>(&self, plan: &Plan, retention: &'a Retention) -> Result<Application<'a>> {
        let projects = self.plans.projects_of(&plan.spec.projects)?;
        Ok(Application {
            retention,
            projects: projects.iter().map(|project| project.id).collect(),
            library: plan.spec.library.then(|| self.library.id()).transpose()?,
            zone: plan.spec.zone(),
            seen_by_user: false,
        })
    }

    /// To one project, or to all that is of this library: what other machines keep at the same
    /// destination is theirs to let go.
    fn by_user<'a>(
        &self,
        retention: &'a Retention,
        project: Option<ProjectId>,
    ) -> Result<Application<'a>> {
        let own = || -> Result<Vec<ProjectId>> {
            let mut ids = Vec::new();
            for status in [None, Some(ProjectStatus::Trashed)] {
                let filter = ProjectFilter { status, ..ProjectFilter::default() };
                ids.extend(self.library.projects().list(&filter)?.iter().map(|it| it.id));
            }
            Ok(ids)
        };
        Ok(Application {
            retention,
            projects: project.map_or_else(own, |project| Ok(vec![project]))?,
            library: project.is_none().then(|| self.library.id()).transpose()?,
            zone: TimeZone::system(),
            seen_by_user: true,
        })
    }

    /// Only what Undercroft made is ever let go; each project, its objects and the library are
    /// held against the policy for themselves.
    fn decide(
        &self,
        repository: &Repository,
        application: &Application<'_>,
        job: &Job,
    ) -> Result<Vec<RetentionGroup>> {
        let retention = application.retention;
        let drop_limit = match application.seen_by_user {
            true => DropLimit::None,
            false => DropLimit::AtMost { percent: AT_ONCE },
        };
        let rule = undercroft_repository::retention::Retention {
            policy: retention.policy()?,
            group_by: GroupBy { host: true, paths: true, tags: false },
            calendar: Calendar::In(application.zone.clone()),
            now: self.library.world().clock.now(),
            drop_limit,
        };
        let mut kinds: BTreeMap<Vec<String>, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in repository.snapshots()? {
            if application.concerns(&snapshot) {
                kinds.entry(kind_of(&snapshot)).or_default().push(snapshot);
            }
        }
        let mut groups: Vec<_> =
            kinds.into_values().flat_map(|snapshots| rule.apply(snapshots)).collect();
        if let Some(budget) = retention.budget_bytes
            && !repository.fit_retention(&mut groups, budget, drop_limit, job)?
        {
            job.warn(repository.location(), "what must stay takes more than the budget");
        }
        Ok(groups)
    }
}

impl Application<'_> {
    fn concerns(&self, snapshot: &Snapshot) -> bool {
        let bears = |wanted: &str| snapshot.tags.iter().any(|tag| tag == wanted);
        let is_own = |library: &LibraryId| bears(&format!("{LIBRARY_TAG}{library}"));
        bears(OUR_TAG)
            && (self.library.as_ref().is_some_and(is_own)
                || self.projects.iter().any(|project| bears(&tag_of(*project))))
    }
}

/// Of these snapshots of each group, the ids.
fn ids<S: IntoIterator<Item = Snapshot>>(
    groups: Vec<RetentionGroup>,
    which: impl FnMut(RetentionGroup) -> S,
) -> impl Iterator<Item = SnapshotId> {
    groups.into_iter().flat_map(which).map(|snapshot| snapshot.id)
}

/// The subject of a snapshot, whatever else it was tagged with.
fn kind_of(snapshot: &Snapshot) -> Vec<String> {
    let tells = |tag: &&String| {
        tag.starts_with(PROJECT_TAG) || tag.starts_with(LIBRARY_TAG) || *tag == OBJECTS_TAG
    };
    let mut kind: Vec<_> = snapshot.tags.iter().filter(tells).cloned().collect();
    kind.sort_unstable();
    kind
}

impl Retention {
    /// As the repository understands it.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a length of time that is none.
    pub fn policy(&self) -> Result<RetentionPolicy> {
        let count = |number: Option<u32>| KeepCount::Number(number.unwrap_or_default());
        let span = |text: &Option<String>| match text.as_deref().map(str::trim) {
            None | Some("") => Ok(Default::default()),
            Some(text) => text.parse(),
        };
        let tags = |tags: &String| tags.split(',').map(|tag| tag.trim().to_owned()).collect();
        Ok(RetentionPolicy {
            last: count(self.last),
            hourly: count(self.hourly),
            daily: count(self.daily),
            weekly: count(self.weekly),
            monthly: count(self.monthly),
            yearly: count(self.yearly),
            within: span(&self.within)?,
            within_hourly: span(&self.within_hourly)?,
            within_daily: span(&self.within_daily)?,
            within_weekly: span(&self.within_weekly)?,
            within_monthly: span(&self.within_monthly)?,
            within_yearly: span(&self.within_yearly)?,
            tags: self.tags.iter().map(tags).collect(),
        })
    }
}
