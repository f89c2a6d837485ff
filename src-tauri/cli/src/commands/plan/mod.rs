//! `undercroft plan`: what is backed up by itself, where, when, and how long it is kept.

mod options;
mod print;
mod schedule;

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    Nothing, PauseFor, PauseRequest, Plan, PlanEnable, PlanRef, PlanSave, Upcoming,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{Confirm, DryRun};
use crate::output::Output;
use crate::session::Session;
use options::PlanOptions;
use print::{
    print_draft, print_hooks, print_list, print_one, print_preview, print_upcoming, show_state,
};

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
    options: Box<PlanOptions>,
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
    options: Box<PlanOptions>,
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
            Self::Edit(Edit { plan, name, options }) => {
                let mut draft = api.plan_show(PlanRef { plan: plan.clone() })?.draft;
                options.apply(&api, &mut draft)?;
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
        self.options.apply(api, &mut draft)?;
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
