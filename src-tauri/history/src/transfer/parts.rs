//! The parts of a history outside the library.

/// The part that is a bare git repository: the versions, their marks, and what is known of the
/// workspaces.
pub const GIT_PART: &str = "history.git";

/// The part that is a restic repository: large and binary content of these versions, and nothing
/// else.
pub const OBJECTS_PART: &str = "objects";

/// The part that holds the password of [`OBJECTS_PART`], so that stock restic opens it.
pub const KEY_PART: &str = "objects-key";

/// The part that holds session work, as the room of the sessions exports it.
pub const DRAFTS_PART: &str = "drafts";

/// The file of [`GIT_PART`] that says what `workspaces.json` said.
pub(super) const WORKSPACES: &str = "undercroft/workspaces.json";

/// The file of [`GIT_PART`] that says what `rules.json` said.
pub(super) const RULES: &str = "undercroft/rules.json";
