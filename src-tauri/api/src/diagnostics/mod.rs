//! Diagnostics: what helps to find out what is wrong, as one zip that its user has read before.

mod members;
mod scrub;
pub(crate) mod wire;

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use undercroft_foundation::{Code, Error, Result, escape_path, replace_file, text};

use crate::Api;
use crate::host::wire::{Place, PlacePurpose};

use wire::{
    Diagnostics, DiagnosticsAsk, DiagnosticsFile, DiagnosticsMember, DiagnosticsRef,
    DiagnosticsSave,
};

/// The diagnostics that were shown last: these are saved, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<Option<Diagnostics>>);

impl Api {
    /// Shows what would be in the diagnostics; nothing is written.
    ///
    /// # Errors
    /// None: what cannot be read is named in them.
    pub fn diagnostics_show(&self, request: DiagnosticsAsk) -> Result<Diagnostics> {
        let now = self.0.library.world().clock.now();
        let members = self.collect_diagnostics(request.names).into_iter();
        let members = members.map(|(name, text)| DiagnosticsMember { name: name.to_owned(), text });
        let mut shown = self.0.diagnostics.0.lock().unwrap_or_else(PoisonError::into_inner);
        let diagnostics = Diagnostics {
            shown: shown.as_ref().map_or(0, |before| before.shown) + 1,
            file_name: format!("undercroft-diagnostics-{}.zip", now.strftime("%Y-%m-%d-%H%M%S")),
            members: members.collect(),
        };
        *shown = Some(diagnostics.clone());
        Ok(diagnostics)
    }

    /// Saves diagnostics that were shown, and says which file they are.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what was not shown last, [`Code::AlreadyExists`], and whatever keeps
    /// the file from being written.
    pub fn diagnostics_save(&self, request: DiagnosticsSave) -> Result<Place> {
        let diagnostics = self.shown_diagnostics(request.shown)?;
        let place = self.0.places.resolve(&request.place, PlacePurpose::Save)?;
        let path = if place.is_dir() { place.join(&diagnostics.file_name) } else { place };
        if path.symlink_metadata().is_ok() {
            return Err(Error::new(Code::AlreadyExists, "Cannot write the diagnostics")
                .why(text!("{path} is there already", path = escape_path(&path)))
                .next("Name a file that does not exist yet"));
        }
        replace_file(&path, &zip_of(&diagnostics)?, 0o600)?;
        Ok(self.0.places.register(&path))
    }

    /// Gives diagnostics that were shown as a file.
    ///
    /// # Errors
    /// [`Code::NotFound`] for what was not shown last.
    pub fn diagnostics_load(&self, request: DiagnosticsRef) -> Result<DiagnosticsFile> {
        let diagnostics = self.shown_diagnostics(request.shown)?;
        let base64 = BASE64_STANDARD.encode(zip_of(&diagnostics)?);
        Ok(DiagnosticsFile { file_name: diagnostics.file_name, base64 })
    }

    fn shown_diagnostics(&self, number: u64) -> Result<Diagnostics> {
        let shown = self.0.diagnostics.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.clone().filter(|it| it.shown == number).ok_or_else(|| {
            Error::new(Code::NotFound, "These diagnostics were not shown last")
                .why("Only what was shown is saved")
                .next("Show them again, then save them")
        })
    }
}

fn zip_of(diagnostics: &Diagnostics) -> Result<Vec<u8>> {
    let members = diagnostics.members.iter();
    let members: Vec<_> =
        members.map(|member| (member.name.as_str(), member.text.as_bytes())).collect();
    undercroft_archive::zip_of(&members)
}
