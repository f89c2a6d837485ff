//! `plans.json` beside the catalog: the plans once more, so that a lost catalog takes none along.
//! It is written before the catalog's commit, under the catalog's lock; what it holds too much
//! after a crash in between, nobody was told of.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, PlanId, Result, escape_path, reach_write_point, replace_file,
};

use super::{Plan, PlanSpec, table};
use crate::backups::Backups;

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
    let mirror = Mirror {
        about: ABOUT.to_owned(),
        version: VERSION,
        plans: table::all(transaction)?.into_iter().map(mirrored).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&mirror).map_err(|source| {
        Error::new(Code::Internal, "Cannot write the plans down").because(source)
    })?;
    text.push(b'\n');
    replace_file(&root.join(NAME), &text, 0o600)?;
    reach_write_point("plans.written");
    Ok(())
}

impl Backups {
    /// Takes in the plans of `plans.json` that the catalog does not know, and says how many.
    ///
    /// # Errors
    /// [`Code::Damaged`] for a file that is none, [`Code::TooNew`] for one of a newer Undercroft.
    pub fn rebuild_plans(&self) -> Result<u64> {
        let path = self.library.root().join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        let mirror: Mirror = serde_json::from_slice(&text).map_err(|source| {
            Error::new(Code::Damaged, format!("Cannot read {}", escape_path(&path)))
                .why("It is not what Undercroft writes")
                .next("Correct it, or move it away and make the plans anew")
                .because(source)
        })?;
        if mirror.version > VERSION {
            return Err(Error::new(Code::TooNew, format!("Cannot read {}", escape_path(&path))));
        }
        self.library.catalog().write(|transaction| {
            let known = table::all(transaction)?;
            let mut taken_in = 0;
            for Mirrored { id, name, enabled, created, spec } in mirror.plans {
                if known.iter().any(|plan| plan.id == id || plan.name == name) {
                    continue;
                }
                let plan = Plan { id, name, enabled, created, spec };
                table::put(transaction, &plan)?;
                self.tell_of_plan(transaction, &plan, "added", "was made again")?;
                taken_in += 1;
            }
            Ok(taken_in)
        })
    }
}
