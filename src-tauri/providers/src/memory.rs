//! Memory as a provider: for tests, and for what may be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Code, Error, Result, text};

use crate::provider::check_key;
use crate::{ObjectMeta, Provider};

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

/// Keeps objects in memory; they are gone with it.
#[derive(Debug, Default)]
pub struct MemoryProvider {
    contents: Mutex<Contents>,
}

impl MemoryProvider {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for MemoryProvider {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        check_key(key)?;
        self.contents().objects.get(key).cloned().ok_or_else(|| missing(key))
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        check_key(key)?;
        let contents = self.contents();
        let object = contents.objects.get(key).ok_or_else(|| missing(key))?;
        let range = usize::try_from(offset).ok().and_then(|start| {
            let end = start.checked_add(length)?;
            object.get(start..end)
        });
        range.map(<[u8]>::to_vec).ok_or_else(|| {
            Error::new(Code::Damaged, text!("Cannot read {key}", key))
                .why("The object is shorter than it was when it was written")
        })
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        check_key(key)?;
        self.contents().objects.insert(key.to_owned(), parts.concat());
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        check_key(folder)?;
        let contents = self.contents();
        let prefix = format!("{folder}/");
        let stored: Vec<ObjectMeta> = contents
            .objects
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix))
            .map(|(key, object)| ObjectMeta { key: key.clone(), size: object.len() as u64 })
            .collect();
        let exists = !stored.is_empty() || contents.folders.contains(folder);
        if exists { Ok(stored) } else { Err(missing(folder)) }
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        check_key(key)?;
        Ok(self.contents().objects.get(key).map(|object| object.len() as u64))
    }

    fn remove(&self, key: &str) -> Result<()> {
        check_key(key)?;
        self.contents().objects.remove(key).map(|_| ()).ok_or_else(|| missing(key))
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        check_key(folder)?;
        self.contents().folders.insert(folder.to_owned());
        Ok(())
    }
}

fn missing(key: &str) -> Error {
    Error::new(Code::NotFound, text!("Cannot read {key}", key))
}
