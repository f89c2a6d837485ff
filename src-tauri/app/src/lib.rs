//! The window: a thin face over the use cases, with a tray, drag and drop, and the system's own
//! folder dialog. The page inside it gets one command and one event; it never sees a path to act
//! on, and no plugin of Tauri is open to it. No rule of Undercroft lives here.

mod arguments;
mod autostart;
mod bridge;
mod closing;
mod dialog;
mod drag_drop;
mod host;
mod instance;
mod notification;
mod notifications;
mod program;
mod state;
mod theme;
mod tray;
mod window;

pub use program::run;
