//! The packs of a history: what is in them, and how those are replaced that are small or hold what
//! nobody needs.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;
use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, escape_path, reach_write_point, sync_folder, text,
};

use super::{Live, deltas};
use crate::store::{
    EntryHead, HistoryStore, PackBuilder, Packed, WriteLock, entries_of, is_whole, write_pack,
};
use crate::version::GitId;

/// A pack of at least this size is not joined with others: it was compacted before, or is one of a
/// first import, in which little is alike.
const LARGE_BYTES: u64 = 12 << 20;

/// It is written anew when at least one part in so many of it is dead.
const DEAD_SHARE: u64 = 4;

/// The head of an entry is no longer.
const HEAD_BYTES: usize = 32;

/// Files that git derives from packs, and makes anew when it likes; they must not name packs that
/// are gone.
const DERIVED: [&str; 3] =
    ["objects/pack/multi-pack-index", "objects/info/commit-graph", "objects/info/commit-graphs"];

/// A pack as its index lists it.
struct ListedPack {
    path: PathBuf,
    bytes: u64,
    /// Each object with its first byte and its end.
    entries: Vec<(GitId, usize, usize)>,
}

/// A pack as it lies there.
pub(crate) struct PackFile {
    path: PathBuf,
    bytes: u64,
    /// Each object with its first byte and its end.
    entries: Vec<(GitId, usize, usize)>,
    /// Somebody wants it to stay, in git's way.
    is_kept: bool,
    /// Whether it holds deltas, as a pack that was compacted does.
    has_deltas: bool,
}

/// The result of rewriting packs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rewritten {
    pub(crate) packs_before: u64,
    pub(crate) packs_after: u64,
    pub(crate) objects_dropped: u64,
    pub(crate) bytes_before: u64,
    pub(crate) bytes_after: u64,
}

/// All packs of a history, in the order of their names; only their indexes are read.
fn listed_packs(store: &HistoryStore) -> Result<Vec<ListedPack>> {
    let folder = store.root().join("objects/pack");
    let mut packs = Vec::new();
    for entry in fs::read_dir(&folder).at("read", &folder)? {
        let path = entry.at("read", &folder)?.path();
        let index_path = path.with_extension("idx");
        if path.extension().is_none_or(|it| it != "pack") || !index_path.is_file() {
            continue;
        }
        let bytes = fs::metadata(&path).at("look at", &path)?.len();
        let index = fs::read(&index_path).at("read", &index_path)?;
        let length = usize::try_from(bytes).unwrap_or(usize::MAX);
        let entries = entries_of(&index, length).ok_or_else(|| {
            Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(&index_path)))
                .next("Run `undercroft history check` to see which versions it touches")
        })?;
        packs.push(ListedPack { path, bytes, entries });
    }
    packs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(packs)
}

/// All packs of a history, in the order of their names. The head of each object is read.
pub(crate) fn packs_of(store: &HistoryStore) -> Result<Vec<PackFile>> {
    let looked_into =
        listed_packs(store)?.into_iter().map(|ListedPack { path, bytes, entries }| {
            let is_kept = path.with_extension("keep").exists();
            let has_deltas = has_deltas(&path, &entries)?;
            Ok(PackFile { path, bytes, entries, is_kept, has_deltas })
        });
    looked_into.collect()
}

/// Whether any of the entries is a delta.
fn has_deltas(path: &Path, entries: &[(GitId, usize, usize)]) -> Result<bool> {
    let file = File::open(path).at("open", path)?;
    for (_, from, to) in entries {
        let mut head = [0; HEAD_BYTES];
        let head = &mut head[..HEAD_BYTES.min(to - from)];
        file.read_exact_at(head, *from as u64).at("read", path)?;
        if !matches!(EntryHead::of(head).map(|head| head.packed), Some(Packed::Whole(_))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The objects in packs that may be joined.
pub(super) fn to_be_joined(packs: &[PackFile]) -> HashMap<GitId, String> {
    let joined = packs.iter().filter(|pack| pack.can_be_joined());
    joined.flat_map(|pack| &pack.entries).map(|entry| (entry.0, String::new())).collect()
}

impl PackFile {
    fn is_small(&self) -> bool {
        self.bytes < LARGE_BYTES
    }

    /// Whether deltas are made of what is in it.
    fn can_be_joined(&self) -> bool {
        !self.is_kept && (self.is_small() || self.has_deltas)
    }

    /// Whether it is to be written anew when these objects are all that is needed.
    fn is_to_go(&self, live: &HashSet<GitId>) -> bool {
        let dead = self.entries.iter().filter(|entry| !live.contains(&entry.0));
        let dead_bytes: u64 = dead.map(|(_, from, to)| (to - from) as u64).sum();
        !self.is_kept && (self.is_small() || dead_bytes * DEAD_SHARE >= self.bytes)
    }
}

/// The size of each object on disk.
pub(crate) fn stored_sizes(store: &HistoryStore) -> Result<HashMap<GitId, u64>> {
    let packs = listed_packs(store)?;
    let entries = packs.into_iter().flat_map(|pack| pack.entries);
    Ok(entries.map(|(id, from, to)| (id, (to - from) as u64)).collect())
}

/// Removes what a killed writer left: nobody else writes while the lock is held.
pub(super) fn sweep(store: &HistoryStore, _lock: &WriteLock) -> Result<()> {
    let folder = store.root().join("objects/pack");
    for entry in fs::read_dir(&folder).at("read", &folder)? {
        let path = entry.at("read", &folder)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_half = name.ends_with(".pack") && !path.with_extension("idx").exists();
        if name.starts_with("tmp_") || is_half {
            fs::remove_file(&path).at("remove", &path)?;
        }
    }
    Ok(())
}

/// Brings what is live from packs that are small or hold much that is not into new ones; reads those
/// back; then removes the old ones.
pub(super) fn rewrite(
    store: &HistoryStore,
    _lock: &WriteLock,
    packs: Vec<PackFile>,
    live: &Live,
    job: &Job,
) -> Result<Rewritten> {
    let mut done = Rewritten {
        packs_before: packs.len() as u64,
        bytes_before: packs.iter().map(|pack| pack.bytes).sum(),
        ..Rewritten::default()
    };
    let is_dead = |entry: &(GitId, usize, usize)| !live.reached.objects.contains(&entry.0);
    let holds_dead = |pack: &PackFile| pack.entries.iter().any(is_dead);
    let (replaced, staying): (Vec<_>, Vec<_>) =
        packs.into_iter().partition(|pack| pack.is_to_go(&live.reached.objects));
    (done.packs_after, done.bytes_after) = (done.packs_before, done.bytes_before);
    let is_as_it_should_be = |pack: &PackFile| pack.has_deltas && !holds_dead(pack);
    if replaced.len() < 2 && replaced.iter().all(is_as_it_should_be) {
        return Ok(done);
    }
    let mut seen: HashSet<GitId> =
        staying.iter().flat_map(|pack| &pack.entries).map(|entry| entry.0).collect();
    let written = write_anew(store, &replaced, live, &mut seen, job)?;
    reach_write_point("history.compact-packed");
    remove_derived(store)?;
    for pack in replaced.iter().filter(|pack| !written.contains(&pack.path)) {
        remove_pack(&pack.path)?;
        reach_write_point("history.compact-removed");
    }
    sync_folder(&store.root().join("objects/pack"))?;
    store.refresh();
    let dead = replaced.iter().flat_map(|pack| &pack.entries).filter(|entry| is_dead(entry));
    done.objects_dropped = dead.map(|entry| entry.0).collect::<HashSet<_>>().len() as u64;
    let packs = listed_packs(store)?;
    done.packs_after = packs.len() as u64;
    done.bytes_after = packs.iter().map(|pack| pack.bytes).sum();
    Ok(done)
}

/// Writes the live objects of packs into new ones, and reads those back.
fn write_anew(
    store: &HistoryStore,
    replaced: &[PackFile],
    live: &Live,
    seen: &mut HashSet<GitId>,
    job: &Job,
) -> Result<Vec<PathBuf>> {
    let mut copying = Copying { store, open: PackBuilder::new(), written: Vec::new() };
    let (joined, copied): (Vec<_>, Vec<_>) = replaced.iter().partition(|pack| pack.can_be_joined());
    for pack in copied {
        copying.copy(pack, &live.reached.objects, seen, job)?;
    }
    let mut written = copying.finish()?;
    let wanted: Vec<(GitId, &str)> = joined
        .into_iter()
        .flat_map(|pack| &pack.entries)
        .filter(|entry| live.reached.objects.contains(&entry.0) && seen.insert(entry.0))
        .map(|entry| (entry.0, live.hints.get(&entry.0).map_or("", String::as_str)))
        .collect();
    if !wanted.is_empty() {
        written.push(deltas::pack(store, &wanted, job)?);
    }
    Ok(written)
}

/// Objects on their way from old packs into new ones.
struct Copying<'s> {
    store: &'s HistoryStore,
    open: PackBuilder,
    written: Vec<PathBuf>,
}

impl Copying<'_> {
    fn copy(
        &mut self,
        pack: &PackFile,
        live: &HashSet<GitId>,
        seen: &mut HashSet<GitId>,
        job: &Job,
    ) -> Result<()> {
        let file = File::open(&pack.path).at("open", &pack.path)?;
        for &(id, from, to) in &pack.entries {
            if !live.contains(&id) || !seen.insert(id) {
                continue;
            }
            job.check_cancelled()?;
            let mut entry = vec![0; to - from];
            file.read_exact_at(&mut entry, from as u64).at("read", &pack.path)?;
            if self.open.is_full_with(entry.len()) {
                self.close()?;
            }
            self.open.add(id, &entry);
            job.add_bytes_done(entry.len() as u64);
        }
        Ok(())
    }

    /// Writes the pack that is open, and reads every object in it back.
    fn close(&mut self) -> Result<()> {
        let pack = std::mem::replace(&mut self.open, PackBuilder::new()).finish();
        let name = format!("objects/pack/pack-{}.pack", pack.name);
        let path = self.store.root().join(name);
        write_pack(self.store.root(), &pack)?;
        drop(pack);
        if let Err(error) = prove(&path) {
            // It only repeats what other packs hold.
            remove_pack(&path)?;
            return Err(error);
        }
        self.written.push(path);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<PathBuf>> {
        if !self.open.is_empty() {
            self.close()?;
        }
        Ok(self.written)
    }
}

/// Reads a pack back, and holds every object in it against its id.
fn prove(path: &Path) -> Result<()> {
    let wrong = |what: String| {
        Error::new(
            Code::Damaged,
            text!("{path} is not what it should be", path = escape_path(path)),
        )
        .why(what)
        .next("Nothing was removed. Run `undercroft history check`")
    };
    let pack = fs::read(path).at("read", path)?;
    let index_path = path.with_extension("idx");
    let index = fs::read(&index_path).at("read", &index_path)?;
    if !is_whole(&pack) {
        return Err(wrong("Its checksum is another".to_owned()));
    }
    let entries = entries_of(&index, pack.len());
    let mut decompressor = Decompressor::new();
    let mut content = Vec::new();
    for (id, from, to) in entries.ok_or_else(|| wrong("Its index is unsound".to_owned()))? {
        let sound = EntryHead::of(&pack[from..to]).and_then(|head| {
            let Packed::Whole(kind) = head.packed else { return None };
            content.resize(head.size, 0);
            let deflated = &pack[from + head.length..to];
            let inflated = decompressor.zlib_decompress(deflated, &mut content);
            Some(inflated.ok()? == head.size && GitId::of(kind, &content) == id)
        });
        if sound != Some(true) {
            return Err(wrong(format!("The object {id} in it is damaged, and was so before")));
        }
    }
    Ok(())
}

fn remove_derived(store: &HistoryStore) -> Result<()> {
    for name in DERIVED {
        let path = store.root().join(name);
        let removed =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed.at("remove", &path)?,
        }
    }
    Ok(())
}

/// Removes a pack, its index first: what that names must be there.
fn remove_pack(path: &Path) -> Result<()> {
    for extension in ["idx", "rev", "bitmap", "mtimes", "pack"] {
        let path = path.with_extension(extension);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed.at("remove", &path)?,
        }
    }
    Ok(())
}
