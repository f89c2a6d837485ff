//! One program a library: a second start hands what it was asked for to the first, and ends.
//!
//! The first holds a name on the session bus. Without a bus every start is a first one; two
//! programs in one library are safe, only not what anybody wants to look at.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use undercroft_foundation::Clock;

use crate::arguments::Arguments;

/// A program that is ending has the name until its jobs have stopped, and takes nothing more over:
/// it is given a little longer than [`crate::closing`] gives them.
const ATTEMPTS: u32 = 240;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(150);

/// What a second start asked for.
#[derive(Debug)]
pub(crate) struct Summons {
    /// Whether it was to stay in the tray.
    pub(crate) hidden: bool,
    /// The folders that it was started with.
    pub(crate) folders: Vec<PathBuf>,
    taken: Sender<()>,
}

impl Summons {
    /// Tells the second start that it may end. Where it is not told, it goes on by itself.
    pub(crate) fn take(&self) {
        let _ = self.taken.send(());
    }
}

/// Where second starts knock, for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Door {
    summons: Receiver<Summons>,
    _name: Option<bus::Name>,
}

impl Door {
    /// Everything that second starts ask for, as it comes.
    pub(crate) fn summons(&self) -> impl Iterator<Item = Summons> {
        self.summons.iter()
    }
}

/// Becomes the one program of this library; nothing when there is one already, which then has
/// taken over what these arguments ask for.
pub(crate) fn become_the_one(
    library: &Path,
    arguments: &Arguments,
    clock: &dyn Clock,
) -> Option<Door> {
    let name = name_of(library);
    for _ in 0..ATTEMPTS {
        let (sender, summons) = channel();
        match bus::claim(&name, sender) {
            bus::Claim::Mine(name) => return Some(Door { summons, _name: Some(name) }),
            bus::Claim::NoBus => return Some(Door { summons, _name: None }),
            bus::Claim::Taken if bus::hand_over(&name, arguments) => return None,
            bus::Claim::Taken => clock.sleep(BETWEEN_ATTEMPTS),
        }
    }
    tracing::warn!("Another Undercroft has this library open, but does not answer");
    Some(Door { summons: channel().1, _name: None })
}

/// Each library has a name of its own.
fn name_of(library: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    settled(library).hash(&mut hasher);
    format!("app.undercroft.desktop.Library{:016x}", hasher.finish())
}

/// The path without symbolic links, as far as it exists: the same before and after the library
/// was made.
fn settled(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(settled), ..) => settled,
        (Err(_), Some(parent), Some(name)) => settled(parent).join(name),
        (Err(_), ..) => path.to_owned(),
    }
}

#[cfg(target_os = "linux")]
mod bus {
    //! The name and the one call, over D-Bus. Folders travel as bytes: their names may be any.

    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use super::{Arguments, PathBuf, Sender, Summons, channel};

    const PATH: &str = "/app/undercroft/desktop";

    /// The name, held until it is dropped.
    pub(super) type Name = zbus::blocking::Connection;

    pub(super) enum Claim {
        Mine(Name),
        Taken,
        NoBus,
    }

    struct Knocker(Sender<Summons>);

    #[zbus::interface(name = "app.undercroft.Desktop1")]
    impl Knocker {
        fn open(&self, hidden: bool, folders: Vec<Vec<u8>>) -> zbus::fdo::Result<()> {
            let folders = folders.into_iter().map(|it| PathBuf::from(OsString::from_vec(it)));
            let (taken, is_taken) = channel();
            let summons = Summons { hidden, folders: folders.collect(), taken };
            let asked = self.0.send(summons).is_ok();
            match asked && is_taken.recv().is_ok() {
                true => Ok(()),
                false => Err(zbus::fdo::Error::Failed("It is about to end".to_owned())),
            }
        }
    }

    pub(super) fn claim(name: &str, sender: Sender<Summons>) -> Claim {
        let connection = zbus::blocking::connection::Builder::session()
            .and_then(|builder| builder.serve_at(PATH, Knocker(sender)))
            .and_then(|builder| builder.name(name))
            .map(|builder| builder.replace_existing_names(false).allow_name_replacements(false))
            .and_then(zbus::blocking::connection::Builder::build);
        match connection {
            Ok(connection) => Claim::Mine(connection),
            Err(zbus::Error::NameTaken) => Claim::Taken,
            Err(error) => {
                tracing::info!(%error, "No session bus");
                Claim::NoBus
            }
        }
    }

    pub(super) fn hand_over(name: &str, arguments: &Arguments) -> bool {
        let folders: Vec<&[u8]> =
            arguments.folders.iter().map(|folder| folder.as_os_str().as_bytes()).collect();
        let called = zbus::blocking::Connection::session().and_then(|connection| {
            let body = (arguments.hidden, folders);
            connection.call_method(Some(name), PATH, Some("app.undercroft.Desktop1"), "Open", &body)
        });
        called.is_ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod bus {
    //! Elsewhere every start is a first one, so far.

    use super::{Arguments, Sender, Summons};

    pub(super) type Name = ();

    pub(super) enum Claim {
        Mine(Name),
        Taken,
        NoBus,
    }

    pub(super) fn claim(_name: &str, _sender: Sender<Summons>) -> Claim {
        Claim::NoBus
    }

    pub(super) fn hand_over(_name: &str, _arguments: &Arguments) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_has_a_name_of_its_own_that_a_bus_accepts() {
        let name = name_of(Path::new("/home/ada/library"));
        assert_ne!(name, name_of(Path::new("/home/ada/other")));
        assert!(name.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic())));
    }
}
