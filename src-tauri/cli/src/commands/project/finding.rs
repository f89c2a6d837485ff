//! `undercroft project find`: what could be added.

use std::path::PathBuf;

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{FoundProject, ProjectFind, ProjectFinds};
use undercroft_foundation::Result;

use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Find {
    /// The folder to look at; without it, the home folder is searched
    path: Option<PathBuf>,
}

impl Find {
    pub(super) fn run(self, session: &Session, api: &Api) -> Result<()> {
        let place = self.path.map(|path| resolve::place(api, &path)).transpose()?;
        let finds = api.project_find(ProjectFind { place: place.map(|place| place.id) })?;
        session.out.show(&finds, |finds| print_finds(finds, &session.out));
        Ok(())
    }
}

fn print_finds(finds: &ProjectFinds, out: &Output) {
    if let Some(known) = &finds.known {
        out.line(format!("It is the project {}, or lies in it: {}", known.name, known.path));
        return;
    }
    let rows: Vec<_> = match (&finds.folder, finds.projects.is_empty()) {
        (Some(folder), true) => vec![folder],
        _ => finds.projects.iter().collect(),
    };
    print_table(&rows, out);
    if let Some(within) = &finds.within {
        out.note(format!("It lies in {}, which looks like a project", within.place.display));
    }
    if finds.is_partial {
        out.note("There may be more: the search ended in time. Name a folder to look in.");
    }
    if finds.unread > 0 {
        out.note(format!("{} could not be read", count(finds.unread, "folder")));
    }
    if !rows.is_empty() {
        out.note("To add one: undercroft project add PATH");
    }
}

fn print_table(rows: &[&FoundProject], out: &Output) {
    let mut table = Table::new(&[
        ("PATH", Align::Left),
        ("LANGUAGES", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("CAN BE REBUILT", Align::Right),
        ("LAST CHANGE", Align::Left),
    ]);
    for found in rows {
        let more = if found.is_partial { "more than " } else { "" };
        table.row([
            found.place.display.clone(),
            found.languages.join(", "),
            grouped(found.files),
            format!("{more}{}", size(found.size_bytes)),
            size(found.rebuildable_bytes),
            found.last_change.map(local_time).unwrap_or_default(),
        ]);
    }
    table.print(out, "Nothing that looks like a project");
}
