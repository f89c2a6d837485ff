//! The files of versions: listing, showing, comparing, and saving new ones.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use undercroft_foundation::{Code, Error, Job, Result, escape_name};
use undercroft_history::{self as history, SaveOrder, TreePath, diff};
use undercroft_library::JobKind;

use crate::Api;
use crate::convert::history as to_wire;
use crate::convert::history::tree_path;
use crate::wire::{
    Conflict, DiffKind, FileAt, FileCompare, FileContent, FileDelete, FileDiff, FileListing,
    FileSave, FileUpload, JobView, PlacePurpose, Preview, PreviewKind, Saved,
};

/// Images up to this size are shown.
const IMAGE_BYTES: u64 = 16 << 20;
/// Text files up to this size are compared by line.
const DIFF_BYTES: u64 = 16 << 20;
/// Content up to this size is held in memory for the next time.
const CACHED_BYTES: u64 = 4 << 20;
/// Files up to this size travel in one reply.
const LOAD_BYTES: u64 = 64 << 20;

/// The side on which a file is looked at.
pub(crate) enum Side {
    /// In a version.
    Version(history::Version),
    /// On disk.
    Disk(history::Workspace),
}

/// A file or folder of one side.
struct Found {
    side: Side,
    path: TreePath,
    entry: history::Entry,
}

impl Api {
    /// Lists a folder in a version, or on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn file_list(&self, request: FileAt) -> Result<FileListing> {
        let path = tree_path(&request.path)?;
        let side = self.find_side(&request.version, None)?;
        let mut entries = match &side {
            Side::Version(version) => self.0.history.reader().list(version.id, &path)?,
            Side::Disk(workspace) => self.0.history.reader().list_disk(workspace.id, &path)?,
        };
        entries.sort_by_key(|entry| entry.kind != history::EntryKind::Folder);
        Ok(FileListing {
            version: match side {
                Side::Version(version) => Some(version.id.to_string()),
                Side::Disk(_) => None,
            },
            path: to_wire::names(&path),
            entries: entries.into_iter().map(to_wire::entry).collect(),
        })
    }

    /// Shows a file of a version, or on disk: its text, its picture, or its first bytes.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn file_preview(&self, request: FileAt) -> Result<Preview> {
        self.preview(&self.find_file(&request, None)?)
    }

    /// Gives the whole content of a file of a version, or on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is no file or too large for one reply.
    pub fn file_load(&self, request: FileAt) -> Result<FileContent> {
        let found = self.find_file(&request, None)?;
        if found.entry.size_bytes > LOAD_BYTES {
            return Err(Error::new(Code::Invalid, format!("{} is too large to load", found.path))
                .next("Restore it to a folder instead"));
        }
        let content = self.content(&found, LOAD_BYTES + 1)?;
        Ok(FileContent {
            size_bytes: content.len() as u64,
            base64: BASE64_STANDARD.encode(content),
        })
    }

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

    /// Saves a file of a workspace and makes a version.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], [`Code::NotKept`] when no version holds what is there
    /// and it is not forced, and whatever keeps it from being stored.
    pub fn file_save(&self, request: FileSave) -> Result<Saved> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let content = decode(&request.base64)?;
        let mut order = order(request.message);
        order.layer = request.layer.map(history::Layer::from);
        let (history, unsaved) = (&self.0.history, unsaved_policy(request.force));
        let job = Job::new();
        let written =
            history.writer().put_file(workspace.id, &path, &content, order, unsaved, &job)?;
        Ok(saved(written, &job))
    }

    /// Deletes a file or folder of a workspace and makes a version.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], [`Code::NotKept`] when no version holds all of it and
    /// it is not forced, and whatever keeps it from being stored.
    pub fn file_delete(&self, request: FileDelete) -> Result<Saved> {
        let workspace = self.find_workspace(&request.workspace)?;
        let path = tree_path(&request.path)?;
        let order = order(request.message);
        let (history, unsaved) = (&self.0.history, unsaved_policy(request.force));
        let job = Job::new();
        let written = history.writer().delete_file(workspace.id, &path, order, unsaved, &job)?;
        Ok(saved(written, &job))
    }

    /// Copies files and folders into a workspace and makes one version of them.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`].
    pub fn file_upload(&self, request: FileUpload) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let folder = tree_path(&request.folder)?;
        let place = |id: &String| self.0.places.resolve(id, PlacePurpose::Upload);
        let sources = request.places.iter().map(place).collect::<Result<Vec<_>>>()?;
        let conflict = request.conflict.into();
        let title = format!("Copy into {}", self.name_of(&workspace)?);
        let spec = self.job_spec(JobKind::Upload, title, &workspace);
        self.spawn(spec, move |history, job| {
            history.writer().upload(workspace.id, &folder, &sources, conflict, job)
        })
    }

    /// The side that `text` means: a version, or what is on disk of a workspace. `now` alone is the
    /// disk of the workspace that the version `beside` is of.
    pub(crate) fn find_side(&self, text: &str, beside: Option<&str>) -> Result<Side> {
        if let Some(workspace) = text.strip_prefix("now:") {
            return Ok(Side::Disk(self.find_workspace(workspace)?));
        }
        match (text, beside) {
            ("now", Some(other)) => {
                let workspace = self.find_version(other)?.workspace;
                Ok(Side::Disk(self.0.history.workspace(workspace)?))
            }
            _ => Ok(Side::Version(self.find_version(text)?)),
        }
    }

    fn find_file(&self, at: &FileAt, beside: Option<&str>) -> Result<Found> {
        let path = tree_path(&at.path)?;
        let side = self.find_side(&at.version, beside)?;
        let entry = match &side {
            Side::Version(version) => self.0.history.reader().entry(version.id, &path)?,
            Side::Disk(workspace) => self.0.history.reader().disk_entry(workspace.id, &path)?,
        };
        Ok(Found { side, path, entry })
    }

    /// The content of a file, or its first `most` bytes.
    fn content(&self, found: &Found, most: u64) -> Result<Vec<u8>> {
        match &found.side {
            Side::Version(version) => match &found.entry.content {
                Some(content) if found.entry.size_bytes <= CACHED_BYTES.min(most) => {
                    let whole = || {
                        let content =
                            self.0.history.reader().read(version.id, &found.path, None)?;
                        Ok(Arc::from(content))
                    };
                    Ok(self.0.cache.read_or(content, whole)?.to_vec())
                }
                _ => self.0.history.reader().read(version.id, &found.path, Some(most)),
            },
            Side::Disk(workspace) => {
                self.0.history.reader().read_disk(workspace.id, &found.path, Some(most))
            }
        }
    }

    fn preview(&self, found: &Found) -> Result<Preview> {
        let entry = &found.entry;
        let mut shown = Preview::nothing(PreviewKind::Folder, entry.size_bytes);
        match entry.kind {
            history::EntryKind::Folder => return Ok(shown),
            history::EntryKind::Other => shown.kind = PreviewKind::Binary,
            history::EntryKind::Symlink => {
                shown.kind = PreviewKind::Link;
                shown.text = entry.target.as_deref().map(escape_name);
            }
            history::EntryKind::File => {
                let head = self.content(found, history::PREVIEW_HEAD as u64)?;
                let preview = history::preview(&head, &entry.name, entry.size_bytes);
                self.fill(&mut shown, preview, found)?;
            }
        }
        Ok(shown)
    }

    fn fill(&self, shown: &mut Preview, from: history::Preview, found: &Found) -> Result<()> {
        shown.truncated = from.truncated;
        match from.kind {
            history::PreviewKind::Text { text, language, .. } => {
                shown.kind = PreviewKind::Text;
                shown.text = Some(text);
                shown.language = language.map(str::to_owned);
            }
            history::PreviewKind::Binary { hex } => {
                shown.kind = PreviewKind::Binary;
                shown.hex = Some(hex);
            }
            history::PreviewKind::Image { mime } => {
                shown.mime = Some(mime.to_owned());
                shown.kind = PreviewKind::TooLarge;
                if from.size_bytes <= IMAGE_BYTES {
                    shown.kind = PreviewKind::Image;
                    shown.truncated = false;
                    shown.base64 = Some(BASE64_STANDARD.encode(self.content(found, IMAGE_BYTES)?));
                }
            }
        }
        Ok(())
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
            let compared = diff::text(&self.text(old)?, &self.text(new)?, diff::Options::default());
            shown.truncated = compared.truncated;
            (shown.added_lines, shown.removed_lines) =
                (compared.added_lines, compared.removed_lines);
            shown.hunks = compared.hunks.into_iter().map(to_wire::hunk).collect();
            if shown.hunks.is_empty() && !shown.truncated {
                shown.kind = DiffKind::Same;
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

/// Bytes that travelled as base64.
pub(crate) fn decode(base64: &str) -> Result<Vec<u8>> {
    BASE64_STANDARD
        .decode(base64)
        .map_err(|source| Error::new(Code::Invalid, "The content is not in base64").because(source))
}

fn order(message: Option<String>) -> SaveOrder {
    SaveOrder::new(history::Trigger::Manual, message.unwrap_or_default())
}

fn unsaved_policy(force: bool) -> history::UnsavedPolicy {
    if force { history::UnsavedPolicy::ToTrash } else { history::UnsavedPolicy::Ask }
}

fn saved(written: history::WriteOutcome, job: &Job) -> Saved {
    let history::WriteOutcome { version, changed, trashed } = written;
    let warnings = job.warnings().into_iter().map(crate::convert::warning).collect();
    Saved { version: version.map(to_wire::version), changed, trashed, warnings }
}

impl Preview {
    fn nothing(kind: PreviewKind, size_bytes: u64) -> Self {
        Self {
            kind,
            text: None,
            language: None,
            mime: None,
            base64: None,
            hex: None,
            size_bytes,
            truncated: false,
        }
    }
}

impl FileDiff {
    fn nothing(kind: DiffKind) -> Self {
        Self {
            kind,
            hunks: Vec::new(),
            old: None,
            new: None,
            added_lines: 0,
            removed_lines: 0,
            truncated: false,
        }
    }
}

impl From<Conflict> for history::Conflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Ask => Self::Ask,
            Conflict::Replace => Self::Replace,
            Conflict::KeepBoth => Self::KeepBoth,
            Conflict::Skip => Self::Skip,
        }
    }
}
