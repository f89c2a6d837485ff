//! Putting the parts together: one program, one window, one library.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use undercroft_api::Api;
use undercroft_foundation::{Code, Error, Result, SettingsOverrides, World};

use crate::host::WindowHost;
use crate::launch::arguments::Arguments;
use crate::launch::instance::{self, Instance};
use crate::page::bridge::{self, PendingEvents};
use crate::page::drag_drop;
use crate::state::{AppState, TrayPresence};
use crate::window::address::LastAddress;
use crate::{closing, opening, tray, window};

/// Runs the program with these arguments, the first of which is its own name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = Arguments::parse_from(words);
    log_to_stderr();
    match start(arguments.resolved_in(&std::env::current_dir().unwrap_or_default())) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("{error}. {}.", error.next_text());
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> Result<u8> {
    find_display()?;
    let library = match &arguments.library {
        Some(folder) => folder.clone(),
        None => undercroft_api::default_library()?,
    };
    let world = World::real();
    let Some(instance) = instance::acquire(&library, &arguments, &*world.clock) else {
        return Ok(0);
    };
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(remembered_size())
        .invoke_handler(tauri::generate_handler![bridge::call])
        .setup(move |app| {
            match setup(app.handle(), &library, &world, arguments) {
                Ok(()) => handle_requests(app.handle(), instance),
                Err(error) => explain_and_end(app.handle(), &error),
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| Error::new(Code::Unavailable, "Cannot open a window").because(error))?;
    Ok(u8::try_from(app.run_return(|_, _| {})).unwrap_or(1))
}

fn setup(app: &AppHandle, library: &Path, world: &World, arguments: Arguments) -> Result<()> {
    let presence = TrayPresence::default();
    let host = WindowHost::new(app.clone(), presence.clone(), library);
    let api = Api::open(library, world, SettingsOverrides::of_process([]), host)?;
    api.start_watching();
    api.start_scheduler();
    let state = AppState::new(api, world, presence);
    app.manage(PendingEvents::default());
    app.manage(LastAddress::of(library));
    app.manage(state.clone());
    bridge::forward_events(app, &state);
    tray::start(app, &state);
    closing::quit_on_signals(app);
    opening::open(app, arguments.hidden)
        .map_err(|error| Error::new(Code::Unavailable, "Cannot open a window").because(error))?;
    drag_drop::offer_folders(app, arguments.folders);
    Ok(())
}

/// Without a library there is no window: the reason is all that is shown then.
fn explain_and_end(app: &AppHandle, error: &Error) {
    let text = format!("{}.\n\n{}.\n\n{}.", error.what_text(), error.why_text(), error.next_text());
    eprintln!("{text}");
    let ending = app.clone();
    app.dialog()
        .message(text)
        .title("Undercroft cannot start")
        .kind(MessageDialogKind::Error)
        .show(move |_| ending.exit(1));
}

/// A second start brings the window to the front, and its folders into it.
fn handle_requests(app: &AppHandle, instance: Instance) {
    let app = app.clone();
    std::thread::spawn(move || {
        for request in instance.requests() {
            // Who comes now becomes the next program.
            if app.state::<AppState>().is_quitting() {
                continue;
            }
            request.accept();
            if !request.hidden {
                window::show(&app);
            }
            drag_drop::offer_folders(&app, request.folders);
        }
    });
}

fn remembered_size() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

/// GTK ends the program without a word to the point when there is no display.
#[cfg(target_os = "linux")]
fn find_display() -> Result<()> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err(Error::new(Code::Unavailable, "Cannot open a window")
        .why("There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
        .next("Use `undercroft` on the command line, or `undercroft serve` and a browser"))
}

/// A system with windows has a display.
#[cfg(not(target_os = "linux"))]
fn find_display() -> Result<()> {
    Ok(())
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("UNDERCROFT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .without_time()
        .try_init();
}
