//! The entries of a workspace that are left out, asked folder by folder on the way down.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use undercroft_foundation::{TreePath, escape_name};
use undercroft_library::{Rebuildable, is_cache, is_marked_inside, rebuildable};

use super::gitignore::{IgnoreFile, NotFollowed, Said};
use super::own_configuration;
use super::{Compiled, Rules, patterns, secrets};

/// Why something is left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LeaveOutReason {
    /// It is the git repository that the workspace is a work tree of.
    OwnGit,
    /// It is Undercroft's own configuration, of which no older words may come back.
    OwnConfiguration,
    /// A program makes it again.
    Rebuildable {
        /// The thing: `node_modules`.
        what: &'static str,
        /// The source that it is made again from, beside it or in it: `package.json`.
        manifest: &'static str,
    },
    /// Its maker marked it as a cache, with a `CACHEDIR.TAG`.
    Cache,
    /// This pattern of the project's rules names it.
    Rule(String),
    /// A `.gitignore` names it, and the project's rules say to follow it.
    Gitignored {
        /// The pattern.
        pattern: String,
        /// The `.gitignore`.
        file: TreePath,
    },
}

impl LeaveOutReason {
    /// The stable name: `rebuildable`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OwnGit => "own-git",
            Self::OwnConfiguration => "own-configuration",
            Self::Rebuildable { .. } => "rebuildable",
            Self::Cache => "cache",
            Self::Rule(_) => "rule",
            Self::Gitignored { .. } => "gitignored",
        }
    }

    /// Whether something in the folder itself is the reason, and may go again.
    pub(crate) fn lies_inside(&self) -> bool {
        match self {
            Self::Cache => true,
            Self::Rebuildable { what, .. } => is_marked_inside(what),
            _ => false,
        }
    }
}

/// As people read it.
impl fmt::Display for LeaveOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnGit => write!(f, "It is the project's own git repository"),
            Self::OwnConfiguration => write!(f, "It is Undercroft's own configuration"),
            Self::Rebuildable { manifest, .. } => {
                write!(f, "It can be made again: there is {manifest}")
            }
            Self::Cache => write!(f, "It is marked as a cache by a CACHEDIR.TAG"),
            Self::Rule(pattern) => {
                write!(f, "The project's rules leave out {}", escape_name(pattern.as_bytes()))
            }
            Self::Gitignored { pattern, file } => {
                write!(f, "{} in {file} names it", escape_name(pattern.as_bytes()))
            }
        }
    }
}

/// The decision on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is versioned.
    Keep,
    /// It is not, nor anything in it.
    LeaveOut(LeaveOutReason),
}

/// Decides what of one workspace is left out. It looks at the disk when asked and remembers
/// nothing; clones share its rules.
#[derive(Debug, Clone)]
pub struct LeaveOut(Arc<Workspace>);

#[derive(Debug)]
struct Workspace {
    root: PathBuf,
    rules: Rules,
    /// The place of Undercroft's own configuration in it.
    own: Option<TreePath>,
}

impl LeaveOut {
    /// For the workspace at `root`.
    pub fn new(root: &Path, rules: &Rules) -> Self {
        let (own, root) = (own_configuration(root), root.to_owned());
        Self(Arc::new(Workspace { root, rules: rules.clone(), own }))
    }

    /// The rules for what lies in the workspace's root.
    pub fn root(&self) -> FolderRules {
        FolderRules::new(self, TreePath::root(), None, Stance::Open)
    }

    /// The rules for what lies in a folder, on the way down to it; nothing when it, or a folder
    /// above it, is left out.
    pub fn folder(&self, path: &TreePath) -> Option<FolderRules> {
        path.names().try_fold(self.root(), |folder, name| folder.enter(name).ok())
    }

    /// Whether what is at `path` is versioned, as far as rules go.
    pub fn is_included(&self, path: &TreePath, is_dir: bool) -> bool {
        let Some((parent, name)) = path.split() else { return true };
        let folder = self.folder(&parent);
        folder.is_some_and(|folder| folder.decide(name, is_dir) == Decision::Keep)
    }
}

/// The decision on a folder itself.
#[derive(Debug, Clone)]
enum Stance {
    /// It is versioned; each entry is looked at.
    Open,
    /// A rule keeps it with all that is in it.
    Kept,
    /// It is left out but for what a rule that reaches into it keeps.
    LeftOut(LeaveOutReason),
}

/// The rules for the entries of one folder. It is cheap to make, and looks at the disk only for
/// names that could be left out; a `.gitignore` is read when something depends on it.
#[derive(Debug, Clone)]
pub struct FolderRules(Arc<Folder>);

#[derive(Debug)]
struct Folder {
    workspace: LeaveOut,
    path: TreePath,
    parent: Option<FolderRules>,
    stance: Stance,
    ignore_file: OnceLock<IgnoreFile>,
    /// Whether a `.gitignore` above names the folder.
    is_ignored: OnceLock<bool>,
}

impl FolderRules {
    fn new(workspace: &LeaveOut, path: TreePath, parent: Option<Self>, stance: Stance) -> Self {
        let (ignore_file, is_ignored) = (OnceLock::new(), OnceLock::new());
        let workspace = workspace.clone();
        Self(Arc::new(Folder { workspace, path, parent, stance, ignore_file, is_ignored }))
    }

    /// The folder.
    pub fn path(&self) -> &TreePath {
        &self.0.path
    }

    /// Decides on the entry `name`. A link to a folder is no folder.
    pub fn decide(&self, name: &[u8], is_dir: bool) -> Decision {
        let why = match is_dir {
            true => self.enter(name).err(),
            false => self.leaves_out_file(name),
        };
        why.map_or(Decision::Keep, Decision::LeaveOut)
    }

    /// The rules for the entries of the folder `name` in this one.
    ///
    /// # Errors
    /// Why it is left out.
    pub fn enter(&self, name: &[u8]) -> std::result::Result<Self, LeaveOutReason> {
        let path = self.0.path.join(name);
        let stance = self.stance_of(&path, name)?;
        Ok(Self::new(&self.0.workspace, path, Some(self.clone()), stance))
    }

    /// Why this folder's own `.gitignore` is not followed, when there is one that is not.
    pub fn gitignore_not_followed(&self) -> Option<NotFollowed> {
        self.ignore_file().not_followed
    }

    fn stance_of(
        &self,
        path: &TreePath,
        name: &[u8],
    ) -> std::result::Result<Stance, LeaveOutReason> {
        if self.is_own_git(name) {
            return Err(LeaveOutReason::OwnGit);
        }
        if self.0.workspace.0.own.as_ref().is_some_and(|own| path.is_in(own)) {
            return Err(LeaveOutReason::OwnConfiguration);
        }
        let rules = self.rules();
        let kept = matches!(self.0.stance, Stance::Kept);
        if kept || patterns::matches(&rules.keep, path, true).is_some() {
            return Ok(Stance::Kept);
        }
        let why = match &self.0.stance {
            Stance::LeftOut(why) => Some(why.clone()),
            _ => self.leaves_out_folder(path),
        };
        match why {
            None => Ok(Stance::Open),
            Some(why) if rules.reaches.iter().any(|reach| reach.goes_below(path)) => {
                Ok(Stance::LeftOut(why))
            }
            Some(why) => Err(why),
        }
    }

    fn leaves_out_folder(&self, path: &TreePath) -> Option<LeaveOutReason> {
        let rules = self.rules();
        if let Some(pattern) = patterns::matches(&rules.leave_out, path, true) {
            return Some(LeaveOutReason::Rule(pattern.to_owned()));
        }
        let root = &self.0.workspace.0.root;
        let is_ignored = || self.is_ignored() || self.ignored_by(path, true).is_some();
        let folder = path.below(root);
        if let Some(Rebuildable { what, manifest }) = rebuildable(root, &folder, is_ignored) {
            return Some(LeaveOutReason::Rebuildable { what, manifest });
        }
        if is_cache(&folder) {
            return Some(LeaveOutReason::Cache);
        }
        self.rules().follow_gitignore.then(|| self.ignored_by(path, true)).flatten()
    }

    fn leaves_out_file(&self, name: &[u8]) -> Option<LeaveOutReason> {
        if self.is_own_git(name) {
            return Some(LeaveOutReason::OwnGit);
        }
        // Elsewhere it is a folder, which is never entered.
        if self.0.workspace.0.own.as_ref().is_some_and(TreePath::is_root) {
            return Some(LeaveOutReason::OwnConfiguration);
        }
        let rules = self.rules();
        let mut why = match &self.0.stance {
            Stance::Kept => return None,
            Stance::LeftOut(why) => Some(why.clone()),
            Stance::Open => None,
        };
        // Most projects have no rules, and most files are asked nothing at all.
        if why.is_none() && rules.leave_out.is_empty() && !rules.follow_gitignore {
            return None;
        }
        let path = self.0.path.join(name);
        if patterns::matches(&rules.keep, &path, false).is_some() {
            return None;
        }
        if why.is_none() {
            let pattern = patterns::matches(&rules.leave_out, &path, false);
            why = pattern.map(|pattern| LeaveOutReason::Rule(pattern.to_owned()));
        }
        if why.is_none() && rules.follow_gitignore && !secrets::is_secret(name) {
            why = self.ignored_by(&path, false);
        }
        why
    }

    /// In the root, whatever it is: in a linked work tree it is a file.
    fn is_own_git(&self, name: &[u8]) -> bool {
        self.0.path.is_root() && name == b".git"
    }

    /// The reason that the nearest `.gitignore` naming `path` gives.
    fn ignored_by(&self, path: &TreePath, is_dir: bool) -> Option<LeaveOutReason> {
        for folder in std::iter::successors(Some(self), |folder| folder.0.parent.as_ref()) {
            let above = folder.0.path.as_bytes().len();
            let below = &path.as_bytes()[above + usize::from(above > 0)..];
            match folder.ignore_file().says(Path::new(OsStr::from_bytes(below)), is_dir) {
                Said::Nothing => {}
                Said::Keep => return None,
                Said::Ignore(pattern) => {
                    let file = folder.0.path.join(b".gitignore");
                    return Some(LeaveOutReason::Gitignored { pattern: pattern.to_owned(), file });
                }
            }
        }
        None
    }

    /// Whether this folder, or one above it, is named by a `.gitignore`.
    fn is_ignored(&self) -> bool {
        let Some(parent) = &self.0.parent else { return false };
        let by_list = || parent.is_ignored() || parent.ignored_by(&self.0.path, true).is_some();
        *self.0.is_ignored.get_or_init(by_list)
    }

    fn ignore_file(&self) -> &IgnoreFile {
        let folder = || self.0.path.below(&self.0.workspace.0.root);
        self.0.ignore_file.get_or_init(|| IgnoreFile::read(&folder()))
    }

    fn rules(&self) -> &Compiled {
        &self.0.workspace.0.rules.0
    }
}
