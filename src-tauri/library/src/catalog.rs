//! The catalog: one SQLite database in WAL mode. Each process has one writer connection behind a
//! lock, whose transactions begin immediate, and a few readers.

mod columns;
mod error;
mod migrations;
mod opening;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use undercroft_foundation::{Clock, Code, Error, Result, escape_path, reach_write_point, text};

pub use columns::{Column, Json, Moment, parts_of, text_of};
pub use error::SqlContext;
pub use migrations::Migration;

/// Readers kept open for the next read; more are opened as needed, and closed after use.
const KEPT_READERS: usize = 4;

/// The library's database. Clones share the connections.
#[derive(Clone)]
pub struct Catalog(Arc<Connections>);

struct Connections {
    path: PathBuf,
    /// Before the writer, because they are closed in this order, and the last to be closed brings
    /// the log into the database: a reader could not.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
    /// Whether the writer keeps all others out: then it reads as well.
    is_alone: bool,
    commits: (Sender<()>, Receiver<()>),
}

impl Catalog {
    /// Opens the catalog of the library at `root`, or makes it where the library is new, and
    /// brings its tables up to date. A catalog that is older is copied beside itself first.
    ///
    /// # Errors
    /// [`Code::TooNew`] for a newer one, [`Code::Locked`] for an older one that another process has
    /// open, [`Code::Damaged`] for one that SQLite cannot read or that is gone while projects are
    /// there: nothing is overwritten then.
    pub(crate) fn open(root: &Path, tables: &[&[Migration]], clock: &dyn Clock) -> Result<Self> {
        let path = root.join("catalog.db");
        let opening::Writer { connection, is_alone } =
            opening::open_writer(root, &path, tables, clock)?;
        Ok(Self(Arc::new(Connections {
            path,
            writer: Mutex::new(connection),
            is_alone,
            readers: Mutex::new(Vec::new()),
            commits: bounded(1),
        })))
    }

    /// Puts an empty catalog in the place of a lost one, which is kept under the returned name.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn replace(root: &Path) -> Result<Option<PathBuf>> {
        opening::replace(root, &root.join("catalog.db"))
    }

    /// Runs `work` in a transaction that no other writer, of any process, overlaps. What it
    /// returns is durable when this returns; when it fails, nothing has changed.
    ///
    /// `work` must not call this again: it would wait for itself.
    ///
    /// # Errors
    /// The errors of `work`, and [`Code::Locked`] when another process writes for too long.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .sql("begin to write")?;
        let result = work(&transaction)?;
        reach_write_point("catalog.before-commit");
        transaction.commit().sql("commit")?;
        reach_write_point("catalog.committed");
        // Full means that whoever listens has not yet looked: it will see this commit as well.
        let _ = self.0.commits.0.try_send(());
        Ok(result)
    }

    /// Runs `work` over the state of one moment. `work` must not call this again.
    ///
    /// # Errors
    /// The errors of `work`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        if self.0.is_alone {
            let mut writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
            // Never committed.
            let moment = writer.transaction().sql("begin to read")?;
            return work(&moment);
        }
        let kept = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => self.open_reader()?,
        };
        let result = {
            let moment = reader.transaction().sql("begin to read")?;
            work(&moment)
        };
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < KEPT_READERS {
            readers.push(reader);
        }
        result
    }

    /// A connection of its own that only reads.
    pub(crate) fn open_reader(&self) -> Result<Connection> {
        if self.0.is_alone {
            return Err(Error::new(Code::StorageFull, "Cannot open the catalog a second time"));
        }
        opening::open_reader(&self.0.path)
    }

    /// Hears of commits that this process makes; several may come as one.
    pub(crate) fn commits(&self) -> Receiver<()> {
        self.0.commits.1.clone()
    }

    /// Looks through the whole catalog, and says what is wrong with it; nothing, if it is sound.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it cannot even be looked through.
    pub fn check(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(20)").sql("check")?;
            let rows = statement.query_map((), |row| row.get::<_, String>(0)).sql("check")?;
            let found: Vec<String> = rows.collect::<rusqlite::Result<_>>().sql("check")?;
            Ok(found.into_iter().filter(|line| line != "ok").collect())
        })
    }

    /// Each table with the version that it has in this catalog.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn table_versions(&self) -> Result<Vec<(String, u32)>> {
        self.read(migrations::versions)
    }

    /// Writes a consistent copy of the catalog to `path`, where nothing may be yet.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`], or whatever keeps it from being written.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(Error::new(
                Code::AlreadyExists,
                text!("Cannot copy the catalog to {path}", path = escape_path(path)),
            ));
        }
        // The writer's connection, because a reader may not write the copy either.
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        opening::copy(&writer, path)
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("path", &self.0.path).finish_non_exhaustive()
    }
}
