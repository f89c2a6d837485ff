//! Many small packs become few: each save writes one, and a reader looks into all of them.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, reach_write_point, text};

use super::object_writer::{prove, remove_pack, write_pack};
use super::pack::{EntryHead, PackBuilder, Packed, entries_of};
use super::{HistoryStore, WriteLock};

/// From this many small packs on, they are put together.
const MANY: usize = 24;

/// A pack of at least this size stays as it is.
const LARGE_BYTES: u64 = 8 << 20;

/// The largest size of what is put together: it is gathered in memory, and a compaction must not
/// take it for a pack that has its deltas.
const MERGED_BYTES: u64 = 11 << 20;

impl HistoryStore {
    /// Puts small packs together when there are many, entry by entry as they are. As in a
    /// log-structured merge, only packs that are small beside their sum are touched, so that an
    /// object is copied a few times in its life at most.
    pub(crate) fn roll_up(&self, _lock: &WriteLock) -> Result<()> {
        let small = self.small_packs()?;
        if small.len() < MANY {
            return Ok(());
        }
        let chosen = choose(&small);
        if chosen < MANY / 2 {
            return Ok(());
        }
        let mut merged = PackBuilder::new();
        let mut taken = HashSet::new();
        let mut replaced = Vec::new();
        for (path, _) in &small[..chosen] {
            let pack = fs::read(path).at("read", path)?;
            let index_path = path.with_extension("idx");
            let index = fs::read(&index_path).at("read", &index_path)?;
            let entries = entries_of(&index, pack.len()).ok_or_else(|| {
                Error::new(
                    Code::Damaged,
                    text!("Cannot read {path}", path = escape_path(&index_path)),
                )
            })?;
            let heads: Option<Vec<EntryHead>> =
                entries.iter().map(|(_, from, to)| EntryHead::of(&pack[*from..*to])).collect();
            // One of wide trees grows by itself; one of stock git's may hold what cannot be copied.
            let heads = heads.unwrap_or_default();
            if heads.iter().all(EntryHead::is_wide)
                || heads.iter().any(|head| head.packed == Packed::Fixed)
            {
                continue;
            }
            for (id, from, to) in entries {
                if taken.insert(id) {
                    merged.add(id, &pack[from..to]);
                }
            }
            replaced.push(path.clone());
        }
        if replaced.len() < 2 {
            return Ok(());
        }
        let finished = merged.finish();
        write_pack(self.root(), &finished)?;
        self.refresh();
        prove(self.root(), finished.name, taken.len())?;
        reach_write_point("history.rolled-up");
        for path in replaced {
            let same = path
                .file_stem()
                .is_some_and(|stem| stem.to_string_lossy().ends_with(&finished.name.to_string()));
            if !same {
                remove_pack(&path)?;
            }
        }
        self.refresh();
        Ok(())
    }

    /// The packs that are small, the smallest first.
    fn small_packs(&self) -> Result<Vec<(PathBuf, u64)>> {
        let folder = self.root().join("objects/pack");
        let mut packs = Vec::new();
        for entry in fs::read_dir(&folder).at("read", &folder)? {
            let path = entry.at("read", &folder)?.path();
            if path.extension().is_none_or(|extension| extension != "pack") {
                continue;
            }
            let bytes = fs::metadata(&path).at("look at", &path)?.len();
            // Without an index it is on its way in, or on its way out.
            if bytes < LARGE_BYTES && path.with_extension("idx").is_file() {
                packs.push((path, bytes));
            }
        }
        packs.sort_unstable_by_key(|pack| pack.1);
        Ok(packs)
    }
}

/// The number of packs, smallest first, to put together: all up to the last one that is smaller
/// than what is before it, as far as they fit.
fn choose(packs: &[(PathBuf, u64)]) -> usize {
    let mut sum = 0;
    let mut chosen = 0;
    for (at, (_, bytes)) in packs.iter().enumerate() {
        if sum + bytes > MERGED_BYTES {
            break;
        }
        if at < MANY / 2 || *bytes <= sum {
            chosen = at + 1;
        }
        sum += bytes;
    }
    chosen
}
