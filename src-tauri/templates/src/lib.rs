//! Templates, which new projects begin from: those that come with the program, and the user's own, which
//! are folders of the library. Making a project of one needs no network and runs nothing.

mod builtin;
mod copying;
mod manifest;
mod names;
mod staging;
mod templates;
mod text;

pub use manifest::{Template, Variable};
pub use templates::{Report, Templates};
