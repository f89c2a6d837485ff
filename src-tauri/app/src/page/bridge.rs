//! Between the page and the use cases: one command in, one event out.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tauri::{AppHandle, Emitter, Manager, State};
use undercroft_api::in_language;
use undercroft_api::wire::BackendEvent;
use undercroft_foundation::Language;

use crate::notifications::Notifications;
use crate::state::AppState;
use crate::window::{self, address, theme};

/// The one event that the page listens to.
const EVENT: &str = "undercroft";

/// The page listens before it first calls, but the two travel apart.
const LISTENING_SETTLES: Duration = Duration::from_millis(250);

/// Runs a use case by its name.
#[tauri::command]
pub(crate) async fn call(
    app: AppHandle,
    state: State<'_, AppState>,
    name: String,
    request: Value,
    language: Option<String>,
) -> Result<Value, Value> {
    release_pending(app.clone());
    take_language(&app, language.as_deref());
    let changes_settings = name == "settings_change";
    let language = state.language();
    address::note(&app);
    let reply = state.api().call_blocking(name, request, language).await;
    let reply = reply.map_err(|error| {
        in_language(language, || serde_json::to_value(error).unwrap_or_default())
    })?;
    if changes_settings {
        theme::apply_settings(&app);
    }
    Ok(reply)
}

/// The tray and all else around the page speak the language of the page.
fn take_language(app: &AppHandle, tag: Option<&str>) {
    let Some(language) = tag.and_then(Language::first_of) else { return };
    let state = app.state::<AppState>().inner().clone();
    if state.language() == language {
        return;
    }
    state.set_language(language);
    std::thread::spawn(move || {
        if let Err(error) = state.note_language(language) {
            tracing::warn!(%error, "The next start does not know the language of the page");
        }
    });
}

/// Hands every live event to the page, until the program ends.
pub(crate) fn forward_events(app: &AppHandle, state: &AppState) {
    let app = app.clone();
    let api = state.api().clone();
    std::thread::spawn(move || {
        let mut notifications = Notifications::default();
        loop {
            // The stream ends for a listener that was too slow; it goes on with what comes next.
            for event in &api.subscribe() {
                notifications.on_event(&app, &event);
                emit(&app, &event);
            }
        }
    });
}

/// Tells the page something now; a page that does not listen yet misses it.
pub(crate) fn emit(app: &AppHandle, event: &BackendEvent) {
    let language = app.state::<AppState>().language();
    if let Err(error) = in_language(language, || app.emit_to(window::LABEL, EVENT, event)) {
        tracing::debug!(%error, "The page was not told");
    }
}

/// Tells the page something as soon as it listens.
pub(crate) fn emit_when_ready(app: &AppHandle, event: BackendEvent) {
    match &mut *app.state::<PendingEvents>().0.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(pending) => pending.push(event),
        None => emit(app, &event),
    }
}

/// The events that the page is told once it listens; none are pending after that.
pub(crate) struct PendingEvents(Mutex<Option<Vec<BackendEvent>>>);

impl Default for PendingEvents {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

fn release_pending(app: AppHandle) {
    let pending = app.state::<PendingEvents>();
    if pending.0.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
        return;
    }
    std::thread::spawn(move || {
        app.state::<AppState>().clock().sleep(LISTENING_SETTLES);
        let pending = app.state::<PendingEvents>();
        let events = pending.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        events.unwrap_or_default().iter().for_each(|event| emit(&app, event));
    });
}
