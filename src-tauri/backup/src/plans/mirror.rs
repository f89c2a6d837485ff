//! `plans.json` beside the catalog: the plans once more, with their destinations, so that a lost
//! catalog takes none along. It is written before the catalog's commit, under the catalog's lock;
//! what it holds too much after a crash in between, nobody was told of.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, DestinationId, Error, PlanId, Result, escape_path, reach_write_point, replace_file, text,
    unescape_name,
};
use undercroft_library::NewEvent;

use super::{Plan, PlanSpec, Plans, table};
use crate::destinations::{self, Destination};

const NAME: &str = "plans.json";
const ABOUT: &str = "The plans of backups, as the catalog has them. Undercroft writes this file \
                     anew at each change and reads it only to make a lost catalog again \
                     (undercroft library rebuild); change plans with undercroft plan edit.";
/// The version of the file's form.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Mirror {
    about: String,
    version: u32,
    plans: Vec<Mirrored>,
    destinations: Vec<MirroredDestination>,
}

/// A destination of a plan. Its password lies elsewhere, under its id.
#[derive(Serialize, Deserialize)]
struct MirroredDestination {
    id: DestinationId,
    name: String,
    /// Escaped, because a path may hold any bytes.
    path: String,
    repository: String,
    added: Timestamp,
    config_digest: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Mirrored {
    id: PlanId,
    name: String,
    enabled: bool,
    created: Timestamp,
    #[serde(flatten)]
    spec: PlanSpec,
}

/// Writes the plans as they stand in this transaction.
pub(super) fn write(root: &Path, transaction: &Transaction<'_>) -> Result<()> {
    let mirrored = |plan: Plan| Mirrored {
        id: plan.id,
        name: plan.name,
        enabled: plan.enabled,
        created: plan.created,
        spec: plan.spec,
    };
    let plans = table::all(transaction)?;
    let mut destinations = destinations::all(transaction)?;
    destinations.retain(|each| plans.iter().any(|plan| plan.target(each.id).is_some()));
    let mirror = Mirror {
        about: ABOUT.to_owned(),
        version: VERSION,
        plans: plans.into_iter().map(mirrored).collect(),
        destinations: destinations.into_iter().map(MirroredDestination::of).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&mirror).map_err(|source| {
        Error::new(Code::Internal, "Cannot write the plans down").because(source)
    })?;
    text.push(b'\n');
    replace_file(&root.join(NAME), &text, 0o600)?;
    reach_write_point("plans.written");
    Ok(())
}

impl MirroredDestination {
    fn of(destination: Destination) -> Self {
        Self {
            id: destination.id,
            name: destination.name,
            path: escape_path(&destination.path),
            repository: destination.repository,
            added: destination.added,
            config_digest: destination.config_digest,
        }
    }

    fn back(self) -> Option<Destination> {
        Some(Destination {
            id: self.id,
            name: self.name,
            path: PathBuf::from(OsString::from_vec(unescape_name(&self.path)?)),
            repository: self.repository,
            added: self.added,
            config_digest: self.config_digest,
        })
    }
}

impl Plans {
    /// Takes in the plans of `plans.json` that the catalog does not know, and the destinations
    /// that they need, and says how many plans.
    ///
    /// # Errors
    /// [`Code::Damaged`] for a file that is none, [`Code::TooNew`] for one of a newer Undercroft.
    pub fn rebuild(&self) -> Result<u64> {
        let path = self.library.root().join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        let mirror: Mirror = serde_json::from_slice(&text).map_err(|source| {
            Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(&path)))
                .why("It is not what Undercroft writes")
                .next("Correct it, or move it away and make the plans anew")
                .because(source)
        })?;
        if mirror.version > VERSION {
            return Err(Error::new(
                Code::TooNew,
                text!("Cannot read {path}", path = escape_path(&path)),
            ));
        }
        self.library.catalog().write(|transaction| {
            self.rebuild_destinations(transaction, mirror.destinations)?;
            let known = table::all(transaction)?;
            let mut taken_in = Vec::new();
            for Mirrored { id, name, enabled, created, spec } in mirror.plans {
                if known.iter().any(|plan| plan.id == id || plan.name == name) {
                    continue;
                }
                let plan = Plan { id, name, enabled, created, spec };
                table::put(transaction, &plan)?;
                self.append_plan_event(transaction, &plan, "added", &text!("was made again"))?;
                taken_in.push(plan);
            }
            // The file lies in the library: whoever wrote it may not have been the user.
            self.withdraw_hooks(taken_in.iter())?;
            Ok(taken_in.len() as u64)
        })
    }

    fn rebuild_destinations(
        &self,
        transaction: &Transaction<'_>,
        mirrored: Vec<MirroredDestination>,
    ) -> Result<()> {
        let known = destinations::all(transaction)?;
        for destination in mirrored.into_iter().filter_map(MirroredDestination::back) {
            let is_known = known.iter().any(|each| {
                each.id == destination.id
                    || each.repository == destination.repository
                    || each.name.to_lowercase() == destination.name.to_lowercase()
            });
            if !is_known {
                destinations::insert(transaction, &destination)?;
                let text = text!("{destination} was added again", destination = destination.name);
                let event = NewEvent::new("destination.added", text);
                let event = event.of_destination(Some(destination.id));
                self.library.events().append(transaction, &event)?;
            }
        }
        Ok(())
    }
}
