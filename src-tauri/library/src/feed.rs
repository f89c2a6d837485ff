//! Events as they happen. One thread looks at the catalog after each commit of this process, and
//! a few times a second for those of others (`PRAGMA data_version`, which costs no disk). It is
//! started by the first subscriber and ends with the feed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use rusqlite::Connection;
use undercroft_foundation::{Code, Error, Result};

use crate::catalog::{Catalog, SqlContext};
use crate::events::{self, Event};

/// The time between two looks for other processes' commits.
const PERIOD: Duration = Duration::from_millis(250);
/// The distance that a subscriber may fall behind before it misses events.
const BACKLOG: usize = 4096;
/// The number of events that are read at once.
const BATCH: usize = 512;

pub(crate) struct Feed {
    catalog: Catalog,
    subscribers: Arc<Mutex<Vec<Subscriber>>>,
    watcher: Mutex<Option<Watcher>>,
}

struct Subscriber {
    after: u64,
    sender: Sender<Event>,
}

struct Watcher {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Feed {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        Self { catalog: catalog.clone(), subscribers: Arc::default(), watcher: Mutex::new(None) }
    }

    pub(crate) fn subscribe(&self) -> Result<Receiver<Event>> {
        let (sender, receiver) = bounded(BACKLOG);
        {
            // Under the lock, so that no event is delivered between looking and joining.
            let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
            let after = self.catalog.read(events::last_seq)?;
            subscribers.push(Subscriber { after, sender });
        }
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if watcher.is_none() {
            *watcher = Some(self.start()?);
        }
        Ok(receiver)
    }

    fn start(&self) -> Result<Watcher> {
        let connection = self.catalog.open_reader()?;
        let commits = self.catalog.commits();
        let subscribers = Arc::clone(&self.subscribers);
        let (stop, stopped) = bounded(1);
        let thread = std::thread::Builder::new()
            .name("events".to_owned())
            .spawn(move || watch(&connection, &commits, &stopped, &subscribers))
            .map_err(|source| {
                Error::new(Code::Unavailable, "Cannot start watching for events").because(source)
            })?;
        Ok(Watcher { stop, thread })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(watcher) = watcher {
            let _ = watcher.stop.try_send(());
            let _ = watcher.thread.join();
        }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

fn watch(
    connection: &Connection,
    commits: &Receiver<()>,
    stopped: &Receiver<()>,
    subscribers: &Mutex<Vec<Subscriber>>,
) {
    let mut seen = None;
    let mut complained = false;
    loop {
        match data_version(connection) {
            Ok(version) if seen == Some(version) => {}
            Ok(version) => match deliver(connection, subscribers) {
                Ok(()) => (seen, complained) = (Some(version), false),
                Err(error) => complain(&error, &mut complained),
            },
            Err(error) => complain(&error, &mut complained),
        }
        select! {
            recv(stopped) -> _ => return,
            recv(commits) -> _ => {}
            default(PERIOD) => {}
        }
    }
}

fn data_version(connection: &Connection) -> Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0)).sql("look for new events")
}

/// Sends each subscriber what it has not had yet, and forgets those that are gone.
fn deliver(connection: &Connection, subscribers: &Mutex<Vec<Subscriber>>) -> Result<()> {
    let mut subscribers = subscribers.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(mut after) = subscribers.iter().map(|subscriber| subscriber.after).min() else {
        return Ok(());
    };
    loop {
        let batch = events::after(connection, after, BATCH)?;
        for event in &batch {
            after = event.seq;
            subscribers.retain_mut(|subscriber| subscriber.take(event));
        }
        if batch.len() < BATCH {
            return Ok(());
        }
    }
}

impl Subscriber {
    /// Whether it still listens.
    fn take(&mut self, event: &Event) -> bool {
        if event.seq <= self.after {
            return true;
        }
        self.after = event.seq;
        !matches!(self.sender.try_send(event.clone()), Err(TrySendError::Disconnected(_)))
    }
}

/// Once, until it works again.
fn complain(error: &Error, complained: &mut bool) {
    if !std::mem::replace(complained, true) {
        tracing::warn!(error = %error, "events cannot be read");
    }
}
