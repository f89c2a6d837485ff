//! Finds files of a version by name and by text.

use std::io::Read;

use undercroft_foundation::{Job, ProjectId, Result, TreePath, VersionId};

use crate::browse::preview::decode;
use crate::objects::pointer::object_of;
use crate::store::{HistoryStore, ObjectKind};
use crate::version::{ContentId, EntryKind, GitId, Layer, LayerReason};
use crate::versions::reading::HistoryReader;

/// Of longer files only the beginning is searched.
const SEARCHED_BYTES: u64 = 16 << 20;

/// By so much of its beginning it is decided whether a file is text.
const HEAD: usize = 8000;

/// The number of files that are searched between two looks at how many were found.
const BATCH: usize = 256;

/// The number of lines of one file that are told.
const LINES_OF_A_FILE: usize = 50;

/// The number of characters of a line that are shown, and of those before what was found.
const SHOWN: usize = 200;
const SHOWN_BEFORE: usize = 60;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHit {
    /// The file, or, by name, the folder.
    pub path: TreePath,
    /// The number of the line, from 1.
    pub line: Option<u64>,
    /// The line, without the blanks around it; of a long one, the part around what was found.
    pub preview: Option<String>,
}

/// The text that is searched for: upper and lower case are the same.
struct Sought {
    /// In lower case.
    text: String,
    /// The number of lines of one file that are told.
    lines: usize,
}

/// A file whose content is to be searched.
struct Searched {
    path: TreePath,
    blob: GitId,
    layer: Layer,
}

impl HistoryReader {
    /// Finds what has `text` in its name, or, where the text has a `/`, in its path; or else the
    /// lines of text files that have it. At most `limit` of them.
    ///
    /// Files that were stored as binary are not searched, as with git. Files that cannot be read
    /// become warnings of the job.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Cancelled`].
    pub fn search(
        &self,
        version: VersionId,
        text: &str,
        in_content: bool,
        limit: usize,
        job: &Job,
    ) -> Result<Vec<FileHit>> {
        self.find(version, &Sought::new(text, LINES_OF_A_FILE), in_content, limit, job)
    }

    /// Finds the text files that have `text`, at most `limit` of them, each with the first line that
    /// has it.
    ///
    /// # Errors
    /// The hits of [`HistoryReader::search`].
    pub fn first_lines(
        &self,
        version: VersionId,
        text: &str,
        limit: usize,
        job: &Job,
    ) -> Result<Vec<FileHit>> {
        self.find(version, &Sought::new(text, 1), true, limit, job)
    }

    fn find(
        &self,
        version: VersionId,
        sought: &Sought,
        in_content: bool,
        limit: usize,
        job: &Job,
    ) -> Result<Vec<FileHit>> {
        let (store, root) = self.root_of(version)?;
        let project = self.history.version(version)?.project;
        let (mut hits, mut batch) = (Vec::new(), Vec::new());
        let mut open = vec![(TreePath::root(), root)];
        while let Some((path, folder)) = open.pop() {
            job.check_cancelled()?;
            let view = folder.view(&store)?;
            let mut folders = Vec::new();
            for line in &view.entries.lines {
                let path = path.join(&line.name);
                if !in_content && sought.is_in_path(&path) {
                    hits.push(FileHit { path: path.clone(), line: None, preview: None });
                }
                match (line.kind, line.layer, view.blob(&line.name)) {
                    (EntryKind::Folder, ..) => folders.push((path, view.folder(&line.name))),
                    (EntryKind::File, Some((layer, reason)), Some((_, blob)))
                        if in_content && reason != LayerReason::Binary =>
                    {
                        batch.push(Searched { path, blob, layer });
                    }
                    _ => {}
                }
            }
            open.extend(folders.into_iter().rev());
            if batch.len() >= BATCH || open.is_empty() {
                let files = std::mem::take(&mut batch);
                hits.extend(self.search_files(&store, project, &files, sought, job)?);
            }
            if hits.len() >= limit {
                break;
            }
        }
        hits.truncate(limit);
        Ok(hits)
    }

    /// Searches files side by side; what is found is in their order.
    fn search_files(
        &self,
        store: &HistoryStore,
        project: ProjectId,
        files: &[Searched],
        sought: &Sought,
        job: &Job,
    ) -> Result<Vec<FileHit>> {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let share = files.len().div_ceil(threads).max(1);
        let search = |files: &[Searched]| -> Result<Vec<FileHit>> {
            let mut hits = Vec::new();
            for file in files {
                job.check_cancelled()?;
                match self.text_of(store, project, file, sought) {
                    Ok(Some(text)) => hits.extend(sought.lines_of(&file.path, &text)),
                    Ok(None) => {}
                    Err(error) => job.warn(file.path.to_string(), error.sentence()),
                }
                job.add_files_done(1);
            }
            Ok(hits)
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                files.chunks(share).map(|files| scope.spawn(move || search(files))).collect();
            let mut hits = Vec::new();
            for thread in threads {
                match thread.join() {
                    Ok(found) => hits.extend(found?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(hits)
        })
    }

    /// The text of a file; nothing when it is none, or has nothing of what is sought.
    fn text_of(
        &self,
        store: &HistoryStore,
        project: ProjectId,
        file: &Searched,
        sought: &Sought,
    ) -> Result<Option<String>> {
        let mut bytes = store.read(ObjectKind::Blob, file.blob)?;
        if file.layer == Layer::Objects
            && let Some(digest) = object_of(&bytes)
        {
            let mut content = self.open_content(project, &ContentId::Object(digest))?;
            bytes.clear();
            // Of what is no text, no more is read than shows it.
            for most in [HEAD as u64, SEARCHED_BYTES] {
                let part = (&mut content).take(most).read_to_end(&mut bytes);
                part.map_err(crate::versions::reading::content_error)?;
                if decode(&bytes[..bytes.len().min(HEAD)], true).is_none() {
                    return Ok(None);
                }
            }
        }
        if sought.is_surely_not_in(&bytes) {
            return Ok(None);
        }
        Ok(decode(&bytes, true).map(|(text, _)| text))
    }
}

impl Sought {
    fn new(text: &str, lines: usize) -> Self {
        Self { text: text.to_lowercase(), lines }
    }

    /// The place in a text in lower case, in bytes.
    fn find(&self, text: &str) -> Option<usize> {
        text.find(&self.text)
    }

    /// A quick look, which is enough for most files.
    fn is_surely_not_in(&self, bytes: &[u8]) -> bool {
        if !self.text.is_ascii() {
            return false;
        }
        let folded = bytes.to_ascii_lowercase();
        std::str::from_utf8(&folded).is_ok_and(|text| self.find(text).is_none())
    }

    fn is_in_path(&self, path: &TreePath) -> bool {
        let place =
            if self.text.contains('/') { path.as_bytes() } else { path.name().unwrap_or_default() };
        self.find(&String::from_utf8_lossy(place).to_lowercase()).is_some()
    }

    fn lines_of(&self, path: &TreePath, text: &str) -> Vec<FileHit> {
        // Most files have none.
        if self.text.is_empty() || self.find(&text.to_lowercase()).is_none() {
            return Vec::new();
        }
        let hit = |(number, line): (usize, &str)| {
            let line = line.trim();
            let folded = line.to_lowercase();
            let at = self.find(&folded)?;
            // Folding may change how many bytes a character has, but hardly how many there are.
            let preview = part(line, folded[..at].chars().count());
            Some(FileHit {
                path: path.clone(),
                line: Some(number as u64 + 1),
                preview: Some(preview),
            })
        };
        text.lines().enumerate().filter_map(hit).take(self.lines).collect()
    }
}

/// The part of a line around the character at `at`.
fn part(line: &str, at: usize) -> String {
    let start = if at + SHOWN_BEFORE < SHOWN { 0 } else { at - SHOWN_BEFORE };
    line.chars().skip(start).take(SHOWN).collect()
}
