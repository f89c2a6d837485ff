//! Groups: a policy holds a snapshot only against those of the same machine and paths, say.

use std::collections::BTreeMap;
use std::str::FromStr;

use undercroft_foundation::{Code, Error, Result, text};

use crate::format::snapshot::Snapshot;

/// The properties that the snapshots of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupBy {
    /// The machine.
    pub host: bool,
    /// All paths.
    pub paths: bool,
    /// All tags.
    pub tags: bool,
}

impl Default for GroupBy {
    /// The machine and the paths.
    fn default() -> Self {
        Self { host: true, paths: true, tags: false }
    }
}

impl GroupBy {
    /// One group of all.
    pub const NOTHING: Self = Self { host: false, paths: false, tags: false };

    /// Divides snapshots into groups.
    pub(crate) fn divide(self, snapshots: Vec<Snapshot>) -> BTreeMap<GroupKey, Vec<Snapshot>> {
        let mut groups: BTreeMap<GroupKey, Vec<Snapshot>> = BTreeMap::new();
        for snapshot in snapshots {
            groups.entry(self.key(&snapshot)).or_default().push(snapshot);
        }
        groups
    }

    fn key(self, snapshot: &Snapshot) -> GroupKey {
        let sorted = |list: &Vec<String>| {
            let mut list = list.clone();
            list.sort_unstable();
            list
        };
        GroupKey {
            host: self.host.then(|| snapshot.hostname.clone()),
            paths: self.paths.then(|| sorted(&snapshot.paths)),
            tags: self.tags.then(|| sorted(&snapshot.tags)),
        }
    }
}

impl FromStr for GroupBy {
    type Err = Error;

    /// `host,paths`, as restic takes it; nothing for one group of all.
    fn from_str(text: &str) -> Result<Self> {
        let mut group_by = Self::NOTHING;
        for word in text.split(',') {
            match word {
                "host" | "hosts" => group_by.host = true,
                "path" | "paths" => group_by.paths = true,
                "tag" | "tags" => group_by.tags = true,
                "" => {}
                _ => {
                    return Err(Error::new(
                        Code::Invalid,
                        text!("Cannot group by {word}", word = format!("{word:?}")),
                    )
                    .next("Group by host, paths and tags, with commas between"));
                }
            }
        }
        Ok(group_by)
    }
}

/// The values that the snapshots of one group have in common; `None` for what does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// The machine.
    pub host: Option<String>,
    /// All paths, in order.
    pub paths: Option<Vec<String>>,
    /// All tags, in order.
    pub tags: Option<Vec<String>>,
}
