//! `undercroft version`: list, look at, make, mark, compare, restore and thin versions.

mod print;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use undercroft_api::Api;
use undercroft_api::wire::{
    ProjectRef, Trigger, VersionCompare, VersionDays, VersionFilter, VersionLinesOf, VersionMark,
    VersionRef, VersionRestore, VersionSave,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{DryRun, Message, OptionalTarget, Workspace};
use crate::resolve;
use crate::session::Session;
use print::{
    print_comparison, print_days, print_detail, print_lines, print_list, print_one, print_plan,
    print_sizes, print_thin,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List versions, newest first
    List(List),
    /// Count versions by day
    Days(Days),
    /// Show one version and what it changed
    Show(Named),
    /// Save all changes as a version
    Save(Save),
    /// Name, pin or remark on a version; "" takes a name or remarks away
    Mark(Mark),
    /// Compare two versions, or one with what is on disk
    Compare(Compare),
    /// Count the lines that versions added and removed
    Lines(Lines),
    /// Show what a version alone takes
    Sizes(Named),
    /// Get a version, or parts of it, back: in place, or into another folder
    Restore(Restore),
    /// Drop versions that were made by themselves and lie close together in the past
    Thin(Thin),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    workspace: Workspace,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
    /// Only those made at this moment or later, such as 2026-03-09T14:00:00Z
    #[arg(long, value_name = "TIME", alias = "from")]
    since: Option<Timestamp>,
    /// Only those made before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Only those that this made
    #[arg(long, value_enum)]
    trigger: Option<By>,
    /// Only those with these words in the message, the name, the note or a changed path
    #[arg(long)]
    text: Option<String>,
}

/// The trigger of a version: the reason why it was made.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    /// The user, or a program for him
    Manual,
    /// A change that was noticed
    Automatic,
    /// A restore that was about to change things
    BeforeRestore,
    /// The beginning of the history
    Import,
}

#[derive(Debug, Args)]
pub(crate) struct Days {
    #[command(flatten)]
    workspace: Workspace,
    /// The time zone, such as Europe/Vienna, instead of this machine's
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The version: its id, the beginning or end of it, its name, `latest`, or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    #[command(flatten)]
    workspace: Workspace,
    #[command(flatten)]
    message: Message,
    /// Read every file, also those that look unchanged
    #[arg(long)]
    full: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Mark {
    /// The version: its id, the beginning or end of it, its name, `latest`, or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The name to give it
    #[arg(long, short_alias = 'n')]
    name: Option<String>,
    /// The remarks to give it
    #[arg(long)]
    note: Option<String>,
    /// Keep it when others are thinned
    #[arg(long, conflicts_with = "unpin")]
    pin: bool,
    /// Let it go when others are thinned
    #[arg(long)]
    unpin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The version that counts as before
    from: String,
    /// The version that counts as after; `now` for what is on disk
    #[arg(default_value = "now")]
    to: String,
    /// Only what is at or below this path
    path: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Lines {
    /// The versions
    #[arg(required = true, value_name = "VERSION")]
    versions: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The version: its id, the beginning or end of it, its name, `latest`, or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The files and folders; without any, all of it
    paths: Vec<String>,
    #[command(flatten)]
    target: OptionalTarget,
    /// Keep files that the version lacks
    #[arg(long)]
    keep_extra: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Args)]
pub(crate) struct Thin {
    /// The project: its name, its id or the beginning of it
    project: String,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::List(list) => {
                let versions = api.version_list(list.request(&api)?)?;
                out.show(&versions, |versions| print_list(versions, out));
            }
            Self::Days(Days { workspace, time_zone }) => {
                let workspace = workspace.or_current(&api)?;
                let days = api.version_days(VersionDays { workspace, time_zone })?;
                out.show(&days, |days| print_days(days, out));
            }
            Self::Show(named) => {
                let detail = api.version_show(named.request(&api)?)?;
                out.show(&detail, |detail| print_detail(detail, out));
            }
            Self::Save(save) => return save.run(session, &api),
            Self::Mark(mark) => {
                let version = api.version_mark(mark.request(&api)?)?;
                out.show(&version, |version| print_one(version, out));
            }
            Self::Compare(compare) => {
                let comparison = api.version_compare(compare.request(&api)?)?;
                out.show(&comparison, |comparison| print_comparison(comparison, out));
            }
            Self::Lines(lines) => {
                let counted = api.version_lines(lines.request(&api)?)?;
                out.show(&counted, |counted| print_lines(counted, out));
            }
            Self::Sizes(named) => {
                let sizes = api.version_sizes(named.request(&api)?)?;
                out.show(&sizes, |sizes| print_sizes(sizes, out));
            }
            Self::Restore(restore) => return restore.run(session, &api),
            Self::Thin(thin) => return thin.run(session, &api),
        }
        Ok(ExitStatus::Done)
    }
}

impl Named {
    fn request(self, api: &Api) -> Result<VersionRef> {
        Ok(VersionRef { version: resolve::version(api, self.version)? })
    }
}

impl List {
    fn request(self, api: &Api) -> Result<VersionFilter> {
        Ok(VersionFilter {
            workspace: self.workspace.or_current(api)?,
            before: None,
            limit: Some(self.limit),
            from: self.since,
            until: self.until,
            trigger: self.trigger.map(|by| match by {
                By::Manual => Trigger::Manual,
                By::Automatic => Trigger::Automatic,
                By::BeforeRestore => Trigger::BeforeRestore,
                By::Import => Trigger::Import,
            }),
            text: self.text,
        })
    }
}

impl Mark {
    fn request(self, api: &Api) -> Result<VersionMark> {
        let pinned = match (self.pin, self.unpin) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let version = resolve::version(api, self.version)?;
        Ok(VersionMark { version, name: self.name, note: self.note, pinned })
    }
}

impl Compare {
    fn request(self, api: &Api) -> Result<VersionCompare> {
        // `now` without more is the disk of the other side's workspace.
        let to = if self.to == "now" { self.to } else { resolve::version(api, self.to)? };
        let path = resolve::names(&self.path.unwrap_or_default());
        Ok(VersionCompare { from: resolve::version(api, self.from)?, to, path })
    }
}

impl Lines {
    fn request(self, api: &Api) -> Result<VersionLinesOf> {
        let versions = self.versions.into_iter().map(|version| resolve::version(api, version));
        Ok(VersionLinesOf { versions: versions.collect::<Result<_>>()? })
    }
}

impl Save {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let workspace = self.workspace.or_current(api)?;
        let request = VersionSave { workspace, message: self.message.message, full: self.full };
        exit_status::of_job(&progress::run(session, api, || api.version_save(request))?)
    }
}

impl Restore {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let to = self.target.target.map(|folder| resolve::place(api, &folder)).transpose()?;
        let request = VersionRestore {
            version: resolve::version(api, self.version)?,
            paths: self.paths.iter().map(|path| resolve::names(path)).collect(),
            to: to.map(|place| place.id),
            keep_extra: self.keep_extra,
        };
        if self.dry_run.dry_run {
            let plan = api.version_restore_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.version_restore(request))?)
    }
}

impl Thin {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = ProjectRef { project: self.project };
        if self.dry_run.dry_run {
            let plan = api.thin_preview(request)?;
            session.out.show(&plan, |plan| print_thin(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.thin(request))?)
    }
}
