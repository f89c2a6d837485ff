//! A repository as a folder: every snapshot to be read with any program, through FUSE.
//!
//! Below the mount stand `ids/`, `snapshots/` by time, `hosts/` and `tags/`, as restic has them,
//! and `latest`. Nothing can be written. Content is read piece by piece as somebody asks for it.

mod attributes;
mod contents;
mod filesystem;
mod folders;
mod items;
mod snapshot_dirs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use fuser::{BackgroundSession, Config, MountOption, Session, SessionACL};
use nix::mount::{MntFlags, umount2};
use undercroft_foundation::{Code, Error, IoContext, Result, World, escape_path, text};

use self::attributes::AttributeDefaults;
use self::contents::Contents;
use self::filesystem::{OpenHandles, SnapshotFiles};
use self::folders::Folders;
use self::items::Items;
use self::snapshot_dirs::SnapshotDirs;
use crate::format::snapshot::SnapshotFilter;
use crate::format::tree::NodeTime;
use crate::store::repository::Repository;

/// The device that leads to the kernel's half.
const DEVICE: &str = "/dev/fuse";

/// Requests that are answered at the same time.
const THREADS: usize = 4;

/// The time that an end waits for the last request.
const TIMEOUT: Duration = Duration::from_secs(5);
const LOOK_AGAIN_EVERY: Duration = Duration::from_millis(5);

/// Options of a mount: what it shows, and to whom.
#[derive(Debug, Clone, Default)]
pub struct MountOptions {
    /// Only snapshots that this accepts.
    pub filter: SnapshotFilter,
    /// Other users may look, too.
    pub allow_other: bool,
    /// All who may look read everything, whatever the modes in the snapshots say.
    pub no_default_permissions: bool,
    /// Everything in the snapshots is shown as the superuser's.
    pub owner_root: bool,
}

/// A repository that is mounted; unmounted when this is dropped.
#[derive(Debug)]
pub struct MountGuard {
    path: PathBuf,
    world: World,
    session: Option<BackgroundSession>,
}

impl Repository {
    /// Shows all snapshots, and those that come, in an empty folder. Holds a shared lock.
    ///
    /// # Errors
    /// [`Code::Unsupported`] where there is no FUSE, with what to install;
    /// [`Code::NotFound`] and [`Code::Invalid`] when the folder is none or is not empty;
    /// [`Code::PermissionDenied`]; an index or a snapshot that cannot be read.
    pub fn mount(self: &Arc<Self>, path: &Path, options: &MountOptions) -> Result<MountGuard> {
        let path = refuse_unfit(path)?;
        let lock = self.lock_shared()?;
        self.refresh_index()?;
        let snapshot_dirs = SnapshotDirs::new(Arc::clone(self), options.filter.clone());
        snapshot_dirs.view()?;
        let now = self.storage.world.clock.now();
        let files = SnapshotFiles {
            snapshot_dirs,
            folders: Folders::new(Arc::clone(self)),
            contents: Contents::new(Arc::clone(self)),
            items: Items::new(),
            defaults: AttributeDefaults {
                uid: rustix::process::getuid().as_raw(),
                gid: rustix::process::getgid().as_raw(),
                since: NodeTime { seconds: now.as_second(), nanoseconds: 0 },
                owner_root: options.owner_root,
            },
            handles: OpenHandles::default(),
            _lock: lock,
        };
        let session = Session::new(files, &path, &config(options));
        let session = session.and_then(Session::spawn).map_err(|error| refused(&path, error))?;
        Ok(MountGuard { path, world: self.storage.world.clone(), session: Some(session) })
    }
}

fn config(options: &MountOptions) -> Config {
    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::RO,
        MountOption::NoSuid,
        MountOption::NoDev,
        MountOption::NoAtime,
        MountOption::FSName("undercroft".to_owned()),
        MountOption::Subtype("undercroft".to_owned()),
    ];
    if !options.no_default_permissions {
        config.mount_options.push(MountOption::DefaultPermissions);
    }
    config.acl = if options.allow_other { SessionACL::All } else { SessionACL::Owner };
    config.n_threads = Some(THREADS);
    config
}

/// The folder, when something can be mounted there.
fn refuse_unfit(path: &Path) -> Result<PathBuf> {
    let wrong = |code, why: &str| {
        Error::new(code, text!("Cannot mount at {path}", path = escape_path(path))).why(why)
    };
    if !Path::new(DEVICE).try_exists().at("look at", Path::new(DEVICE))? {
        return Err(wrong(Code::Unsupported, "This system has no FUSE: /dev/fuse is missing")
            .next("Load it with modprobe fuse, or let the container have the device /dev/fuse"));
    }
    let mut entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(wrong(Code::Invalid, "It is not a folder"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            return Err(wrong(Code::Invalid, "A mount whose program was killed is there")
                .next("Unmount it: fusermount3 -u, then the folder")
                .because(error));
        }
        entries => entries.at("open", path)?,
    };
    if entries.next().is_some() {
        return Err(wrong(Code::Invalid, "The folder is not empty")
            .next("Name an empty one: what is in it would be hidden"));
    }
    fs::canonicalize(path).at("find", path)
}

/// The error that a refusal of the system means.
fn refused(path: &Path, error: io::Error) -> Error {
    let wrong = |code, why: &str| {
        Error::new(code, text!("Cannot mount at {path}", path = escape_path(path)))
            .why(why.to_owned())
    };
    match error.kind() {
        io::ErrorKind::NotFound => wrong(Code::Unsupported, "The program fusermount3 is missing")
            .next("Install the package fuse3")
            .because(error),
        io::ErrorKind::PermissionDenied if error.to_string().contains("user_allow_other") => {
            wrong(Code::PermissionDenied, "Only the superuser may let others look")
                .next("Write user_allow_other into /etc/fuse.conf, or do not let others look")
                .because(error)
        }
        io::ErrorKind::PermissionDenied => {
            wrong(Code::PermissionDenied, "FUSE is not for this user, or not in this container")
                .next("Install the package fuse3, and see to it that /dev/fuse can be opened")
                .because(error)
        }
        _ => {
            let why = error.to_string();
            wrong(Code::Unsupported, why.trim())
                .next("See whether the package fuse3 is installed and the folder is yours")
                .because(error)
        }
    }
}

impl MountGuard {
    /// The folder that shows the snapshots.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is over, because somebody else unmounted it.
    pub fn is_over(&self) -> bool {
        self.session.as_ref().is_none_or(|session| session.guard.is_finished())
    }
}

impl Drop for MountGuard {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        // At once, even where somebody still has a file open: who has can read it to its end. Who
        // is not the superuser leaves it to fusermount3 below.
        let detached =
            !session.guard.is_finished() && umount2(&self.path, MntFlags::MNT_DETACH).is_ok();
        let deadline = self.world.clock.steady() + TIMEOUT;
        while detached && !session.guard.is_finished() && self.world.clock.steady() < deadline {
            self.world.clock.sleep(LOOK_AGAIN_EVERY);
        }
        let (done, wait) = mpsc::channel();
        std::thread::spawn(move || {
            if let Err(error) = session.umount_and_join() {
                tracing::debug!(%error, "the mount did not end cleanly");
            }
            let _ = done.send(());
        });
        // A file that is still open keeps the session: nobody waits for that.
        let _ = wait.recv_timeout(TIMEOUT);
    }
}
