//! Alerts about anomalies, and the answers to them.

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{GuardAlert, GuardAnswer, GuardLoss, GuardRef, GuardReply, LossSource};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::{count, local_time};
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The alert: its id, or the beginning of it
    alert: String,
    /// Whether it was meant
    #[arg(value_enum)]
    answer: Verdict,
}

/// Whether it was meant.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Verdict {
    /// It was; old backups are let go again
    Meant,
    /// It was not; the backups from before are pinned
    NotMeant,
    /// Not known yet: what was answered is taken back
    Open,
}

#[derive(Debug, Args)]
pub(crate) struct Lost {
    /// The alert: its id, or the beginning of it
    alert: String,
    /// Bring it back where it was
    #[arg(long)]
    restore: bool,
}

impl Lost {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = GuardRef { alert: self.alert };
        if self.restore {
            return exit_status::of_job(&progress::run(session, api, || {
                api.guard_restore(request)
            })?);
        }
        session.out.show(&api.guard_loss(request)?, |loss| print_loss(loss, &session.out));
        Ok(ExitStatus::Done)
    }
}

fn print_loss(loss: &GuardLoss, out: &Output) {
    for path in &loss.paths {
        out.line(path.join("/"));
    }
    let paths = count(loss.paths.len() as u64, "path");
    out.line(match &loss.source {
        LossSource::Version { version } => {
            format!("{paths}, all in version {} of {}", version.short_id, local_time(version.time))
        }
        LossSource::Backup { snapshot } => format!(
            "{paths}, from before in backup {} of {} in {}",
            snapshot.short_id,
            local_time(snapshot.time),
            snapshot.destination_name
        ),
    });
}

impl Answer {
    pub(crate) fn run(self, api: &Api, out: &Output) -> Result<()> {
        let answer = match self.answer {
            Verdict::Meant => Some(GuardAnswer::Meant),
            Verdict::NotMeant => Some(GuardAnswer::NotMeant),
            Verdict::Open => None,
        };
        let answered = api.guard_answer(GuardReply { alert: self.alert, answer })?;
        out.show(&answered, |alert| print(alert, out));
        Ok(())
    }
}

pub(crate) fn print_list(alerts: &[GuardAlert], out: &Output) {
    if alerts.is_empty() {
        out.note("The guard noticed nothing");
    }
    alerts.iter().for_each(|alert| print(alert, out));
}

fn print(alert: &GuardAlert, out: &Output) {
    let answer = match alert.answer {
        None => "not answered",
        Some(GuardAnswer::Meant) => "meant",
        Some(GuardAnswer::NotMeant) => "not meant",
        Some(GuardAnswer::Back) => "back",
    };
    out.line(format!("{}  {}  {}", alert.id, local_time(alert.time), answer));
    out.line(format!("  {}: {}", alert.project_name, alert.text));
    for example in &alert.examples {
        out.line(format!("    {example}"));
    }
}
