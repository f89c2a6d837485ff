//! A new repository in a project.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryInitOptions};
use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, sync_folder, text};

use super::ProjectGit;
use super::errors::GitContext;
use super::lookup::check_name;

/// A repository that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The folder above it that has a repository, too: git will show this one there as a folder
    /// that is not its own.
    pub inside: Option<PathBuf>,
}

impl ProjectGit {
    /// Makes a repository in the folder, with `branch` as the branch of the first commit.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when there is a `.git` of any kind.
    pub fn create(&self, branch: &str) -> Result<Created> {
        check_name(branch)?;
        let root = fs::canonicalize(&self.root).at("open", &self.root)?;
        let dot_git = root.join(".git");
        if dot_git.symlink_metadata().is_ok() {
            let what = text!("{root} has a git repository already", root = escape_path(&self.root));
            return Err(Error::new(Code::AlreadyExists, what));
        }
        let new = root.join(format!(".git.{}", self.random_text()));
        let made =
            init(&new, branch).and_then(|()| fs::rename(&new, &dot_git).at("make", &dot_git));
        if made.is_err() {
            // What is left of it is of no use to anybody.
            let _ = fs::remove_dir_all(&new);
        }
        made?;
        sync_folder(&root)?;
        Ok(Created { inside: enclosing(&root) })
    }
}

/// Under another name first, so that a crash leaves no half of a repository as `.git`.
fn init(folder: &Path, branch: &str) -> Result<()> {
    let what = text!("make a git repository in {folder}", folder = escape_path(folder));
    let mut options = RepositoryInitOptions::new();
    // A template would bring hooks.
    options.bare(true).no_reinit(true).external_template(false).initial_head(branch);
    let repository = Repository::init_opts(folder, &options).when(&what)?;
    let mut config = repository.config().when(&what)?;
    config.set_bool("core.bare", false).when(&what)?;
    config.set_bool("core.logallrefupdates", true).when(&what)?;
    sync_all(&repository)
}

/// Everything that was written so far is on disk: objects before the refs that name them.
pub(crate) fn sync_all(repository: &Repository) -> Result<()> {
    let folder = repository.path();
    let opened = fs::File::open(folder).at("open", folder)?;
    rustix::fs::syncfs(opened).map_err(std::io::Error::from).at("write to", folder)
}

fn enclosing(root: &Path) -> Option<PathBuf> {
    let above = root.ancestors().skip(1);
    above.map(Path::to_owned).find(|folder| folder.join(".git").symlink_metadata().is_ok())
}
