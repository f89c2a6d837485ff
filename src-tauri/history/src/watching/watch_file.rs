//! `running/watch-ID`: held locked by the process that watches a workspace, and says how that goes,
//! for others to read. What is in it means nothing once the lock is gone.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Error, IoContext, Result, Text, WorkspaceId};

use super::{WatchState, WatchStatus};

/// The file of a workspace that this process watches; its end gives the lock back.
#[derive(Debug)]
pub(super) struct WatchFile {
    file: File,
    written: Vec<u8>,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Told {
    state: String,
    why: Option<Text>,
    next: Option<Text>,
    pending: u64,
}

/// The statuses of watching, by their names in the file.
const NAMES: [(WatchStatus, &str); 5] = [
    (WatchStatus::Watching, "watching"),
    (WatchStatus::Limited, "limited"),
    (WatchStatus::Failing, "failing"),
    (WatchStatus::Paused, "paused"),
    (WatchStatus::Missing, "missing"),
];

impl WatchFile {
    /// Takes the lock; nothing when another process has it.
    pub(super) fn try_lock(library: &Path, workspace: WorkspaceId) -> Result<Option<Self>> {
        let path = path_of(library, workspace);
        let running = library.join("running");
        fs::create_dir_all(&running).at("make", &running)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .at("open", &path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path, source)),
        }
        // Who clears the signs of ended processes away may have taken it for one.
        let is_there = fs::metadata(&path)
            .is_ok_and(|found| file.metadata().is_ok_and(|own| own.ino() == found.ino()));
        Ok(is_there.then_some(Self { file, written: Vec::new() }))
    }

    /// Writes how the watching goes, if that is new.
    pub(super) fn tell(&mut self, state: &WatchState) {
        let Some((_, name)) = NAMES.iter().find(|(status, _)| *status == state.status) else {
            return;
        };
        let (why, next) = (state.why.clone(), state.next.clone());
        let told = Told { state: (*name).to_owned(), why, next, pending: state.pending };
        let Ok(mut text) = serde_json::to_vec(&told) else { return };
        text.push(b'\n');
        if text == self.written {
            return;
        }
        // In one go, and what was longer is cut off after it: a reader takes the first line.
        let length = text.len() as u64;
        let kept = self.file.write_all_at(&text, 0).and_then(|()| self.file.set_len(length));
        if let Err(error) = kept {
            tracing::debug!(%error, "other processes cannot be told how a workspace is watched");
        }
        self.written = text;
    }

    /// Adds to `state` what the process says that watches the workspace, if one does.
    pub(super) fn read(library: &Path, state: &mut WatchState) {
        let path = path_of(library, state.workspace);
        let is_held = |file: &File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        if !File::open(&path).is_ok_and(|file| is_held(&file)) {
            return;
        }
        state.status = WatchStatus::Elsewhere;
        let text = fs::read(&path).unwrap_or_default();
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Ok(told) = serde_json::from_slice::<Told>(line) else { return };
        let named = NAMES.iter().find(|(_, name)| *name == told.state).map(|(named, _)| *named);
        if let Some(status) = named.filter(|status| *status != WatchStatus::Watching) {
            state.status = status;
        }
        (state.why, state.next, state.pending) = (told.why, told.next, told.pending);
    }
}

fn path_of(library: &Path, workspace: WorkspaceId) -> PathBuf {
    library.join(format!("running/watch-{workspace}"))
}
