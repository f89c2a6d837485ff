//! The abilities of this face, for the use cases: open the system's dialogs, start at login, start
//! anew.

use std::path::{Path, PathBuf};

use tauri::AppHandle;
use undercroft_api::wire::PlacePurpose;
use undercroft_api::{Abilities, Hook, Host};
use undercroft_foundation::Result;

use crate::closing;
use crate::launch::autostart;
use crate::state::TrayPresence;
use crate::window::dialog;

/// The window as a face: its page points folders out by dialog or drop, never by path.
#[derive(Debug)]
pub(crate) struct WindowHost {
    app: AppHandle,
    tray: TrayPresence,
    library: PathBuf,
}

impl WindowHost {
    /// A face that opens its dialogs over this program's window.
    pub(crate) fn new(app: AppHandle, tray: TrayPresence, library: &Path) -> Self {
        Self { app, tray, library: library.to_owned() }
    }
}

impl Host for WindowHost {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: true, can_type: false, tray: self.tray.is_there() }
    }

    fn pick_folder(&self, purpose: PlacePurpose) -> Result<Option<PathBuf>> {
        Ok(dialog::pick(&self.app, purpose))
    }

    fn confirm_hook(&self, plan: &str, hook: &Hook) -> Result<bool> {
        Ok(dialog::confirm_hook(&self.app, plan, hook))
    }

    fn confirm_places(&self, places: &[String]) -> Result<bool> {
        Ok(dialog::confirm_places(&self.app, places))
    }

    fn start_at_login(&self, start: bool) -> Result<()> {
        autostart::set(start, &self.library)
    }

    fn restart(&self) -> Result<()> {
        closing::restart(&self.app);
        Ok(())
    }
}
