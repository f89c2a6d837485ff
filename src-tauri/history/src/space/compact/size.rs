//! The size of a history, now and after its last compaction: it tells whether another one pays.

use std::fs;

use undercroft_foundation::{IoContext, Result, replace_file};

use crate::store::HistoryStore;

/// The file that holds the bytes of all packs after the last compaction.
const COMPACTED: &str = "undercroft/compacted";

/// The bytes of all packs.
pub(crate) fn packed_bytes(store: &HistoryStore) -> Result<u64> {
    let folder = store.root().join("objects/pack");
    let mut bytes = 0;
    for entry in fs::read_dir(&folder).at("read", &folder)? {
        let path = entry.at("read", &folder)?.path();
        if path.extension().is_some_and(|it| it == "pack") {
            // A save may put packs together meanwhile.
            bytes += fs::metadata(&path).map_or(0, |metadata| metadata.len());
        }
    }
    Ok(bytes)
}

/// The bytes of all packs after the last compaction; none before the first.
pub(crate) fn compacted_bytes(store: &HistoryStore) -> u64 {
    let noted = fs::read_to_string(store.root().join(COMPACTED)).unwrap_or_default();
    noted.trim().parse().unwrap_or(0)
}

/// Notes the bytes of all packs after a compaction.
pub(super) fn note(store: &HistoryStore, bytes: u64) -> Result<()> {
    replace_file(&store.root().join(COMPACTED), format!("{bytes}\n").as_bytes(), 0o600)
}
