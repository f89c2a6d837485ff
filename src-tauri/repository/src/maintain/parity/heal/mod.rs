//! Heals what parity can heal, and keeps what was damaged in the folder `damaged`.
//!
//! Nothing takes the place of another file unless it has the digest that it is named by. A file
//! that is missing is brought back when it was lost; when it was given up, as by a prune or a
//! forget, it stays away.

mod examine;
mod files;
mod open;
mod packs;
mod place;
mod rebuild;

use std::collections::BTreeSet;

use undercroft_foundation::{Code, Error, Job, Result};

use crate::format::id::PackId;
use crate::store::repository::Repository;

/// The scope in which damage is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HealScope {
    /// Everywhere: all that is protected is read.
    #[default]
    All,
    /// In all small files, and in these packs and those that they share groups with.
    Packs(Vec<PackId>),
}

impl HealScope {
    fn packs(&self) -> Option<BTreeSet<PackId>> {
        match self {
            Self::All => None,
            Self::Packs(packs) => Some(packs.iter().copied().collect()),
        }
    }
}

/// A file that was healed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healed {
    /// The file, below the repository.
    pub item: String,
    /// The path at which the damaged file is kept; `None` where it was missing.
    pub kept: Option<String>,
}

/// A file that is damaged or missing still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealed {
    /// The file, below the repository.
    pub item: String,
    /// Why, in a sentence.
    pub why: String,
}

/// The report of a healing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HealReport {
    /// Files of the repository that are whole again.
    pub healed: Vec<Healed>,
    /// Files of the repository that are not.
    pub unhealed: Vec<Unhealed>,
    /// Files of parity itself that were damaged, and written anew.
    pub renewed: u64,
    /// Bytes that were read to look for damage.
    pub bytes_read: u64,
}

impl HealReport {
    /// Whether nothing is left damaged, as far as it was looked at.
    pub fn is_whole(&self) -> bool {
        self.unhealed.is_empty()
    }

    fn fail(&mut self, item: impl Into<String>, why: impl Into<String>) {
        self.unhealed.push(Unhealed { item: item.into(), why: why.into() });
    }
}

impl Repository {
    /// Heals what is damaged or lost, as far as parity can. Where even the config or the keys are
    /// damaged, [`Repository::open_healing`] comes first.
    ///
    /// # Errors
    /// [`Code::Cancelled`], a lock that cannot be had, or a failure of the storage. What cannot be
    /// healed is no error but in the report.
    pub fn heal(&self, scope: &HealScope, job: &Job) -> Result<HealReport> {
        job.check_cancelled()?;
        let _lock = self.lock_shared()?;
        let mut report = HealReport::default();
        job.set_current("Copies");
        let missing = files::heal_damaged(self, &mut report, job)?;
        // What the indexes that can be read list is known, and an index may be brought back yet.
        let _unread = self.read_index_anew()?;
        files::restore_missing(self, &missing, false, &mut report, job)?;
        if let Some(error) = self.read_index_anew()? {
            report.fail("index", error.to_string());
        }
        packs::heal(self, scope.packs().as_ref(), &mut report, job)?;
        // Whether all that a snapshot needs is there can be said only now.
        files::restore_missing(self, &missing, true, &mut report, job)?;
        Ok(report)
    }

    /// Reads the index again; what is damaged of it is given back.
    fn read_index_anew(&self) -> Result<Option<Error>> {
        self.forget_index();
        match self.refresh_index() {
            Err(error) if error.code() == Code::Damaged => Ok(Some(error)),
            refreshed => refreshed.map(|()| None),
        }
    }
}
