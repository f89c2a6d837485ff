//! Snapshots: what was backed up, when, by whom, and the tree that it is.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, text};

use crate::format::id::{BlobId, SnapshotId};

/// The name and version that this program writes as `program_version`.
pub(crate) const PROGRAM_VERSION: &str = concat!("undercroft ", env!("CARGO_PKG_VERSION"));

/// A snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// When it was made.
    pub time: Timestamp,
    /// The time by which its machine's clock was ahead of UTC; zero in what this program writes.
    pub offset: Offset,
    /// The tree of its root.
    pub tree: BlobId,
    /// The absolute paths that were backed up.
    pub paths: Vec<String>,
    /// The machine.
    pub hostname: String,
    /// The user.
    pub username: String,
    /// The user's number.
    pub uid: u32,
    /// The user's group.
    pub gid: u32,
    /// Labels.
    pub tags: Vec<String>,
    /// Patterns that were left out.
    pub excludes: Vec<String>,
    /// The snapshot that this one was compared with.
    pub parent: Option<SnapshotId>,
    /// The snapshot that this one is a changed copy of.
    pub original: Option<SnapshotId>,
    /// The program that made it: `undercroft 0.1.0`.
    pub program_version: String,
    /// The counts of what the backup found and added, where its writer says so.
    pub summary: Option<SnapshotSummary>,
}

/// Counts of what a backup found and added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnapshotSummary {
    /// When it began.
    pub backup_start: Timestamp,
    /// When it ended.
    pub backup_end: Timestamp,
    /// Files that the parent did not have.
    pub files_new: u64,
    /// Files that differ from the parent's.
    pub files_changed: u64,
    /// Files that are as in the parent.
    pub files_unmodified: u64,
    /// Folders that the parent did not have.
    pub dirs_new: u64,
    /// Folders that differ from the parent's.
    pub dirs_changed: u64,
    /// Folders that are as in the parent.
    pub dirs_unmodified: u64,
    /// Blobs of content added.
    pub data_blobs: u64,
    /// Blobs of trees added.
    pub tree_blobs: u64,
    /// Bytes added, before compression.
    pub data_added: u64,
    /// Bytes added, as stored.
    pub data_added_packed: u64,
    /// All files in the snapshot.
    pub total_files_processed: u64,
    /// All bytes in its files.
    pub total_bytes_processed: u64,
    /// The view of the disk that its writer had, as far as that decides which attributes are to be
    /// seen; zero where that is not known. Other programs take no notice of it.
    #[serde(skip_serializing_if = "is_no_view")]
    pub undercroft_view: u64,
}

/// The file, its fields in the order of restic's; every one but time and tree may be missing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SnapshotFile {
    time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    tree: String,
    #[serde(default)]
    paths: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    hostname: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    username: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    uid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    gid: u32,
    #[serde(default, skip_serializing_if = "is_none_or_empty")]
    excludes: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_none_or_empty")]
    tags: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    original: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    program_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<SnapshotSummary>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_no_view(view: &u64) -> bool {
    *view == 0
}

fn is_none_or_empty(list: &Option<Vec<String>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}

impl Snapshot {
    /// When the look began that it was made of: its time may be any that the user named.
    pub(crate) fn started(&self) -> Timestamp {
        let started = self.summary.map(|summary| summary.backup_start);
        started.filter(|started| *started != Timestamp::default()).unwrap_or(self.time)
    }

    /// Its time as its file has it: in the time of its machine.
    pub fn time_text(&self) -> String {
        match self.offset {
            Offset::UTC => self.time.to_string(),
            offset => self.time.display_with_offset(offset).to_string(),
        }
    }
}

impl SnapshotFile {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self {
            time: snapshot.time_text(),
            parent: snapshot.parent.map(|id| id.to_string()),
            tree: snapshot.tree.to_string(),
            paths: Some(snapshot.paths.clone()),
            hostname: snapshot.hostname.clone(),
            username: snapshot.username.clone(),
            uid: snapshot.uid,
            gid: snapshot.gid,
            excludes: Some(snapshot.excludes.clone()),
            tags: Some(snapshot.tags.clone()),
            original: snapshot.original.map(|id| id.to_string()),
            program_version: snapshot.program_version.clone(),
            summary: snapshot.summary,
        }
    }

    pub(crate) fn into_snapshot(self, id: SnapshotId) -> Result<Snapshot> {
        let damaged = |why: &str, source: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(Code::Damaged, text!("Cannot read snapshot {id}", id = id.short()))
                .why(why.to_owned())
                .because(source)
        };
        let time = self.time.parse::<Timestamp>();
        let time = time.map_err(|source| damaged("Its time makes no sense", source.into()))?;
        let offset = Pieces::parse(&self.time).ok().and_then(|pieces| pieces.to_numeric_offset());
        let tree = self.tree.parse();
        let tree =
            tree.map_err(|source: Error| damaged("Its tree is named by no id", source.into()))?;
        let reference = |id: Option<String>| {
            let id = id.map(|id| id.parse()).transpose();
            id.map_err(|source: Error| damaged("It refers to what is no id", source.into()))
        };
        Ok(Snapshot {
            id,
            time,
            offset: offset.unwrap_or(Offset::UTC),
            tree,
            paths: self.paths.unwrap_or_default(),
            hostname: self.hostname,
            username: self.username,
            uid: self.uid,
            gid: self.gid,
            tags: self.tags.unwrap_or_default(),
            excludes: self.excludes.unwrap_or_default(),
            parent: reference(self.parent)?,
            original: reference(self.original)?,
            program_version: self.program_version,
            summary: self.summary,
        })
    }
}

/// A filter of snapshots: it accepts all that fit each list that is not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotFilter {
    /// Made on one of these machines.
    pub hosts: Vec<String>,
    /// Holding all of these paths.
    pub paths: Vec<String>,
    /// Bearing one of these tags, or, in one entry, all of several joined by commas.
    pub tags: Vec<String>,
}

impl SnapshotFilter {
    /// Whether a snapshot is meant.
    pub fn accepts(&self, snapshot: &Snapshot) -> bool {
        let host = self.hosts.is_empty() || self.hosts.contains(&snapshot.hostname);
        let paths = self.paths.iter().all(|path| snapshot.paths.contains(path));
        let tags = self.tags.is_empty()
            || self.tags.iter().any(|all| {
                all.split(',').all(|tag| {
                    if tag.is_empty() {
                        snapshot.tags.is_empty()
                    } else {
                        snapshot.tags.iter().any(|own| own == tag)
                    }
                })
            });
        host && paths && tags
    }
}

/// The newest of these snapshots (the oldest first) that has the same machine and paths: what a
/// backup is compared with.
pub(crate) fn find_parent<'a>(
    snapshots: &'a [Snapshot],
    host: &str,
    paths: &[String],
) -> Option<&'a Snapshot> {
    let wanted: BTreeSet<_> = paths.iter().collect();
    snapshots.iter().rfind(|snapshot| {
        snapshot.hostname == host && snapshot.paths.iter().collect::<BTreeSet<_>>() == wanted
    })
}

/// JSON as Go writes it: as `serde_json` does, but for five characters, which can stand nowhere
/// but in strings.
pub(crate) fn go_json(value: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_string(value)
        .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))?;
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => json.push(c),
        }
    }
    Ok(json.into_bytes())
}
