//! The objects of git, as bytes (git's `gitformat-pack` and Documentation/user-manual, "object
//! storage format"): their ids, trees and commits.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use crate::version::GitId;

/// The kind of an object; the numbers are those of the pack format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ObjectKind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
}

impl ObjectKind {
    fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
        }
    }

    /// The kind of this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        [Self::Commit, Self::Tree, Self::Blob].into_iter().find(|kind| *kind as u8 == number)
    }
}

impl GitId {
    /// The id of an object.
    pub(crate) fn of(kind: ObjectKind, content: &[u8]) -> Self {
        let mut digest = Sha1::new();
        digest.update(format!("{} {}\0", kind.name(), content.len()));
        digest.update(content);
        Self(digest.finalize().into())
    }

    /// The id as the library that reads git wants it.
    pub(crate) fn oid(self) -> git2::Oid {
        git2::Oid::from_bytes(&self.0).unwrap_or(git2::Oid::ZERO_SHA1)
    }
}

impl From<git2::Oid> for GitId {
    fn from(oid: git2::Oid) -> Self {
        let mut id = [0; 20];
        id.copy_from_slice(oid.as_bytes());
        Self(id)
    }
}

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeLine {
    /// The name as it is stored.
    pub(crate) name: Vec<u8>,
    pub(crate) mode: TreeMode,
    pub(crate) id: GitId,
}

/// The kind of entry that a line of a tree points at; the numbers are git's modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeMode {
    Folder = 0o40_000,
    File = 0o100_644,
    Program = 0o100_755,
    Symlink = 0o120_000,
}

impl TreeMode {
    fn from_text(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"40000" => Self::Folder,
            b"100644" => Self::File,
            b"100755" => Self::Program,
            b"120000" => Self::Symlink,
            _ => return None,
        })
    }
}

/// The content of a tree; puts `lines` into git's order.
pub(crate) fn encode_tree(lines: &mut [TreeLine]) -> Vec<u8> {
    lines.sort_unstable_by(|a, b| order_key(a).cmp(order_key(b)));
    let mut content = Vec::with_capacity(lines.iter().map(|line| line.name.len() + 28).sum());
    lines.iter().for_each(|line| push_line(&mut content, line));
    content
}

fn push_line(content: &mut Vec<u8>, line: &TreeLine) {
    content.extend_from_slice(format!("{:o} ", line.mode as u32).as_bytes());
    content.extend_from_slice(&line.name);
    content.push(0);
    content.extend_from_slice(&line.id.0);
}

/// git sorts folders as if their names ended in a slash.
fn order_key(line: &TreeLine) -> impl Iterator<Item = &u8> {
    let slash: &[u8] = if line.mode == TreeMode::Folder { b"/" } else { b"" };
    line.name.iter().chain(slash)
}

/// A line of a tree as it lies there.
pub(crate) struct RawLine<'t> {
    mode: &'t [u8],
    pub(crate) name: &'t [u8],
    id: &'t [u8],
    /// All of it.
    pub(crate) bytes: &'t [u8],
}

impl RawLine<'_> {
    /// The line; nothing when it is of a kind that we never write.
    pub(crate) fn owned(&self) -> Option<TreeLine> {
        let id = GitId(self.id.try_into().ok()?);
        Some(TreeLine { name: self.name.to_vec(), mode: TreeMode::from_text(self.mode)?, id })
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.mode == b"40000"
    }
}

/// The lines of a tree, up to its end or to what is no line.
pub(crate) fn lines_of(mut tree: &[u8]) -> impl Iterator<Item = RawLine<'_>> {
    std::iter::from_fn(move || {
        let space = tree.iter().position(|byte| *byte == b' ')?;
        let end = space + 1 + tree[space + 1..].iter().position(|byte| *byte == 0)?;
        let (bytes, rest) = tree.split_at_checked(end + 21)?;
        tree = rest;
        let (mode, name, id) = (&bytes[..space], &bytes[space + 1..end], &bytes[end + 1..]);
        Some(RawLine { mode, name, id, bytes })
    })
}

/// The lines of a tree; nothing when it is none, or holds what we never write.
pub(crate) fn decode_tree(content: &[u8]) -> Option<Vec<TreeLine>> {
    let mut lines = Vec::with_capacity(content.len() / 32);
    let mut read = 0;
    for line in lines_of(content) {
        read += line.bytes.len();
        lines.push(line.owned()?);
    }
    (read == content.len()).then_some(lines)
}

/// Changed lines of a tree, by name; nothing for those that go.
pub(crate) type TreeEdits = BTreeMap<Vec<u8>, Option<TreeLine>>;

/// A tree with some lines changed; nothing when it is none.
pub(crate) fn edit_tree(tree: &[u8], edits: TreeEdits) -> Option<Vec<u8>> {
    let mut edited = Vec::with_capacity(tree.len() + 64);
    let (mut read, mut left) = (0, edits.values().flatten().count());
    for line in lines_of(tree) {
        read += line.bytes.len();
        match edits.get(line.name) {
            None => edited.extend_from_slice(line.bytes),
            Some(Some(new)) if line.is_folder() == (new.mode == TreeMode::Folder) => {
                push_line(&mut edited, new);
                left -= 1;
            }
            Some(_) => {}
        }
    }
    if left == 0 && read == tree.len() {
        return Some(edited);
    }
    // Some have their place elsewhere.
    Some(edit_lines(decode_tree(tree)?, edits))
}

/// The tree of these lines, with some changed.
pub(crate) fn edit_lines(mut lines: Vec<TreeLine>, edits: TreeEdits) -> Vec<u8> {
    lines.retain(|line| !edits.contains_key(&line.name));
    lines.extend(edits.into_values().flatten());
    encode_tree(&mut lines)
}
