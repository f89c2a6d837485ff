//! Opening the database so that nothing that is there is ever overwritten.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use undercroft_foundation::{
    Clock, Code, Error, IoContext, Result, escape_path, reach_write_point, sync_folder, text,
};

use super::error::{SqlContext, explain};
use super::migrations::{self, Migration};

/// "Undc": tells our database from anybody else's.
const APPLICATION_ID: i32 = 0x556e_6463;

/// The time to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(15);
/// The time between two looks whether it is done.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A connection that may write.
pub(super) struct Writer {
    pub(super) connection: Connection,
    /// Whether it has the database for itself, since there was no room for the memory that several
    /// share.
    pub(super) is_alone: bool,
}

pub(super) fn open_writer(
    root: &Path,
    path: &Path,
    tables: &[&[Migration]],
    clock: &dyn Clock,
) -> Result<Writer> {
    // One process at a time looks and migrates; SQLite's own lock cannot span a copy.
    let opening = File::open(root).at("open", root)?;
    opening.lock().at("lock", root)?;

    let is_new = !path.try_exists().at("look at", path)?;
    if is_new {
        refuse_lost_catalog(root, path, "It is gone")?;
        create_private(path)?;
    }
    let (mut writer, found) = connect(path).map_err(|source| cannot_open(path, source))?;
    let versions = if found == 0 {
        refuse_foreign(&writer.connection, path)?;
        if !is_new {
            refuse_lost_catalog(root, path, "It is empty")?;
        }
        Vec::new()
    } else if found == APPLICATION_ID {
        migrations::versions(&writer.connection)?
    } else {
        return Err(foreign(path));
    };
    let steps = migrations::missing(&versions, tables)?;
    if !steps.is_empty() && !versions.is_empty() {
        drop(writer);
        migrate_alone(root, path, &versions, &steps, clock)?;
        (writer, _) = connect(path).map_err(|source| cannot_open(path, source))?;
    }
    set_up_writer(&writer.connection).map_err(|source| cannot_open(path, source))?;
    if versions.is_empty() {
        migrate(&mut writer.connection, &steps)?;
    }
    if is_new {
        sync_folder(root)?;
    }
    Ok(writer)
}

/// Connects, and says whose database it is. What several processes share needs room on the disk;
/// where there is none, one alone can still read, and the log is still heeded.
fn connect(path: &Path) -> rusqlite::Result<(Writer, i32)> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(connection)
    };
    let connection = open()?;
    match look(&connection) {
        Err(error) if is_short_of_room(&error) => {
            drop(connection);
            let connection = open()?;
            have_alone(&connection)?;
            let found = look(&connection)?;
            tracing::warn!("the disk of the library is full; it can only be read");
            Ok((Writer { connection, is_alone: true }, found))
        }
        found => Ok((Writer { connection, is_alone: false }, found?)),
    }
}

/// From its first look on, the connection keeps all others out, and shares no memory.
fn have_alone(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))
}

fn is_short_of_room(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

/// Brings an older catalog up to date, after a copy of it was made, while nobody else has it open:
/// another program would go on with tables that it does not know.
fn migrate_alone(
    root: &Path,
    path: &Path,
    versions: &[(String, u32)],
    steps: &[&Migration],
    clock: &dyn Clock,
) -> Result<()> {
    let until = clock.steady() + PATIENCE;
    let mut connection = loop {
        match connect_alone(path) {
            Ok(connection) => break connection,
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                return Err(cannot_open(path, error));
            }
            Err(_) if clock.steady() < until => clock.sleep(LOOK_AGAIN),
            Err(error) => {
                let what = "Cannot bring the library up to date";
                return Err(Error::new(Code::Locked, what)
                    .why("An older Undercroft has it open")
                    .next("Quit the window, the server and whatever else runs, and try again")
                    .because(error));
            }
        }
    };
    copy(&connection, &copy_name(root, versions)?)?;
    migrate(&mut connection, steps)
}

fn connect_alone(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    have_alone(&connection)?;
    set_up_writer(&connection)?;
    look(&connection)?;
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    };
    open().map_err(|source| cannot_open(path, source))
}

/// An empty file that only the user may read; SQLite would let all read it, and gives the files
/// beside it the same permissions.
fn create_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).at("make", path).map(drop)
}

/// A copy of the whole database at `path`, durable when this returns.
pub(super) fn copy(connection: &Connection, path: &Path) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let temporary = path.with_extension("db.tmp");
    let _ = fs::remove_file(&temporary);
    create_private(&temporary)?;
    connection
        .execute("VACUUM INTO CAST(?1 AS TEXT)", [temporary.as_os_str().as_bytes()])
        .sql("copy what is there")?;
    File::open(&temporary).and_then(|file| file.sync_all()).at("sync", &temporary)?;
    fs::rename(&temporary, path).at("rename", path)?;
    sync_folder(path.parent().unwrap_or(Path::new("/")))
}

/// Puts an empty catalog where there is one that is lost; the lost one is kept beside it, under the
/// name that is returned.
pub(super) fn replace(root: &Path, path: &Path) -> Result<Option<PathBuf>> {
    let opening = File::open(root).at("open", root)?;
    opening.lock().at("lock", root)?;
    let fresh = root.join("catalog-new.db");
    let _ = fs::remove_file(&fresh);
    create_private(&fresh)?;
    let seeded = Connection::open(&fresh)
        .and_then(|connection| connection.pragma_update(None, "application_id", APPLICATION_ID));
    seeded.sql("begin a new catalog")?;
    File::open(&fresh).and_then(|file| file.sync_all()).at("sync", &fresh)?;
    let aside = path.try_exists().at("look at", path)?.then(|| aside_name(root)).transpose()?;
    if let Some(aside) = &aside {
        // The log first: without its database it is of no use, but with another it does harm.
        for ending in ["-wal", "-shm", ""] {
            let from = with_ending(path, ending);
            match fs::rename(&from, with_ending(aside, ending)) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("rename", &from, source));
                }
                _ => {}
            }
        }
        sync_folder(root)?;
        reach_write_point("catalog.set-aside");
    }
    fs::rename(&fresh, path).at("rename", &fresh)?;
    sync_folder(root)?;
    reach_write_point("catalog.replaced");
    Ok(aside)
}

fn aside_name(root: &Path) -> Result<PathBuf> {
    let mut count = 0;
    loop {
        let path = root.join(format!("catalog-lost-{count}.db"));
        if !path.try_exists().at("look at", &path)? {
            return Ok(path);
        }
        count += 1;
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn look(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "schema_version", |_| Ok(()))?;
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn migrate(connection: &mut Connection, steps: &[&Migration]) -> Result<()> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .sql("begin to bring the tables up to date")?;
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .sql("mark the database as Undercroft's")?;
    migrations::apply(&transaction, steps)?;
    reach_write_point("catalog.before-commit");
    transaction.commit().sql("commit the new tables")?;
    reach_write_point("catalog.migrated");
    Ok(())
}

/// A name for the copy that no earlier copy has.
fn copy_name(root: &Path, versions: &[(String, u32)]) -> Result<PathBuf> {
    let total: u32 = versions.iter().map(|(_, version)| version).sum();
    let mut count = 0;
    loop {
        let path = root.join(format!("catalog-before-migration-{total}.{count}.db"));
        if !path.try_exists().at("look at", &path)? {
            return Ok(path);
        }
        count += 1;
    }
}

/// An absent or empty catalog is a new one only while there is nothing to catalogue.
fn refuse_lost_catalog(root: &Path, path: &Path, why: &str) -> Result<()> {
    let projects = root.join("projects");
    let holds_projects = match fs::read_dir(&projects) {
        Ok(mut entries) => entries.next().is_some(),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => false,
        Err(source) => return Err(Error::io("read", &projects, source)),
    };
    if !holds_projects {
        return Ok(());
    }
    Err(Error::new(
        Code::Damaged,
        text!("Cannot open the catalog {path}", path = escape_path(path)),
    )
    .why(text!("{why}, while the library holds projects", why))
    .next("Make it again: `undercroft library rebuild`"))
}

fn refuse_foreign(connection: &Connection, path: &Path) -> Result<()> {
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))
        .map_err(|source| cannot_open(path, source))?;
    if tables == 0 { Ok(()) } else { Err(foreign(path)) }
}

fn foreign(path: &Path) -> Error {
    Error::new(Code::Damaged, text!("Cannot open the catalog {path}", path = escape_path(path)))
        .why("It is a database of another program")
        .next("Choose another folder for the library, or move that file away")
}

fn cannot_open(path: &Path, source: rusqlite::Error) -> Error {
    explain(text!("Cannot open the catalog {path}", path = escape_path(path)), source)
}
