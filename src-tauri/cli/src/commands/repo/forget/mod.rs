//! `undercroft repo forget`: forget snapshots by name or by a policy, which is restic's.

mod print;

use clap::Args;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::retention::{
    Calendar, CalendarSpan, DropLimit, GroupBy, KeepCount, Retention, RetentionGroup,
    RetentionPolicy,
};
use undercroft_repository::{Forget as Way, Repository, SnapshotFilter, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::DryRun;
use crate::repository::find_ids;
use crate::session::Session;

/// Forget snapshots: those named, or those that a policy does not keep
#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Forget these, whatever a policy says: ids, or the beginnings of them, or `latest`
    #[arg(value_name = "SNAPSHOT")]
    ids: Vec<String>,
    #[command(flatten)]
    policy: Policy,
    /// Only snapshots made on this machine (again for more)
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Only snapshots with this tag (again for any of several; tag,tag for all of several)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only snapshots of this absolute path (again for more)
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// Which snapshots the policy holds against each other: those of the same host, paths, tags
    #[arg(long, short = 'g', value_name = "GROUP", default_value = "host,paths")]
    group_by: GroupBy,
    #[command(flatten)]
    dry_run: DryRun,
    /// Free what is not needed any more at once
    #[arg(long)]
    prune: bool,
    /// Remove them for good, instead of moving them into the trash
    #[arg(long)]
    no_trash: bool,
}

/// The policy of what to keep, by restic's options.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to keep (a number, or unlimited)")]
struct Policy {
    /// The newest so many
    #[arg(long, short = 'l', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_last: KeepCount,
    /// The newest of each of so many hours that have one
    #[arg(long, short = 'H', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_hourly: KeepCount,
    /// The newest of each of so many days that have one
    #[arg(long, short = 'd', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_daily: KeepCount,
    /// The newest of each of so many weeks that have one
    #[arg(long, short = 'w', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_weekly: KeepCount,
    /// The newest of each of so many months that have one
    #[arg(long, short = 'm', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_monthly: KeepCount,
    /// The newest of each of so many years that have one
    #[arg(long, short = 'y', value_name = "N", default_value = "0", hide_default_value = true)]
    keep_yearly: KeepCount,
    /// All that are newer than this before the newest: 1y5m7d2h
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within: CalendarSpan,
    /// One of each hour, as far as it is newer than this before the newest
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within_hourly: CalendarSpan,
    /// One of each day, as far as it is newer than this before the newest
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within_daily: CalendarSpan,
    /// One of each week, as far as it is newer than this before the newest
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within_weekly: CalendarSpan,
    /// One of each month, as far as it is newer than this before the newest
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within_monthly: CalendarSpan,
    /// One of each year, as far as it is newer than this before the newest
    #[arg(long, value_name = "DURATION", default_value = "", hide_default_value = true)]
    keep_within_yearly: CalendarSpan,
    /// All with this tag (again for any of several; tag,tag for all of several)
    #[arg(long, value_name = "TAG")]
    keep_tag: Vec<String>,
}

impl From<Policy> for RetentionPolicy {
    fn from(policy: Policy) -> Self {
        let tags = |list: &String| list.split(',').map(|tag| tag.trim().to_owned()).collect();
        Self {
            last: policy.keep_last,
            hourly: policy.keep_hourly,
            daily: policy.keep_daily,
            weekly: policy.keep_weekly,
            monthly: policy.keep_monthly,
            yearly: policy.keep_yearly,
            within: policy.keep_within,
            within_hourly: policy.keep_within_hourly,
            within_daily: policy.keep_within_daily,
            within_weekly: policy.keep_within_weekly,
            within_monthly: policy.keep_within_monthly,
            within_yearly: policy.keep_within_yearly,
            tags: policy.keep_tag.iter().map(tags).collect(),
        }
    }
}

/// The course for snapshots that are not kept.
struct Course {
    way: Way,
    dry_run: bool,
    prune: bool,
}

impl Forget {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let way = if self.no_trash { Way::ForGood } else { Way::IntoTrash };
        let course = Course { way, dry_run: self.dry_run.dry_run, prune: self.prune };
        let filter = SnapshotFilter { hosts: self.host, paths: self.path, tags: self.tag };
        if !self.ids.is_empty() {
            let ids = find_ids(repository, &self.ids, &filter)?;
            course.take(session, repository, &ids)?;
            print::named(&session.out, &ids, self.dry_run.dry_run);
            return Ok(ExitStatus::Done);
        }
        let retention = Retention {
            policy: self.policy.into(),
            group_by: self.group_by,
            calendar: Calendar::as_restic(),
            now: session.world.clock.now(),
            drop_limit: DropLimit::None,
        };
        if retention.policy.is_empty() {
            return Err(Error::new(Code::Invalid, "Nothing says what to keep or forget")
                .why("Neither snapshots nor a policy are given; nothing was forgotten")
                .next("Name snapshots, or say what to keep: --keep-daily 7"));
        }
        let snapshots = repository.snapshots()?;
        let meant = snapshots.into_iter().filter(|snapshot| filter.accepts(snapshot)).collect();
        let groups = retention.apply(meant);
        if !session.out.is_json() {
            print::groups(&session.out, &groups);
        }
        course.take(session, repository, &dropped(&groups))?;
        if session.out.is_json() {
            session.out.record(&print::to_json(&groups));
        }
        Ok(ExitStatus::Done)
    }
}

fn dropped(groups: &[RetentionGroup]) -> Vec<SnapshotId> {
    groups.iter().flat_map(|group| group.drop.iter().map(|snapshot| snapshot.id)).collect()
}

impl Course {
    fn take(&self, session: &Session, repository: &Repository, ids: &[SnapshotId]) -> Result<()> {
        let out = &session.out;
        if self.dry_run {
            let frees = (self.prune && !ids.is_empty())
                .then(|| progress::work(session, "Weighing", |job| repository.deletion(ids, job)));
            print::would_forget(out, ids.len(), frees.transpose()?.map(|it| it.frees_bytes));
            return Ok(());
        }
        repository.forget(ids, self.way)?;
        print::forgot(out, ids.len(), self.way);
        if self.prune && !ids.is_empty() {
            let options = PruneOptions::default();
            let report = progress::work(session, "Pruning", |job| repository.prune(&options, job))?;
            print::pruned(out, &report, self.way);
        }
        Ok(())
    }
}
