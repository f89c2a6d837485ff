//! The one window once it is there: found, shown and hidden. Its theme, the address that it
//! shows and the dialogs over it lie beside.

pub(crate) mod address;
pub(crate) mod dialog;
pub(crate) mod theme;

use std::time::Duration;

use tauri::{AppHandle, Manager, WebviewWindow};

use crate::state::AppState;

/// The window's label.
pub(crate) const LABEL: &str = "main";

/// The time that a tray may be away before a hidden window comes back.
const TRAY_PATIENCE: Duration = Duration::from_secs(10);

/// The window, unless it is not open yet or no longer.
pub(crate) fn find(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Shows the window and puts it in front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = find(app) {
        bring_forward(&window);
    }
}

/// Shows a page of the window, and puts it in front.
pub(crate) fn show_page(app: &AppHandle, address: &str) {
    let Some(window) = find(app) else { return };
    // An address is text of ours; as JSON it is text for the page, too.
    let going = format!("location.hash = {}", serde_json::Value::from(address));
    if let Err(error) = window.eval(going) {
        tracing::warn!(%error, "The page was not shown");
    }
    bring_forward(&window);
}

/// Hides the window; the program goes on.
pub(crate) fn hide(app: &AppHandle) {
    if let Some(Err(error)) = find(app).map(|window| window.hide()) {
        tracing::warn!(%error, "The window did not hide");
    }
}

/// Shows the window if in a while there is still no tray to call it back from.
pub(crate) fn show_unless_tray_returns(app: &AppHandle) {
    let app = app.clone();
    std::thread::spawn(move || {
        let state = app.state::<AppState>();
        state.clock().sleep(TRAY_PATIENCE);
        if !state.tray().is_there() && !state.is_quitting() {
            show(&app);
        }
    });
}

/// Shows this window and puts it in front.
pub(crate) fn bring_forward(window: &WebviewWindow) {
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "The window did not come forward");
    }
}
