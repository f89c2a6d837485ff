//! `undercroft file`: the files of any version, and files saved into a workspace.

mod print;

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    self, FileAt, FileBytesAt, FileCompare, FileDelete, FileEverywhere, FileRef, FileRestoreLines,
    FileSave, FileSearch, FileUpload, Layer,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{InWorkspace, Input, Message};
use crate::output::{Output, print_preview};
use crate::resolve;
use crate::session::Session;
use print::{
    print_bytes, print_copies, print_deleted, print_diff, print_history, print_hits, print_listing,
    print_saved,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List a folder in a version, or what it had once
    List(List),
    /// Show a file of a version: its text, or its first bytes
    Show(At),
    /// Show bytes of a file of a version as hexadecimal digits
    Bytes(Bytes),
    /// Print the whole content of a file of a version, as it is
    Load(At),
    /// List the versions of one file, also under the names that it had before
    History(History),
    /// List all that is kept of one file, in the history, in every backup and archive
    Everywhere(Everywhere),
    /// Compare a file in two versions, or with what is on disk
    Diff(Diff),
    /// Take one change of a text file back, and make a version
    RestoreLines(RestoreLines),
    /// Look for files in a version by their paths or in their text
    Search(Search),
    /// Save a file of a workspace and make a version
    Save(Save),
    /// Delete a file or folder of a workspace and make a version
    Delete(Delete),
    /// Copy files and folders into a workspace and make a version
    Upload(Upload),
}

#[derive(Debug, Args)]
pub(crate) struct At {
    /// The version: its id, the beginning or end of it, its name, `latest`, `now` or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The path in it
    #[arg(default_value = "")]
    path: String,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    at: At,
    /// List what the folder had once, and the version lacks
    #[arg(long)]
    deleted: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Bytes {
    #[command(flatten)]
    at: At,
    /// The first byte, counted from 0
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    offset: u64,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    /// The path in the workspace
    path: String,
    #[command(flatten)]
    workspace: InWorkspace,
}

#[derive(Debug, Args)]
pub(crate) struct Everywhere {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The path in its folder
    path: String,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The version that counts as before
    from: String,
    /// The version that counts as after; `now` for what is on disk
    to: String,
    /// The path in both
    path: String,
    /// The path in the version that counts as before, if it was another
    #[arg(long, value_name = "PATH")]
    from_path: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreLines {
    /// The version with the lines as they were
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The path in the workspace
    path: String,
    /// The path in the version that counts as before, if it was another
    #[arg(long, value_name = "PATH")]
    from_path: Option<String>,
    /// The change, as `undercroft file diff VERSION now PATH` counts them
    #[arg(long, value_name = "NUMBER")]
    change: u64,
    /// The digest that `undercroft file diff --json` gave: another content is refused
    #[arg(long)]
    digest: Option<String>,
    /// Move what no version holds to the workspace's trash
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    workspace: InWorkspace,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// The version: its id, the beginning or end of it, its name, `latest`, or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The text to look for; upper and lower case are the same
    text: String,
    /// Look into the files rather than at their paths
    #[arg(long, short)]
    content: bool,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    /// The path in the workspace
    path: String,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    message: Message,
    /// The layer that stores the content
    #[arg(long, value_enum)]
    layer: Option<LayerName>,
    /// Move what no version holds to the workspace's trash
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    workspace: InWorkspace,
}

/// The layer that stores the content of a file.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LayerName {
    Git,
    Objects,
}

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// The path in the workspace
    path: String,
    #[command(flatten)]
    message: Message,
    /// Move what no version holds to the workspace's trash
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    workspace: InWorkspace,
}

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// The files and folders
    #[arg(required = true, value_name = "PATH")]
    sources: Vec<PathBuf>,
    /// The folder in the workspace that receives them, instead of the top
    #[arg(long, value_name = "PATH", alias = "into")]
    folder: Option<String>,
    /// How names that are taken are treated
    #[arg(long, value_enum, default_value = "ask")]
    conflict: Conflict,
    #[command(flatten)]
    workspace: InWorkspace,
}

/// How an upload treats names that are taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Conflict {
    /// Stop before anything is copied, and say which names
    Ask,
    /// Replace what is there; its last version stays
    Replace,
    /// Give what comes another name
    KeepBoth,
    /// Leave what is there, and copy the rest
    Skip,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::List(List { at, deleted: true }) => {
                let deleted = api.file_deleted(at.request(&api)?)?;
                out.show(&deleted, |deleted| print_deleted(deleted, out));
            }
            Self::List(List { at, deleted: false }) => {
                let listing = api.file_list(at.request(&api)?)?;
                out.show(&listing, |listing| print_listing(listing, out));
            }
            Self::Show(at) => {
                let preview = api.file_preview(at.request(&api)?)?;
                out.show(&preview, |preview| print_preview(preview, out));
            }
            Self::Bytes(Bytes { at, offset }) => {
                let FileAt { version, path } = at.request(&api)?;
                let bytes = api.file_bytes(FileBytesAt { version, path, offset })?;
                out.show(&bytes, |bytes| print_bytes(bytes, out));
            }
            Self::Load(at) => load(&api, at.request(&api)?, out)?,
            Self::History(History { path, workspace }) => {
                let workspace = workspace.or_current(&api)?;
                let request = FileRef { workspace, path: resolve::names(&path) };
                out.show(&api.file_history(request)?, |versions| print_history(versions, out));
            }
            Self::Everywhere(Everywhere { project, path }) => {
                let request = FileEverywhere { project, path: resolve::names(&path) };
                out.show(&api.file_everywhere(request)?, |copies| print_copies(copies, out));
            }
            Self::Diff(diff) => {
                let diff = api.file_diff(diff.request(&api)?)?;
                out.show(&diff, |diff| print_diff(diff, out));
            }
            Self::RestoreLines(lines) => {
                let saved = api.file_restore_lines(lines.request(&api)?)?;
                out.show(&saved, |saved| print_saved(saved, out));
            }
            Self::Search(search) => {
                let hits = api.file_search(search.request(&api)?)?;
                out.show(&hits, |hits| print_hits(hits, out));
            }
            Self::Save(save) => {
                let saved = api.file_save(save.request(&api)?)?;
                out.show(&saved, |saved| print_saved(saved, out));
            }
            Self::Delete(Delete { path, message, force, workspace }) => {
                let workspace = workspace.or_current(&api)?;
                let (path, message) = (inside(&path)?, message.message);
                let request = FileDelete { workspace, path, message, force };
                out.show(&api.file_delete(request)?, |saved| print_saved(saved, out));
            }
            Self::Upload(upload) => {
                let request = upload.request(&api)?;
                let job = progress::run(session, &api, || api.file_upload(request))?;
                return exit_status::of_job(&job);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl At {
    fn request(self, api: &Api) -> Result<FileAt> {
        Ok(FileAt {
            version: resolve::version(api, self.version)?,
            path: resolve::names(&self.path),
        })
    }
}

impl Diff {
    fn request(self, api: &Api) -> Result<FileCompare> {
        let path = resolve::names(&self.path);
        let from_path = self.from_path.map_or_else(|| path.clone(), |from| resolve::names(&from));
        let from = FileAt { version: resolve::version(api, self.from)?, path: from_path };
        // `now` without more is the disk of the other side's workspace.
        let to = if self.to == "now" { self.to } else { resolve::version(api, self.to)? };
        Ok(FileCompare { from: Some(from), to: Some(FileAt { version: to, path }) })
    }
}

impl RestoreLines {
    fn request(self, api: &Api) -> Result<FileRestoreLines> {
        let version = resolve::version(api, self.version)?;
        let workspace = self.workspace.or_current(api)?;
        let path = inside(&self.path)?;
        let from_path = self.from_path.as_deref().map(resolve::names);
        let Self { change, digest, force, .. } = self;
        Ok(FileRestoreLines { workspace, path, version, from_path, change, digest, force })
    }
}

impl Search {
    fn request(self, api: &Api) -> Result<FileSearch> {
        let version = resolve::version(api, self.version)?;
        let Self { text, content, limit, .. } = self;
        Ok(FileSearch { version, text, in_content: content, limit: Some(limit) })
    }
}

/// The names of a path in a workspace that is to be written.
fn inside(path: &str) -> Result<Vec<String>> {
    if path.starts_with('/') {
        return Err(Error::new(Code::Invalid, format!("{path} is not a path in the workspace"))
            .why("It begins at the root of the file system")
            .next("Give the path from the workspace's folder on, such as src/main.rs"));
    }
    Ok(resolve::names(path))
}

impl Save {
    fn request(self, api: &Api) -> Result<FileSave> {
        let content = self.input.read()?;
        Ok(FileSave {
            workspace: self.workspace.or_current(api)?,
            path: inside(&self.path)?,
            base64: BASE64_STANDARD.encode(content),
            message: self.message.message,
            force: self.force,
            layer: self.layer.map(|layer| match layer {
                LayerName::Git => Layer::Git,
                LayerName::Objects => Layer::Objects,
            }),
        })
    }
}

impl Upload {
    fn request(self, api: &Api) -> Result<FileUpload> {
        let place = |path: &PathBuf| resolve::place(api, path).map(|place| place.id);
        Ok(FileUpload {
            places: self.sources.iter().map(place).collect::<Result<_>>()?,
            workspace: self.workspace.or_current(api)?,
            folder: inside(&self.folder.unwrap_or_default())?,
            conflict: match self.conflict {
                Conflict::Ask => wire::Conflict::Ask,
                Conflict::Replace => wire::Conflict::Replace,
                Conflict::KeepBoth => wire::Conflict::KeepBoth,
                Conflict::Skip => wire::Conflict::Skip,
            },
        })
    }
}

fn load(api: &Api, request: FileAt, out: &Output) -> Result<()> {
    let content = api.file_load(request)?;
    if out.is_json() {
        out.record(&content);
        return Ok(());
    }
    let bytes = BASE64_STANDARD.decode(&content.base64).map_err(|source| {
        Error::new(Code::Internal, "The content came in another form than it must").because(source)
    })?;
    out.raw(&bytes);
    Ok(())
}
