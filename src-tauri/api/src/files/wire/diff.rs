//! Comparisons of files on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_history as history;

use super::{FileAt, Preview};

use crate::base::mirror::mirror;

/// Compares two files, or two versions of one.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileCompare {
    /// The file before; left out for one that was not there.
    #[serde(default)]
    pub from: Option<FileAt>,
    /// The file after; left out for one that is gone.
    #[serde(default)]
    pub to: Option<FileAt>,
}

/// Takes one change of a text file of a workspace back, and makes a version.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileRestoreLines {
    /// The workspace.
    pub workspace: String,
    /// The file in it, name by name.
    pub path: Vec<String>,
    /// The version with the lines as they were.
    pub version: String,
    /// The path in that version; the same when left out.
    #[serde(default)]
    pub from_path: Option<Vec<String>>,
    /// The change, counted from 1 as they come in the file.
    #[specta(type = Number)]
    pub change: u64,
    /// The digest of the file when it was compared, from `file_diff`: another content is refused.
    /// Left out by those who take it as it is now.
    #[serde(default)]
    pub digest: Option<String>,
    /// Whether what is there goes to the workspace's trash where no version holds it.
    #[serde(default)]
    pub force: bool,
}

/// The kind of comparison that two files allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DiffKind {
    /// Both sides are text.
    Text,
    /// Both sides are images.
    Image,
    /// Both sides are PDFs.
    Pdf,
    /// At least one side is something else.
    Binary,
    /// At least one side is too large.
    TooLarge,
    /// Both sides are the same.
    Same,
}

/// How two files differ.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileDiff {
    /// The kind of comparison, which decides how the difference is shown.
    pub kind: DiffKind,
    /// The parts that differ, with some lines around them.
    pub hunks: Vec<Hunk>,
    /// The whole text after, line by line as the hunks show it; with them, the text before follows
    /// from it. Left out where a side is large or a hunk is left out.
    #[serde(default)]
    pub text: Option<String>,
    /// The digest of the file after, by which its changes can be taken back one by one: of what is on
    /// disk, where both sides are texts of one encoding and all of their changes are shown.
    #[serde(default)]
    pub digest: Option<String>,
    /// The file before; left out when both sides are text or the same.
    #[serde(default)]
    pub old: Option<Preview>,
    /// The file after; left out when both sides are text or the same.
    #[serde(default)]
    pub new: Option<Preview>,
    /// How many lines are new.
    #[specta(type = Number)]
    pub added_lines: u64,
    /// How many lines are gone.
    #[specta(type = Number)]
    pub removed_lines: u64,
    /// Whether there are more parts than are shown.
    pub truncated: bool,
}

/// A part in which two texts differ.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    /// Its first line before, counted from 1.
    #[specta(type = Number)]
    pub old_start: u64,
    /// How many lines it had before.
    #[specta(type = Number)]
    pub old_lines: u64,
    /// Its first line after, counted from 1.
    #[specta(type = Number)]
    pub new_start: u64,
    /// How many lines it has after.
    #[specta(type = Number)]
    pub new_lines: u64,
    /// The lines, those that are gone before those that are new.
    pub lines: Vec<Line>,
}

/// A line of a comparison.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// On which sides it is.
    pub tag: LineTag,
    /// Its text, without the line break.
    pub text: String,
    /// Its number before, counted from 1.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub old: Option<u64>,
    /// Its number after, counted from 1.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub new: Option<u64>,
    /// The ranges that differ from the line's counterpart: begin and end, in UTF-16 units, as a
    /// browser counts.
    pub spans: Vec<[u32; 2]>,
}

mirror! {
    /// On which sides of a comparison a line is.
    #[serde(rename_all = "camelCase")]
    pub enum LineTag = history::diff::Tag {
        /// On both.
        Same,
        /// Only before.
        Removed,
        /// Only after.
        Added,
    }
}
