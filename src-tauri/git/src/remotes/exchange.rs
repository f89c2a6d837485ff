//! Push, fetch and pull. A remote in a folder is read and written as data; one behind ssh or
//! https through the installed git.

use std::path::Path;

use git2::{ConfigLevel, Oid, Repository};
use undercroft_foundation::{Code, Error, Job, Result, escape_name, text};

use super::configured::{fetch_url, push_url};
use super::program::Network;
use super::scratch_repository::ScratchRepository;
use crate::ProjectGit;
use crate::reading::status::{GitHead, head_of};
use crate::repository::create::sync_all;
use crate::repository::errors::GitContext;
use crate::repository::lookup::{check_name, last_commit};
use crate::repository::opening::open_any;
use crate::writing::checkout::check_out;
use crate::writing::commit::check_finished;
use crate::writing::copying::copy_commits;

/// The result of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The remote.
    pub remote: String,
    /// Its branch.
    pub branch: String,
    /// Whether it had not been there already.
    pub is_news: bool,
}

/// The result of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The remote.
    pub remote: String,
    /// Its branch.
    pub branch: String,
    /// The number of commits that came.
    pub commits: u64,
}

impl ProjectGit {
    /// Pushes `branch` (the current one when nothing is said) to `remote` (the one that it
    /// follows, or the only one). Never overwrites commits there. The branch follows it from then
    /// on, if it followed none.
    ///
    /// # Errors
    /// [`Code::Invalid`] when the remote has commits that are not here.
    pub fn push(
        &self,
        network: &Network,
        branch: Option<&str>,
        remote: Option<&str>,
        job: &Job,
    ) -> Result<Pushed> {
        let repository = self.repository()?;
        let branch = named_or_current(&repository, branch)?;
        let commit = tip(&repository, &branch)?;
        let follows = Follows::of(&repository, &branch)?;
        let remote = remote_for(&repository, remote, &follows)?;
        let theirs = follows.branch_at(&remote).unwrap_or(&branch).to_owned();
        check_name(&theirs)?;
        let url = push_url(&repository, &remote)?;
        warn_of_pointers(&repository, commit, job);
        let is_news = match url.folder() {
            Some(folder) => push_to_folder(&repository, commit, folder, &theirs, job)?,
            None => ScratchRepository::new(self, network, &repository, &url)?
                .push(commit, &theirs, job)?,
        };
        track(&repository, &remote, &theirs, commit)?;
        if follows.remote.is_none() {
            follow(&repository, &branch, &remote, &theirs)?;
        }
        sync_all(&repository)?;
        Ok(Pushed { remote, branch: theirs, is_news })
    }

    /// Fetches the branches of `remote` (as for [`ProjectGit::push`]) without changing the
    /// user's own; returns how many moved.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn fetch(&self, network: &Network, remote: Option<&str>, job: &Job) -> Result<u64> {
        let repository = self.repository()?;
        let follows = match head_of(&repository)? {
            GitHead::Branch(name) | GitHead::Unborn(name) => Follows::of(&repository, &name)?,
            GitHead::Detached(_) => Follows::default(),
        };
        let remote = remote_for(&repository, remote, &follows)?;
        self.fetch_from(&repository, network, &remote, job)
    }

    fn fetch_from(
        &self,
        repository: &Repository,
        network: &Network,
        remote: &str,
        job: &Job,
    ) -> Result<u64> {
        let url = fetch_url(repository, remote)?;
        let fetched = match url.folder() {
            Some(folder) => fetch_from_folder(repository, folder, job)?,
            None => ScratchRepository::new(self, network, repository, &url)?.fetch(job)?,
        };
        sync_all(repository)?;
        let mut moved = 0;
        for (branch, commit) in fetched {
            match track(repository, remote, &branch, commit) {
                Ok(is_news) => moved += u64::from(is_news),
                Err(error) => job.warn(format!("{remote}/{branch}"), error.sentence()),
            }
        }
        sync_all(repository)?;
        Ok(moved)
    }

    /// Fetches, and brings the current branch and the files to where the remote's branch is, when
    /// that only adds commits. Nothing that is not committed is overwritten.
    ///
    /// # Errors
    /// [`Code::Invalid`] when both sides have commits that the other lacks, or uncommitted changes
    /// are in the way.
    pub fn pull(&self, network: &Network, remote: Option<&str>, job: &Job) -> Result<Pulled> {
        let repository = self.repository()?;
        check_finished(&repository)?;
        let branch = named_or_current(&repository, None)?;
        let follows = Follows::of(&repository, &branch)?;
        let remote = remote_for(&repository, remote, &follows)?;
        let theirs = follows.branch_at(&remote).unwrap_or(&branch).to_owned();
        self.fetch_from(&repository, network, &remote, job)?;
        let tracked = repository.refname_to_id(&format!("refs/remotes/{remote}/{theirs}"));
        let new = tracked.map_err(|_| {
            Error::new(Code::NotFound, text!("{remote} has no branch {theirs}", remote, theirs))
                .next("Push the branch first, or switch to another")
        })?;
        let commits = fast_forward(&repository, &branch, new, &format!("{remote}/{theirs}"))?;
        Ok(Pulled { remote, branch: theirs, commits })
    }
}

fn fast_forward(repository: &Repository, branch: &str, new: Oid, theirs: &str) -> Result<u64> {
    let what = "compare the branch with the remote's";
    let old = last_commit(repository)?.map(|commit| commit.id());
    let commits = match old {
        Some(old) => {
            let (ahead, behind) = repository.graph_ahead_behind(old, new).when(what)?;
            if ahead > 0 && behind > 0 {
                let why =
                    format!("{branch} has {ahead} commits that {theirs} lacks, and lacks {behind}");
                return Err(Error::new(
                    Code::Invalid,
                    text!("{branch} and {theirs} have diverged", branch, theirs),
                )
                .why(why)
                .next(text!(
                    "Run `git merge {theirs}` or `git rebase {theirs}`, then push",
                    theirs
                )));
            }
            behind as u64
        }
        None => {
            let mut walk = repository.revwalk().when(what)?;
            walk.push(new).when(what)?;
            walk.count() as u64
        }
    };
    if commits == 0 {
        return Ok(0);
    }
    check_out(repository, &repository.find_commit(new).when(what)?)?;
    sync_all(repository)?;
    let name = format!("refs/heads/{branch}");
    let moved = match old {
        Some(old) => repository.reference_matching(&name, new, true, old, "pull: Fast-forward"),
        None => repository.reference(&name, new, false, "pull: Fast-forward"),
    };
    moved.when(&format!("move the branch {branch}"))?;
    sync_all(repository)?;
    Ok(commits)
}

/// The remote branch that a branch is configured to follow.
#[derive(Default)]
struct Follows {
    remote: Option<String>,
    branch: Option<String>,
}

impl Follows {
    fn of(repository: &Repository, branch: &str) -> Result<Self> {
        let config = repository.config().when("read the repository's configuration")?;
        let value = |key: &str| config.get_string(&format!("branch.{branch}.{key}")).ok();
        let merge = value("merge");
        Ok(Self {
            remote: value("remote"),
            branch: merge.and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned)),
        })
    }

    fn branch_at(&self, remote: &str) -> Option<&str> {
        self.branch.as_deref().filter(|_| self.remote.as_deref() == Some(remote))
    }
}

fn named_or_current(repository: &Repository, branch: Option<&str>) -> Result<String> {
    if let Some(branch) = branch {
        check_name(branch)?;
        return Ok(branch.to_owned());
    }
    match head_of(repository)? {
        GitHead::Branch(name) | GitHead::Unborn(name) => check_name(&name).map(|()| name),
        GitHead::Detached(_) => Err(Error::new(Code::Invalid, "No branch is checked out")
            .why("HEAD is at a commit and at no branch")
            .next("Switch to a branch, or create one here")),
    }
}

fn tip(repository: &Repository, branch: &str) -> Result<Oid> {
    repository.refname_to_id(&format!("refs/heads/{branch}")).map_err(|_| {
        Error::new(Code::NotFound, text!("There is no branch {branch} with commits", branch))
            .next("Commit first, or name another branch")
    })
}

fn remote_for(repository: &Repository, asked: Option<&str>, follows: &Follows) -> Result<String> {
    let names = repository.remotes().when("list the remotes")?;
    let names: Vec<&str> = names.iter().flatten().flatten().collect();
    let wanted = asked.or(follows.remote.as_deref());
    let found = match (wanted, &names[..]) {
        (Some(wanted), names) => names.iter().find(|name| **name == wanted).copied(),
        (None, [only]) => Some(*only),
        (None, names) => names.iter().find(|name| **name == "origin").copied(),
    };
    let found = found.filter(|name| !name.starts_with('-'));
    found.map(str::to_owned).ok_or_else(|| {
        let what = match wanted {
            Some(name) => format!("There is no remote {}", escape_name(name.as_bytes())),
            None => "The repository has no remote to use".to_owned(),
        };
        Error::new(Code::NotFound, what).next("Set a remote's address first, or name a remote")
    })
}

/// Notes where a branch of the remote was last seen; returns whether that is news.
fn track(repository: &Repository, remote: &str, branch: &str, commit: Oid) -> Result<bool> {
    let name = format!("refs/remotes/{remote}/{branch}");
    let is_news = repository.refname_to_id(&name).ok() != Some(commit);
    if is_news {
        repository
            .reference(&name, commit, true, "seen by Undercroft")
            .when(&format!("write {name}"))?;
    }
    Ok(is_news)
}

fn follow(repository: &Repository, branch: &str, remote: &str, theirs: &str) -> Result<()> {
    let what = "make the branch follow the remote's";
    let config = repository.config().and_then(|config| config.open_level(ConfigLevel::Local));
    let mut config = config.when(what)?;
    config.set_str(&format!("branch.{branch}.remote"), remote).when(what)?;
    config.set_str(&format!("branch.{branch}.merge"), &format!("refs/heads/{theirs}")).when(what)
}

fn push_to_folder(
    repository: &Repository,
    commit: Oid,
    folder: &Path,
    branch: &str,
    job: &Job,
) -> Result<bool> {
    let (remote, what) = (open_any(folder)?, "push the commits");
    let name = format!("refs/heads/{branch}");
    let old = remote.refname_to_id(&name).ok();
    if old == Some(commit) {
        return Ok(false);
    }
    let refused = |why: &str, next: &str| {
        let what =
            text!("{path} did not accept this", path = undercroft_foundation::escape_path(folder));
        Err(Error::new(Code::Invalid, what).why(why.to_owned()).next(next.to_owned()))
    };
    let head = remote.find_reference("HEAD").ok();
    let is_head = head.is_some_and(|head| head.symbolic_target_bytes() == Some(name.as_bytes()));
    if is_head && !remote.is_bare() {
        let why = "The branch is checked out there, and its files would no longer fit";
        return refused(why, "Push to another branch, or to a bare repository");
    }
    if let Some(old) = old {
        let is_added_to = repository.find_commit(old).is_ok()
            && repository.graph_descendant_of(commit, old).when(what)?;
        if !is_added_to {
            let next = "Pull first; if both sides have new commits, merge them with git";
            return refused("The remote has commits that are not in this branch", next);
        }
    }
    copy_commits(repository, &[commit], &remote, job)?;
    sync_all(&remote)?;
    let moved = match old {
        Some(old) => remote.reference_matching(&name, commit, true, old, "push"),
        None => remote.reference(&name, commit, false, "push"),
    };
    moved.when(what)?;
    sync_all(&remote)?;
    Ok(true)
}

fn fetch_from_folder(
    repository: &Repository,
    folder: &Path,
    job: &Job,
) -> Result<Vec<(String, Oid)>> {
    let (remote, what) = (open_any(folder)?, "read the remote's branches");
    let mut fetched = Vec::new();
    for branch in remote.branches(Some(git2::BranchType::Local)).when(what)? {
        let branch = branch.when(what)?.0.into_reference();
        let (name, commit) = (branch.name().when(what)?, branch.peel_to_commit().when(what)?);
        fetched.push((name.trim_start_matches("refs/heads/").to_owned(), commit.id()));
    }
    let tips: Vec<Oid> = fetched.iter().map(|(_, commit)| *commit).collect();
    copy_commits(&remote, &tips, repository, job)?;
    Ok(fetched)
}

/// git-lfs would push the content from a hook.
fn warn_of_pointers(repository: &Repository, commit: Oid, job: &Job) {
    let tree = repository.find_commit(commit).and_then(|commit| commit.tree());
    let rules = tree.ok().and_then(|tree| tree.get_name(".gitattributes").map(|rules| rules.id()));
    let rules = rules.and_then(|rules| repository.find_blob(rules).ok());
    let uses_lfs =
        rules.is_some_and(|rules| String::from_utf8_lossy(rules.content()).contains("filter=lfs"));
    if uses_lfs {
        job.warn(
            ".gitattributes",
            "Of files in git-lfs only the pointers are pushed; run `git lfs push` for the content",
        );
    }
}
