//! Session work as a file of text: one JSON object a line.
//!
//! The first line says what it is, `{"undercroft":"session work","version":1}`. Each further line
//! is a piece of work, in the order of writing:
//! `{"project":…,"kind":"draft","path":…,"modified":…,"text":…}`, where the path is escaped as
//! everywhere in Undercroft, the time is RFC 3339, and content that is not UTF-8 is `"hex"`
//! instead of `"text"`. The last line, `{"end":N}`, says how many pieces there are, so that half a
//! file is not taken for a whole one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, IoContext, ProjectId, Result, TreePath, escape_name, escape_path, open_input,
    replace_file, text, unescape_name,
};

use super::record::{SessionKey, SessionKind};
use super::session::SessionWork;

const WHAT: &str = "session work";
const VERSION: u32 = 1;
/// No line is longer: the largest content, each byte of it escaped.
const LINE_BYTES: u64 = 256 * 1024 * 1024;

/// The result of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// The number of pieces.
    pub items: u64,
    /// The size of them all.
    pub size_bytes: u64,
}

/// The result of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// The number of pieces that were taken.
    pub taken: u64,
    /// The number of those that were not, because what is here is as new, or newer.
    pub kept: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    undercroft: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Tail {
    end: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    project: ProjectId,
    kind: String,
    path: String,
    modified: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
}

/// A piece that was read.
struct Piece {
    key: SessionKey,
    modified: Timestamp,
    content: Arc<[u8]>,
}

impl SessionWork {
    /// Writes the work of a project, or all, to the file at `path`, durably.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn export(&self, project: Option<ProjectId>, path: &Path) -> Result<Exported> {
        let mut text = Vec::new();
        let mut exported = Exported::default();
        push_line(&mut text, &Head { undercroft: WHAT.to_owned(), version: VERSION })?;
        for (key, item) in self.snapshot(project)? {
            exported.items += 1;
            exported.size_bytes += item.content.len() as u64;
            let utf8 = std::str::from_utf8(&item.content).ok().map(str::to_owned);
            let hex = utf8.is_none().then(|| hex::encode(&item.content));
            let line = Line {
                project: key.project,
                kind: key.kind.name().to_owned(),
                path: escape_name(key.path.as_bytes()),
                modified: item.modified,
                text: utf8,
                hex,
            };
            push_line(&mut text, &line)?;
        }
        push_line(&mut text, &Tail { end: exported.items })?;
        replace_file(path, &text, 0o600)?;
        Ok(exported)
    }

    /// Takes in what [`SessionWork::export`] wrote, with its times. What is here and as new, or
    /// newer, stays. From a file that is not whole nothing is taken.
    ///
    /// # Errors
    /// [`Code::Invalid`] for another file, [`Code::Damaged`] for half of one, [`Code::TooNew`];
    /// those of [`SessionWork::write`], before which some of it may have been taken.
    pub fn import(&self, path: &Path) -> Result<Imported> {
        self.take_in(read_all(path)?)
    }

    /// Takes in the work of one project that came back from an archive, as if it were written now:
    /// else what lay there for long would be cleared away at once. Work of other projects in the
    /// file is passed over.
    ///
    /// # Errors
    /// The errors of [`SessionWork::import`].
    pub fn import_archived(&self, project: ProjectId, path: &Path) -> Result<Imported> {
        let now = self.now();
        let mut pieces = read_all(path)?;
        pieces.retain(|piece| piece.key.project == project);
        pieces.iter_mut().for_each(|piece| piece.modified = piece.modified.max(now));
        let mut taken = Imported::default();
        let mut missing = Vec::new();
        for piece in pieces {
            // What is here was written since.
            match self.read(&piece.key)? {
                Some(_) => taken.kept += 1,
                None => missing.push(piece),
            }
        }
        let imported = self.take_in(missing)?;
        Ok(Imported { taken: imported.taken, kept: imported.kept + taken.kept })
    }

    fn take_in(&self, pieces: Vec<Piece>) -> Result<Imported> {
        let mut imported = Imported::default();
        for piece in pieces {
            let here = self.read(&piece.key)?;
            if here.is_some_and(|here| here.modified >= piece.modified) {
                imported.kept += 1;
                continue;
            }
            self.write_at(&piece.key, piece.content, piece.modified)?;
            imported.taken += 1;
        }
        self.sync()?;
        Ok(imported)
    }
}

fn push_line(text: &mut Vec<u8>, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *text, line)
        .map_err(|source| Error::new(Code::Internal, "Cannot write drafts").because(source))?;
    text.push(b'\n');
    Ok(())
}

fn read_all(path: &Path) -> Result<Vec<Piece>> {
    let mut file = BufReader::new(open_input(path)?);
    let damaged = || {
        Error::new(Code::Damaged, text!("Cannot import {path}", path = escape_path(path)))
            .why("The file is not whole")
            .next("Export it again")
    };
    let head = next_line(&mut file, path)?.unwrap_or_default();
    let head = serde_json::from_slice::<Head>(&head).ok().filter(|head| head.undercroft == WHAT);
    let Some(head) = head else {
        let what = text!("Cannot import {path}", path = escape_path(path));
        return Err(Error::new(Code::Invalid, what)
            .why("It is no export of drafts")
            .next("Choose a file that `undercroft memory export` wrote"));
    };
    if head.version > VERSION {
        let what = text!("Cannot import {path}", path = escape_path(path));
        return Err(Error::new(Code::TooNew, what));
    }
    let mut pieces = Vec::new();
    while let Some(line) = next_line(&mut file, path)? {
        if let Ok(tail) = serde_json::from_slice::<Tail>(&line) {
            let is_last = next_line(&mut file, path)?.is_none();
            let is_whole = is_last && tail.end == pieces.len() as u64;
            return if is_whole { Ok(pieces) } else { Err(damaged()) };
        }
        pieces.push(piece_of(&line).ok_or_else(damaged)?);
    }
    Err(damaged())
}

fn next_line(file: &mut BufReader<File>, path: &Path) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    file.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).at("read", path)?;
    Ok((!line.is_empty()).then_some(line))
}

fn piece_of(line: &[u8]) -> Option<Piece> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let content = match (line.text, line.hex) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(hex)) => hex::decode(hex).ok()?,
        _ => return None,
    };
    let key = SessionKey {
        project: line.project,
        kind: SessionKind::from_name(&line.kind)?,
        path: TreePath::new(&unescape_name(&line.path)?).ok()?,
    };
    Some(Piece { key, modified: line.modified, content: Arc::from(content) })
}
