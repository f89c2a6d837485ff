//! A version, and the entries in it.

use std::fmt;

use jiff::Timestamp;
use undercroft_foundation::{ProjectId, TreePath, VersionId, WorkspaceId};

/// The id that git gives an object: a SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitId(pub [u8; 20]);

impl fmt::Display for GitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for GitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The place of the bytes of a file version, by their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentId {
    /// A blob in the project's history.
    Git(GitId),
    /// An object in the object store: the SHA-256 of the content, as git-lfs names it.
    Object([u8; 32]),
}

/// The trigger of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The user, or a program for him.
    Manual,
    /// A change that was noticed.
    Automatic,
    /// A restore that was about to change things.
    BeforeRestore,
    /// The beginning of the history.
    Import,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Self; 4] = [Self::Manual, Self::Automatic, Self::BeforeRestore, Self::Import];

    /// The stable name: `before-restore`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automatic => "automatic",
            Self::BeforeRestore => "before-restore",
            Self::Import => "import",
        }
    }

    /// The trigger of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.name() == name)
    }
}

/// The place where the bytes of a file version live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The project's history: code and small text.
    Git,
    /// The object store: large or binary.
    Objects,
    /// Session work, in no version.
    Memory,
}

impl Layer {
    /// The stable name: `objects`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Objects => "objects",
            Self::Memory => "memory",
        }
    }

    /// The layer of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Git, Self::Objects, Self::Memory].into_iter().find(|layer| layer.name() == name)
    }
}

/// Why a file version lives in its layer; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerReason {
    /// The one who saved it asked for it.
    Wish,
    /// A rule of the project.
    Rule,
    /// A path of session work.
    Session,
    /// It is larger than a file in git should be.
    Large,
    /// It is not text.
    Binary,
    /// It looks like a pointer of git-lfs, and would be taken for one.
    Pointer,
    /// Code or text, and small.
    Text,
}

impl LayerReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Wish,
        Self::Rule,
        Self::Session,
        Self::Large,
        Self::Binary,
        Self::Pointer,
        Self::Text,
    ];

    /// The stable name: `large`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wish => "wish",
            Self::Rule => "rule",
            Self::Session => "session",
            Self::Large => "large",
            Self::Binary => "binary",
            Self::Pointer => "pointer",
            Self::Text => "text",
        }
    }

    /// The reason of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The state of a whole workspace at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its id, which it keeps when the history around it is thinned.
    pub id: VersionId,
    /// The project.
    pub project: ProjectId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its place in the order of the project's versions, whatever the clock said.
    pub seq: u64,
    /// When it was made.
    pub time: Timestamp,
    /// The author: `Name <mail>`.
    pub author: String,
    /// The message.
    pub message: String,
    /// The trigger.
    pub trigger: Trigger,
    /// The user's name for it.
    pub name: Option<String>,
    /// The user's remarks.
    pub note: Option<String>,
    /// Whether thinning leaves it alone.
    pub pinned: bool,
    /// The version that it came after.
    pub parent: Option<VersionId>,
    /// Its commit, which thinning may replace.
    pub commit: GitId,
    /// The number of files that it has.
    pub files: u64,
    /// The size of them all.
    pub size_bytes: u64,
    /// The bytes that storing it took.
    pub stored_bytes: u64,
    /// The number of files that it added.
    pub added: u64,
    /// The number of files that it changed.
    pub modified: u64,
    /// The number of files that it removed.
    pub removed: u64,
    /// The number of files that it renamed.
    pub renamed: u64,
}

/// The kind of change of a file between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It has other content.
    Modified,
    /// It is gone.
    Removed,
    /// It was elsewhere before, with the same or similar content.
    Renamed,
    /// Only its mode, times or attributes differ.
    Metadata,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Added, Self::Modified, Self::Removed, Self::Renamed, Self::Metadata];

    /// The stable name: `added`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Metadata => "metadata",
        }
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One file's part in the difference of two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path now; for a removed file, the former one.
    pub path: TreePath,
    /// The former path of a renamed file.
    pub from: Option<TreePath>,
    /// The kind of change.
    pub kind: ChangeKind,
    /// The size now; nothing for a removed file.
    pub size_bytes: Option<u64>,
    /// The layer that holds its bytes; nothing for a removed file.
    pub layer: Option<Layer>,
}

/// The kind of an entry of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Symlink,
    /// A socket, pipe or device: noted, but never brought back.
    Other,
}

/// One entry of a folder in a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its real name.
    pub name: Vec<u8>,
    /// The kind of entry.
    pub kind: EntryKind,
    /// A file's size.
    pub size_bytes: u64,
    /// When it was last modified.
    pub modified: Timestamp,
    /// Its permission bits, setuid and the like included.
    pub mode: u32,
    /// The layer that holds a file's bytes.
    pub layer: Option<Layer>,
    /// Why they live there.
    pub reason: Option<LayerReason>,
    /// The target of a symbolic link.
    pub target: Option<Vec<u8>>,
    /// A file's content.
    pub content: Option<ContentId>,
}
