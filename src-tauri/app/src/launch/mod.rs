//! How the program is started: with what arguments, once for each library, and at login.

pub(crate) mod arguments;
pub(crate) mod autostart;
pub(crate) mod instance;
