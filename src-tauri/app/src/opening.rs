//! Opening the one window, and keeping it to its own page.

use tauri::webview::{NewWindowResponse, PageLoadEvent, PermissionResponse};
use tauri::{
    AppHandle, DragDropEvent, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};

use crate::closing;
use crate::page::drag_drop;
use crate::state::AppState;
use crate::window::address::LastAddress;
use crate::window::{self, theme};

/// Makes the window; it appears once its page is there, unless it shall stay hidden.
///
/// # Errors
/// When the system gives no window.
pub(crate) fn open(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let page = app.state::<LastAddress>().left().unwrap_or_else(|| "index.html".to_owned());
    let window = WebviewWindowBuilder::new(app, window::LABEL, WebviewUrl::App(page.into()))
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
                window::bring_forward(&window);
            }
        })
        .build()?;
    theme::set_background(&window);
    let handled = window.clone();
    window.on_window_event(move |event| on_event(&handled, event));
    if hidden {
        window::show_unless_tray_returns(app);
    }
    Ok(())
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
