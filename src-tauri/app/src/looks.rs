//! Light or dark: what lies around the page (the frame, the ground before the page has drawn, the
//! system's dialogs) follows the setting that the page follows.

use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewWindow};
use undercroft_api::wire::{self, SettingsView};

use crate::desk::Desk;
use crate::window;

/// The page's own grounds, so that no other colour flashes before it.
const LIGHT_GROUND: Color = Color(0xf3, 0xf5, 0xf7, 0xff);
const DARK_GROUND: Color = Color(0x14, 0x17, 0x1b, 0xff);

/// The theme that the settings ask for; nothing means the system's.
pub(crate) fn wanted_theme(desk: &Desk) -> Option<Theme> {
    desk.settings().ok().and_then(|settings| theme_of(&settings))
}

/// Gives the window the ground of its theme.
pub(crate) fn lay_ground(window: &WebviewWindow) {
    let ground = match window.theme() {
        Ok(Theme::Dark) => DARK_GROUND,
        _ => LIGHT_GROUND,
    };
    if let Err(error) = window.set_background_color(Some(ground)) {
        tracing::debug!(%error, "The window keeps its ground");
    }
}

/// Follows the settings after they changed.
pub(crate) fn follow_settings(app: &AppHandle) {
    app.set_theme(wanted_theme(&app.state::<Desk>()));
    if let Some(window) = app.get_webview_window(window::LABEL) {
        lay_ground(&window);
    }
}

fn theme_of(settings: &SettingsView) -> Option<Theme> {
    match settings.theme {
        wire::Theme::System => None,
        wire::Theme::Light => Some(Theme::Light),
        wire::Theme::Dark => Some(Theme::Dark),
    }
}
