//! What the menu's entries do, on threads of their own: the menu must not wait for the catalog.

use tauri::{AppHandle, Manager};
use undercroft_api::wire::PauseFor;
use undercroft_foundation::Result;

use crate::desk::Desk;
use crate::notification;

pub(super) fn back_up_all(app: &AppHandle) {
    act(app, |desk| desk.back_up_all().map(drop));
}

pub(super) fn run_plan(app: &AppHandle, plan: &str) {
    let plan = plan.to_owned();
    act(app, move |desk| desk.run_plan(plan).map(drop));
}

pub(super) fn pause(app: &AppHandle, pause: PauseFor) {
    act(app, move |desk| desk.pause(pause).map(drop));
}

pub(super) fn resume(app: &AppHandle) {
    act(app, |desk| desk.resume().map(drop));
}

fn act(app: &AppHandle, work: impl FnOnce(&Desk) -> Result<()> + Send + 'static) {
    let desk = app.state::<Desk>().inner().clone();
    std::thread::spawn(move || {
        if let Err(error) = work(&desk) {
            tracing::warn!(%error, "The tray's menu was of no use");
            notification::show(error.what_text(), error.why_text());
        }
    });
}
