//! `undercroft doctor`: look for whatever could keep Undercroft from doing its work.

use undercroft_api::wire::{Finding, FindingLevel, Nothing};
use undercroft_foundation::Result;

use crate::ending::Ending;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(session: &Session) -> Result<Ending> {
    let findings = session.api()?.doctor(Nothing {})?;
    let out = &session.out;
    out.show(&findings, |findings| findings.iter().for_each(|finding| print(finding, out)));
    match findings.iter().any(|finding| finding.level == FindingLevel::Error) {
        true => Ok(Ending::Unwell),
        false => Ok(Ending::Done),
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
}
