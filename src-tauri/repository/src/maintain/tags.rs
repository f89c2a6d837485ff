//! Tags: a snapshot with others is another snapshot, that says which one it was made of.

use serde_json::{Map, Value, json};
use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use crate::format::file_kind::{FileKind, damaged};
use crate::format::id::SnapshotId;
use crate::format::snapshot::{Snapshot, SnapshotFile, go_json};
use crate::maintain::retention::PINNED;
use crate::store::lock::{Lock, confirm};
use crate::store::repository::Repository;

/// A change of a snapshot's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// These take the place of all.
    Set(Vec<String>),
    /// Some come, some go.
    Edit {
        /// Tags that it has afterwards.
        add: Vec<String>,
        /// Tags that it does not have afterwards.
        remove: Vec<String>,
    },
}

/// A snapshot that another took the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retagged {
    /// The one that is gone.
    pub old: SnapshotId,
    /// The one that is there instead: the same, but for its tags.
    pub new: SnapshotId,
}

impl TagChange {
    fn apply(&self, old: &[String]) -> Vec<String> {
        match self {
            Self::Set(tags) => tags.clone(),
            Self::Edit { add, remove } => {
                let mut tags = old.to_vec();
                for tag in add {
                    if !tags.contains(tag) {
                        tags.push(tag.clone());
                    }
                }
                tags.retain(|tag| !remove.contains(tag));
                tags
            }
        }
    }
}

impl Repository {
    /// Changes the tags of snapshots; returns those that were changed, in their order.
    ///
    /// Each is written anew, with all that its file says but for the tags and where it comes from,
    /// and read back, before the old one goes. A change that was broken off between the two is
    /// completed when it is asked for again.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`], [`Code::Locked`] when somebody else replaced or
    /// forgot one at the same moment; storage that cannot be written. Those before are changed.
    pub fn change_tags(&self, ids: &[SnapshotId], change: &TagChange) -> Result<Vec<Retagged>> {
        let lock = self.lock_shared()?;
        let present = self.snapshots()?;
        let mut changed = Vec::new();
        for id in ids {
            changed.extend(self.retag(*id, change, &present, lock.as_ref())?);
        }
        Ok(changed)
    }

    /// Pins a snapshot, so that no policy drops it, or lets go of it. Returns the id under which it
    /// is there afterwards.
    ///
    /// # Errors
    /// As [`Repository::change_tags`].
    pub fn pin(&self, id: SnapshotId, pinned: bool) -> Result<SnapshotId> {
        let pin = vec![PINNED.to_owned()];
        let change = match pinned {
            true => TagChange::Edit { add: pin, remove: Vec::new() },
            false => TagChange::Edit { add: Vec::new(), remove: pin },
        };
        let changed = self.change_tags(&[id], &change)?;
        Ok(changed.first().map_or(id, |retagged| retagged.new))
    }

    fn retag(
        &self,
        id: SnapshotId,
        change: &TagChange,
        present: &[Snapshot],
        lock: Option<&Lock>,
    ) -> Result<Option<Retagged>> {
        let not_json = |source| {
            damaged(FileKind::Snapshot, id, "It is not the JSON it should be").because(source)
        };
        let text = self.storage.read_text(FileKind::Snapshot, id, &self.key)?;
        let mut file: Map<String, Value> = serde_json::from_slice(&text).map_err(not_json)?;
        let parse = |file: &Map<String, Value>| {
            let file: SnapshotFile =
                serde_json::from_value(Value::Object(file.clone())).map_err(not_json)?;
            file.into_snapshot(id)
        };
        let old = parse(&file)?;
        let tags = change.apply(&old.tags);
        if tags == old.tags {
            return Ok(None);
        }
        match tags.is_empty() {
            true => file.remove("tags"),
            false => file.insert("tags".to_owned(), json!(tags)),
        };
        if old.original.is_none() {
            file.insert("original".to_owned(), json!(id.to_string()));
        }
        let wanted = parse(&file)?;
        confirm(lock)?;
        // One that is just so was left by a change that was broken off.
        let twin =
            present.iter().find(|it| it.id != id && Snapshot { id, ..(*it).clone() } == wanted);
        let new = match twin {
            Some(twin) => twin.id,
            None => self.write_snapshot_text(lock, go_json(&file)?)?,
        };
        if let Err(error) = self.storage.read_raw(FileKind::Snapshot, new) {
            // Best effort: it is one too many, and the old one is there.
            if twin.is_none() {
                let _ = self.storage.remove(FileKind::Snapshot, new);
            }
            return Err(error);
        }
        self.take_place(Retagged { old: id, new }, twin.is_none()).map(Some)
    }

    /// Removes the old one; whoever removes it is the one who replaced it.
    fn take_place(&self, retagged: Retagged, written_now: bool) -> Result<Retagged> {
        match self.storage.remove(FileKind::Snapshot, retagged.old) {
            Err(error) if error.code() == Code::NotFound => {
                if written_now {
                    self.storage.remove(FileKind::Snapshot, retagged.new)?;
                }
                let what =
                    text!("Cannot change snapshot {snapshot}", snapshot = retagged.old.short());
                Err(Error::new(Code::Locked, what)
                    .why("Somebody else replaced or forgot it at the same moment")
                    .next("List the snapshots and try again"))
            }
            removed => {
                removed?;
                reach_write_point("repository.snapshot-replaced");
                Ok(retagged)
            }
        }
    }
}
