//! The window: a thin face over the use cases, with a tray, drag and drop, and the system's own
//! folder dialog. The page inside it gets one command and one event; it never sees a path to act
//! on, and no plugin of Tauri is open to it. No rule of Undercroft lives here.

mod arguments;
mod autostart;
mod bridge;
mod closing;
mod desk;
mod dialog;
mod drops;
mod host;
mod looks;
mod news;
mod notification;
mod one_instance;
mod program;
mod tray;
mod window;

pub use program::run;
