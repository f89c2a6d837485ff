//! Showing the commands of a plan, and asking whether it may start them.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use undercroft_api::Api;
use undercroft_api::wire::PlanRef;
use undercroft_foundation::{Code, Error, IoContext, Result};

use crate::output::format::printable;
use crate::output::hooks;

/// Goes on when the user has seen each command of a plan, and allowed it.
pub(super) fn review_hooks(api: &Api, plan: &str) -> Result<()> {
    let plan = api.plan_show(PlanRef { plan: plan.to_owned() })?;
    let name = &plan.draft.name;
    let refused = |why| {
        Error::new(Code::Cancelled, format!("The commands of {name} were not confirmed"))
            .why(why)
            .next(format!("Run `undercroft plan hooks {name:?}`, and allow them with --confirm"))
    };
    if !io::stdin().is_terminal() {
        return Err(refused("Nobody is there to see them: the input is no terminal"));
    }
    for (label, command) in hooks(&plan.draft) {
        if !ask(&format!("{label}: {command}\nLet the plan {name} start this? [y/N] "))? {
            return Err(refused("You did not allow them"));
        }
    }
    Ok(())
}

fn ask(question: &str) -> Result<bool> {
    let terminal = Path::new("the terminal");
    let shown: Vec<_> = question.lines().map(printable).collect();
    let mut stderr = io::stderr();
    write!(stderr, "{} ", shown.join("\n"))
        .and_then(|()| stderr.flush())
        .at("write to", terminal)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).at("read from", terminal)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
