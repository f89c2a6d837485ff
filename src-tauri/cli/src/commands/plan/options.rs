//! The options of `plan add` and `plan edit`.

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{
    HookCommand, PlanDraft, PlanProjects, PlanTarget, ProjectRef, QuietHours, Retention,
};
use undercroft_foundation::{Code, Error, Result};

use super::schedule;
use crate::options::{RetentionOptions, YesNo, parse_bytes};

/// The time that a command may take when nobody says.
const HOOK_SECONDS: u32 = 3600;

/// The settings of a plan; those that are left out stay as they are.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// The destination to write to (again for more)
    #[arg(long, value_name = "DESTINATION")]
    to: Vec<String>,
    /// The project: its name, its id or the beginning of it (again for more)
    #[arg(long, short_alias = 'p', value_name = "PROJECT", conflicts_with_all = ["tag", "all_projects"])]
    project: Vec<String>,
    /// The tag (again for more)
    #[arg(long, short_alias = 't', value_name = "TAG", conflicts_with = "all_projects")]
    tag: Vec<String>,
    /// All projects, those to come included
    #[arg(long)]
    all_projects: bool,
    /// Back up the library itself, too
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    with_library: Option<YesNo>,
    /// Leave out what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Leave out what a program makes again, such as node_modules
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    leave_out_rebuildable: Option<YesNo>,
    /// When it runs: manual, "hourly MINUTE", "daily HH:MM", "weekly mon,fri HH:MM",
    /// "monthly DAY HH:MM", "cron 30 12 * * 1-5" or "changes COUNT"
    #[arg(long, short)]
    schedule: Option<String>,
    /// The time zone, such as Europe/Vienna, instead of this machine's
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Wait until the machine is on power
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    on_power: Option<YesNo>,
    /// Wait for a network that is not metered
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    unmetered: Option<YesNo>,
    /// Begin nothing between these times, or "none"
    #[arg(long, value_name = "HH:MM-HH:MM")]
    quiet_hours: Option<String>,
    /// How much a second goes to and from a destination, such as 20M; 0 for no limit
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes, alias = "limit")]
    bandwidth: Option<u64>,
    /// Threads that work at once; 0 for as many as pay
    #[arg(long, value_name = "COUNT")]
    threads: Option<u32>,
    /// Give way to other programs
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    low_priority: Option<YesNo>,
    /// A program to start before, then each of its arguments by the option again; an empty one
    /// for none
    #[arg(long, value_name = "WORD", allow_hyphen_values = true, alias = "before")]
    run_before: Vec<String>,
    /// A program to start after, likewise
    #[arg(long, value_name = "WORD", allow_hyphen_values = true, alias = "after")]
    run_after: Vec<String>,
    /// Stop these programs after so many seconds
    #[arg(long, value_name = "SECONDS")]
    command_timeout: Option<u32>,
    /// Read back what a run wrote at its end
    #[arg(long, value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes")]
    check_after: Option<YesNo>,
    /// Read back so many thousandths of a destination a day
    #[arg(long, value_name = "THOUSANDTHS")]
    check_daily: Option<u16>,
    /// Restore random files on trial every so many days; 0 for never
    #[arg(long, value_name = "DAYS")]
    drill_days: Option<u16>,
    #[command(flatten)]
    keep: Keep,
}

/// How long backups are kept; one of these replaces all that was said before.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// Keep all backups
    #[arg(long)]
    keep_all: bool,
    /// Keep backups as the setting backup-retention-days says
    #[arg(long, conflicts_with = "keep_all")]
    keep_usual: bool,
    #[command(flatten)]
    rules: RetentionOptions,
}

impl PlanOptions {
    /// Lets a draft say it.
    pub(super) fn apply(self, api: &Api, draft: &mut PlanDraft) -> Result<()> {
        let projects = self.projects(api)?;
        set(&mut draft.projects, projects);
        if !self.to.is_empty() {
            draft.targets = targets(&self.to, &draft.targets, api)?;
        }
        let retention = self.keep.retention();
        if self.keep.keep_usual || retention.is_some() {
            draft.targets.iter_mut().for_each(|target| target.retention.clone_from(&retention));
        }
        set(&mut draft.library, self.with_library.map(YesNo::is_yes));
        set(&mut draft.leave_out_rebuildable, self.leave_out_rebuildable.map(YesNo::is_yes));
        set(&mut draft.exclude, Some(self.exclude).filter(|patterns| !patterns.is_empty()));
        set(&mut draft.schedule, self.schedule.as_deref().map(schedule::parse).transpose()?);
        draft.time_zone = self.time_zone.or(draft.time_zone.take());
        set(&mut draft.conditions.on_power, self.on_power.map(YesNo::is_yes));
        set(&mut draft.conditions.unmetered, self.unmetered.map(YesNo::is_yes));
        let quiet = self.quiet_hours.as_deref().map(quiet_hours).transpose()?;
        set(&mut draft.conditions.quiet_hours, quiet);
        set(&mut draft.limits.bytes_per_second, self.bandwidth.map(|limit| some(limit, 0)));
        set(&mut draft.limits.threads, self.threads.map(|threads| some(threads, 0)));
        set(&mut draft.limits.low_priority, self.low_priority.map(YesNo::is_yes));
        set_hook(&mut draft.before, self.run_before, self.command_timeout);
        set_hook(&mut draft.after, self.run_after, self.command_timeout);
        set(&mut draft.verification.after_run, self.check_after.map(YesNo::is_yes));
        set(&mut draft.verification.daily_permille, self.check_daily);
        set(&mut draft.verification.drill_days, self.drill_days);
        Ok(())
    }

    fn projects(&self, api: &Api) -> Result<Option<PlanProjects>> {
        if self.all_projects {
            return Ok(Some(PlanProjects::All));
        }
        if !self.tag.is_empty() {
            return Ok(Some(PlanProjects::Tagged { tags: self.tag.clone() }));
        }
        if self.project.is_empty() {
            return Ok(None);
        }
        let id = |project: &String| {
            Ok(api.project_show(ProjectRef { project: project.clone() })?.project.id)
        };
        let projects = self.project.iter().map(id).collect::<Result<_>>()?;
        Ok(Some(PlanProjects::Chosen { projects }))
    }
}

impl Keep {
    fn retention(&self) -> Option<Retention> {
        let rules = Retention::from(self.rules.clone());
        (self.keep_all || rules != Retention::default()).then_some(rules)
    }
}

/// The targets `to`: one that was there before keeps its retention, and a new one gets that of the
/// first.
fn targets(to: &[String], before: &[PlanTarget], api: &Api) -> Result<Vec<PlanTarget>> {
    let usual = before.first().and_then(|target| target.retention.clone());
    let target = |name: &String| {
        let destination = api.find_destination(name)?.id;
        let stays = before.iter().find(|each| each.destination == destination);
        let retention = stays.map_or_else(|| usual.clone(), |each| each.retention.clone());
        Ok(PlanTarget { destination, retention })
    };
    to.iter().map(target).collect()
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn some<T: PartialEq + Copy>(value: T, none: T) -> Option<T> {
    (value != none).then_some(value)
}

fn set_hook(place: &mut Option<HookCommand>, command: Vec<String>, timeout: Option<u32>) {
    if !command.is_empty() {
        let hook = HookCommand { command, timeout_seconds: HOOK_SECONDS };
        *place = Some(hook).filter(|hook| hook.command != [""]);
    }
    if let (Some(hook), Some(timeout)) = (place, timeout) {
        hook.timeout_seconds = timeout;
    }
}

fn quiet_hours(text: &str) -> Result<Option<QuietHours>> {
    if text == "none" {
        return Ok(None);
    }
    let (from, until) = text.split_once('-').ok_or_else(|| {
        Error::new(Code::Invalid, format!("Cannot understand the quiet hours {text:?}"))
            .why("They have a beginning and an end")
            .next("Write them like 22:00-07:00, or none")
    })?;
    Ok(Some(QuietHours { from: from.to_owned(), until: until.to_owned() }))
}
