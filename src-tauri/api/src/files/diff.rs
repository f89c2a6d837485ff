//! Comparing two files, or two versions of one, and taking single changes back.

use undercroft_foundation::{Code, Error, Job, Result, escape_name, text};
use undercroft_history::{self as history, LinesBack, diff};

use super::saving::{order, saved, unsaved_policy};
use super::wire::{
    DiffKind, FileAt, FileCompare, FileDiff, FileRestoreLines, Preview, PreviewKind, Saved,
};
use super::{DIFF_BYTES, Found, WHOLE_BYTES};
use crate::Api;
use crate::base::names::tree_path;
use crate::versions::finding::Side;

impl Api {
    /// Compares two files, or two versions of one.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] when neither side is given.
    pub fn file_diff(&self, request: FileCompare) -> Result<FileDiff> {
        let FileCompare { from, to } = request;
        let beside = |other: &Option<FileAt>| other.as_ref().map(|at| at.version.clone());
        let find = |at: &Option<FileAt>, other: &Option<FileAt>| {
            at.as_ref().map(|at| self.find_file(at, beside(other).as_deref())).transpose()
        };
        let (old, new) = (find(&from, &to)?, find(&to, &from)?);
        if old.is_none() && new.is_none() {
            return Err(Error::new(Code::Invalid, "There is nothing to compare")
                .next("Give the side before, the side after, or both"));
        }
        self.diff(old.as_ref(), new.as_ref())
    }

    fn diff(&self, old: Option<&Found>, new: Option<&Found>) -> Result<FileDiff> {
        let mut shown = FileDiff::nothing(DiffKind::Same);
        if let (Some(old), Some(new)) = (old, new)
            && old.entry.content.is_some()
            && old.entry.content == new.entry.content
        {
            return Ok(shown);
        }
        let preview = |side: Option<&Found>| side.map(|found| self.preview(found)).transpose();
        let (before, after) = (preview(old)?, preview(new)?);
        let sides = || [&before, &after].into_iter().flatten();
        let is_large = |side: &Preview| {
            side.kind == PreviewKind::TooLarge
                || (side.kind == PreviewKind::Text && side.size_bytes > DIFF_BYTES)
        };
        shown.kind = if sides().any(is_large) {
            DiffKind::TooLarge
        } else if sides().all(|side| matches!(side.kind, PreviewKind::Text | PreviewKind::Link)) {
            DiffKind::Text
        } else if sides().all(|side| side.kind == PreviewKind::Image) {
            DiffKind::Image
        } else if sides().all(|side| side.kind == PreviewKind::Pdf) {
            DiffKind::Pdf
        } else {
            DiffKind::Binary
        };
        if shown.kind == DiffKind::Text {
            let (before, after) = (self.text(old)?, self.text(new)?);
            let compared = diff::text(&before, &after, diff::Options::default());
            shown.truncated = compared.truncated;
            let is_whole = !compared.truncated && before.len().max(after.len()) <= WHOLE_BYTES;
            shown.text = if is_whole { diff::whole(&after) } else { None };
            (shown.added_lines, shown.removed_lines) =
                (compared.added_lines, compared.removed_lines);
            shown.hunks = compared.hunks.into_iter().map(Into::into).collect();
            if shown.hunks.is_empty() && !shown.truncated {
                (shown.kind, shown.text) = (DiffKind::Same, None);
            } else if !shown.truncated {
                shown.digest = self.digest_of_lines(old, new)?;
            }
            return Ok(shown);
        }
        (shown.old, shown.new) = (before, after);
        if !matches!(shown.kind, DiffKind::Image | DiffKind::Pdf) {
            // Of what is not shown side by side, only the sizes are told.
            for side in [&mut shown.old, &mut shown.new].into_iter().flatten() {
                side.base64 = None;
            }
        }
        Ok(shown)
    }

    /// The text of a side, in UTF-8 where it was in something wider; where a link leads.
    fn text(&self, side: Option<&Found>) -> Result<Vec<u8>> {
        let Some(found) = side else { return Ok(Vec::new()) };
        if let Some(target) = &found.entry.target {
            return Ok(target.clone());
        }
        let content = self.content(found, DIFF_BYTES)?;
        Ok(history::decode_wide(&content).map_or(content, |(text, _)| text.into_bytes()))
    }

    /// The digest of a side whose changes against the other can be taken back one by one.
    fn digest_of_lines(&self, old: Option<&Found>, new: Option<&Found>) -> Result<Option<String>> {
        let is_file = |found: &Found| found.entry.kind == history::EntryKind::File;
        let (Some(old), Some(new)) = (old.filter(|it| is_file(it)), new.filter(|it| is_file(it)))
        else {
            return Ok(None);
        };
        if !matches!(new.side, Side::Disk(_)) {
            return Ok(None);
        }
        let (old, new) = (self.content(old, DIFF_BYTES)?, self.content(new, DIFF_BYTES)?);
        let wide = |content: &[u8]| history::decode_wide(content).map(|(_, encoding)| encoding);
        Ok((wide(&old) == wide(&new)).then(|| history::content_digest(&new)))
    }

    /// Takes one change of a text file of a workspace back, and makes a version.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Invalid`] when the file has changed since it was looked at, or is
    /// no text; [`Code::NotKept`] when no version holds what is there and it is not forced.
    pub fn file_restore_lines(&self, request: FileRestoreLines) -> Result<Saved> {
        let FileRestoreLines { workspace, path, version, from_path, change, digest, force } =
            request;
        let workspace = self.find_workspace(&workspace)?;
        let from = FileAt { version, path: from_path.unwrap_or_else(|| path.clone()) };
        let found = self.find_file(&from, None)?;
        if found.entry.kind != history::EntryKind::File || found.entry.size_bytes > DIFF_BYTES {
            return Err(Error::new(
                Code::Invalid,
                text!("{path} is no text to compare", path = found.path),
            )
            .next("Restore it whole instead"));
        }
        let before = self.content(&found, DIFF_BYTES)?;
        let path = tree_path(&path)?;
        let lines = LinesBack { path: &path, before: &before, change, seen: digest.as_deref() };
        let name = path.split().map_or_else(String::new, |(_, name)| escape_name(name));
        let order = order(Some(format!("Restore lines of {name}")));
        let (job, unsaved) = (Job::new(), unsaved_policy(force));
        let written =
            self.0.history.writer().restore_lines(workspace.id, lines, order, unsaved, &job)?;
        Ok(saved(written, &job))
    }
}

impl FileDiff {
    fn nothing(kind: DiffKind) -> Self {
        Self {
            kind,
            hunks: Vec::new(),
            text: None,
            digest: None,
            old: None,
            new: None,
            added_lines: 0,
            removed_lines: 0,
            truncated: false,
        }
    }
}
