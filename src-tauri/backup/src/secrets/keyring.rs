//! The system's keyring (the Secret Service, over D-Bus). It may be absent, locked, wiped, or
//! silent: it is asked on a thread of its own, and waited for so long and no longer.

use std::collections::HashSet;
use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyring::{Entry, Error};
use undercroft_foundation::{DestinationId, escape_name};
use undercroft_library::Library;
use zeroize::Zeroizing;

/// The name that all of Undercroft's entries go by.
const SERVICE: &str = "undercroft";
/// The time that it may take to answer; a person may have to type a password meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time for which one that did not answer is not asked again.
const PAUSE: Duration = Duration::from_secs(120);

/// Why the keyring does not do what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyringError {
    /// It has no such entry.
    Gone,
    /// There is none, or it cannot be reached.
    Absent(String),
    /// It is locked, and nobody unlocked it.
    Locked,
    /// It did not answer.
    Silent,
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("It has no such entry"),
            Self::Absent(why) => write!(f, "There is no keyring that works ({why})"),
            Self::Locked => f.write_str("It is locked"),
            Self::Silent => f.write_str("It did not answer"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Keyring {
    library: Library,
    silent_since: Mutex<Option<Duration>>,
    gone: Mutex<HashSet<DestinationId>>,
}

impl Keyring {
    pub(super) fn new(library: &Library) -> Self {
        Self { library: library.clone(), silent_since: Mutex::default(), gone: Mutex::default() }
    }

    /// Keeps a password; it was read back when this returns.
    pub(super) fn keep(&self, id: DestinationId, text: &str) -> Result<(), KeyringError> {
        let secret = Zeroizing::new(text.to_owned());
        let same = self.ask(id, move |entry| {
            entry.set_password(&secret)?;
            let back = Zeroizing::new(entry.get_password()?);
            Ok(*back == *secret)
        })?;
        self.note_gone(id, false);
        if same {
            Ok(())
        } else {
            Err(KeyringError::Absent("it gives back something else".to_owned()))
        }
    }

    pub(super) fn read(&self, id: DestinationId) -> Result<Zeroizing<String>, KeyringError> {
        let read = self.ask(id, |entry| entry.get_password().map(Zeroizing::new));
        self.note_gone(id, read == Err(KeyringError::Gone));
        read
    }

    /// Best effort: an entry that stays is of no use without the destination.
    pub(super) fn remove(&self, id: DestinationId) {
        if let Err(refusal) = self.ask(id, |entry| entry.delete_credential())
            && refusal != KeyringError::Gone
        {
            tracing::debug!(%refusal, destination.id = %id, "the entry may stay in the keyring");
        }
    }

    /// Whether the password was looked for and not found.
    pub(super) fn is_known_gone(&self, id: DestinationId) -> bool {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    fn note_gone(&self, id: DestinationId, is_gone: bool) {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if is_gone {
            gone.insert(id)
        } else {
            gone.remove(&id)
        };
    }

    fn ask<T: Send + 'static>(
        &self,
        id: DestinationId,
        work: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let clock = &self.library.world().clock;
        let mut silent = self.silent_since.lock().unwrap_or_else(PoisonError::into_inner);
        if silent.is_some_and(|since| clock.steady().saturating_sub(since) < PAUSE) {
            return Err(KeyringError::Silent);
        }
        let library = self.library.id().map_err(|error| KeyringError::Absent(error.to_string()))?;
        let account = format!("{library}/{id}");
        let (send, receive) = sync_channel(1);
        let asking = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            let answer = Entry::new(SERVICE, &account).and_then(|entry| work(&entry));
            // Nobody listens any more when it took too long.
            let _ = send.send(answer);
        });
        asking.map_err(|source| KeyringError::Absent(source.to_string()))?;
        match receive.recv_timeout(PATIENCE) {
            Ok(answer) => answer.map_err(|error| keyring_error(&error)),
            Err(RecvTimeoutError::Timeout) => {
                *silent = Some(clock.steady());
                Err(KeyringError::Silent)
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(KeyringError::Absent("asking it broke off".to_owned()))
            }
        }
    }
}

fn keyring_error(error: &Error) -> KeyringError {
    match error {
        Error::NoEntry => KeyringError::Gone,
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => KeyringError::Absent("no D-Bus session offers one".to_owned()),
        other => KeyringError::Absent(escape_name(other.to_string().as_bytes())),
    }
}
