//! A cache of the looks of files when their content was last read, so that it need not be read
//! again. It lies in `cache/` and may be lost at any time: then everything is read once more.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Transaction};
use undercroft_foundation::{IoContext, Result, TreePath, WorkspaceId};
use undercroft_library::SqlContext;

use crate::disk::Stat;
use crate::tree::sidecar::FileTime;
use crate::version::GitId;

/// The looks of a file, and the blob that the history has for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CachedStat {
    pub(crate) id: GitId,
    inode: u64,
    size_bytes: u64,
    modified: FileTime,
    changed: FileTime,
}

impl CachedStat {
    pub(crate) fn new(id: GitId, stat: &Stat) -> Self {
        Self {
            id,
            inode: stat.inode,
            size_bytes: stat.size_bytes,
            modified: stat.attributes.modified,
            changed: stat.changed,
        }
    }

    /// One that is to be read again whatever it looks like, as it may have changed unnoticed.
    pub(crate) fn racy(id: GitId, stat: &Stat) -> Self {
        Self { changed: FileTime { seconds: i64::MIN, nanos: 0 }, ..Self::new(id, stat) }
    }

    /// Whether the file still looks the same.
    pub(crate) fn matches(&self, stat: &Stat) -> bool {
        *self == Self::new(self.id, stat)
    }
}

/// The cached files of one folder.
pub(crate) type CachedFolder = HashMap<Vec<u8>, CachedStat>;

/// The place that the reading of all files, whatever they look like, has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReadCursor {
    /// When it went on last.
    pub(crate) last: Option<Timestamp>,
    /// The folder that was read last: all of it, or up to a file. None before the first.
    pub(crate) after: Option<(TreePath, Option<Vec<u8>>)>,
}

/// A folder whose files were looked at.
#[derive(Debug)]
pub(crate) struct ScannedFolder {
    pub(crate) folder: TreePath,
    /// Their looks now.
    pub(crate) files: CachedFolder,
    /// The names that were looked at; all of them when there are none here.
    pub(crate) only: Option<BTreeSet<Vec<u8>>>,
}

/// Kibibytes of the database that may stay in memory.
const CACHE_KIB: u32 = 16 * 1024;

/// Folders of more files are noted in parts, so that a few files can be noted alone.
const MOST_FILES: usize = 1024;

#[derive(Debug)]
pub(crate) struct StatCache(Mutex<Connection>);

impl StatCache {
    /// Opens the cache of a workspace; one that cannot be read is begun anew.
    pub(crate) fn open(library: &Path, workspace: WorkspaceId) -> Result<Self> {
        let folder = library.join("cache").join(workspace.to_string());
        fs::create_dir_all(&folder).at("make", &folder)?;
        let path = folder.join("stat.db");
        let connection = open(&path).or_else(|_| {
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(folder.join(format!("stat.db{suffix}")));
            }
            open(&path)
        });
        Ok(Self(Mutex::new(connection.sql("open the cache of a workspace")?)))
    }

    /// Forgets how all files looked, so that each is read again.
    pub(crate) fn forget(&self) -> Result<()> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .execute_batch("BEGIN; DELETE FROM folders; DELETE FROM parts; COMMIT")
            .sql("write the cache of a workspace")
    }

    /// The looks of a folder's files when they were looked at last.
    pub(crate) fn folder(&self, path: &TreePath) -> Result<CachedFolder> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read_all(&connection, path).sql("read the cache of a workspace")
    }

    /// The same of some of its files, and perhaps of others.
    pub(crate) fn files(&self, path: &TreePath, names: &BTreeSet<Vec<u8>>) -> Result<CachedFolder> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let mut known = read(&connection, WHOLE, [path.as_bytes()])?;
            for part in parts_of(names) {
                known.extend(read(&connection, PART, (path.as_bytes(), part))?);
            }
            Ok(known)
        };
        read().sql("read the cache of a workspace")
    }

    /// The files that had one of these inodes when they were looked at last.
    pub(crate) fn names_of(&self, inodes: &BTreeSet<u64>) -> Result<Vec<TreePath>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names = Vec::new();
        let mut find = || -> rusqlite::Result<()> {
            let mut query = connection.prepare_cached(
                "SELECT path, files FROM folders UNION ALL SELECT path, files FROM parts",
            )?;
            let mut rows = query.query(())?;
            while let Some(row) = rows.next()? {
                let (path, files): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
                let Ok(path) = TreePath::new(&path) else { continue };
                let files = decode(&files).unwrap_or_default().into_iter();
                let linked = files.filter(|(_, known)| inodes.contains(&known.inode));
                names.extend(linked.map(|(name, _)| path.join(&name)));
            }
            Ok(())
        };
        find().sql("read the cache of a workspace").map(|()| names)
    }

    /// The first folder, by path, that was not read to its end, and its files.
    pub(crate) fn next_folder(
        &self,
        after: &Option<(TreePath, Option<Vec<u8>>)>,
    ) -> Result<Option<(TreePath, CachedFolder)>> {
        let (is, path) = match after {
            None => (">=", TreePath::root()),
            Some((path, Some(_))) => (">=", path.clone()),
            Some((path, None)) => (">", path.clone()),
        };
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = format!(
            "SELECT min(path) FROM (SELECT min(path) AS path FROM folders WHERE path {is} ?1
             UNION ALL SELECT min(path) FROM parts WHERE path {is} ?1)"
        );
        let next = || -> rusqlite::Result<Option<Vec<u8>>> {
            connection.prepare_cached(&sql)?.query_row([path.as_bytes()], |row| row.get(0))
        };
        let Some(path) = next().sql("read the cache of a workspace")? else { return Ok(None) };
        let path = TreePath::new(&path)?;
        let files = read_all(&connection, &path).sql("read the cache of a workspace")?;
        Ok(Some((path, files)))
    }

    /// The place that the reading of all files has come to.
    pub(crate) fn read_cursor(&self) -> Result<ReadCursor> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = connection.query_row("SELECT last, folder, name FROM reading", (), |row| {
            let (folder, name): (Option<Vec<u8>>, _) = (row.get(1)?, row.get(2)?);
            let folder = folder.and_then(|folder| TreePath::new(&folder).ok());
            let last = Timestamp::from_second(row.get(0)?).ok();
            Ok(ReadCursor { last, after: folder.map(|folder| (folder, name)) })
        });
        let reading = reading.optional().sql("read the cache of a workspace")?;
        Ok(reading.unwrap_or_default())
    }

    /// Notes how far it has come.
    pub(crate) fn set_read_cursor(&self, reading: &ReadCursor) -> Result<()> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = reading.last.map(Timestamp::as_second).unwrap_or_default();
        let (folder, name) = reading.after.clone().unzip();
        let folder = folder.map(|folder| folder.as_bytes().to_vec());
        connection
            .execute(
                "INSERT OR REPLACE INTO reading (id, last, folder, name) VALUES (0, ?1, ?2, ?3)",
                (last, folder, name.flatten()),
            )
            .sql("write the cache of a workspace")
            .map(drop)
    }

    /// The folders where another file system began when they were looked at last.
    pub(crate) fn mounts(&self) -> Result<BTreeSet<TreePath>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let paths: rusqlite::Result<Vec<Vec<u8>>> = connection
            .prepare_cached("SELECT path FROM mounts")
            .and_then(|mut query| query.query_map((), |row| row.get(0))?.collect());
        let paths = paths.sql("read the cache of a workspace")?;
        Ok(paths.iter().filter_map(|path| TreePath::new(path).ok()).collect())
    }

    /// Keeps how folders look now, and in which of them another file system begins, or no longer.
    pub(crate) fn store(
        &self,
        scanned: &[ScannedFolder],
        mounts: &[(TreePath, bool)],
    ) -> Result<()> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut store = || {
            let transaction = connection.transaction()?;
            for ScannedFolder { folder, files, only } in scanned {
                match only {
                    None => write_all(&transaction, folder, files)?,
                    Some(names) => write_some(&transaction, folder, files, names)?,
                }
            }
            for (path, is_mount) in mounts {
                let sql = match is_mount {
                    true => "INSERT OR IGNORE INTO mounts (path) VALUES (?1)",
                    false => "DELETE FROM mounts WHERE path = ?1",
                };
                transaction.execute(sql, [path.as_bytes()])?;
            }
            transaction.commit()
        };
        store().sql("write the cache of a workspace")
    }
}

const WHOLE: &str = "SELECT files FROM folders WHERE path = ?1";
const PART: &str = "SELECT files FROM parts WHERE path = ?1 AND part = ?2";

/// The part that a file of a larger folder is in.
fn part_of(name: &[u8]) -> u32 {
    crc32fast::hash(name) & 0xff
}

fn parts_of(names: &BTreeSet<Vec<u8>>) -> BTreeSet<u32> {
    names.iter().map(|name| part_of(name)).collect()
}

fn read(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
) -> rusqlite::Result<CachedFolder> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(parameters)?;
    let mut files = CachedFolder::new();
    while let Some(row) = rows.next()? {
        files.extend(decode(&row.get::<_, Vec<u8>>(0)?).unwrap_or_default());
    }
    Ok(files)
}

fn read_all(connection: &Connection, path: &TreePath) -> rusqlite::Result<CachedFolder> {
    let mut files = read(connection, "SELECT files FROM parts WHERE path = ?1", [path.as_bytes()])?;
    files.extend(read(connection, WHOLE, [path.as_bytes()])?);
    Ok(files)
}

fn write_all(
    transaction: &Transaction<'_>,
    path: &TreePath,
    files: &CachedFolder,
) -> rusqlite::Result<()> {
    let write = |sql, parameters: &[&dyn rusqlite::ToSql]| {
        transaction.prepare_cached(sql)?.execute(parameters).map(drop)
    };
    write("DELETE FROM parts WHERE path = ?1", &[&path.as_bytes()])?;
    if files.len() <= MOST_FILES {
        // What is the same is not written again: most folders are.
        let sql = "INSERT INTO folders (path, files) VALUES (?1, ?2)
                   ON CONFLICT (path) DO UPDATE SET files = excluded.files
                   WHERE files <> excluded.files";
        return write(sql, &[&path.as_bytes(), &encode(files)]);
    }
    write("DELETE FROM folders WHERE path = ?1", &[&path.as_bytes()])?;
    let mut parts: HashMap<u32, CachedFolder> = HashMap::new();
    for (name, known) in files {
        parts.entry(part_of(name)).or_default().insert(name.clone(), *known);
    }
    parts.iter().try_for_each(|(part, files)| write_part(transaction, path, *part, files))
}

/// Notes some files, where `names` were looked at and are otherwise forgotten.
fn write_some(
    transaction: &Transaction<'_>,
    path: &TreePath,
    files: &CachedFolder,
    names: &BTreeSet<Vec<u8>>,
) -> rusqlite::Result<()> {
    let note = |mut known: CachedFolder, part: Option<u32>| {
        known.retain(|name, _| !names.contains(name));
        let own = files.iter().filter(|(name, _)| part.is_none_or(|it| it == part_of(name)));
        known.extend(own.map(|(name, known)| (name.clone(), *known)));
        known
    };
    if transaction.prepare_cached(WHOLE)?.exists([path.as_bytes()])? {
        return write_all(transaction, path, &note(read_all(transaction, path)?, None));
    }
    for part in parts_of(names) {
        let known = read(transaction, PART, (path.as_bytes(), part))?;
        write_part(transaction, path, part, &note(known, Some(part)))?;
    }
    Ok(())
}

fn write_part(
    transaction: &Transaction<'_>,
    path: &TreePath,
    part: u32,
    files: &CachedFolder,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO parts (path, part, files) VALUES (?1, ?2, ?3)
             ON CONFLICT (path, part) DO UPDATE SET files = excluded.files
             WHERE files <> excluded.files",
        )?
        .execute((path.as_bytes(), part, encode(files)))
        .map(drop)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // What a power cut takes back is only read again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Every folder is asked for, each by itself: a page that several share is read once.
    connection.pragma_update(None, "cache_size", -i64::from(CACHE_KIB))?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS folders (path BLOB PRIMARY KEY, files BLOB NOT NULL)
         WITHOUT ROWID, STRICT;
         CREATE TABLE IF NOT EXISTS parts (
             path BLOB NOT NULL, part INTEGER NOT NULL, files BLOB NOT NULL,
             PRIMARY KEY (path, part)
         ) WITHOUT ROWID, STRICT;
         CREATE TABLE IF NOT EXISTS mounts (path BLOB PRIMARY KEY) WITHOUT ROWID, STRICT;
         CREATE TABLE IF NOT EXISTS reading (
             id INTEGER PRIMARY KEY, last INTEGER NOT NULL, folder BLOB, name BLOB
         ) STRICT;",
    )?;
    Ok(connection)
}

/// For each file, by name: the length of its name, the name, the blob's id, and six numbers.
fn encode(files: &CachedFolder) -> Vec<u8> {
    let mut row = Vec::with_capacity(files.len() * 80);
    let mut files: Vec<_> = files.iter().collect();
    files.sort_unstable_by_key(|(name, _)| *name);
    for (name, known) in files {
        row.extend_from_slice(&(name.len() as u16).to_le_bytes());
        row.extend_from_slice(name);
        row.extend_from_slice(&known.id.0);
        row.extend_from_slice(&known.inode.to_le_bytes());
        row.extend_from_slice(&known.size_bytes.to_le_bytes());
        for time in [known.modified, known.changed] {
            row.extend_from_slice(&time.seconds.to_le_bytes());
            row.extend_from_slice(&time.nanos.to_le_bytes());
        }
    }
    row
}

fn decode(mut row: &[u8]) -> Option<CachedFolder> {
    fn take<const N: usize>(row: &mut &[u8]) -> Option<[u8; N]> {
        let (taken, rest) = row.split_first_chunk()?;
        *row = rest;
        Some(*taken)
    }
    fn time(row: &mut &[u8]) -> Option<FileTime> {
        let seconds = i64::from_le_bytes(take(row)?);
        Some(FileTime { seconds, nanos: u32::from_le_bytes(take(row)?) })
    }
    let mut files = CachedFolder::new();
    while !row.is_empty() {
        let length = u16::from_le_bytes(take(&mut row)?).into();
        let (name, rest) = row.split_at_checked(length)?;
        row = rest;
        let known = CachedStat {
            id: GitId(take(&mut row)?),
            inode: u64::from_le_bytes(take(&mut row)?),
            size_bytes: u64::from_le_bytes(take(&mut row)?),
            modified: time(&mut row)?,
            changed: time(&mut row)?,
        };
        files.insert(name.to_vec(), known);
    }
    Some(files)
}
