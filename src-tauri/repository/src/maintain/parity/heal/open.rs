//! Heals what a repository cannot even be opened without: its keys and its config.

use std::sync::Arc;

use undercroft_foundation::{Code, Result, World};
use undercroft_providers::Provider;

use super::super::copies::{self, Copied};
use super::super::read::list_if_any;
use super::HealReport;
use super::place::place;
use crate::format::crypto::{Key, Password};
use crate::store::keys::find_key;
use crate::store::repository::Repository;
use crate::store::storage::Storage;

impl Repository {
    /// Opens a repository; where that fails, heals its keys and its config from their copies first.
    ///
    /// # Errors
    /// As [`Repository::open`], where there was nothing to heal or it did not help.
    pub fn open_healing(
        provider: Arc<dyn Provider>,
        password: &Password,
        world: &World,
    ) -> Result<(Self, HealReport)> {
        let mut report = HealReport::default();
        let error = match Self::open(Arc::clone(&provider), password, world) {
            Ok(repository) => return Ok((repository, report)),
            Err(error) => error,
        };
        if !matches!(
            error.code(),
            Code::Damaged | Code::NotFound | Code::RepositoryMissing | Code::WrongPassword
        ) {
            return Err(error);
        }
        let storage = Storage { provider, world: world.clone() };
        let copies: Vec<_> = copies::list(&storage)?.into_keys().collect();
        heal_keys(&storage, &copies, &mut report)?;
        match find_key(&storage, password) {
            Ok((_, key)) => heal_config(&storage, &key, &copies, &mut report)?,
            Err(_) if report.healed.is_empty() => return Err(error),
            Err(later) => return Err(later),
        }
        if report.healed.is_empty() {
            return Err(error);
        }
        Ok((Self::open(storage.provider, password, world)?, report))
    }
}

/// Heals the keys that are damaged; brings all back where none is left.
fn heal_keys(storage: &Storage, copies: &[Copied], report: &mut HealReport) -> Result<()> {
    let none_left = list_if_any(storage, "keys")?.is_empty();
    for copied in copies.iter().filter(|copied| copied.folder() == "keys") {
        let is_there = storage.provider.size(&copied.original)?.is_some();
        if copied.read_original(storage)?.is_some() || !(is_there || none_left) {
            continue;
        }
        match copied.read(storage)? {
            Some(copy) => {
                report.healed.push(place(storage, &copied.original, &copy, &copied.digest)?);
            }
            None => report.fail(copied.original.as_str(), "Its copy is damaged, too"),
        }
    }
    Ok(())
}

fn heal_config(
    storage: &Storage,
    key: &Key,
    copies: &[Copied],
    report: &mut HealReport,
) -> Result<()> {
    match storage.read_config(key) {
        Err(error) if matches!(error.code(), Code::Damaged | Code::NotFound) => {}
        read => return read.map(drop),
    }
    for copied in copies.iter().filter(|copied| copied.folder() == "config") {
        let Some(copy) = copied.read(storage)? else { continue };
        // The config of another repository does not open with this key.
        if key.open(&mut copy.clone()).is_ok() {
            report.healed.push(place(storage, &copied.original, &copy, &copied.digest)?);
            return Ok(());
        }
    }
    report.fail("config", "There is no sound copy of it");
    Ok(())
}
