//! Alerts about anomalies, and the answers to them.

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{GuardAlert, GuardAnswer, GuardReply};
use undercroft_foundation::Result;

use crate::output::Output;
use crate::output::format::local_time;

#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The alert: its id, or the beginning of it
    alert: String,
    /// Whether it was meant
    #[arg(value_enum)]
    answer: Meant,
}

/// Whether it was meant.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Meant {
    /// It was; old backups are let go again
    Meant,
    /// It was not; the backups from before are pinned
    NotMeant,
}

impl Answer {
    pub(crate) fn run(self, api: &Api, out: &Output) -> Result<()> {
        let answer = match self.answer {
            Meant::Meant => GuardAnswer::Meant,
            Meant::NotMeant => GuardAnswer::NotMeant,
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
    };
    out.line(format!("{}  {}  {}", alert.id, local_time(alert.time), answer));
    out.line(format!("  {}: {}", alert.project_name, alert.text));
    for example in &alert.examples {
        out.line(format!("    {example}"));
    }
}
