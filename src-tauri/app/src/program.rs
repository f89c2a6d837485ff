//! Putting the parts together: one program, one window, one library.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use tauri::plugin::TauriPlugin;
use tauri::{App, AppHandle, Manager, Wry};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use undercroft_api::Api;
use undercroft_foundation::{Code, Error, Result, SettingsOverrides, World};

use crate::arguments::Arguments;
use crate::bridge::{self, Held};
use crate::desk::Desk;
use crate::host::WindowHost;
use crate::tray::{self, TrayPresence};
use crate::{closing, drops, window};

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
    let only_one = one_instance(&library);
    let app = tauri::Builder::default()
        .plugin(only_one)
        .plugin(tauri_plugin_dialog::init())
        .plugin(remembered_size())
        .invoke_handler(tauri::generate_handler![bridge::call])
        .setup(move |app| {
            set_up(app, &library, arguments);
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| Error::new(Code::Unavailable, "Cannot open a window").because(error))?;
    Ok(u8::try_from(app.run_return(|_, _| {})).unwrap_or(1))
}

/// Without a library there is no window: the reason is all that is shown then.
fn set_up(app: &App, library: &Path, arguments: Arguments) {
    let handle = app.handle();
    if let Err(error) = furnish(handle, library, arguments) {
        explain_and_end(handle, &error);
    }
}

fn furnish(app: &AppHandle, library: &Path, arguments: Arguments) -> Result<()> {
    let presence = TrayPresence::default();
    let host = WindowHost::new(app.clone(), presence.clone());
    let world = World::real();
    let api = Api::open(library, &world, SettingsOverrides::of_process([]), host)?;
    let desk = Desk::new(api, &world, presence);
    app.manage(Held::default());
    app.manage(desk.clone());
    bridge::forward_events(app, &desk);
    tray::start(app, &desk);
    closing::quit_on_signals(app);
    window::open(app, arguments.hidden)
        .map_err(|error| Error::new(Code::Unavailable, "Cannot open a window").because(error))?;
    drops::offer_named(app, arguments.folders);
    Ok(())
}

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

/// A second start for the same library only brings the first one's window to the front, and
/// hands it the folders that it was started with.
fn one_instance(library: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .callback(|app, words, folder| {
            let arguments = Arguments::of_second_start(words, Path::new(&folder));
            if !arguments.hidden {
                window::show(app);
            }
            drops::offer_named(app, arguments.folders);
        })
        .dbus_id(instance_name(library))
        .build()
}

/// Each library has a name of its own on the bus.
fn instance_name(library: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    library.canonicalize().unwrap_or_else(|_| PathBuf::from(library)).hash(&mut hasher);
    format!("app.undercroft.desktop.Library{:016x}", hasher.finish())
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
