//! The differences between two commits, or between the last commit and the disk. Textconv programs
//! and external differs are not run.

use git2::{Delta, Diff, DiffDelta, DiffFindOptions, DiffFormat, DiffOptions, Patch, Repository};
use undercroft_foundation::{Code, Error, Result, TreePath, text};

use super::filters::{filter_of, is_what_the_pointer_says};
use crate::ProjectGit;
use crate::repository::errors::GitContext;
use crate::repository::lookup::{last_commit, resolve};

/// Files above this are compared as a whole, not by lines.
const TEXT_BYTES_MAX: i64 = 8 << 20;
/// The most lines of one file's difference.
const LINES_MAX: usize = 20_000;
/// Renames are looked for among at most so many files.
const RENAMES_MAX: usize = 400;

/// Between what to look for differences. Commits are named as for [`crate::LogFilter::from`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffRange {
    /// The last commit and the files on disk, new ones included.
    WorkingTree,
    /// A commit and the files on disk.
    Since(String),
    /// A commit and the one before it.
    Commit(String),
    /// Two commits.
    Between {
        /// The older side.
        from: String,
        /// The newer side.
        to: String,
    },
}

/// The way in which a file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is only on the newer side.
    Added,
    /// Its content differs.
    Modified,
    /// It is only on the older side.
    Removed,
    /// It has another path.
    Renamed,
    /// Only its mode differs.
    Metadata,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitChange {
    /// The path; for a removed file, the former one.
    pub path: TreePath,
    /// The former path of a renamed file.
    pub from: Option<TreePath>,
    /// The kind of change.
    pub kind: ChangeKind,
    /// Lines that only the newer side has.
    pub added_lines: u64,
    /// Lines that only the older side has.
    pub removed_lines: u64,
    /// Whether it is no text, or too large to compare by lines.
    pub is_binary: bool,
}

/// The sides that have a line of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineTag {
    /// On both sides.
    Same,
    /// Only on the older side.
    Removed,
    /// Only on the newer side.
    Added,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitLine {
    /// The sides that have it.
    pub tag: LineTag,
    /// The line without its end; bytes that are no text are replaced.
    pub text: String,
}

/// Lines that differ, and some around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHunk {
    /// The first line on the older side, counted from 1.
    pub old_start: u32,
    /// The number of lines of the older side.
    pub old_lines: u32,
    /// The first line on the newer side, counted from 1.
    pub new_start: u32,
    /// The number of lines of the newer side.
    pub new_lines: u32,
    /// The lines.
    pub lines: Vec<GitLine>,
}

/// The difference of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHunks {
    /// The file.
    pub change: GitChange,
    /// The hunks that differ.
    pub hunks: Vec<GitHunk>,
    /// Whether there is more than is told here.
    pub is_truncated: bool,
}

impl ProjectGit {
    /// The files that differ, in the order of their paths.
    ///
    /// # Errors
    /// When a commit is not there, or the repository is damaged.
    pub fn diff(&self, range: &DiffRange) -> Result<Vec<GitChange>> {
        let repository = self.repository()?;
        let diff = diff_of(&repository, range)?;
        let mut changes = Vec::new();
        for (n, delta) in diff.deltas().enumerate() {
            if !is_unchanged_behind_filter(&repository, range, &delta)? {
                let patch = Patch::from_diff(&diff, n).when("compare a file")?;
                changes.push(change_of(&delta, patch.as_ref())?);
            }
        }
        Ok(changes)
    }

    /// The lines of `path` that differ.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the file does not differ.
    pub fn file_diff(&self, range: &DiffRange, path: &TreePath) -> Result<FileHunks> {
        let repository = self.repository()?;
        let diff = diff_of(&repository, range)?;
        let found = diff.deltas().enumerate().find(|(_, delta)| path_of(delta) == path.as_bytes());
        let (n, delta) = found.ok_or_else(|| {
            Error::new(Code::NotFound, text!("{path} does not differ between the two", path))
        })?;
        let patch = Patch::from_diff(&diff, n).when("compare a file")?;
        let change = change_of(&delta, patch.as_ref())?;
        let (hunks, is_truncated) = match &patch {
            Some(patch) if !change.is_binary => hunks_of(patch).when("compare a file")?,
            _ => (Vec::new(), false),
        };
        Ok(FileHunks { change, hunks, is_truncated })
    }

    /// The whole difference in git's unified form, and whether there is more than these
    /// `bytes_max`; bytes that are no text are replaced.
    ///
    /// # Errors
    /// As for [`ProjectGit::diff`].
    pub fn diff_text(&self, range: &DiffRange, bytes_max: usize) -> Result<(String, bool)> {
        let repository = self.repository()?;
        let diff = diff_of(&repository, range)?;
        let mut text = Vec::new();
        let mut is_truncated = false;
        let printed = diff.print(DiffFormat::Patch, |_, _, line| {
            if matches!(line.origin(), ' ' | '+' | '-') {
                text.push(line.origin() as u8);
            }
            text.extend_from_slice(line.content());
            is_truncated = text.len() > bytes_max;
            !is_truncated
        });
        if is_truncated {
            let whole_lines = text[..bytes_max].iter().rposition(|byte| *byte == b'\n');
            text.truncate(whole_lines.map_or(0, |at| at + 1));
        } else {
            printed.when("compare the files")?;
        }
        Ok((String::from_utf8_lossy(&text).into_owned(), is_truncated))
    }
}

fn diff_of<'r>(repository: &'r Repository, range: &DiffRange) -> Result<Diff<'r>> {
    let what = "compare the two";
    let mut options = DiffOptions::new();
    options.ignore_submodules(true).max_size(TEXT_BYTES_MAX).indent_heuristic(true);
    let tree = |commit: git2::Commit<'r>| commit.tree().when(what);
    let mut diff = match range {
        DiffRange::WorkingTree | DiffRange::Since(_) => {
            options.include_untracked(true).recurse_untracked_dirs(true);
            options.show_untracked_content(true).update_index(false);
            let commit = match range {
                DiffRange::Since(name) => Some(resolve(repository, name)?),
                _ => last_commit(repository)?,
            };
            let before = commit.map(tree).transpose()?;
            repository.diff_tree_to_workdir_with_index(before.as_ref(), Some(&mut options))
        }
        DiffRange::Commit(name) => {
            let commit = resolve(repository, name)?;
            let before =
                (commit.parent_count() > 0).then(|| commit.parent(0).when(what).and_then(tree));
            let before = before.transpose()?;
            let after = tree(commit)?;
            repository.diff_tree_to_tree(before.as_ref(), Some(&after), Some(&mut options))
        }
        DiffRange::Between { from, to } => {
            let (from, to) = (tree(resolve(repository, from)?)?, tree(resolve(repository, to)?)?);
            repository.diff_tree_to_tree(Some(&from), Some(&to), Some(&mut options))
        }
    }
    .when(what)?;
    let mut renames = DiffFindOptions::new();
    renames.renames(true).for_untracked(true).rename_limit(RENAMES_MAX);
    diff.find_similar(Some(&mut renames)).when(what)?;
    Ok(diff)
}

fn path_of<'d>(delta: &DiffDelta<'d>) -> &'d [u8] {
    // The new side names a removed file, too.
    delta.new_file().path_bytes().unwrap_or_default()
}

/// On disk is what a program made of the committed bytes, and nobody changed it.
fn is_unchanged_behind_filter(
    repository: &Repository,
    range: &DiffRange,
    delta: &DiffDelta<'_>,
) -> Result<bool> {
    let path = path_of(delta);
    let is_on_disk = matches!(range, DiffRange::WorkingTree | DiffRange::Since(_));
    let is_candidate = is_on_disk && delta.status() == Delta::Modified;
    if !is_candidate || filter_of(repository, path)?.is_none() {
        return Ok(false);
    }
    let index = repository.index().when("read the index")?;
    Ok(is_what_the_pointer_says(repository, &index, path))
}

fn change_of(delta: &DiffDelta<'_>, patch: Option<&Patch<'_>>) -> Result<GitChange> {
    let kind = match delta.status() {
        Delta::Added | Delta::Untracked | Delta::Copied => ChangeKind::Added,
        Delta::Deleted => ChangeKind::Removed,
        Delta::Renamed => ChangeKind::Renamed,
        _ if delta.old_file().id() == delta.new_file().id() => ChangeKind::Metadata,
        _ => ChangeKind::Modified,
    };
    let from = match kind {
        ChangeKind::Renamed => delta.old_file().path_bytes().map(TreePath::new).transpose()?,
        _ => None,
    };
    let stats = patch.map(Patch::line_stats).transpose().when("compare a file")?;
    let (_, added, removed) = stats.unwrap_or_default();
    // Only the patch has looked into the files.
    let is_binary = patch.is_none_or(|patch| patch.delta().flags().is_binary());
    Ok(GitChange {
        path: TreePath::new(path_of(delta).strip_suffix(b"/").unwrap_or(path_of(delta)))?,
        from,
        kind,
        added_lines: added as u64,
        removed_lines: removed as u64,
        is_binary,
    })
}

fn hunks_of(patch: &Patch<'_>) -> Result<(Vec<GitHunk>, bool), git2::Error> {
    let (mut hunks, mut count) = (Vec::new(), 0);
    for n in 0..patch.num_hunks() {
        let (head, lines) = patch.hunk(n)?;
        let mut hunk = GitHunk {
            old_start: head.old_start(),
            old_lines: head.old_lines(),
            new_start: head.new_start(),
            new_lines: head.new_lines(),
            lines: Vec::new(),
        };
        for line in 0..lines {
            if count == LINES_MAX {
                hunks.push(hunk);
                return Ok((hunks, true));
            }
            count += 1;
            let line = patch.line_in_hunk(n, line)?;
            let tag = match line.origin() {
                ' ' => LineTag::Same,
                '-' => LineTag::Removed,
                '+' => LineTag::Added,
                _ => continue, // That a side has no line end at its end of file.
            };
            let text = line.content().strip_suffix(b"\n").unwrap_or(line.content());
            hunk.lines.push(GitLine { tag, text: String::from_utf8_lossy(text).into_owned() });
        }
        hunks.push(hunk);
    }
    Ok((hunks, false))
}
