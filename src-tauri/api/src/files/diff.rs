//! Comparing two files, or two versions of one.

use undercroft_foundation::{Code, Error, Result};
use undercroft_history::{self as history, diff};

use super::wire::{DiffKind, FileAt, FileCompare, FileDiff, Preview, PreviewKind};
use super::{DIFF_BYTES, Found, WHOLE_BYTES};
use crate::Api;

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
            }
            return Ok(shown);
        }
        (shown.old, shown.new) = (before, after);
        Ok(shown)
    }

    /// The text of a side, in UTF-8 where it was in something wider; where a link leads.
    fn text(&self, side: Option<&Found>) -> Result<Vec<u8>> {
        let Some(found) = side else { return Ok(Vec::new()) };
        if let Some(target) = &found.entry.target {
            return Ok(target.clone());
        }
        let content = self.content(found, DIFF_BYTES)?;
        match history::decode(&content, false) {
            Some((text, history::Encoding::Utf16Le | history::Encoding::Utf16Be)) => {
                Ok(text.into_bytes())
            }
            _ => Ok(content),
        }
    }
}

impl FileDiff {
    fn nothing(kind: DiffKind) -> Self {
        Self {
            kind,
            hunks: Vec::new(),
            text: None,
            old: None,
            new: None,
            added_lines: 0,
            removed_lines: 0,
            truncated: false,
        }
    }
}
