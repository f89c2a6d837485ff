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

use super::arguments::Arguments;

/// A program that is ending has the name until its jobs have stopped, and takes nothing more over:
/// it is given a little longer than [`crate::closing`] gives them.
const ATTEMPTS: u32 = 240;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(150);

/// A request of a second start.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    /// Whether it was to stay in the tray.
    pub(crate) hidden: bool,
    /// The folders that it was started with.
    pub(crate) folders: Vec<PathBuf>,
    accepted: Sender<()>,
}

impl OpenRequest {
    /// Tells the second start that it may end. Where it is not told, it goes on by itself.
    pub(crate) fn accept(&self) {
        let _ = self.accepted.send(());
    }
}

/// The one program of its library, which second starts turn to for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Instance {
    requests: Receiver<OpenRequest>,
    _name: Option<bus::Name>,
}

impl Instance {
    /// Everything that second starts ask for, as it comes.
    pub(crate) fn requests(&self) -> impl Iterator<Item = OpenRequest> {
        self.requests.iter()
    }
}

/// Becomes the one program of this library; nothing when there is one already, which then has
/// taken over what these arguments ask for.
pub(crate) fn acquire(
    library: &Path,
    arguments: &Arguments,
    clock: &dyn Clock,
) -> Option<Instance> {
    let name = name_of(library);
    for _ in 0..ATTEMPTS {
        let (sender, requests) = channel();
        match bus::claim(&name, sender) {
            bus::Claim::Mine(name) => return Some(Instance { requests, _name: Some(name) }),
            bus::Claim::NoBus => return Some(Instance { requests, _name: None }),
            bus::Claim::Taken if bus::hand_over(&name, arguments) => return None,
            bus::Claim::Taken => clock.sleep(BETWEEN_ATTEMPTS),
        }
    }
    tracing::warn!("Another Undercroft has this library open, but does not answer");
    Some(Instance { requests: channel().1, _name: None })
}

/// Each library has a name of its own.
fn name_of(library: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    canonicalize_existing(library).hash(&mut hasher);
    format!("app.undercroft.desktop.Library{:016x}", hasher.finish())
}

/// The path without symbolic links, as far as it exists: the same before and after the library
/// was made.
fn canonicalize_existing(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(canonical), ..) => canonical,
        (Err(_), Some(parent), Some(name)) => canonicalize_existing(parent).join(name),
        (Err(_), ..) => path.to_owned(),
    }
}

#[cfg(target_os = "linux")]
mod bus {
    //! The name and the one call, over D-Bus. Folders travel as bytes: their names may be any.

    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use super::{Arguments, OpenRequest, PathBuf, Sender, channel};

    const PATH: &str = "/app/undercroft/desktop";

    /// The name, held until it is dropped.
    pub(super) type Name = zbus::blocking::Connection;

    pub(super) enum Claim {
        Mine(Name),
        Taken,
        NoBus,
    }

    struct BusInterface(Sender<OpenRequest>);

    #[zbus::interface(name = "app.undercroft.Desktop1")]
    impl BusInterface {
        fn open(&self, hidden: bool, folders: Vec<Vec<u8>>) -> zbus::fdo::Result<()> {
            let folders = folders.into_iter().map(|it| PathBuf::from(OsString::from_vec(it)));
            let (accepted, is_accepted) = channel();
            let request = OpenRequest { hidden, folders: folders.collect(), accepted };
            let asked = self.0.send(request).is_ok();
            match asked && is_accepted.recv().is_ok() {
                true => Ok(()),
                false => Err(zbus::fdo::Error::Failed("It is about to end".to_owned())),
            }
        }
    }

    pub(super) fn claim(name: &str, sender: Sender<OpenRequest>) -> Claim {
        let connection = zbus::blocking::connection::Builder::session()
            .and_then(|builder| builder.serve_at(PATH, BusInterface(sender)))
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

    use super::{Arguments, OpenRequest, Sender};

    pub(super) type Name = ();

    pub(super) enum Claim {
        Mine(Name),
        Taken,
        NoBus,
    }

    pub(super) fn claim(_name: &str, _sender: Sender<OpenRequest>) -> Claim {
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
