//! The entries that are left out: all are counted, the first are told with their reason.

use std::sync::{Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Text, Warning, escape_name};

/// The most entries that are told one by one.
const MOST: usize = 200;

/// The entries that were left out so far.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    noted: Mutex<(u64, Vec<Warning>)>,
}

impl LeftOut {
    /// Notes an entry and its reason.
    pub(super) fn add(&self, name: &[u8], reason: impl Into<Text>) {
        let mut noted = self.locked();
        noted.0 += 1;
        if noted.1.len() < MOST {
            // A name can be as long as an archive likes.
            let shown = &name[..name.len().min(4096)];
            noted.1.push(Warning { item: escape_name(shown), message: reason.into() });
        }
    }

    /// Takes the number of all and the first of them.
    pub(super) fn take(&self) -> (u64, Vec<Warning>) {
        std::mem::take(&mut *self.locked())
    }

    fn locked(&self) -> MutexGuard<'_, (u64, Vec<Warning>)> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
