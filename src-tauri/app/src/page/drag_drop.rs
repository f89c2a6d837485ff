//! Folders that reach the window from outside: dropped on it, or named at the start. The page
//! learns places, never paths.

use std::path::PathBuf;

use tauri::{AppHandle, LogicalPosition, Manager, WebviewWindow};
use undercroft_api::wire::BackendEvent;

use super::bridge;
use crate::state::AppState;

/// Tells the page that something is dragged over it, or no longer is.
pub(crate) fn hover(window: &WebviewWindow, active: bool) {
    bridge::emit(window.app_handle(), &BackendEvent::DragOver { active });
}

/// Makes what was dropped into places and tells the page.
pub(crate) fn drop_at(window: &WebviewWindow, paths: Vec<PathBuf>, at: LogicalPosition<f64>) {
    hover(window, false);
    offer(window.app_handle(), paths, at);
}

/// Offers folders that were named when the program was started.
pub(crate) fn offer_folders(app: &AppHandle, paths: Vec<PathBuf>) {
    offer(app, paths, LogicalPosition::new(0.0, 0.0));
}

fn offer(app: &AppHandle, paths: Vec<PathBuf>, at: LogicalPosition<f64>) {
    if paths.is_empty() {
        return;
    }
    let app = app.clone();
    // Looking at a folder can take long when its drive sleeps; the window must not wait for it.
    std::thread::spawn(move || {
        let api = app.state::<AppState>().api().clone();
        let places = paths.into_iter().map(|path| api.places().register(&path)).collect();
        let dropped = BackendEvent::Dropped { places, x: at.x, y: at.y };
        bridge::emit_when_ready(&app, dropped);
    });
}
