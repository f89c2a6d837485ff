//! The versions of a history as an ordinary branch of the user's repository, when he wishes it.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{Index, ObjectType, Odb, Oid, Repository, Sort, TreeWalkMode, TreeWalkResult};
use undercroft_foundation::{Code, Error, Job, Result, escape_path, text};

use crate::ProjectGit;
use crate::reading::filters::pointer;
use crate::repository::create::sync_all;
use crate::repository::errors::GitContext;
use crate::repository::lookup::check_name;
use crate::repository::opening::open_any;
use crate::writing::copying::copy_commits;

/// The folder that a history's commits have in their root beside the user's files.
const SIDECAR: &str = ".undercroft";
/// The line by which a commit is known as a version.
const MARK: &str = "Undercroft-Version: ";

/// The branch that the versions of `workspace` go to when the user names none.
pub fn export_branch(workspace: &str) -> String {
    format!("undercroft/history/{workspace}")
}

/// The treatment, by an export, of files that the user's repository ignores, such as `.env`:
/// versions have them, and a branch that is pushed would publish them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IgnoredFiles {
    /// They are in no commit of the branch.
    #[default]
    LeftOut,
    /// They are in it like all others.
    Included,
}

/// A history that is now a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The branch.
    pub branch: String,
    /// The number of versions that it has.
    pub commits: u64,
    /// Whether it was not there already as it is now.
    pub is_news: bool,
    /// The number of files of the newest version that are pointers of git-lfs: their content stays
    /// in Undercroft's object store.
    pub pointer_files: u64,
    /// The ignored files that were left out, of any version.
    pub left_out: Vec<String>,
}

impl ProjectGit {
    /// Writes the versions of `workspace` in the history at `history` to `branch` (see
    /// [`export_branch`]), checked out nowhere: the user's files with the names and pointers that
    /// the history has for them, the same each time. A branch of this name is moved only when all
    /// that would be lost of it are versions, too.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when the branch is not ours.
    pub fn export_history(
        &self,
        history: &Path,
        workspace: &str,
        branch: &str,
        ignored: IgnoredFiles,
        job: &Job,
    ) -> Result<Exported> {
        check_name(branch)?;
        let repository = self.repository()?;
        let source = open_any(history)?;
        let tip = source.refname_to_id(&format!("refs/heads/{workspace}"));
        let tip = tip.map_err(|_| {
            Error::new(Code::NotFound, text!("There is no version of {workspace} yet", workspace))
        })?;
        // What is written for the copy is kept in memory, and goes to the user's repository only.
        let odb = source.odb().when("read the history")?;
        let _memory = odb.add_new_mempack_backend(1000).when("read the history")?;
        let mut trees = Trees::new(&source, &repository, ignored)?;
        let (tip, commits) = rewrite(&mut trees, &odb, tip, job)?;
        let name = format!("refs/heads/{branch}");
        let old = repository.refname_to_id(&name).ok();
        let pointer_files = count_pointers(&source, tip)?;
        if old != Some(tip) {
            copy_commits(&source, &[tip], &repository, job)?;
            sync_all(&repository)?;
            move_branch(&repository, &name, old, tip)?;
            sync_all(&repository)?;
        }
        Ok(Exported {
            branch: branch.to_owned(),
            commits,
            is_news: old != Some(tip),
            pointer_files,
            left_out: trees.left_out.iter().map(|path| escape_path(as_path(path))).collect(),
        })
    }
}

/// Makes the same commits without our own folder, oldest first: the new tip, and how many.
fn rewrite(trees: &mut Trees<'_>, odb: &Odb<'_>, tip: Oid, job: &Job) -> Result<(Oid, u64)> {
    let what = "read the versions";
    let mut walk = trees.source.revwalk().when(what)?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).when(what)?;
    walk.push(tip).when(what)?;
    let mut copies: HashMap<Oid, Oid> = HashMap::new();
    let mut newest = tip;
    for id in walk {
        job.check_cancelled()?;
        let id = id.when(what)?;
        let copy = copy_of(trees, odb, id, &copies).when(what)?;
        copies.insert(id, copy);
        newest = copy;
    }
    Ok((newest, copies.len() as u64))
}

/// The commit byte for byte, but for its tree and parents.
fn copy_of(
    trees: &mut Trees<'_>,
    odb: &Odb<'_>,
    id: Oid,
    copies: &HashMap<Oid, Oid>,
) -> Result<Oid, git2::Error> {
    let commit = trees.source.find_commit(id)?;
    let tree = trees.export(commit.tree_id())?;
    let mut bytes = format!("tree {tree}\n").into_bytes();
    for parent in commit.parent_ids() {
        let parent = copies.get(&parent).copied().unwrap_or(parent);
        bytes.extend_from_slice(format!("parent {parent}\n").as_bytes());
    }
    let is_replaced = |line: &&[u8]| line.starts_with(b"tree ") || line.starts_with(b"parent ");
    let header = commit.raw_header_bytes();
    for line in header.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_replaced(line)) {
        bytes.extend_from_slice(line);
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(commit.message_raw_bytes());
    odb.write(ObjectType::Commit, &bytes)
}

/// The trees of the versions as the branch has them: without our own folder, and without what is
/// ignored.
struct Trees<'r> {
    source: &'r Repository,
    rules: &'r Repository,
    /// Files that the user committed are not ignored, whatever the rules say.
    committed: Index,
    ignored: IgnoredFiles,
    known: HashMap<(Vec<u8>, Oid), Oid>,
    left_out: BTreeSet<Vec<u8>>,
}

impl<'r> Trees<'r> {
    fn new(source: &'r Repository, rules: &'r Repository, ignored: IgnoredFiles) -> Result<Self> {
        let committed = rules.index().when("read the repository's index")?;
        let (known, left_out) = (HashMap::new(), BTreeSet::new());
        Ok(Self { source, rules, committed, ignored, known, left_out })
    }

    fn export(&mut self, root: Oid) -> Result<Oid, git2::Error> {
        let root = match self.ignored {
            IgnoredFiles::LeftOut => self.without_ignored(root, b"")?,
            IgnoredFiles::Included => root,
        };
        let tree = self.source.find_tree(root)?;
        if tree.get_name(SIDECAR).is_none() {
            return Ok(root);
        }
        let mut builder = self.source.treebuilder(Some(&tree))?;
        builder.remove(SIDECAR)?;
        builder.write()
    }

    /// A folder, which is looked through once for as long as it stays as it is.
    fn without_ignored(&mut self, id: Oid, path: &[u8]) -> Result<Oid, git2::Error> {
        let key = (path.to_vec(), id);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let source = self.source;
        let tree = source.find_tree(id)?;
        let mut builder = source.treebuilder(Some(&tree))?;
        for entry in &tree {
            let name = entry.name_bytes();
            if path.is_empty() && name == SIDECAR.as_bytes() {
                continue;
            }
            let below = if path.is_empty() { name.to_vec() } else { [path, name].join(&b'/') };
            if entry.kind() != Some(ObjectType::Tree) {
                if self.is_ignored(&below)? {
                    builder.remove(name)?;
                    self.left_out.insert(below);
                }
                continue;
            }
            let folder = self.without_ignored(entry.id(), &below)?;
            if folder == entry.id() {
                continue;
            }
            if source.find_tree(folder)?.is_empty() {
                builder.remove(name)?;
            } else {
                builder.insert(name, folder, entry.filemode())?;
            }
        }
        let exported = builder.write()?;
        self.known.insert(key, exported);
        Ok(exported)
    }

    fn is_ignored(&self, path: &[u8]) -> Result<bool, git2::Error> {
        let path = as_path(path);
        Ok(self.committed.get_path(path, 0).is_none() && self.rules.is_path_ignored(path)?)
    }
}

fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn count_pointers(source: &Repository, tip: Oid) -> Result<u64> {
    let what = "look for pointers";
    let tree = source.find_commit(tip).and_then(|commit| commit.tree()).when(what)?;
    let mut count = 0;
    let walked = tree.walk(TreeWalkMode::PreOrder, |_, entry| {
        let is_blob = entry.kind() == Some(ObjectType::Blob);
        count += u64::from(is_blob && pointer(source, entry.id()).is_some());
        TreeWalkResult::Ok
    });
    walked.when(what).map(|()| count)
}

fn move_branch(repository: &Repository, name: &str, old: Option<Oid>, tip: Oid) -> Result<()> {
    let (what, log) = ("write the branch", "export from Undercroft");
    let Some(old) = old else {
        return repository.reference(name, tip, false, log).when(what).map(|_| ());
    };
    let head = repository.find_reference("HEAD").when(what)?;
    let is_head = head.symbolic_target_bytes() == Some(name.as_bytes());
    if is_head || !loses_only_versions(repository, old, tip)? {
        let branch = name.trim_start_matches("refs/heads/");
        let what = text!("The branch {branch} is there and will not be moved", branch);
        return Err(Error::new(Code::AlreadyExists, what)
            .why(match is_head {
                true => "It is checked out",
                false => "It has commits that are no versions",
            })
            .next("Rename it with `git branch -m`, and export again"));
    }
    repository.reference_matching(name, tip, true, old, log).when(what).map(|_| ())
}

fn loses_only_versions(repository: &Repository, old: Oid, tip: Oid) -> Result<bool> {
    let what = "read the branch";
    let mut walk = repository.revwalk().when(what)?;
    walk.push(old).when(what)?;
    walk.hide(tip).when(what)?;
    for id in walk {
        let commit = repository.find_commit(id.when(what)?).when(what)?;
        let message = String::from_utf8_lossy(commit.message_raw_bytes()).into_owned();
        if !message.lines().any(|line| line.starts_with(MARK)) {
            return Ok(false);
        }
    }
    Ok(true)
}
