//! The one window: how it is made, shown, and kept to its own page.

use std::time::Duration;

use tauri::webview::{NewWindowResponse, PageLoadEvent, PermissionResponse};
use tauri::{
    AppHandle, DragDropEvent, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};

use crate::state::AppState;
use crate::{closing, drag_drop, theme};

/// The window's label.
pub(crate) const LABEL: &str = "main";

/// The time that a tray may be away before a hidden window comes back.
const TRAY_PATIENCE: Duration = Duration::from_secs(10);

/// Makes the window; it appears once its page is there, unless it shall stay hidden.
///
/// # Errors
/// When the system gives no window.
pub(crate) fn open(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Undercroft")
        .inner_size(1180.0, 760.0)
        .min_inner_size(720.0, 480.0)
        .center()
        .theme(theme::wanted_theme(&app.state::<AppState>()))
        .visible(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .on_page_load(move |window, load| {
            if load.event() == PageLoadEvent::Finished && !hidden {
                bring_forward(&window);
            }
        })
        .build()?;
    theme::set_background(&window);
    let handled = window.clone();
    window.on_window_event(move |event| on_event(&handled, event));
    if hidden {
        show_unless_tray_returns(app);
    }
    Ok(())
}

/// Shows the window and puts it in front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        bring_forward(&window);
    }
}

/// Hides the window; the program goes on.
pub(crate) fn hide(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(LABEL).map(|window| window.hide()) {
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

fn bring_forward(window: &WebviewWindow) {
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "The window did not come forward");
    }
}

fn on_event(window: &WebviewWindow, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            closing::close(window.app_handle());
        }
        WindowEvent::DragDrop(DragDropEvent::Enter { .. }) => drag_drop::hover(window, true),
        WindowEvent::DragDrop(DragDropEvent::Leave) => drag_drop::hover(window, false),
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, position }) => {
            let scale = window.scale_factor().unwrap_or(1.0);
            drag_drop::drop_at(window, paths.clone(), position.to_logical(scale));
        }
        _ => {}
    }
}

/// The page never leaves the program's own files, whatever a link or script says.
fn is_own_page(url: &Url) -> bool {
    let own = url.scheme() == "tauri" && url.host_str() == Some("localhost");
    let own_on_windows = url.host_str() == Some("tauri.localhost");
    let served_by_vite = cfg!(dev) && url.host_str() == Some("localhost");
    own || own_on_windows || served_by_vite
}
