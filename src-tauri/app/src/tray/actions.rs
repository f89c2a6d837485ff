//! The actions of the menu's entries, on threads of their own: the menu must not wait for the
//! catalog.

use tauri::{AppHandle, Manager};
use undercroft_api::wire::PauseFor;
use undercroft_foundation::Result;

use crate::notifications::desktop;
use crate::state::AppState;

pub(super) fn back_up_all(app: &AppHandle) {
    act(app, |state| state.back_up_all().map(drop));
}

pub(super) fn run_plan(app: &AppHandle, plan: &str) {
    let plan = plan.to_owned();
    act(app, move |state| state.run_plan(plan).map(drop));
}

pub(super) fn save_version(app: &AppHandle, workspace: &str) {
    let workspace = workspace.to_owned();
    act(app, move |state| state.save_version(workspace).map(drop));
}

pub(super) fn pause(app: &AppHandle, pause: PauseFor) {
    act(app, move |state| state.pause(pause).map(drop));
}

pub(super) fn resume(app: &AppHandle) {
    act(app, |state| state.resume().map(drop));
}

fn act(app: &AppHandle, work: impl FnOnce(&AppState) -> Result<()> + Send + 'static) {
    let state = app.state::<AppState>().inner().clone();
    std::thread::spawn(move || {
        if let Err(error) = work(&state) {
            tracing::warn!(%error, "The tray's menu was of no use");
            desktop::notify(&state.say(&error.what()), &state.say(&error.reason()));
        }
    });
}
