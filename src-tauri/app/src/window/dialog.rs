//! The system's own dialogs, opened from here and never from the page.

use std::path::PathBuf;

use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use undercroft_api::wire::PlacePurpose;
use undercroft_api::{Hook, HookMoment};
use undercroft_foundation::{Text, escape_name, text};

use super::find;
use crate::state::AppState;

/// No dialog lists more places: it must fit on a screen.
const PLACES_SHOWN: usize = 20;

/// Asks the user for a folder, or a file where one is meant; nothing when they cancel. Waits for
/// the answer, so it must not be called on the main thread.
pub(crate) fn pick(app: &AppHandle, purpose: PlacePurpose) -> Option<PathBuf> {
    let mut dialog = app.dialog().file().set_title(say(app, &title_of(purpose)));
    if let Some(window) = find(app) {
        dialog = dialog.set_parent(&window);
    }
    // Without a folder to start in, GTK opens "Recent" and accepts no typed path.
    if let Ok(home) = app.path().home_dir() {
        dialog = dialog.set_directory(home);
    }
    let picked = match purpose {
        PlacePurpose::KeyFile | PlacePurpose::Import => dialog.blocking_pick_file(),
        _ => dialog.blocking_pick_folder(),
    };
    picked?.into_path().ok()
}

/// Asks whether a plan may start a command, which is shown word for word. Waits for the answer, as
/// above.
pub(crate) fn confirm_hook(app: &AppHandle, plan: &str, hook: &Hook) -> bool {
    // Each argument on a line of its own, and none that could pass for another or for our words.
    let words = hook.command.iter().map(|word| format!("    {}", escape_name(word.as_bytes())));
    let words = words.collect::<Vec<_>>().join("\n");
    let plan = escape_name(plan.as_bytes());
    let starts = match hook.when {
        HookMoment::Before => text!(
            "Undercroft starts this program as you, before each run of the plan {plan}. Allow it \
             only if you set it yourself and know what it does.",
            plan
        ),
        HookMoment::After => text!(
            "Undercroft starts this program as you, after each run of the plan {plan}. Allow it \
             only if you set it yourself and know what it does.",
            plan
        ),
    };
    let text = format!("{words}\n\n{}", say(app, &starts));
    let answers = (text!("Allow"), text!("Don't allow"));
    ask(app, &text!("Allow a plan to start a program?"), text, answers)
}

/// Asks whether a recovered library may use these places. Waits for the answer, as above.
pub(crate) fn confirm_places(app: &AppHandle, places: &[String]) -> bool {
    let first = places.iter().take(PLACES_SHOWN).map(|place| format!("    {place}"));
    let more = places.len().saturating_sub(PLACES_SHOWN);
    let more = (more > 0).then(|| format!("    {}", say(app, &text!("and {more} more", more))));
    let list = first.chain(more).collect::<Vec<_>>().join("\n");
    let names = text!(
        "The library that you recover names these places. Undercroft keeps versions of what is \
         there, restores and backs up there. Allow it only if they are yours."
    );
    let text = format!("{list}\n\n{}", say(app, &names));
    ask(app, &text!("Use these places?"), text, (text!("Use them"), text!("Don't use them")))
}

/// Asks whether to end the program although jobs run. Waits for the answer, as above.
pub(crate) fn confirm_quit(app: &AppHandle) -> bool {
    let text = say(app, &text!("What is done so far is kept; start it again when it suits you."));
    let answers = (text!("Quit"), text!("Keep running"));
    ask(app, &text!("Quit and stop what is running?"), text, answers)
}

fn ask(app: &AppHandle, title: &Text, text: String, (yes, no): (Text, Text)) -> bool {
    let buttons = MessageDialogButtons::OkCancelCustom(say(app, &yes), say(app, &no));
    let dialog = app.dialog().message(text).title(say(app, title));
    let mut dialog = dialog.kind(MessageDialogKind::Warning).buttons(buttons);
    if let Some(window) = find(app) {
        dialog = dialog.parent(&window);
    }
    dialog.blocking_show()
}

fn say(app: &AppHandle, text: &Text) -> String {
    app.state::<AppState>().say(text)
}

fn title_of(purpose: PlacePurpose) -> Text {
    match purpose {
        PlacePurpose::Project => text!("Choose a project's folder"),
        PlacePurpose::Destination => text!("Choose where backups go"),
        PlacePurpose::Restore => text!("Choose where to restore to"),
        PlacePurpose::Upload => text!("Choose what to add"),
        PlacePurpose::Import => text!("Choose the archive to import"),
        PlacePurpose::KeyFile => text!("Choose the file that holds the password"),
        PlacePurpose::Save => text!("Choose where to save"),
    }
}
