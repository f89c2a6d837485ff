//! The repository's config file: format version, id, and how content is cut.

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result};

use crate::chunker::Polynomial;
use crate::crypto::Key;
use crate::storage::Storage;

const CONFIG: &str = "config";
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=2;

/// Names our own chunker in the config of a repository that we made. restic ignores the field; a
/// repository without it is cut with restic's chunker.
const GEAR: &str = "gear-1";

/// The config file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) chunker_polynomial: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undercroft_chunker: Option<String>,
}

impl Config {
    pub(crate) fn new(id: String, polynomial: Polynomial) -> Self {
        Self {
            version: 2,
            id,
            chunker_polynomial: polynomial.to_string(),
            undercroft_chunker: Some(GEAR.to_owned()),
        }
    }

    /// Whether the repository was made to be cut with our own chunker.
    pub(crate) fn is_cut_by_gear(&self) -> bool {
        self.undercroft_chunker.as_deref() == Some(GEAR)
    }

    pub(crate) fn polynomial(&self) -> Result<Polynomial> {
        self.chunker_polynomial.parse()
    }

    pub(crate) fn exists(storage: &Storage) -> Result<bool> {
        Ok(storage.provider.size(CONFIG)?.is_some())
    }

    pub(crate) fn read(storage: &Storage, key: &Key) -> Result<Self> {
        let damaged = |why: &str| {
            let what = format!("Cannot use the repository's config at {}", storage.location());
            Error::new(Code::Damaged, what).why(why.to_owned())
        };
        let mut sealed = storage.provider.read(CONFIG)?;
        let plain = key
            .open(&mut sealed)
            .map_err(|_| damaged("It was not sealed with the repository's key"))?;
        let config: Self = serde_json::from_slice(plain)
            .map_err(|_| damaged("It is not the JSON it should be"))?;
        if config.version > *VERSIONS.end() {
            let what = format!("Cannot open the repository at {}", storage.location());
            return Err(Error::new(Code::TooNew, what).why(format!(
                "It has format version {}; this program knows versions 1 and 2",
                config.version
            )));
        }
        if !VERSIONS.contains(&config.version) || config.id.len() != 64 {
            return Err(damaged("It has no sound version or id"));
        }
        Ok(config)
    }

    pub(crate) fn write(&self, storage: &Storage, key: &Key) -> Result<()> {
        let text = serde_json::to_vec(self)
            .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))?;
        let mut sealed = Vec::new();
        key.seal(&*storage.world.random, &text, &mut sealed);
        storage.provider.write(CONFIG, &[&sealed])?;
        undercroft_foundation::reach_write_point("repository.config-written");
        Ok(())
    }
}
