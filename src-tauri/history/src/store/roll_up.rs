//! Many small packs become few: each save writes one, and a reader looks into all of them.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, reach_write_point};

use super::pack::{PackBuilder, entries_of};
use super::writing::write_pack;
use super::{HistoryStore, ObjectKind, WriteLock};

/// From this many small packs on, they are put together.
const MANY: usize = 24;

/// A pack of at least this size stays as it is.
const LARGE_BYTES: u64 = 8 << 20;

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
        let mut merged = PackBuilder::new();
        let mut taken = HashSet::new();
        let mut replaced = Vec::new();
        for (path, _) in &small[..chosen] {
            let pack = fs::read(path).at("read", path)?;
            let index_path = path.with_extension("idx");
            let index = fs::read(&index_path).at("read", &index_path)?;
            let entries = entries_of(&index, pack.len()).ok_or_else(|| {
                Error::new(Code::Damaged, format!("Cannot read {}", escape_path(&index_path)))
            })?;
            // One that stock git wrote may hold deltas, which cannot be copied alone.
            if entries
                .iter()
                .any(|entry| ObjectKind::from_number((pack[entry.1] >> 4) & 7).is_none())
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
        self.prove(&finished.name.to_string(), taken.len())?;
        reach_write_point("history.rolled-up");
        for path in replaced {
            if path
                .file_stem()
                .is_some_and(|stem| stem.to_string_lossy().ends_with(&finished.name.to_string()))
            {
                continue;
            }
            // The index first: what it names must be there.
            for path in [path.with_extension("idx"), path] {
                fs::remove_file(&path).at("remove", &path)?;
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

    /// Reads a pack back before others go for it: its index, and the digest of all of it.
    fn prove(&self, name: &str, objects: usize) -> Result<()> {
        let path = self.root().join(format!("objects/pack/pack-{name}.pack"));
        let pack = fs::read(&path).at("read", &path)?;
        let index_path = path.with_extension("idx");
        let index = fs::read(&index_path).at("read", &index_path)?;
        let sound = pack.len() > 20
            && <sha1::Sha1 as sha1::Digest>::digest(&pack[..pack.len() - 20])[..]
                == pack[pack.len() - 20..]
            && entries_of(&index, pack.len()).is_some_and(|entries| entries.len() == objects);
        if sound {
            return Ok(());
        }
        Err(Error::new(Code::Damaged, format!("{} was written wrongly", escape_path(&path))))
    }
}

/// How many of the packs, smallest first, to put together: all up to the last one that is smaller
/// than what is before it.
fn choose(packs: &[(PathBuf, u64)]) -> usize {
    let mut sum = 0;
    let mut chosen = 2;
    for (at, (_, bytes)) in packs.iter().enumerate() {
        if at >= 2 && *bytes <= sum {
            chosen = at + 1;
        }
        sum += bytes;
    }
    chosen.max(MANY / 2).min(packs.len())
}
