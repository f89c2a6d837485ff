//! Recorded intentions: what was begun with a history, so that it is finished whatever happens.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use undercroft_foundation::{
    Code, Error, IoContext, Job, ProjectId, Result, World, escape_path, reach_write_point,
    replace_file, sync_folder, text,
};

/// The time between two looks whether another is done.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The transfer that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intention {
    /// The history leaves the library, whatever happens.
    Detach,
    /// The history comes, unless it was not there when it ended: then nothing of it does.
    Attach,
}

impl Intention {
    fn name(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Attach => "attach",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Detach, Self::Attach].into_iter().find(|it| it.name() == name)
    }
}

/// The intentions of a library. Who has them keeps every other process from changing them.
#[derive(Debug)]
pub(super) struct Intentions {
    folder: PathBuf,
    #[expect(dead_code, reason = "its end gives the lock back")]
    lock: File,
}

impl Intentions {
    /// Waits until no other process has them, unless the job is stopped.
    pub(super) fn take(library: &Path, world: &World, job: &Job) -> Result<Self> {
        loop {
            if let Some(taken) = Self::try_take(library)? {
                return Ok(taken);
            }
            job.check_cancelled()?;
            world.clock.sleep(LOOK_AGAIN);
        }
    }

    /// Takes them; nothing, while another process has them.
    pub(super) fn try_take(library: &Path) -> Result<Option<Self>> {
        let history = library.join("history");
        let folder = history.join("transfers");
        if !folder.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder).at("make", &folder)?;
            sync_folder(&history)?;
        }
        let path = folder.join("lock");
        let lock = File::options().create(true).append(true).open(&path).at("open", &path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { folder, lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(Error::io("lock", &path, source)),
        }
    }

    /// Whether there are any, as far as can be told without taking them.
    pub(super) fn any(library: &Path) -> bool {
        let entries = fs::read_dir(library.join("history/transfers"));
        entries.is_ok_and(|entries| {
            entries.flatten().any(|entry| project_of(&entry.file_name()).is_some())
        })
    }

    /// The transfers that are recorded.
    pub(super) fn all(&self) -> Result<Vec<(ProjectId, Intention)>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder).at("read", &self.folder)? {
            let entry = entry.at("read", &self.folder)?;
            let Some(project) = project_of(&entry.file_name()) else { continue };
            let path = entry.path();
            let text = fs::read_to_string(&path).at("read", &path)?;
            let intention = Intention::from_name(text.trim_end()).ok_or_else(|| {
                Error::new(
                    Code::Damaged,
                    text!("Cannot understand {path}", path = escape_path(&path)),
                )
                .why("It says what was begun with a history, in one word")
                .next("Update Undercroft, or move the file aside")
            })?;
            all.push((project, intention));
        }
        Ok(all)
    }

    /// Records one, durably.
    pub(super) fn record(&self, project: ProjectId, intention: Intention) -> Result<()> {
        let text = format!("{}\n", intention.name());
        replace_file(&self.folder.join(project.to_string()), text.as_bytes(), 0o600)?;
        reach_write_point("history.transfer-recorded");
        Ok(())
    }

    /// Takes one back: it is done.
    pub(super) fn finish(&self, project: ProjectId) -> Result<()> {
        let path = self.folder.join(project.to_string());
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("remove", &path, source));
            }
            _ => sync_folder(&self.folder)?,
        }
        reach_write_point("history.transfer-finished");
        Ok(())
    }
}

fn project_of(name: &std::ffi::OsStr) -> Option<ProjectId> {
    name.to_str()?.parse().ok()
}
