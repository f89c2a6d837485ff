//! The address of the page that the window shows. It is kept in a file while the program runs, so
//! that a window that was killed opens where it was; one that was quit opens on the dashboard.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager};

use crate::state::AppState;

/// No address of a page is longer, unless its filters are; then it is not kept.
const LONGEST: usize = 4096;

/// The address that was noted last.
pub(crate) struct LastAddress {
    file: PathBuf,
    noted: Mutex<String>,
}

impl LastAddress {
    pub(crate) fn of(library: &Path) -> Self {
        Self { file: library.join("cache").join("window-address"), noted: Mutex::default() }
    }

    /// The address, as a page's file with it behind, that a killed window showed.
    pub(crate) fn left(&self) -> Option<String> {
        let text = fs::read_to_string(&self.file).ok()?;
        is_address(&text).then(|| format!("index.html#{text}"))
    }

    /// Notes an address; one that cannot be written is not remembered.
    fn note(&self, address: &str) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if *noted == address || !is_address(address) {
            return;
        }
        address.clone_into(&mut noted);
        let folder = self.file.parent().unwrap_or(&self.file);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&self.file, address));
        if let Err(error) = written {
            tracing::debug!(%error, "The address of the window is not remembered");
        }
    }

    fn forget(&self) {
        let _noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = fs::remove_file(&self.file);
    }
}

/// Notes where the page is, which has just asked for something.
pub(crate) fn note(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let url = super::find(&app).and_then(|window| window.url().ok());
        if let Some(address) = url.as_ref().and_then(|url| url.fragment())
            && !app.state::<AppState>().is_quitting()
        {
            app.state::<LastAddress>().note(address);
        }
    });
}

/// Forgets it: the program is quit.
pub(crate) fn forget(app: &AppHandle) {
    app.state::<LastAddress>().forget();
}

/// Whether this is what stands behind the `#` of a page.
fn is_address(text: &str) -> bool {
    text.starts_with('/') && text.len() <= LONGEST && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_opened() {
        assert!(is_address("/settings"));
        assert!(is_address("/activity?show=runs&run=1"));
        assert!(!is_address(""));
        assert!(!is_address("settings"));
        assert!(!is_address("/a\nb"));
        assert!(!is_address(&format!("/{}", "a".repeat(LONGEST))));
    }
}
