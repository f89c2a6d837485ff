//! Closing the window, and ending the program without leaving anything half done.

use std::time::Duration;

use tauri::{AppHandle, Manager};
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::text;

use crate::notifications::desktop;
use crate::page::bridge;
use crate::state::AppState;
use crate::window::{self, address, dialog};

/// The time that everything may take to stop before the program ends regardless.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// The user closed the window: it hides when the tray can bring it back, else the program ends,
/// but not in the middle of a backup without a word.
pub(crate) fn close(app: &AppHandle) {
    let app = app.clone();
    std::thread::spawn(move || {
        if stays_in_tray(&app.state::<AppState>()) {
            window::hide(&app);
            tell_once(&app);
        } else if app.state::<AppState>().api().is_idle() || dialog::confirm_quit(&app) {
            quit(&app);
        }
    });
}

/// Ends the program: jobs are stopped where it is safe, then the window goes.
pub(crate) fn quit(app: &AppHandle) {
    end(app, |app| app.exit(0));
}

/// Ends the program in the same way, and starts it anew.
pub(crate) fn restart(app: &AppHandle) {
    end(app, AppHandle::request_restart);
}

fn end(app: &AppHandle, end: impl FnOnce(&AppHandle) + Send + 'static) {
    if !app.state::<AppState>().begin_quitting() {
        return;
    }
    let app = app.clone();
    std::thread::spawn(move || {
        window::hide(&app);
        address::forget(&app);
        stop_jobs(&app.state::<AppState>());
        end(&app);
    });
}

/// Ends the program when the system or the user says so.
#[cfg(unix)]
pub(crate) fn quit_on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    // Not SIGHUP: restic sends it to ask whether the owner of a lock lives.
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        // Caught from here on, not from when a task gets its turn: a job might run by then.
        let mut signals = match tauri::async_runtime::block_on(async { signal(kind) }) {
            Ok(signals) => signals,
            Err(error) => return tracing::warn!(%error, "Cannot listen for signals"),
        };
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            while signals.recv().await.is_some() {
                quit(&app);
            }
        });
    }
}

/// Ends the program when the system says so.
#[cfg(not(unix))]
pub(crate) fn quit_on_signals(_app: &AppHandle) {}

fn stays_in_tray(state: &AppState) -> bool {
    state.tray().is_there() && state.settings().is_ok_and(|settings| settings.close_to_tray)
}

/// A window that vanishes and leaves a program behind needs a word, once.
fn tell_once(app: &AppHandle) {
    let state = app.state::<AppState>();
    if state.settings().is_ok_and(|settings| settings.tray_hint_shown) {
        return;
    }
    let stays = text!("Undercroft stays in the tray. Quit it from the menu there.");
    desktop::notify("Undercroft", &state.say(&stays));
    bridge::emit(app, &BackendEvent::Notice { text: stays.into() });
    if let Err(error) = state.note_tray_hint() {
        tracing::warn!(%error, "The hint will come again");
    }
}

/// A job that does not stop in time is left to the next start, which clears up after it.
fn stop_jobs(state: &AppState) {
    let api = state.api().clone();
    let (stopped, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        api.shut_down();
        let _ = stopped.send(());
    });
    if wait.recv_timeout(STOP_PATIENCE).is_err() {
        tracing::warn!("Some jobs did not stop in time");
    }
}
