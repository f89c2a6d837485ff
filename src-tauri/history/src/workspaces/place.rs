//! The table of the folders that workspaces were in when their last versions were made: by that one
//! is told from another folder in its place. It is about this machine and the path of that time;
//! what is not in it is learned with the next version.

use std::os::unix::ffi::OsStrExt;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use undercroft_foundation::{Code, Error, ProjectId, Result, TreePath, escape_path, text};
use undercroft_library::{Column, Migration, SqlContext};
use undercroft_watch::RootId;

use super::Workspace;
use crate::disk::{Disk, DiskFolder, Stat, stat_in};
use crate::history::History;
use crate::tree::commit::Commit;
use crate::tree::folder_view::{FolderView, StoredFolder};
use crate::tree::sidecar::Line;
use crate::version::EntryKind;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "workspace_places",
    version: 1,
    sql: "CREATE TABLE workspace_places (
              workspace TEXT PRIMARY KEY,
              root BLOB NOT NULL,
              device INTEGER NOT NULL,
              file_system INTEGER NOT NULL,
              inode INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

/// So many entries tell whether a folder is a copy of another.
const SAMPLE: usize = 1000;

fn get(connection: &Connection, workspace: &Workspace) -> Result<Option<RootId>> {
    let sql = "SELECT device, file_system, inode FROM workspace_places
               WHERE workspace = ?1 AND root = ?2";
    let root = workspace.root.as_os_str().as_bytes();
    let number = |row: &rusqlite::Row<'_>, at: usize| row.get(at).map(i64::cast_unsigned);
    connection
        .prepare_cached(sql)
        .and_then(|mut query| {
            let row = query.query_row(params![Column(workspace.id), root], |row| {
                let (device, file_system) = (number(row, 0)?, number(row, 1)?);
                Ok(RootId { device, file_system, inode: number(row, 2)? })
            });
            row.optional()
        })
        .sql("read the place of a workspace")
}

fn put(transaction: &Transaction<'_>, workspace: &Workspace, id: RootId) -> Result<()> {
    let RootId { device, file_system, inode } = id;
    let [device, file_system, inode] = [device, file_system, inode].map(u64::cast_signed);
    let sql = "INSERT OR REPLACE INTO workspace_places
               (workspace, root, device, file_system, inode) VALUES (?1, ?2, ?3, ?4, ?5)";
    let root = workspace.root.as_os_str().as_bytes();
    transaction
        .execute(sql, params![Column(workspace.id), root, device, file_system, inode])
        .sql("note the place of a workspace")
        .map(drop)
}

/// Forgets the places of a project's workspaces, which the table of workspaces still knows.
pub(crate) fn remove_project(transaction: &Transaction<'_>, project: ProjectId) -> Result<()> {
    let sql = "DELETE FROM workspace_places
               WHERE workspace IN (SELECT id FROM workspaces WHERE project = ?1)";
    transaction
        .execute(sql, [Column(project)])
        .sql("forget the places of a project's workspaces")
        .map(drop)
}

impl History {
    /// The folder that a workspace was in when its last version was made, if that is known.
    pub(crate) fn known_root(&self, workspace: &Workspace) -> Result<Option<RootId>> {
        self.library().catalog().read(|connection| get(connection, workspace))
    }

    /// Notes that the open folder is that of the workspace.
    pub(crate) fn note_root(&self, workspace: &Workspace, disk: &Disk) -> Result<()> {
        let Some(id) = RootId::of_open(disk.as_fd()) else { return Ok(()) };
        if self.known_root(workspace)? == Some(id) {
            return Ok(());
        }
        self.library().catalog().write(|transaction| put(transaction, workspace, id))
    }

    /// Whether an open folder is that of a workspace, or a copy of it.
    pub(crate) fn is_root(&self, workspace: &Workspace, disk: &Disk) -> Result<bool> {
        let known = self.known_root(workspace)?;
        Ok(is_same(known, disk) || self.is_copy(workspace, disk)?)
    }

    /// Goes on, unless another folder is known to be in the place of a workspace's.
    ///
    /// # Errors
    /// [`Code::SourceMissing`].
    pub(crate) fn check_root(&self, workspace: &Workspace, disk: &Disk) -> Result<()> {
        let known = self.known_root(workspace)?;
        if known.is_none() || is_same(known, disk) || self.is_copy(workspace, disk)? {
            return Ok(());
        }
        let what =
            text!("Another folder is in the place of {root}", root = escape_path(&workspace.root));
        Err(Error::new(Code::SourceMissing, what)
            .why("It does not hold what the last version says; its drive may be away")
            .next("Bring the right one back, or save a version by hand to go on with this one"))
    }

    /// Whether a folder holds what the last version of a workspace says, but for some of it.
    fn is_copy(&self, workspace: &Workspace, disk: &Disk) -> Result<bool> {
        let store = self.store(workspace.project)?;
        let Some(tip) = self.tip_of(workspace, &store)? else { return Ok(true) };
        let root = StoredFolder::root(&store, Commit::read(&store, tip)?.tree)?;
        let mut open = vec![(TreePath::root(), root)];
        let (mut all, mut there) = (0, 0);
        while let Some((path, stored)) = open.pop()
            && all < SAMPLE
        {
            let view = stored.view(&store)?;
            let folder = disk.folder(&path).ok().flatten();
            let lines = view.entries.lines.iter().take(SAMPLE - all);
            let is_there = |line: &&Line| folder.as_ref().is_some_and(|it| holds(it, line));
            all += lines.len();
            there += lines.filter(is_there).count();
            open.extend(folders_of(&path, &view));
        }
        Ok(there * 4 >= all * 3)
    }
}

fn is_same(known: Option<RootId>, disk: &Disk) -> bool {
    known.zip(RootId::of_open(disk.as_fd())).is_some_and(|(known, found)| known.is(found))
}

fn folders_of<'v>(
    path: &'v TreePath,
    view: &'v FolderView,
) -> impl Iterator<Item = (TreePath, StoredFolder)> + 'v {
    let folders = view.entries.lines.iter().filter(|line| line.kind == EntryKind::Folder);
    folders.map(|line| (path.join(&line.name), view.folder(&line.name)))
}

/// Whether an entry of a folder is of the kind and size that a version says.
fn holds(folder: &DiskFolder, line: &Line) -> bool {
    let is_file = line.kind == EntryKind::File;
    let is_as_said =
        |stat: Stat| stat.kind == line.kind && (!is_file || stat.size_bytes == line.totals.bytes);
    stat_in(folder.as_fd(), &line.name).is_ok_and(is_as_said)
}
