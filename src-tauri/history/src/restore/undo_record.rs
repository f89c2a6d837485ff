//! The record of an undo: the part of a version that it brings back. It lies beside the history;
//! losing it loses only that.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use undercroft_foundation::{
    Error, IoContext, Result, TreePath, VersionId, WorkspaceId, escape_name, replace_file,
    unescape_name,
};

use super::{RestoreOrder, RestoreTo};
use crate::guard::{PartsOf, Trash};
use crate::save::HistoryWriter;
use crate::store::HistoryStore;
use crate::workspaces::Workspace;

/// Written before the names of the parts of a change that came to its end, and of one that did not.
const ENDED: &str = " trash";
const BEGUN: &str = " begun";

/// The state before the last restore or deletion in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UndoRecord {
    /// The version that holds it.
    pub(super) version: VersionId,
    /// The parts of the trash that hold what no version does; unknown where an older program wrote
    /// it down.
    pub(super) parts: Option<Vec<String>>,
    /// Whether the change came to its end. One that was killed goes on in the next from there.
    pub(super) has_ended: bool,
    /// The paths that were about to change; everything when there is none.
    pub(super) paths: Vec<TreePath>,
}

impl UndoRecord {
    /// The parts of the trash that belong to it.
    pub(super) fn parts(&self) -> PartsOf<'_> {
        match &self.parts {
            Some(names) => PartsOf::Named(names),
            None => PartsOf::Before(self.version),
        }
    }

    /// Writes it down, and among all those that were relied upon: thinning leaves them.
    pub(super) fn write(&self, library: &Path, workspace: &Workspace) -> Result<()> {
        let relied_upon = relied_upon_place(library, workspace);
        let line = format!("{}\n", self.version);
        let mut file = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&relied_upon)
            .at("open", &relied_upon)?;
        let written = fs::read(&relied_upon).at("read", &relied_upon)?;
        if !written.ends_with(line.as_bytes()) {
            // A crash may have cut the last line.
            let end = if written.last().is_some_and(|byte| *byte != b'\n') { "\n" } else { "" };
            file.write_all(format!("{end}{line}").as_bytes()).at("write", &relied_upon)?;
        }
        let paths = self.paths.iter().map(|path| escape_name(path.as_bytes()) + "\n");
        let mut first = self.version.to_string();
        if let Some(parts) = &self.parts {
            first += if self.has_ended { ENDED } else { BEGUN };
            parts.iter().for_each(|part| first += &format!(" {part}"));
        }
        let text = format!("{first}\n{}", paths.collect::<String>());
        replace_file(&place(library, workspace), text.as_bytes(), 0o600)
    }

    /// Nothing when there is none, or none that makes sense.
    pub(super) fn read(library: &Path, workspace: &Workspace) -> Result<Option<Self>> {
        let path = place(library, workspace);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(parse(&text)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("read", &path, source)),
        }
    }
}

/// The versions that a restore or a deletion relied upon, [`HistoryWriter::undo`]'s among them,
/// which thinning must leave there.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn relied_upon(library: &Path, workspace: &Workspace) -> Result<Vec<VersionId>> {
    let path = relied_upon_place(library, workspace);
    let mut relied_upon: Vec<VersionId> = match fs::read_to_string(&path) {
        // A crash may have cut the last line.
        Ok(text) => text.lines().filter_map(|line| line.parse().ok()).collect(),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(Error::io("read", &path, source)),
    };
    let last = UndoRecord::read(library, workspace)?;
    relied_upon.extend(last.map(|last| last.version));
    Ok(relied_upon)
}

/// The state that undoing goes to in a workspace, to be put back when nothing comes of what was
/// begun.
pub(crate) struct UndoPoint {
    place: PathBuf,
    content: Option<Vec<u8>>,
}

/// The last restore or deletion in a workspace, which [`HistoryWriter::undo`] goes back behind.
#[derive(Debug)]
pub struct UndoableChange {
    /// When it was done.
    pub time: Timestamp,
    /// The version that holds what was there before.
    pub version: VersionId,
    /// The paths that changed; everything when there is none.
    pub paths: Vec<TreePath>,
    /// The reason that it cannot be undone any more.
    pub blocked: Option<Error>,
}

impl HistoryWriter {
    /// The change that undoing in a workspace would go back behind.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for a workspace that is not there, and what keeps
    /// the record from being read.
    pub fn undoable(&self, workspace: WorkspaceId) -> Result<Option<UndoableChange>> {
        let library = self.history.library().root();
        let known = self.history.workspace(workspace)?;
        let Some(record) = UndoRecord::read(library, &known)? else { return Ok(None) };
        let path = place(library, &known);
        let changed = fs::metadata(&path).and_then(|it| it.modified()).at("read", &path)?;
        let time = Timestamp::try_from(changed).unwrap_or(Timestamp::UNIX_EPOCH);
        let to = RestoreTo::InPlace { workspace, remove_extra: true };
        let version = record.version;
        let order = RestoreOrder { version, paths: record.paths.clone(), to, like: None };
        let held = self.history.version(version).map(drop);
        let held =
            held.and_then(|()| self.gone(&order, &record, &Trash::of(library, &known)).map(drop));
        Ok(Some(UndoableChange { time, version, paths: record.paths, blocked: held.err() }))
    }

    pub(crate) fn undo_point(&self, workspace: WorkspaceId) -> Result<UndoPoint> {
        let place = place(self.history.library().root(), &self.history.workspace(workspace)?);
        match fs::read(&place) {
            Ok(content) => Ok(UndoPoint { place, content: Some(content) }),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                Ok(UndoPoint { place, content: None })
            }
            Err(source) => Err(Error::io("read", &place, source)),
        }
    }
}

impl UndoPoint {
    pub(crate) fn put_back(&self) -> Result<()> {
        match &self.content {
            Some(content) => replace_file(&self.place, content, 0o600),
            None => match fs::remove_file(&self.place) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    Err(Error::io("remove", &self.place, source))
                }
                _ => Ok(()),
            },
        }
    }
}

fn parse(text: &str) -> Option<UndoRecord> {
    let mut lines = text.lines();
    let mut words = lines.next()?.split(' ');
    let version = words.next()?.parse().ok()?;
    let (has_ended, parts) = match words.next() {
        None => (true, None),
        Some(word) => {
            let has_ended = word == ENDED.trim_start();
            if !has_ended && word != BEGUN.trim_start() {
                return None;
            }
            (has_ended, Some(words.map(str::to_owned).collect()))
        }
    };
    let paths =
        lines.map(|line| TreePath::new(&unescape_name(line)?).ok()).collect::<Option<_>>()?;
    Some(UndoRecord { version, parts, has_ended, paths })
}

fn place(library: &Path, workspace: &Workspace) -> PathBuf {
    beside(library, workspace, "undo")
}

fn relied_upon_place(library: &Path, workspace: &Workspace) -> PathBuf {
    beside(library, workspace, "relied-upon")
}

/// The place of a record of a workspace, beside its history.
pub(super) fn beside(library: &Path, workspace: &Workspace, what: &str) -> PathBuf {
    let history = HistoryStore::path_of(library, workspace.project);
    history.join("undercroft").join(format!("{what}-{}", workspace.id))
}
