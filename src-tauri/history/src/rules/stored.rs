//! `rules.json`: a project's rules on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, ProjectId, Result, escape_path, reach_write_point, replace_file,
};

use super::{LayerRule, ProjectRules};
use crate::version::Layer;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    #[serde(default)]
    follow_gitignore: bool,
    #[serde(default)]
    leave_out: Vec<String>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    layers: Vec<StoredLayer>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLayer {
    pattern: String,
    layer: String,
}

/// Enough of any version to tell that it is newer.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl ProjectRules {
    /// The rules of a project in the library at `library`; the defaults when it has none.
    ///
    /// # Errors
    /// [`Code::TooNew`] for rules of a newer Undercroft, [`Code::Damaged`] for a file that holds
    /// no rules: what would be versioned without them is for the user to say.
    pub fn load(library: &Path, project: ProjectId) -> Result<Self> {
        let path = path_of(library, project);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        let what = || format!("Cannot understand {}", escape_path(&path));
        let damaged = || {
            Error::new(Code::Damaged, what())
                .why("It holds no rules")
                .next("Mend the file, or remove it to go back to the defaults")
        };
        let head: Head =
            serde_json::from_slice(&bytes).map_err(|source| damaged().because(source))?;
        if head.version > VERSION {
            return Err(Error::new(Code::TooNew, what()));
        }
        let stored: Stored =
            serde_json::from_slice(&bytes).map_err(|source| damaged().because(source))?;
        let layers = stored.layers.into_iter().map(|rule| {
            let layer = Layer::from_name(&rule.layer).ok_or_else(damaged)?;
            Ok(LayerRule { pattern: rule.pattern, layer })
        });
        Ok(Self {
            follow_gitignore: stored.follow_gitignore,
            leave_out: stored.leave_out,
            keep: stored.keep,
            layers: layers.collect::<Result<_>>()?,
        })
    }

    /// Makes them the rules of a project, durably. What is stored already stays where it is.
    ///
    /// # Errors
    /// The errors of [`ProjectRules::compile`], and whatever the system says.
    pub fn store(&self, library: &Path, project: ProjectId) -> Result<()> {
        self.compile()?;
        let stored = Stored {
            version: VERSION,
            follow_gitignore: self.follow_gitignore,
            leave_out: self.leave_out.clone(),
            keep: self.keep.clone(),
            layers: self.layers.iter().map(stored_layer).collect(),
        };
        let mut json = serde_json::to_vec_pretty(&stored).map_err(|source| {
            Error::new(Code::Internal, "Cannot write down the project's rules").because(source)
        })?;
        json.push(b'\n');
        replace_file(&path_of(library, project), &json, 0o600)?;
        reach_write_point("rules.written");
        Ok(())
    }
}

fn stored_layer(rule: &LayerRule) -> StoredLayer {
    StoredLayer { pattern: rule.pattern.clone(), layer: rule.layer.name().to_owned() }
}

/// The file of a project.
pub(crate) fn path_of(library: &Path, project: ProjectId) -> PathBuf {
    library.join("projects").join(project.to_string()).join("rules.json")
}
