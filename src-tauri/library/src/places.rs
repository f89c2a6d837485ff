//! `places.json`: below which folders a library that was recovered may work. Whoever wrote
//! the backup chose what it records: the folders of projects, workspaces and destinations. So a
//! recovery makes this file anew and each recorded place waits until the user has confirmed it. A
//! library that was never recovered has no such file, and waits for nothing.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Result, canonicalize_missing, canonicalize_or_keep, escape_path,
    reach_write_point, replace_file, text, unescape_path,
};

use crate::events::NewEvent;
use crate::library::Library;

const FILE: &str = "places.json";
/// Tells every process that what waited for a place may go on.
const CONFIRMED: &str = "workspace.places-confirmed";

impl Library {
    /// Lets nothing that the library records be used from now on but what lies below these places.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    pub fn require_confirmation(&self, confirmed: &[PathBuf]) -> Result<()> {
        let places: Vec<_> = confirmed.iter().map(|it| canonicalize_or_keep(it)).collect();
        self.change_places(|known| *known = Some(places))
    }

    /// Lets what the library records below a place be used. The user named it, or saw it.
    ///
    /// # Errors
    /// Whatever keeps the file from being read or written.
    pub fn confirm_place(&self, path: &Path) -> Result<()> {
        if self.is_confirmed(path)? {
            return Ok(());
        }
        self.change_places(|known| {
            if let Some(known) = known {
                known.push(canonicalize_or_keep(path));
            }
        })?;
        let text = text!("{path} was confirmed", path = escape_path(path));
        self.events().publish(&NewEvent::new(CONFIRMED, text)).map(drop)
    }

    /// Whether the library was recovered, so that its places wait to be confirmed.
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    pub fn was_recovered(&self) -> Result<bool> {
        Ok(read(&self.root().join(FILE))?.is_some())
    }

    /// Whether a recorded place may be used: the library was never recovered, or the user has
    /// confirmed this place or one above it. Where the place really lies counts, links followed.
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    pub fn is_confirmed(&self, path: &Path) -> Result<bool> {
        let Some(known) = read(&self.root().join(FILE))? else { return Ok(true) };
        let is_known = |path: PathBuf| known.iter().any(|above| path.starts_with(above));
        Ok(canonicalize_missing(path).is_ok_and(is_known))
    }

    /// Goes on with a recorded place that may be used.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`] for one that nobody has confirmed since the library was recovered.
    pub fn require_confirmed(&self, path: &Path) -> Result<()> {
        if self.is_confirmed(path)? {
            return Ok(());
        }
        let path = escape_path(path);
        Err(Error::new(Code::PermissionDenied, text!("{path} is not confirmed", path))
            .why("The library was recovered, and names this place; nobody has seen it since")
            .next(text!(
                "See it and confirm it: undercroft library places \"{path}\" --confirm",
                path
            )))
    }

    fn change_places(&self, change: impl FnOnce(&mut Option<Vec<PathBuf>>)) -> Result<()> {
        // One process at a time changes it.
        let changing = File::open(self.root()).at("open", self.root())?;
        changing.lock().at("lock", self.root())?;
        let path = self.root().join(FILE);
        let mut known = read(&path)?;
        change(&mut known);
        let Some(known) = known else { return Ok(()) };
        let known: Vec<_> = known.iter().map(|place| escape_path(place)).collect();
        let mut text = serde_json::to_vec_pretty(&known).map_err(|source| {
            Error::new(Code::Internal, "The places have no form in JSON").because(source)
        })?;
        text.push(b'\n');
        replace_file(&path, &text, 0o600)?;
        reach_write_point("library.places-confirmed");
        Ok(())
    }
}

/// The confirmed places; nothing where none must be.
fn read(path: &Path) -> Result<Option<Vec<PathBuf>>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::io("read", path, source)),
    };
    let known = serde_json::from_slice::<Vec<String>>(&text).ok();
    let known = known.and_then(|known| known.iter().map(|it| unescape_path(it)).collect());
    known.map(Some).ok_or_else(|| {
        Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(path)))
            .why("It is not what Undercroft writes")
            .next("Write [] into it, and confirm the places of your library anew")
    })
}
