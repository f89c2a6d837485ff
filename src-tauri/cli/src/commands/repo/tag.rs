//! `undercroft repo tag`: change the tags of snapshots.

use clap::Args;
use serde_json::json;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::tags::{Retagged, TagChange};
use undercroft_repository::{Repository, SnapshotFilter, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::output::Output;
use crate::output::format::count;
use crate::repository::{Filter, find_ids};
use crate::session::Session;

/// Change the tags of snapshots; the tag `pinned` keeps one from every policy
#[derive(Debug, Args)]
pub(crate) struct Tag {
    /// These: ids, or the beginnings of them, or `latest`; all that fit when none is named
    #[arg(value_name = "SNAPSHOT")]
    ids: Vec<String>,
    /// Tags that they have afterwards (again for more, or tag,tag)
    #[arg(long, value_name = "TAGS")]
    add: Vec<String>,
    /// Tags that they do not have afterwards (again for more, or tag,tag)
    #[arg(long, value_name = "TAGS")]
    remove: Vec<String>,
    /// Tags that take the place of all (again for more, or tag,tag); none when it is empty
    #[arg(long, value_name = "TAGS", conflicts_with_all = ["add", "remove"])]
    set: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

impl Tag {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let change = self.change()?;
        let filter = SnapshotFilter::from(self.filter);
        let ids: Vec<SnapshotId> = if self.ids.is_empty() {
            let all = repository.snapshots()?.into_iter();
            all.filter(|snapshot| filter.accepts(snapshot)).map(|snapshot| snapshot.id).collect()
        } else {
            find_ids(repository, &self.ids, &filter)?
        };
        print(&session.out, &repository.change_tags(&ids, &change)?);
        Ok(ExitStatus::Done)
    }

    fn change(&self) -> Result<TagChange> {
        if !self.set.is_empty() {
            return Ok(TagChange::Set(flat(&self.set)));
        }
        if self.add.is_empty() && self.remove.is_empty() {
            return Err(Error::new(Code::Invalid, "There is nothing to change")
                .why("Neither --add nor --remove nor --set is given")
                .next("Say which tags: undercroft repo tag --add TAG SNAPSHOT"));
        }
        Ok(TagChange::Edit { add: flat(&self.add), remove: flat(&self.remove) })
    }
}

fn flat(lists: &[String]) -> Vec<String> {
    let tags = lists.iter().flat_map(|list| list.split(',')).map(str::trim);
    tags.filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn print(out: &Output, changed: &[Retagged]) {
    for Retagged { old, new } in changed {
        if out.is_json() {
            out.record(&json!({
                "message_type": "changed",
                "old_snapshot_id": old.to_string(),
                "new_snapshot_id": new.to_string(),
            }));
        } else {
            out.line(format!("Snapshot {} is now {}", old.short(), new.short()));
        }
    }
    if out.is_json() {
        out.record(&json!({"message_type": "summary", "changed_snapshots": changed.len()}));
    } else {
        out.note(format!("Changed {}", count(changed.len() as u64, "snapshot")));
    }
}
