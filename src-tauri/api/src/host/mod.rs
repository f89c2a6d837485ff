//! The face that asks: what it can do, and the folders that its user pointed out.

mod drives;
mod limits;
mod places;
pub(crate) mod wire;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use undercroft_backup::{Hook, Machine, MachineState, Surroundings, mount_table};
use undercroft_foundation::{Code, Error, Result, escape_path, text};

use crate::Api;
use crate::base::wire::Nothing;

pub(crate) use limits::raise_open_files;
pub use places::Places;
use wire::{AppInfo, PlacePurpose};

/// The abilities of a face.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it can open a dialog to point out a folder.
    pub can_pick: bool,
    /// Whether its caller may name paths. A window's page may not: whoever slips a script into it
    /// would have the user's whole disk.
    pub can_type: bool,
    /// Whether an icon in the tray is there to come back by.
    pub tray: bool,
}

/// The face that the use cases are asked through.
pub trait Host: Send + Sync + fmt::Debug {
    /// Its abilities now.
    fn abilities(&self) -> Abilities;

    /// Opens a dialog and waits for the user's choice; nothing when the user cancels.
    ///
    /// # Errors
    /// [`Code::Unsupported`] where there is no dialog.
    fn pick_folder(&self, purpose: PlacePurpose) -> Result<Option<PathBuf>> {
        let _ = purpose;
        Err(Error::new(Code::Unsupported, "No dialog can be opened from here"))
    }

    /// Shows the user a command that a plan would start, and waits for the answer.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`] for a face whose caller may not be the user.
    fn confirm_hook(&self, plan: &str, hook: &Hook) -> Result<bool> {
        Err(refuse_hook(plan, hook))
    }

    /// Shows the user the places that a recovered library would use, and waits for the answer. A
    /// face whose caller may name any path by himself need not ask again.
    ///
    /// # Errors
    /// Whatever keeps the user from being asked.
    fn confirm_places(&self, places: &[String]) -> Result<bool> {
        let _ = places;
        Ok(true)
    }

    /// The machine, whose state decides what begins by itself.
    fn machine_state(&self) -> Arc<dyn MachineState> {
        Arc::new(Machine)
    }

    /// The drives that are mounted, and the user's home folder.
    fn surroundings(&self) -> Surroundings {
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Surroundings { mounts: mount_table(), home }
    }

    /// Starts the program when the user logs in, or no longer.
    ///
    /// # Errors
    /// [`Code::Unsupported`] for a program that nobody would start so.
    fn start_at_login(&self, start: bool) -> Result<()> {
        if !start {
            return Ok(());
        }
        Err(Error::new(Code::Unsupported, "Only the desktop program can start when you log in")
            .next("Set this in the window"))
    }

    /// Ends the program and starts it anew.
    ///
    /// # Errors
    /// [`Code::Unsupported`] for a program that cannot do that.
    fn restart(&self) -> Result<()> {
        Err(Error::new(Code::Unsupported, "This cannot be started anew from here")
            .next("End it and start it again"))
    }
}

/// Why a face whose caller may not be the user lets no plan start a command.
pub fn refuse_hook(plan: &str, hook: &Hook) -> Error {
    let what = text!("Cannot let {plan} start {program}", plan, program = hook.command.join(" "));
    Error::new(Code::PermissionDenied, what)
        .why("The commands of plans are set and confirmed by you yourself")
        .next("Use the window or the command line; or start undercroft serve with --allow-hooks")
}

impl Api {
    /// Ends the program and starts it anew.
    ///
    /// # Errors
    /// [`Code::Unsupported`] for a program that cannot do that.
    pub fn app_restart(&self, _: Nothing) -> Result<Nothing> {
        self.0.host.restart().map(|()| Nothing {})
    }

    /// Shows the program, its library, and what this face can do.
    ///
    /// # Errors
    /// None.
    pub fn app_info(&self, _: Nothing) -> Result<AppInfo> {
        let Abilities { can_pick, can_type, tray } = self.0.host.abilities();
        Ok(AppInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            library_path: escape_path(self.0.library.root()),
            platform: std::env::consts::OS.to_owned(),
            can_pick,
            can_type,
            tray,
        })
    }
}
