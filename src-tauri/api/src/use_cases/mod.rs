//! The list of all use cases: what can be asked of Undercroft, each declared once.
//!
//! The dispatcher, the TypeScript and the names, hints and hosts below all expand from it. A use
//! case that is declared here and implemented nowhere does not compile.

mod list;

pub(crate) use list::with_use_cases;

/// The faces that may ask for a use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Every face.
    Everyone,
    /// A face that can open a dialog.
    Window,
    /// A face whose caller may name paths.
    Typist,
}

/// The facts that are known of a use case without calling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseCase {
    /// The name that a face calls it by.
    pub name: &'static str,
    /// Its purpose, in a sentence.
    pub purpose: &'static str,
    /// The same on the command line, with `{placeholders}`, and in brackets what is left out
    /// without a value and repeated for several; empty when there is no such thing.
    pub hint: &'static str,
    /// The faces that may ask for it.
    pub audience: Audience,
}

macro_rules! catalogue {
    ($(#[doc = $doc:literal] $name:ident($request:ty) -> $reply:ty, $audience:ident, $hint:literal;)*) => {
        /// Every use case, in the order of declaration.
        pub const USE_CASES: &[UseCase] = &[$(UseCase {
            name: stringify!($name),
            purpose: $doc.trim_ascii(),
            hint: $hint,
            audience: Audience::$audience,
        },)*];
    };
}
with_use_cases!(catalogue);

/// The use case of this name.
pub fn find_use_case(name: &str) -> Option<&'static UseCase> {
    USE_CASES.iter().find(|use_case| use_case.name == name)
}
