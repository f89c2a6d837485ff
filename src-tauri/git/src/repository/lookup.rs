//! Names of branches and commits, and the commits that they mean.

use git2::{Commit, ErrorCode, Reference, Repository};
use undercroft_foundation::{Code, Error, Result, escape_name, text};

use super::errors::GitContext;

/// Goes on, unless it is no name for a branch, or one that programs would take for an option.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let is_name = git2::Branch::name_is_valid(name).unwrap_or(false);
    if !is_name || name.starts_with('-') || name.chars().any(char::is_control) {
        let what = text!(
            "{name} cannot be a branch's name",
            name = format!("{:?}", escape_name(name.as_bytes()))
        );
        return Err(Error::new(Code::Invalid, what)
            .why("Git allows no blanks, no .., and none of ~^:?*[\\ in it, and no - in front"));
    }
    Ok(())
}

/// The commit that HEAD, a branch, a remote's branch, or an id of at least four digits means. Nothing
/// else is understood, so that no name is a program for git.
pub(crate) fn resolve<'r>(repository: &'r Repository, name: &str) -> Result<Commit<'r>> {
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
            text!("There is no branch or commit {name}", name = escape_name(name.as_bytes())),
        )),
    }
}

/// The commit that a reference leads to.
pub(crate) fn commit_of<'r>(reference: &Reference<'r>) -> Result<Commit<'r>> {
    reference.peel_to_commit().when("read the last commit of the branch")
}

/// The commit of HEAD; nothing on a branch that waits for its first.
pub(crate) fn last_commit(repository: &Repository) -> Result<Option<Commit<'_>>> {
    match repository.head() {
        Ok(head) => head.peel_to_commit().when("read the last commit").map(Some),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error).when("read HEAD"),
    }
}
