//! `undercroft search`: files found wherever they are kept, also ones that are gone.

use clap::Args;
use undercroft_api::wire::{self, EntryKind, HitState, SearchHit, SearchResult};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::options::OfProject;
use crate::output::format::{count, local_time, size};
use crate::output::{Align, Output, Table};
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// A part of a name or path, or a pattern with * and ?; upper and lower case are the same
    text: String,
    #[command(flatten)]
    project: OfProject,
    /// Look into the files rather than at their paths
    #[arg(long, short)]
    content: bool,
    /// Only what is on this disk: versions, and archives that lie here
    #[arg(long)]
    quick: bool,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u32,
}

impl Search {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let Self { text, project, content, quick, limit } = self;
        let request = wire::Search {
            text,
            project: project.project,
            content,
            quick,
            limit: Some(limit),
            asker: None,
        };
        let out = &session.out;
        out.show(&session.api()?.search(request)?, |found| print_found(found, out));
        Ok(ExitStatus::Done)
    }
}

fn print_found(found: &SearchResult, out: &Output) {
    let mut table = Table::new(&[
        ("PROJECT", Align::Left),
        ("PATH", Align::Left),
        ("SIZE", Align::Right),
        ("STATE", Align::Left),
        ("IN", Align::Left),
    ]);
    for hit in &found.hits {
        let (path, weight) = match hit.kind {
            EntryKind::Folder => (format!("{}/", hit.path.join("/")), String::new()),
            _ => (hit.path.join("/"), size(hit.size_bytes)),
        };
        let path = match hit.line {
            Some(line) => format!("{path}:{line}"),
            None => path,
        };
        table.row([hit.project_name.clone(), path, weight, state(hit), kept(hit)]);
    }
    table.print(out, "Nothing that is kept has such a name");
    for place in &found.unread {
        out.note(format!("Not searched: {}. {}", place.name, place.reason));
    }
    if found.more {
        out.note("There may be more: give more of the name, or --limit");
    }
}

fn state(hit: &SearchHit) -> String {
    match (hit.state, hit.removed, &hit.renamed_to) {
        (HitState::Here, ..) => "here".to_owned(),
        (HitState::Archived, ..) => "archived".to_owned(),
        (_, _, Some(path)) => format!("now {}", path.join("/")),
        (_, Some(time), _) => format!("deleted {}", local_time(time)),
        _ => "deleted".to_owned(),
    }
}

fn kept(hit: &SearchHit) -> String {
    let parts = [(hit.versions, "version"), (hit.backups, "backup"), (hit.archives, "archive")];
    let told = parts.iter().filter(|(number, _)| *number > 0);
    told.map(|(number, what)| count(*number, what)).collect::<Vec<_>>().join(", ")
}
