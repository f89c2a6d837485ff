//! Between the page and the use cases: one command in, one event out.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tauri::{AppHandle, Emitter, Manager, State};
use undercroft_api::wire::{BackendEvent, WireError};

use crate::desk::Desk;
use crate::news::News;
use crate::{looks, window};

/// The one event that the page listens to.
const EVENT: &str = "undercroft";

/// The page listens before it first calls, but the two travel apart.
const LISTENING_SETTLES: Duration = Duration::from_millis(250);

/// Runs a use case by its name.
#[tauri::command]
pub(crate) async fn call(
    app: AppHandle,
    desk: State<'_, Desk>,
    name: String,
    request: Value,
) -> Result<Value, WireError> {
    release_held(app.clone());
    let changes_looks = name == "settings_change";
    let reply = desk.api().call_blocking(name, request).await?;
    if changes_looks {
        looks::follow_settings(&app);
    }
    Ok(reply)
}

/// Hands every live event to the page, until the program ends.
pub(crate) fn forward_events(app: &AppHandle, desk: &Desk) {
    let app = app.clone();
    let api = desk.api().clone();
    std::thread::spawn(move || {
        let mut news = News::default();
        loop {
            // The stream ends for a listener that was too slow; it goes on with what comes next.
            for event in &api.subscribe() {
                news.hear(&app, &event);
                tell(&app, &event);
            }
        }
    });
}

/// Tells the page something now; a page that does not listen yet misses it.
pub(crate) fn tell(app: &AppHandle, event: &BackendEvent) {
    if let Err(error) = app.emit_to(window::LABEL, EVENT, event) {
        tracing::debug!(%error, "The page was not told");
    }
}

/// Tells the page something as soon as it listens.
pub(crate) fn tell_when_it_listens(app: &AppHandle, event: BackendEvent) {
    match &mut *app.state::<Held>().0.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(held) => held.push(event),
        None => tell(app, &event),
    }
}

/// What the page shall be told once it listens; nothing is held after that.
pub(crate) struct Held(Mutex<Option<Vec<BackendEvent>>>);

impl Default for Held {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

fn release_held(app: AppHandle) {
    let held = app.state::<Held>();
    if held.0.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
        return;
    }
    std::thread::spawn(move || {
        app.state::<Desk>().clock().sleep(LISTENING_SETTLES);
        let held = app.state::<Held>();
        let events = held.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        events.unwrap_or_default().iter().for_each(|event| tell(&app, event));
    });
}
