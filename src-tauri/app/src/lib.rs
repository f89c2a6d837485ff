//! The window: a thin face over the use cases, with a tray, drag and drop, and the system's own
//! folder dialog. The page inside it gets one command and one event; it never sees a path to act
//! on, and no plugin of Tauri is open to it. No rule of Undercroft lives here.
//!
//! In reading order:
//!
//! - `program`: the parts put together; `launch`: arguments, one program a library, start at login;
//! - `host`: the abilities of this face, for the use cases;
//! - `opening` and `closing`: the window made, and the program ended;
//! - `tray`: the icon and its menu;
//! - `page`: the one command, the one event, and folders that are dropped;
//! - `notifications`: what is told while the window is hidden;
//! - `window`: the window found, shown and hidden, its theme, and the dialogs over it;
//! - `state`: the use cases and what else every part shares.

mod closing;
mod host;
mod launch;
mod notifications;
mod opening;
mod page;
mod program;
mod state;
mod tray;
mod window;

pub use program::run;
