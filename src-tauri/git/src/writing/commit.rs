//! Commits: what is on disk becomes the next commit of the current branch.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{Index, Oid, Repository, Signature, Time, Tree};
use jiff::tz::TimeZone;
use undercroft_foundation::{Code, Error, Job, Result, TreePath, reach_write_point, text};

use crate::ProjectGit;
use crate::reading::filters::filter_of;
use crate::reading::log::{GitPerson, LogEntry, log_entry};
use crate::reading::status::{FileState, GitFile, GitHead, changed_files, head_of, unfinished};
use crate::repository::create::sync_all;
use crate::repository::errors::GitContext;
use crate::repository::lookup::last_commit;

/// The changes that a commit takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All, new files included, ignored ones not.
    All,
    /// The changes at or below these paths, as they are on disk; what else is staged stays staged.
    Paths(Vec<TreePath>),
}

/// The content of a commit to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitOrder {
    /// The author of the changes; nobody for the user that git knows.
    pub author: Option<GitPerson>,
    /// The message.
    pub message: String,
    /// The changes to be taken.
    pub selection: Selection,
}

/// A change that no commit was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedChange {
    /// The path.
    pub path: TreePath,
    /// Why it was left.
    pub why: String,
}

/// The result of an order to commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The new commit; nothing when nothing had changed.
    pub commit: Option<LogEntry>,
    /// The number of files that it took.
    pub files: u64,
    /// The changes that it could not take.
    pub left_out: Vec<SkippedChange>,
}

impl ProjectGit {
    /// Commits the selected changes to the current branch. No hook is run, nothing is signed.
    ///
    /// # Errors
    /// When a merge is unfinished, a path has no change, nobody is known as author, …
    pub fn commit(&self, order: &CommitOrder, job: &Job) -> Result<Committed> {
        let repository = self.repository()?;
        check_finished(&repository)?;
        let message = clean_message(&order.message)?;
        let (author, committer) = self.signatures(&repository, order.author.as_ref())?;
        let (files, left_out) = sort_out(&repository, select(&repository, &order.selection)?)?;
        let what = "write the index";
        let mut index = repository.index().when(what)?;
        job.add_total(files.len() as u64, 0);
        job.settle_totals();
        for file in &files {
            job.check_cancelled()?;
            job.set_current(file.path.to_string());
            stage(&mut index, file)?;
            job.add_files_done(1);
        }
        sync_all(&repository)?;
        // First the index, then the commit: a crash between them leaves changes that are staged.
        index.write().when(what)?;
        reach_write_point("git.index-written");
        let last = last_commit(&repository)?;
        let last_tree = last.as_ref().map(|commit| commit.tree().when("read the last commit"));
        let last_tree = last_tree.transpose()?;
        let tree = match &order.selection {
            Selection::All => index.write_tree().when("write the tree")?,
            Selection::Paths(_) => tree_of(&repository, &index, &files, last_tree.as_ref())?,
        };
        let tree = repository.find_tree(tree).when("write the tree")?;
        if last_tree.map_or(tree.is_empty(), |last| last.id() == tree.id()) {
            return Ok(Committed { commit: None, files: 0, left_out });
        }
        sync_all(&repository)?;
        let parents: Vec<_> = last.iter().collect();
        let id = repository
            .commit(Some("HEAD"), &author, &committer, &message, &tree, &parents)
            .when("make the commit")?;
        sync_all(&repository)?;
        reach_write_point("git.committed");
        let commit = log_entry(&repository.find_commit(id).when("read the commit")?);
        Ok(Committed { commit: Some(commit), files: files.len() as u64, left_out })
    }

    /// Brings the folder's present state into the repository as one commit; none when nothing
    /// has changed.
    ///
    /// # Errors
    /// As for [`ProjectGit::commit`]; and when HEAD is at no branch, where the commit would soon
    /// be lost.
    pub fn sync(&self, author: Option<&GitPerson>, message: &str, job: &Job) -> Result<Committed> {
        if let GitHead::Detached(_) = head_of(&self.repository()?)? {
            return Err(Error::new(Code::Invalid, "Cannot bring the files into git")
                .why("No branch is checked out, so nothing would lead to the new commit")
                .next("Switch to a branch, or create one here"));
        }
        let author = author.cloned();
        let order = CommitOrder { author, message: message.to_owned(), selection: Selection::All };
        self.commit(&order, job)
    }

    fn signatures(
        &self,
        repository: &Repository,
        author: Option<&GitPerson>,
    ) -> Result<(Signature<'static>, Signature<'static>)> {
        let now = self.world().clock.now();
        let minutes = TimeZone::system().to_offset(now).seconds() / 60;
        let time = Time::new(now.as_second(), minutes);
        let sign = |person: &GitPerson| {
            let what = text!("make {person} the author", person = person.name);
            Signature::new(&person.name, &person.mail, &time).when(&what)
        };
        let known = known_person(repository);
        let unknown = || {
            Error::new(Code::Invalid, "Git does not know who you are")
                .why("Neither user.name nor user.email is set")
                .next("Name an author, or run `git config --global user.name` and user.email")
        };
        let author = author.or(known.as_ref()).ok_or_else(unknown)?;
        Ok((sign(author)?, sign(known.as_ref().unwrap_or(author))?))
    }
}

fn known_person(repository: &Repository) -> Option<GitPerson> {
    let signature = repository.signature().ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(GitPerson { name: text(signature.name_bytes()), mail: text(signature.email_bytes()) })
}

/// Goes on, unless git waits for an end of what it began.
pub(crate) fn check_finished(repository: &Repository) -> Result<()> {
    let conflicted = repository.index().when("read the index")?.has_conflicts();
    let begun = unfinished(repository).or(conflicted.then_some("merge"));
    begun.map_or(Ok(()), |begun| {
        Err(Error::new(Code::Invalid, text!("A {begun} is not finished", begun))
            .why(match conflicted {
                true => "Some files are in conflict".to_owned(),
                false => format!("Git waits for you to finish or abort the {begun}"),
            })
            .next(text!("Finish it with git, or run `git {begun} --abort`", begun)))
    })
}

fn clean_message(text: &str) -> Result<String> {
    let message = git2::message_prettify(text, None).when("read the message")?;
    if message.is_empty() {
        return Err(Error::new(Code::Invalid, "The commit has no message")
            .next("Say in a line what the changes are about"));
    }
    Ok(message)
}

fn select(repository: &Repository, selection: &Selection) -> Result<Vec<GitFile>> {
    let mut files = changed_files(repository)?;
    if let Selection::Paths(paths) = selection {
        for path in paths {
            if !files.iter().any(|file| file.path.is_in(path)) {
                let what = text!("Nothing has changed at {path}", path);
                return Err(Error::new(Code::NotFound, what)
                    .why("It is as in the last commit, ignored, or not there"));
            }
        }
        files.retain(|file| paths.iter().any(|path| file.path.is_in(path)));
    }
    Ok(files)
}

fn sort_out(
    repository: &Repository,
    files: Vec<GitFile>,
) -> Result<(Vec<GitFile>, Vec<SkippedChange>)> {
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for file in files {
        let filter = match file.state {
            FileState::Deleted => None,
            _ => filter_of(repository, file.path.as_bytes())?,
        };
        let why = match (file.state, filter) {
            (FileState::Nested, _) => "It is a repository of its own".to_owned(),
            (_, Some(filter)) => format!("It goes through the program {filter}; use git itself"),
            _ => {
                taken.push(file);
                continue;
            }
        };
        left_out.push(SkippedChange { path: file.path, why });
    }
    Ok((taken, left_out))
}

fn stage(index: &mut Index, file: &GitFile) -> Result<()> {
    let path = Path::new(OsStr::from_bytes(file.path.as_bytes()));
    let staged = match file.state {
        FileState::Deleted => index.remove_path(path),
        _ => index.add_path(path),
    };
    staged.when(&format!("take {}", file.path))
}

/// The last commit's tree with these files as they now are in the index.
fn tree_of(
    repository: &Repository,
    index: &Index,
    files: &[GitFile],
    last: Option<&Tree<'_>>,
) -> Result<Oid> {
    let what = "write the tree";
    let mut chosen = Index::new().when(what)?;
    if let Some(last) = last {
        chosen.read_tree(last).when(what)?;
    }
    for file in files {
        let path = Path::new(OsStr::from_bytes(file.path.as_bytes()));
        match index.get_path(path, 0) {
            Some(entry) => chosen.add(&entry).when(what)?,
            None => chosen.remove_path(path).when(what)?,
        }
    }
    chosen.write_tree_to(repository).when(what)
}
