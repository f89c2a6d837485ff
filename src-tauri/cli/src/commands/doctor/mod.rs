//! `undercroft doctor`: look for whatever could keep Undercroft from doing its work.

mod review;

use clap::Args;
use undercroft_api::Sentence;
use undercroft_api::wire::{Finding, FindingFix, FindingLevel, Nothing};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::session::Session;
use review::review_hooks;

/// Look for whatever could keep Undercroft from doing its work
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Do what the doctor proposed, by the name that it gave
    #[arg(long, value_name = "REMEDY")]
    fix: Option<String>,
}

impl Doctor {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let findings = match self.fix {
            None => api.doctor(Nothing {})?,
            Some(id) => {
                // What a remedy lets a plan start is seen before.
                if let Some(plan) = id.strip_prefix("confirm-hooks:") {
                    review_hooks(&api, plan)?;
                }
                let findings = api.doctor_fix(FindingFix { id, label: Sentence::default() })?;
                // What was begun would end with this process.
                for job in api.job_list(Nothing {})? {
                    progress::wait(session, &api, &job)?;
                }
                findings
            }
        };
        let out = &session.out;
        out.show(&findings, |findings| findings.iter().for_each(|finding| print(finding, out)));
        match findings.iter().any(|finding| finding.level == FindingLevel::Error) {
            true => Ok(ExitStatus::FoundProblems),
            false => Ok(ExitStatus::Done),
        }
    }
}

fn print(finding: &Finding, out: &Output) {
    let level = match finding.level {
        FindingLevel::Ok => "ok",
        FindingLevel::Warning => "warning",
        FindingLevel::Error => "error",
    };
    out.line(format!("{level:<8} {:<12} {}", finding.area, finding.what));
    if finding.level != FindingLevel::Ok {
        out.line(format!("{:21} why: {}", "", finding.why));
        out.line(format!("{:21} next: {}", "", finding.next));
    }
    if let Some(fix) = &finding.fix {
        out.line(format!("{:21} fix: undercroft doctor --fix {}", "", fix.id));
    }
}
