//! The workspace that a command works in, and the versions that are named by it.

use undercroft_api::Api;
use undercroft_api::wire::Nothing;
use undercroft_foundation::{Code, Error, Result};

/// The workspace that is named, or the current one.
pub(crate) fn workspace(api: &Api, named: Option<String>) -> Result<String> {
    if let Some(named) = named {
        return Ok(named);
    }
    api.current(Nothing {})?.workspace.ok_or_else(|| {
        Error::new(Code::Invalid, "No workspace is named")
            .why("There is no current one that could be meant")
            .next("Name a project, or choose one with undercroft workspace switch PROJECT")
    })
}

/// The version that `text` means: `latest` is that of the current workspace.
pub(crate) fn version(api: &Api, text: String) -> Result<String> {
    match &*text {
        "latest" | "now" => Ok(format!("{text}:{}", workspace(api, None)?)),
        _ => Ok(text),
    }
}
