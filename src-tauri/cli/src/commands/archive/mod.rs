//! `undercroft archive`: projects that are put away, each as one file.

mod print;

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    ArchiveAt, ArchiveConflict, ArchiveFilter, ArchiveLevel, ArchiveMake, ArchiveMove, ArchiveRef,
    ArchiveRestore, ArchiveSearch,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{DryRun, OptionalTarget};
use crate::output::print_preview;
use crate::resolve::{self, names};
use crate::session::Session;
use print::{print_detail, print_hits, print_list, print_listing, print_plan, print_restore_plan};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List archives, newest first
    List(List),
    /// Archive projects: each becomes one file, which is compared before its folder is freed
    Make(Make),
    /// Show an archive and its parts
    Show(Named),
    /// List a folder in an archive
    Browse(At),
    /// Show a file of an archive
    File(At),
    /// Look for names in archives
    Search(Search),
    /// Get an archived project, or parts of it, back
    Restore(Restore),
    /// Read an archive whole, and compare
    Check(Named),
    /// Move an archive to a destination, or back to this disk
    Move(Move),
    /// Move an archive to the trash; a project that lives in it goes along
    Trash(Named),
    /// Take an archive out of the trash
    Recall(Named),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those whose project's name or tags contain these words
    text: Option<String>,
    /// Archives in the trash
    #[arg(long)]
    trashed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Make {
    /// The projects
    #[arg(value_name = "PROJECT")]
    projects: Vec<String>,
    /// Every project that was idle for as long as the setting archive-after-days says
    #[arg(long)]
    idle: bool,
    /// How hard they are compressed, instead of what the setting archive-compression says
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// Leave the projects as they are: the archives are copies
    #[arg(long)]
    copy: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Fast,
    Balanced,
    Best,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The archive: its project's name, its id, or the beginning of it
    archive: String,
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// The archive: its project's name, its id, or the beginning of it
    archive: String,
    #[command(flatten)]
    to: MoveTo,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct MoveTo {
    /// The destination to write to
    #[arg(long, value_name = "DESTINATION")]
    to: Option<String>,
    /// Bring it back to this disk
    #[arg(long)]
    here: bool,
}

#[derive(Debug, Args)]
pub(crate) struct At {
    /// The archive: its project's name, its id, or the beginning of it
    archive: String,
    /// The path in the project's folder
    #[arg(default_value = "")]
    path: String,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// A part of the name
    text: String,
    /// Only in this archive
    #[arg(long)]
    archive: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT")]
    limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The archive: its project's name, its id, or the beginning of it
    archive: String,
    /// Files and folders in the project's folder; all of it when left out
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    target: OptionalTarget,
    /// How names that are taken where the files go are treated
    #[arg(long, value_enum, default_value = "ask")]
    taken: Taken,
    /// Keep the archive when the project is back
    #[arg(long)]
    keep_archive: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Taken {
    /// Stop before anything is written
    Ask,
    /// Leave what is there
    Skip,
    /// Replace what is there
    Replace,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let (api, out) = (session.api()?, &session.out);
        match self {
            Self::List(List { text, trashed }) => {
                let archives = api.archive_list(ArchiveFilter { text, trashed })?;
                out.show(&archives, |archives| print_list(archives, out));
            }
            Self::Make(make) => return make.run(session, &api),
            Self::Show(named) => {
                let detail = api.archive_show(named.request())?;
                out.show(&detail, |detail| print_detail(detail, out));
            }
            Self::Browse(at) => {
                let listing = api.archive_browse(at.request())?;
                out.show(&listing, |listing| print_listing(listing, out));
            }
            Self::File(at) => {
                let preview = api.archive_file(at.request())?;
                out.show(&preview, |preview| print_preview(preview, out));
            }
            Self::Search(Search { text, archive, limit }) => {
                let hits = api.archive_search(ArchiveSearch { text, archive, limit })?;
                out.show(&hits, |hits| print_hits(hits, out));
            }
            Self::Restore(restore) => return restore.run(session, &api),
            Self::Check(named) => {
                let job = progress::run(session, &api, || api.archive_check(named.request()))?;
                return exit_status::of_job(&job);
            }
            Self::Move(Move { archive, to }) => {
                let request = ArchiveMove { archive, destination: to.to };
                let job = progress::run(session, &api, || api.archive_move(request))?;
                return exit_status::of_job(&job);
            }
            Self::Trash(named) => {
                let archive = api.archive_trash(named.request())?;
                out.show(&archive, |archive| {
                    out.line(format!("Moved the archive of {} to the trash", archive.project_name));
                    out.note(format!("To undo: undercroft archive recall {}", archive.id));
                });
            }
            Self::Recall(named) => {
                let archive = api.archive_recall(named.request())?;
                out.show(&archive, |archive| {
                    out.line(format!("The archive of {} is back", archive.project_name));
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl Named {
    fn request(self) -> ArchiveRef {
        ArchiveRef { archive: self.archive }
    }
}

impl At {
    fn request(self) -> ArchiveAt {
        ArchiveAt { archive: self.archive, path: names(&self.path) }
    }
}

impl Make {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = ArchiveMake {
            projects: self.projects,
            idle: self.idle,
            level: self.level.map(Into::into),
            keep_source: self.copy,
        };
        if self.dry_run.dry_run {
            let plan = api.archive_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.archive_make(request))?)
    }
}

impl Restore {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let place = self.target.target.map(|target| resolve::place(api, &target)).transpose()?;
        let request = ArchiveRestore {
            archive: self.archive,
            paths: self.paths.iter().map(|path| names(path)).collect(),
            place: place.map(|place| place.id),
            conflict: self.taken.into(),
            keep_archive: self.keep_archive,
        };
        if self.dry_run.dry_run {
            let plan = api.archive_restore_preview(request)?;
            session.out.show(&plan, |plan| print_restore_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.archive_restore(request))?)
    }
}

impl From<Level> for ArchiveLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Fast => Self::Fast,
            Level::Balanced => Self::Balanced,
            Level::Best => Self::Best,
        }
    }
}

impl From<Taken> for ArchiveConflict {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Ask => Self::Ask,
            Taken::Skip => Self::Skip,
            Taken::Replace => Self::Replace,
        }
    }
}
