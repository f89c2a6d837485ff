//! Destinations and their keys, from the room to the wire and back.

use undercroft_backup::{self as backup, DestinationState};
use undercroft_foundation::escape_path;

use super::wire::{Destination, Key, Keys};

pub(super) fn to_wire(state: DestinationState) -> Destination {
    let backup::Destination { id, name, path, repository, added, .. } = state.destination;
    Destination {
        id: id.to_string(),
        name,
        display: escape_path(&path),
        repository_id: repository,
        present: state.is_present,
        free_bytes: state.free_bytes,
        total_bytes: state.total_bytes,
        snapshots: state.snapshots,
        last_backup: state.last_backup,
        added,
        keeper: state.keeper.into(),
        last_proven: None,
        trashed: 0,
    }
}

pub(super) fn keys_to_wire(keys: backup::Keys) -> Keys {
    let key = |key: backup::KeyInfo| Key {
        id: key.id.to_string(),
        short_id: key.id.short(),
        current: key.current,
        user: key.username,
        host: key.hostname,
        created: key.created.parse().ok(),
        damaged: key.damaged,
    };
    Keys { keys: keys.keys.into_iter().map(key).collect(), keeper: keys.keeper.into() }
}
