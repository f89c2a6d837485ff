//! `undercroft say`: a command in words, answered in words; and the commands that begin with such a
//! word: `undercroft create project atlas`.

use clap::Args;
use undercroft_api::wire::{ConsoleAnswer, ConsoleState, ConsoleWords};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::{Align, Output, Table};
use crate::session::Session;

/// Say a command in words: create project NAME, list projects, switch to PROJECT, current project,
/// list files, storage status
#[derive(Debug, Args)]
pub(crate) struct Say {
    /// The words; `help` names what is understood
    #[arg(required = true)]
    words: Vec<String>,
    #[command(flatten)]
    dry_run: DryRun,
}

/// The words behind the first, which is the command.
#[derive(Debug, Args)]
pub(crate) struct Rest {
    /// The other words
    words: Vec<String>,
}

impl Say {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let words = ConsoleWords { text: self.words.join(" ") };
        match self.dry_run.dry_run {
            true => print_answer(session, &session.api()?.console_preview(words)?),
            false => run(session, words),
        }
    }
}

impl Rest {
    /// Runs `first` with the words behind it as one command.
    pub(crate) fn run(self, session: &Session, first: &str) -> Result<ExitStatus> {
        run(session, ConsoleWords { text: format!("{first} {}", self.words.join(" ")) })
    }
}

fn run(session: &Session, words: ConsoleWords) -> Result<ExitStatus> {
    let api = session.api()?;
    let answer = api.console_run(words)?;
    match answer.job {
        Some(job) => exit_status::of_job(&progress::run(session, &api, || Ok(job))?),
        None => print_answer(session, &answer),
    }
}

fn print_answer(session: &Session, answer: &ConsoleAnswer) -> Result<ExitStatus> {
    if session.out.is_json() {
        session.out.record(answer);
    } else if matches!(answer.state, ConsoleState::Near | ConsoleState::Unknown) {
        return Err(refusal(answer));
    } else {
        print(answer, &session.out);
    }
    Ok(match answer.state {
        ConsoleState::Done | ConsoleState::Ready => ExitStatus::Done,
        ConsoleState::Near | ConsoleState::Unknown => ExitStatus::FoundProblems,
    })
}

fn print(answer: &ConsoleAnswer, out: &Output) {
    out.line(&answer.sentence);
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    for line in &answer.lines {
        table.row([format!("  {}", line.text), line.about.to_string()]);
    }
    table.print_rows(out);
    if answer.more > 0 {
        out.line(format!("  … and {} more", answer.more));
    }
    for meant in &answer.suggestions {
        out.note(format!("Say: {} {}", meant.text, meant.missing).trim_end());
    }
}

/// Words that were not understood, with those that may be meant.
fn refusal(answer: &ConsoleAnswer) -> Error {
    let meant = answer.suggestions.iter().map(|it| format!("{} {}", it.text, it.missing));
    let meant: Vec<_> = meant.map(|text| format!("`undercroft {}`", text.trim_end())).collect();
    let meant = meant.join(", ").replace("`undercroft help`", "`undercroft say help`");
    Error::new(Code::Invalid, &answer.sentence).next(format!("Say {meant}"))
}
