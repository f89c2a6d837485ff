//! Branches: listed, created, switched to.

use std::cell::RefCell;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{
    BranchType, CheckoutNotificationType, Commit, ObjectType, Oid, Reference, Repository, Tree,
};
use undercroft_foundation::{Code, Error, Result, escape_name, escape_path, reach_write_point};

use super::commit::{check_finished, last_commit};
use super::create::sync_all;
use super::filters::check_unfiltered;
use super::log::{LogEntry, log_entry};
use super::opening::GitContext;
use super::status::{head_of, upstream_of};
use super::{GitHead, ProjectGit, Upstream};

/// The number of files that an error names.
const NAMED: usize = 5;
/// The modes of git's trees for kinds of files.
const FILE: i32 = 0o100_644;
const PROGRAM: i32 = 0o100_755;
const LINK: i32 = 0o120_000;

/// A branch of the repository, or of a remote as last fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitBranch {
    /// Its name; a remote's with the remote before it: `origin/main`.
    pub name: String,
    /// Whether it is a remote's.
    pub is_remote: bool,
    /// Whether it is checked out here.
    pub is_current: bool,
    /// The remote's branch that it follows.
    pub upstream: Option<Upstream>,
    /// Its last commit.
    pub tip: LogEntry,
}

impl ProjectGit {
    /// All branches with commits, the user's own first.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn branches(&self) -> Result<Vec<GitBranch>> {
        let (repository, what) = (self.repository()?, "list the branches");
        let mut branches = Vec::new();
        for branch in repository.branches(None).when(what)? {
            let (branch, kind) = branch.when(what)?;
            // `origin/HEAD` only points to another branch that is listed.
            if branch.get().kind() == Some(git2::ReferenceType::Symbolic) {
                continue;
            }
            branches.push(GitBranch {
                name: escape_name(branch.name_bytes().when(what)?),
                is_remote: kind == BranchType::Remote,
                is_current: branch.is_head(),
                upstream: upstream_of(&repository, &branch)?,
                tip: log_entry(&branch.get().peel_to_commit().when(what)?),
            });
        }
        branches.sort_by(|a, b| (a.is_remote, &a.name).cmp(&(b.is_remote, &b.name)));
        Ok(branches)
    }

    /// Makes a branch at `from` (a branch, a remote's branch or a commit), or where HEAD is, and
    /// leaves the files alone.
    ///
    /// # Errors
    /// When the name is taken or no name for a branch.
    pub fn create_branch(&self, name: &str, from: Option<&str>) -> Result<()> {
        check_name(name)?;
        let repository = self.repository()?;
        let commit = match from {
            Some(from) => Some(resolve(&repository, from)?),
            None => last_commit(&repository)?,
        };
        let commit = commit.ok_or_else(|| {
            Error::new(Code::Invalid, format!("Cannot make the branch {name}"))
                .why("There is no commit yet")
                .next("Commit first")
        })?;
        if repository.find_reference(&format!("refs/heads/{name}")).is_ok() {
            return Err(Error::new(Code::AlreadyExists, format!("The branch {name} exists")));
        }
        repository.branch(name, &commit, false).when(&format!("make the branch {name}"))?;
        sync_all(&repository)
    }

    /// Checks out a branch of the user's own; whether another one was. Nothing that is not committed
    /// is overwritten.
    ///
    /// # Errors
    /// [`Code::Invalid`] when uncommitted changes are in the way, and names them.
    pub fn switch_branch(&self, name: &str) -> Result<bool> {
        check_name(name)?;
        let repository = self.repository()?;
        check_finished(&repository)?;
        let full_name = format!("refs/heads/{name}");
        let branch = repository.find_reference(&full_name).map_err(|_| no_branch(name))?;
        if head_of(&repository)? == GitHead::Branch(name.to_owned()) {
            return Ok(false);
        }
        check_free(&repository, &full_name)?;
        check_out(&repository, &commit_of(&branch)?)?;
        sync_all(&repository)?;
        repository.set_head(&full_name).when(&format!("switch to {name}"))?;
        sync_all(&repository)?;
        Ok(true)
    }
}

fn no_branch(name: &str) -> Error {
    Error::new(Code::NotFound, format!("There is no branch {name}"))
}

fn commit_of<'r>(reference: &Reference<'r>) -> Result<Commit<'r>> {
    reference.peel_to_commit().when("read the last commit of the branch")
}

/// Goes on, unless it is no name for a branch, or one that programs would take for an option.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_name = git2::Branch::name_is_valid(name).unwrap_or(false);
    if !is_name || name.starts_with('-') || name.chars().any(char::is_control) {
        let what = format!("{:?} cannot be a branch's name", escape_name(name.as_bytes()));
        return Err(Error::new(Code::Invalid, what)
            .why("Git allows no blanks, no .., and none of ~^:?*[\\ in it, and no - in front"));
    }
    Ok(())
}

/// The commit that HEAD, a branch, a remote's branch, or an id of at least four digits means. Nothing
/// else is understood, so that no name is a program for git.
pub(super) fn resolve<'r>(repository: &'r Repository, name: &str) -> Result<Commit<'r>> {
    if name == "HEAD" {
        let none = || Error::new(Code::NotFound, "There is no commit yet");
        return last_commit(repository)?.ok_or_else(none);
    }
    for prefix in ["refs/heads/", "refs/remotes/"] {
        let full_name = format!("{prefix}{name}");
        if !Reference::is_valid_name(&full_name) {
            break;
        }
        if let Ok(reference) = repository.find_reference(&full_name) {
            return commit_of(&reference);
        }
    }
    let is_id = (4..=40).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_hexdigit());
    match is_id.then(|| repository.find_commit_by_prefix(name)) {
        Some(Ok(commit)) => Ok(commit),
        _ => Err(Error::new(
            Code::NotFound,
            format!("There is no branch or commit {}", escape_name(name.as_bytes())),
        )),
    }
}

/// Goes on, unless another working tree of the repository has the branch checked out.
fn check_free(repository: &Repository, full_name: &str) -> Result<()> {
    let shared = repository.commondir();
    let others = fs::read_dir(shared.join("worktrees")).into_iter().flatten().flatten();
    let heads = others.map(|other| other.path()).chain([shared.to_owned()]);
    for folder in heads.filter(|folder| folder != repository.path()) {
        let head = fs::read(folder.join("HEAD")).unwrap_or_default();
        if head.trim_ascii() == format!("ref: {full_name}").as_bytes() {
            let name = full_name.trim_start_matches("refs/heads/");
            return Err(Error::new(Code::Invalid, format!("Cannot switch to {name}"))
                .why("Another working tree of this repository has it checked out"));
        }
    }
    Ok(())
}

/// Makes the files those of `commit`, unless something that is not committed, ignored files
/// included, would be overwritten; then it touches nothing.
pub(super) fn check_out(repository: &Repository, commit: &Commit<'_>) -> Result<()> {
    let tree = commit.tree().when("read the commit")?;
    let last = last_commit(repository)?.map(|last| last.tree().when("read the last commit"));
    check_unfiltered(repository, last.transpose()?.as_ref(), &tree)?;
    let (done, in_the_way) = write_files(repository, &tree, false);
    if in_the_way.is_empty() {
        done.when("check out the files")?;
    } else {
        // A checkout that was killed left files that are as they shall be.
        let is_other = |path: &&PathBuf| !is_as_in(repository, &tree, path);
        let others: Vec<_> = in_the_way.iter().filter(is_other).collect();
        if !others.is_empty() {
            return Err(conflict(&others));
        }
        write_files(repository, &tree, true).0.when("check out the files")?;
        let mut index = repository.index().when("write the index")?;
        for path in &in_the_way {
            index.add_path(path).when("write the index")?;
        }
        index.write().when("write the index")?;
    }
    reach_write_point("git.files-written");
    Ok(())
}

/// Writes the files, and says which could not be because of what is there: then none is written,
/// unless these are to be passed over.
fn write_files(
    repository: &Repository,
    tree: &Tree<'_>,
    passes_over: bool,
) -> (Result<(), git2::Error>, Vec<PathBuf>) {
    let in_the_way = RefCell::new(Vec::new());
    let mut options = CheckoutBuilder::new();
    options.safe().overwrite_ignored(false).allow_conflicts(passes_over);
    options.notify_on(CheckoutNotificationType::CONFLICT);
    options.notify(|_, path: Option<&Path>, _, _, _| {
        in_the_way.borrow_mut().push(path.unwrap_or(Path::new("")).to_owned());
        true
    });
    let done = repository.checkout_tree(tree.as_object(), Some(&mut options));
    drop(options);
    (done, in_the_way.into_inner())
}

fn is_as_in(repository: &Repository, tree: &Tree<'_>, path: &Path) -> bool {
    let (Ok(entry), Some(root)) = (tree.get_path(path), repository.workdir()) else {
        return false;
    };
    let file = root.join(path);
    let Ok(found) = file.symlink_metadata() else { return false };
    let is_program = found.permissions().mode() & 0o100 != 0;
    let hash = match entry.filemode() {
        LINK if found.is_symlink() => {
            let target = fs::read_link(&file).unwrap_or_default();
            Oid::hash_object(ObjectType::Blob, target.as_os_str().as_bytes())
        }
        FILE if found.is_file() && !is_program => Oid::hash_file(ObjectType::Blob, &file),
        PROGRAM if found.is_file() && is_program => Oid::hash_file(ObjectType::Blob, &file),
        _ => return false,
    };
    hash.is_ok_and(|hash| hash == entry.id())
}

fn conflict(in_the_way: &[&PathBuf]) -> Error {
    let names = in_the_way.iter().take(NAMED).map(|path| escape_path(path));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if in_the_way.len() > NAMED {
        names.push_str(&format!(" and {} more", in_the_way.len() - NAMED));
    }
    Error::new(Code::Invalid, "Uncommitted changes are in the way")
        .why(format!("These would be overwritten: {names}"))
        .next("Commit them, or move them away; nothing was changed")
}
