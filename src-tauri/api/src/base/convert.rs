//! The kinds that versions and backups have in common, from the rooms to the wire.

use undercroft_backup as backup;
use undercroft_history as history;

use super::mirror::same_names;
use super::wire::{ChangeKind, EntryKind};

same_names! {
    history::ChangeKind => ChangeKind { Added, Modified, Removed, Renamed, Metadata };
    history::EntryKind => EntryKind { Folder, File, Symlink, Other };
    backup::EntryKind => EntryKind { Folder, File, Symlink, Other };
}
