//! The repository of a folder: opened with care, created, and its commits found by name.

pub(crate) mod commit_id;
pub(crate) mod create;
pub(crate) mod errors;
pub(crate) mod lookup;
pub(crate) mod opening;

use std::path::{Path, PathBuf};

use git2::Repository;
use undercroft_foundation::{Code, Error, Result, World, escape_path, text};

/// The user's own git repository in a folder of his.
#[derive(Debug, Clone)]
pub struct ProjectGit {
    root: PathBuf,
    world: World,
}

impl ProjectGit {
    /// Speaks of the repository whose working tree is `root`; there need not be one.
    pub fn new(root: &Path, world: &World) -> Self {
        Self { root: root.to_owned(), world: world.clone() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    pub(crate) fn repository(&self) -> Result<Repository> {
        opening::open(&self.root)?.ok_or_else(|| {
            let what = text!("{root} has no git repository", root = escape_path(&self.root));
            Error::new(Code::NotFound, what).next("Create one first")
        })
    }

    /// Sixteen letters that nobody else draws.
    pub(crate) fn random_text(&self) -> String {
        let mut dice = [0; 8];
        self.world.random.fill(&mut dice);
        hex::encode(dice)
    }
}
