//! The icon in the tray: how things stand, and a menu to act without the window.
//!
//! A desktop may have no tray, or get one later, or lose it. The item waits for one, and says
//! whether one is there, because only then may closing the window leave the program running.

#[cfg(target_os = "linux")]
mod actions;
#[cfg(target_os = "linux")]
mod icons;
#[cfg(target_os = "linux")]
mod item;
mod status;

use std::time::Duration;

use tauri::AppHandle;
use undercroft_foundation::Result;

use self::status::Status;
use crate::state::AppState;

/// Status that changes faster than this is not worth a tray's while.
const SETTLE: Duration = Duration::from_millis(250);

/// Puts the icon into the tray and keeps it true, on a thread of its own, until the program ends.
#[cfg(target_os = "linux")]
pub(crate) fn start(app: &AppHandle, state: &AppState) {
    let app = app.clone();
    let state = state.clone();
    std::thread::spawn(move || match item::show(app, state.tray()) {
        Ok(item) => {
            let (shown, languages) = (item.clone(), state.follow_language());
            std::thread::spawn(move || languages.iter().try_for_each(|()| shown.update(|_| {})));
            follow(&state, |status| item.update(move |item| item.set_status(status)).is_some());
        }
        Err(error) => tracing::info!(error = %error, "No tray can be reached"),
    });
}

/// There is no tray on this system yet; closing the window ends the program.
#[cfg(not(target_os = "linux"))]
pub(crate) fn start(_app: &AppHandle, _state: &AppState) {}

/// Hands on every change of the status, until `show` has nobody left to show it to.
#[cfg(target_os = "linux")]
fn follow(state: &AppState, mut show: impl FnMut(Status) -> bool) {
    let mut shown = Status::unknown();
    let mut changes = state.api().subscribe();
    loop {
        let now = read_status(state, &shown);
        if now != shown && !show(now.clone()) {
            return;
        }
        shown = now;
        // Without news, time itself makes news: a backup grows old.
        let news = changes.recv_timeout(Duration::from_secs(60));
        state.clock().sleep(SETTLE);
        changes.try_iter().for_each(drop);
        if news.is_err_and(|error| error.is_disconnected()) {
            changes = state.api().subscribe();
        }
    }
}

#[cfg(target_os = "linux")]
fn read_status(state: &AppState, before: &Status) -> Status {
    let read = || -> Result<Status> {
        let (dashboard, plans) = (state.dashboard()?, state.plans()?);
        let kept = status::kept_work(&state.watched()?);
        Ok(Status { kept, ..Status::of(&dashboard, &plans) })
    };
    read().unwrap_or_else(|error| {
        tracing::warn!(%error, "No status for the tray");
        before.clone()
    })
}
