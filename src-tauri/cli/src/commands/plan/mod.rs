//! `undercroft plan`: what is backed up by itself, where, when, and how long it is kept.

mod options;
mod schedule;

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    Nothing, PauseFor, PauseRequest, Plan, PlanDraft, PlanEnable, PlanPreview, PlanRef, PlanSave,
    PlannedRun, ScheduleState, Upcoming,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{Confirm, DryRun};
use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table, hooks};
use crate::session::Session;
use options::PlanOptions;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a plan; what is not said is as it suits most, and it goes to all destinations
    Add(Add),
    /// List plans
    List,
    /// Show one plan
    Show(Named),
    /// Change a plan; what is not said stays as it is
    Edit(Edit),
    /// Remove a plan; its backups stay
    Remove(Named),
    /// Let a plan run by itself
    Enable(Named),
    /// Let a plan run by itself no longer
    Disable(Named),
    /// Carry a plan out now
    Run(Named),
    /// Show the commands that a plan starts, and confirm them
    Hooks(Hooks),
    /// Count what a plan would back up and what it would leave out
    Preview(Named),
    /// List the runs to come
    Upcoming(Coming),
    /// Say whether backups begin by themselves
    Status,
    /// Let no backup begin by itself, for a while or until they are resumed
    Pause(Pause),
    /// Let backups begin by themselves again
    Resume,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The plan: its name, its id or the beginning of it
    plan: String,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The plan's name
    name: String,
    #[command(flatten)]
    says: Box<PlanOptions>,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The plan: its name, its id or the beginning of it
    plan: String,
    /// The name to give it
    #[arg(long, short_alias = 'n')]
    name: Option<String>,
    #[command(flatten)]
    says: Box<PlanOptions>,
}

#[derive(Debug, Args)]
pub(crate) struct Hooks {
    /// The plan: its name, its id or the beginning of it
    plan: String,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(Debug, Args)]
pub(crate) struct Coming {
    /// How many at most
    #[arg(long, short_alias = 'l', value_name = "COUNT", default_value_t = 20)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Pause {
    /// For how long
    #[arg(long = "for", value_name = "TIME", value_enum, default_value_t = Length::UntilResumed)]
    length: Length,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Length {
    /// An hour
    Hour,
    /// Until six in the morning
    Tomorrow,
    /// Until they are resumed
    UntilResumed,
}

impl Named {
    fn request(self) -> PlanRef {
        PlanRef { plan: self.plan }
    }
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        let show = |plan: &Plan| out.show(plan, |plan| print_one(&api, plan, out));
        match self {
            Self::Add(add) => return add.run(&api, out),
            Self::List => out.show(&api.plan_list(Nothing {})?, |plans| print_list(plans, out)),
            Self::Show(named) => show(&api.plan_show(named.request())?),
            Self::Edit(Edit { plan, name, says }) => {
                let mut draft = api.plan_show(PlanRef { plan: plan.clone() })?.draft;
                says.apply(&api, &mut draft)?;
                draft.name = name.unwrap_or(draft.name);
                show(&api.plan_save(PlanSave { plan: Some(plan), draft })?);
            }
            Self::Remove(named) => {
                out.show(&api.plan_delete(named.request())?, |plan| {
                    out.line(format!("Removed {}; its backups stay", plan.draft.name));
                });
            }
            Self::Enable(Named { plan }) => {
                show(&api.plan_enable(PlanEnable { plan, enabled: true })?);
            }
            Self::Disable(Named { plan }) => {
                show(&api.plan_enable(PlanEnable { plan, enabled: false })?);
            }
            Self::Run(named) => {
                let job = progress::run(session, &api, || api.plan_run(named.request()))?;
                return exit_status::of_job(&job);
            }
            Self::Hooks(Hooks { plan, confirm }) => {
                let plan = PlanRef { plan };
                let plan = if confirm.confirm {
                    api.plan_confirm_hooks(plan)
                } else {
                    api.plan_show(plan)
                };
                out.show(&plan?, |plan| print_hooks(plan, out));
            }
            Self::Preview(named) => {
                let preview = api.plan_preview(api.plan_show(named.request())?.draft)?;
                out.show(&preview, |preview| print_preview(preview, out));
            }
            Self::Upcoming(Coming { limit }) => {
                let request = Upcoming { until: None, limit: Some(limit) };
                let runs = api.schedule_upcoming(request)?;
                out.show(&runs, |runs| print_upcoming(runs, out));
            }
            Self::Status => show_state(&api.schedule_state(Nothing {})?, out),
            Self::Pause(Pause { length }) => {
                let request = PauseRequest { pause: length.into() };
                show_state(&api.schedule_pause(request)?, out);
            }
            Self::Resume => show_state(&api.schedule_resume(Nothing {})?, out),
        }
        Ok(ExitStatus::Done)
    }
}

impl Add {
    fn run(self, api: &Api, out: &Output) -> Result<ExitStatus> {
        let mut draft = api.plan_propose(Nothing {})?;
        self.says.apply(api, &mut draft)?;
        draft.name = self.name;
        if self.dry_run.dry_run {
            out.show(&draft, |draft| print_draft(api, draft, out));
        } else {
            let plan = api.plan_save(PlanSave { plan: None, draft })?;
            out.show(&plan, |plan| print_one(api, plan, out));
        }
        Ok(ExitStatus::Done)
    }
}

impl From<Length> for PauseFor {
    fn from(length: Length) -> Self {
        match length {
            Length::Hour => Self::OneHour,
            Length::Tomorrow => Self::UntilTomorrow,
            Length::UntilResumed => Self::UntilResumed,
        }
    }
}

fn print_list(plans: &[Plan], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("PROJECTS", Align::Right),
        ("WHEN", Align::Left),
        ("NEXT", Align::Left),
        ("STATE", Align::Left),
    ]);
    for plan in plans {
        table.row([
            plan.draft.name.clone(),
            grouped(plan.projects_now.len() as u64),
            schedule::shown(&plan.draft.schedule),
            plan.next.map(local_time).unwrap_or_default(),
            plan.sentence.clone(),
        ]);
    }
    table.print(out, "No plans yet: undercroft plan add NAME --to DESTINATION");
}

fn print_one(api: &Api, plan: &Plan, out: &Output) {
    out.line(format!("{} ({})", plan.draft.name, plan.id));
    print_says(api, &plan.draft, out);
    let next = match (plan.enabled, plan.next) {
        (false, _) => "does not run by itself".to_owned(),
        (true, next) => next.map_or_else(|| "-".to_owned(), local_time),
    };
    out.line(format!("  Next        {next}"));
    out.line(format!("  State       {}", plan.sentence));
    if plan.hooks_wait {
        out.line("  Commands    not started: undercroft plan hooks shows and confirms them");
    }
    for target in &plan.targets_now {
        let last = target.last_complete.map_or_else(|| "never".to_owned(), local_time);
        let away = if target.present { "" } else { ", away" };
        out.line(format!("  Complete    {}: {last}{away}", target.name));
    }
}

fn print_hooks(plan: &Plan, out: &Output) {
    for (label, command) in hooks(&plan.draft) {
        out.line(format!("{label:<8}{command}"));
    }
    out.line(match (plan.hooks_wait, plan.draft.before.is_some() || plan.draft.after.is_some()) {
        (true, _) => "Not started until they are confirmed on this machine: --confirm",
        (false, true) => "Confirmed on this machine",
        (false, false) => "No commands",
    });
}

fn print_draft(api: &Api, draft: &PlanDraft, out: &Output) {
    out.line(&draft.name);
    print_says(api, draft, out);
}

fn print_says(api: &Api, draft: &PlanDraft, out: &Output) {
    for (label, text) in options::facts(api, draft) {
        out.line(format!("  {label:<12}{text}"));
    }
}

fn print_preview(preview: &PlanPreview, out: &Output) {
    let more = if preview.complete { "" } else { ", and more than was counted" };
    out.line(format!(
        "{} ({}) of {} would be backed up{more}",
        count(preview.files, "file"),
        size(preview.size_bytes),
        count(preview.projects, "project")
    ));
    let mut table = Table::new(&[
        ("LEFT OUT", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("WHY", Align::Left),
    ]);
    for left in &preview.left_out {
        table.row([
            format!("{}/{}", left.project, left.path),
            grouped(left.files),
            size(left.size_bytes),
            left.why.clone(),
        ]);
    }
    table.print(out, "Nothing would be left out");
}

fn print_upcoming(runs: &[PlannedRun], out: &Output) {
    let mut table = Table::new(&[("WHEN", Align::Left), ("PLAN", Align::Left)]);
    for run in runs {
        table.row([local_time(run.at), run.name.clone()]);
    }
    table.print(out, "No plan runs by itself in the next seven days");
}

fn show_state(state: &ScheduleState, out: &Output) {
    out.show(state, |state| {
        out.line(match (state.paused, state.until) {
            (true, Some(until)) => format!("Backups are paused until {}", local_time(until)),
            (true, None) => "Backups are paused until they are resumed".to_owned(),
            (false, _) => "Backups begin by themselves".to_owned(),
        });
        if let Some(next) = &state.next {
            out.line(format!("Next is {}, {}", next.name, local_time(next.at)));
        }
    });
}
