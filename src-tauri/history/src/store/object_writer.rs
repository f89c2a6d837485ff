//! Objects on their way into a history: known ones are left out, the others gathered in packs.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{
    Code, Error, IoContext, Result, escape_path, reach_write_point, sync_folder, text,
};

use super::pack::{Deflater, FinishedPack, PackBuilder};
use super::packed::PackBytes;
use super::wide::WidePack;
use super::{HistoryStore, ObjectKind, WriteLock};
use crate::version::GitId;

/// Takes objects from several threads. Nothing is durable before [`ObjectWriter::flush`].
pub(crate) struct ObjectWriter<'s> {
    pub(super) store: &'s HistoryStore,
    /// Whether there may be objects that need not be stored again.
    has_objects: bool,
    seen: Mutex<HashSet<GitId>>,
    open: Mutex<PackBuilder>,
    /// Trees of folders of very many entries, apart from all else.
    pub(super) wide: Mutex<WidePack>,
    /// Buffers of packs that were written.
    spare: Mutex<Vec<Vec<u8>>>,
    stored_bytes: AtomicU64,
}

impl<'s> ObjectWriter<'s> {
    /// Begins to write; the lock must be held meanwhile.
    pub(crate) fn begin(store: &'s HistoryStore, _lock: &WriteLock) -> Result<Self> {
        let has_objects = sweep(&store.root().join("objects/pack"))?;
        store.refresh();
        Ok(Self {
            store,
            has_objects,
            seen: Mutex::default(),
            open: Mutex::new(PackBuilder::new()),
            wide: Mutex::default(),
            spare: Mutex::default(),
            stored_bytes: AtomicU64::new(0),
        })
    }

    /// Stores an object unless it is there.
    pub(crate) fn put(
        &self,
        deflater: &mut Deflater,
        kind: ObjectKind,
        content: &[u8],
    ) -> Result<GitId> {
        let id = GitId::of(kind, content);
        if self.is_new(id)? {
            let entry = deflater.entry(kind, content)?;
            self.count(entry.len());
            let full = self.add(id, entry);
            full.map_or(Ok(()), |pack| self.write(pack).map(drop))?;
        }
        Ok(id)
    }

    /// Whether an object is neither there nor on its way, as it is from now on.
    pub(super) fn is_new(&self, id: GitId) -> Result<bool> {
        Ok(locked(&self.seen).insert(id) && !(self.has_objects && self.store.contains(id)?))
    }

    pub(super) fn count(&self, stored_bytes: usize) {
        self.stored_bytes.fetch_add(stored_bytes as u64, Ordering::Relaxed);
    }

    /// Adds an entry, and takes the pack out that it no longer fitted into.
    fn add(&self, id: GitId, entry: &[u8]) -> Option<PackBuilder> {
        let mut open = locked(&self.open);
        let full = open.is_full_with(entry.len()).then(|| {
            let spare = locked(&self.spare).pop().unwrap_or_default();
            std::mem::replace(&mut *open, PackBuilder::in_buffer(spare))
        });
        open.add(id, entry);
        full
    }

    /// The bytes on disk that were stored so far.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored_bytes.load(Ordering::Relaxed)
    }

    /// Makes everything durable that was put until now.
    pub(crate) fn flush(&self) -> Result<()> {
        let mut wide = locked(&self.wide);
        wide.write(self.store)?;
        let mut open = std::mem::replace(&mut *locked(&self.open), PackBuilder::new());
        if open.is_empty() {
            return Ok(());
        }
        let mut closed = Vec::new();
        for pack in std::mem::take(&mut wide.closed) {
            if open.is_full_with(pack.bytes.len()) {
                wide.closed.push(pack);
                continue;
            }
            for (id, from, to) in &pack.entries {
                if !open.contains(*id) {
                    open.add(*id, &pack.bytes[*from..*to]);
                }
            }
            closed.push(pack.path);
        }
        let written = open.len();
        let name = self.write(open)?;
        if !closed.is_empty() {
            prove(self.store.root(), name, written)?;
            closed.iter().try_for_each(|path| remove_pack(path))?;
            self.store.refresh();
        }
        Ok(())
    }

    fn write(&self, pack: PackBuilder) -> Result<GitId> {
        let finished = pack.finish();
        write_pack(self.store.root(), &finished)?;
        locked(&self.spare).push(finished.pack);
        // Who reads next must find it.
        self.store.refresh();
        Ok(finished.name)
    }
}

/// Removes what a writer left that was killed: nothing shows it to readers. Says whether there is
/// any pack besides. The lock must be held. A pack without an index stays until a compaction has
/// seen that no version needs it: the index may have been lost.
fn sweep(packs: &Path) -> Result<bool> {
    let mut has_packs = false;
    for entry in fs::read_dir(packs).at("read", packs)? {
        let path = entry.at("read", packs)?.path();
        let is_temporary =
            path.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b"tmp_"));
        if is_temporary {
            fs::remove_file(&path).at("remove", &path)?;
        } else {
            has_packs = true;
        }
    }
    Ok(has_packs)
}

/// Makes a pack durable, and only then its index, which shows it to readers.
pub(crate) fn write_pack(root: &Path, finished: &FinishedPack) -> Result<()> {
    let folder = root.join("objects/pack");
    for (bytes, kind) in [(&finished.pack, "pack"), (&finished.index, "idx")] {
        // git overlooks names that begin so, and sweeps them in time.
        let temporary = folder.join(format!("tmp_{}.{kind}", finished.name));
        let path = folder.join(format!("pack-{}.{kind}", finished.name));
        write_synced(&temporary, bytes)?;
        reach_write_point("history.pack-written");
        fs::rename(&temporary, &path).at("rename", &temporary)?;
    }
    sync_folder(&folder)?;
    reach_write_point("history.pack-published");
    Ok(())
}

/// Reads a pack back before others go for it: its index, and the digest of all of it.
pub(super) fn prove(root: &Path, name: GitId, objects: usize) -> Result<()> {
    let path = root.join(format!("objects/pack/pack-{name}.pack"));
    match PackBytes::read(&path)? {
        Some(pack) if pack.entries.len() == objects => Ok(()),
        _ => {
            let what = text!("{path} was written wrongly", path = escape_path(&path));
            Err(Error::new(Code::Damaged, what))
        }
    }
}

/// Removes a pack, its index first: what that names must be there.
pub(super) fn remove_pack(path: &Path) -> Result<()> {
    for path in [path.with_extension("idx"), path.to_owned()] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed.at("remove", &path)?,
        }
    }
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().inspect_err(|_| drop(fs::remove_file(path))).at("write", path)
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
