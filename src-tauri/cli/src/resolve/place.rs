//! A folder or file that is named on the command line.

use std::path::Path;

use undercroft_api::Api;
use undercroft_api::wire::Place;
use undercroft_foundation::{IoContext, Result};

/// Points out a folder named on the command line, relative to where the user is.
pub(crate) fn place(api: &Api, path: &Path) -> Result<Place> {
    api.place_at(&std::path::absolute(path).at("find", path)?)
}
