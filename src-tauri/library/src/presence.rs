//! The processes that are alive: each that runs something holds a lock on a file of its own below
//! `running/`. The system lets go of the lock when the process ends, however it ends, and no
//! number is ever taken for another process that got it later. In the file stands what it does.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use undercroft_foundation::{IoContext, Result, World};

use crate::layout::make_folder;

/// This process's sign of life, given when first asked for.
#[derive(Debug)]
pub(crate) struct Presence {
    root: PathBuf,
    sign: OnceLock<(String, File)>,
}

impl Presence {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), sign: OnceLock::new() }
    }

    /// The name of this process's sign, which is there and locked when this returns.
    pub(crate) fn name(&self, world: &World) -> Result<String> {
        if let Some((name, _)) = self.sign.get() {
            return Ok(name.clone());
        }
        let mut bytes = [0; 12];
        world.random.fill(&mut bytes);
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = self.folder();
        make_folder(&folder)?;
        // No sweep may come between making the file and locking it.
        let sweep = File::open(&folder).at("open", &folder)?;
        sweep.lock().at("lock", &folder)?;
        let path = folder.join(&name);
        let mut options = OpenOptions::new();
        let file =
            options.write(true).create_new(true).mode(0o600).open(&path).at("make", &path)?;
        file.lock().at("lock", &path)?;
        // Two threads may both have come this far; the first one's sign stays.
        let (kept, _) = self.sign.get_or_init(|| (name.clone(), file));
        if *kept != name {
            let _ = fs::remove_file(&path);
        }
        Ok(kept.clone())
    }

    /// Writes what this process does into its sign, for others to read. Best effort, and never
    /// synced: it is true only while the process lives.
    pub(crate) fn tell(&self, text: &[u8]) {
        if let Some((_, file)) = self.sign.get() {
            let said = file.write_all_at(text, 0).and_then(|()| file.set_len(text.len() as u64));
            if let Err(error) = said {
                tracing::debug!(%error, "other processes cannot see what this one does");
            }
        }
    }

    /// The signs of the other processes that live.
    pub(crate) fn others(&self) -> Vec<Other> {
        let own = self.sign.get().map(|(name, _)| OsStr::new(name.as_str()));
        let Ok(entries) = fs::read_dir(self.folder()) else { return Vec::new() };
        let others = entries.flatten().filter(|entry| Some(entry.file_name().as_os_str()) != own);
        let signs = others.filter_map(|entry| File::open(entry.path()).ok());
        signs.filter(is_held).map(Other).collect()
    }

    /// Whether the process that gave this sign lives.
    pub(crate) fn is_alive(&self, name: &str) -> bool {
        if self.sign.get().is_some_and(|(own, _)| own == name) {
            return true;
        }
        if name.is_empty() || name.contains('/') {
            return false;
        }
        File::open(self.folder().join(name)).is_ok_and(|file| is_held(&file))
    }

    /// Clears away the signs of processes that ended without doing so.
    pub(crate) fn sweep(&self) {
        let folder = self.folder();
        let Ok(entries) = fs::read_dir(&folder) else { return };
        let Ok(sweep) = File::open(&folder) else { return };
        if sweep.lock().is_err() {
            return;
        }
        for entry in entries.flatten() {
            if File::open(entry.path()).is_ok_and(|file| !is_held(&file)) {
                // Best effort: a stale sign says nothing while it lies there.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn folder(&self) -> PathBuf {
        self.root.join("running")
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some((name, _)) = self.sign.get() {
            let _ = fs::remove_file(self.root.join("running").join(name));
        }
    }
}

/// The sign of another process.
pub(crate) struct Other(File);

impl Other {
    /// Its account of what it does, perhaps caught half written.
    pub(crate) fn said(&self) -> Option<String> {
        let mut bytes = vec![0; usize::try_from(self.0.metadata().ok()?.len()).ok()?];
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// Shared, so that two who look at once do not take each other for the holder.
fn is_held(file: &File) -> bool {
    matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
}
