//! The repository's config file: format version, id, and how content is cut.

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Random, Result, text};

use crate::format::chunker::{Chunker, Polynomial};
use crate::format::crypto::Key;

const VERSIONS: std::ops::RangeInclusive<u32> = 1..=2;

/// Names our own chunker in the config of a repository that we made. restic ignores the field; a
/// repository without it is cut with restic's chunker. The first had the same table everywhere.
const GEAR: &str = "gear-1";
const KEYED_GEAR: &str = "gear-2";

/// The secret that the table of a repository's own cuts is made of.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct GearSecret(String);

impl GearSecret {
    pub(crate) fn random(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }
}

impl std::fmt::Debug for GearSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GearSecret")
    }
}

/// The config file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) chunker_polynomial: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undercroft_chunker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undercroft_gear: Option<GearSecret>,
}

impl Config {
    pub(crate) fn new(id: String, polynomial: Polynomial, secret: GearSecret) -> Self {
        Self {
            version: 2,
            id,
            chunker_polynomial: polynomial.to_string(),
            undercroft_chunker: Some(KEYED_GEAR.to_owned()),
            undercroft_gear: Some(secret),
        }
    }

    /// Our own chunker, where the repository was made to be cut with it.
    pub(crate) fn gear(&self) -> Option<Chunker> {
        match self.undercroft_chunker.as_deref()? {
            GEAR => Some(Chunker::gear()),
            KEYED_GEAR => {
                self.undercroft_gear.as_ref().map(|secret| Chunker::keyed_gear(&secret.0))
            }
            _ => None,
        }
    }

    /// The secret that others can be made with, so that the same content is cut alike there.
    pub(crate) fn gear_secret(&self) -> Option<GearSecret> {
        self.undercroft_gear.clone()
    }

    pub(crate) fn polynomial(&self) -> Result<Polynomial> {
        self.chunker_polynomial.parse()
    }

    /// Opens the config of the repository at `location`.
    pub(crate) fn open(sealed: &mut [u8], key: &Key, location: &str) -> Result<Self> {
        let damaged = |why: &str| {
            let what = text!("Cannot use the repository's config at {location}", location);
            Error::new(Code::Damaged, what).why(why.to_owned())
        };
        let plain =
            key.open(sealed).map_err(|_| damaged("It was not sealed with the repository's key"))?;
        let config: Self = serde_json::from_slice(plain)
            .map_err(|_| damaged("It is not the JSON it should be"))?;
        if config.version > *VERSIONS.end() {
            let what = text!("Cannot open the repository at {location}", location);
            return Err(Error::new(Code::TooNew, what).why(text!(
                "It has format version {version}; this program knows versions 1 and 2",
                version = config.version
            )));
        }
        if !VERSIONS.contains(&config.version) || config.id.len() != 64 {
            return Err(damaged("It has no sound version or id"));
        }
        Ok(config)
    }

    /// Its file.
    pub(crate) fn seal(&self, key: &Key, random: &dyn Random) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(self)
            .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))?;
        let mut sealed = Vec::new();
        key.seal(random, &text, &mut sealed);
        Ok(sealed)
    }
}
