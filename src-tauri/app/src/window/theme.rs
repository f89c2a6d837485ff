//! Light or dark: all that lies around the page (the frame, the background before the page has
//! drawn, the system's dialogs) follows the setting that the page follows.

use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewWindow};
use undercroft_api::wire::{self, SettingsView};

use super::find;
use crate::state::AppState;

/// The page's own backgrounds, so that no other colour flashes before it.
const LIGHT_BACKGROUND: Color = Color(0xf3, 0xf5, 0xf7, 0xff);
const DARK_BACKGROUND: Color = Color(0x14, 0x17, 0x1b, 0xff);

/// The theme that the settings ask for; nothing means the system's.
pub(crate) fn wanted_theme(state: &AppState) -> Option<Theme> {
    state.settings().ok().and_then(|settings| theme_of(&settings))
}

/// Gives the window the background of its theme.
pub(crate) fn set_background(window: &WebviewWindow) {
    let background = match window.theme() {
        Ok(Theme::Dark) => DARK_BACKGROUND,
        _ => LIGHT_BACKGROUND,
    };
    if let Err(error) = window.set_background_color(Some(background)) {
        tracing::debug!(%error, "The window keeps its ground");
    }
}

/// Applies the theme of the settings after they changed.
pub(crate) fn apply_settings(app: &AppHandle) {
    app.set_theme(wanted_theme(&app.state::<AppState>()));
    if let Some(window) = find(app) {
        set_background(&window);
    }
}

fn theme_of(settings: &SettingsView) -> Option<Theme> {
    match settings.theme {
        wire::Theme::System => None,
        wire::Theme::Light => Some(Theme::Light),
        wire::Theme::Dark => Some(Theme::Dark),
    }
}
