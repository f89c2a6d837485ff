//! A destination that is named by its name, its id or its folder, and a folder made one.

use std::path::Path;

use undercroft_api::Api;
use undercroft_api::wire::{Destination, DestinationAdd, NewPassword, Nothing, Place, PlaceState};
use undercroft_foundation::{Code, Error, Result};

use super::place::place;
use crate::password::{self, Purpose};
use crate::session::Session;

/// The destination called `text`, or the folder of that path made a destination.
pub(crate) fn destination(
    session: &Session,
    api: &Api,
    text: &str,
    password_file: Option<&Path>,
) -> Result<Destination> {
    let unknown = match api.find_destination(text) {
        Err(error) if error.code() == Code::NotFound => error,
        found => return found,
    };
    let path = Path::new(text);
    if !text.contains('/') && !path.exists() {
        return Err(Error::new(Code::NotFound, unknown.what_text())
            .why(unknown.why_text())
            .next("See undercroft destination list, or give a folder, such as ./backups"));
    }
    let place = place(api, path)?;
    let known = api.destination_list(Nothing {})?;
    match known.into_iter().find(|destination| destination.display == place.display) {
        Some(destination) => Ok(destination),
        None => {
            let added = add_destination(api, place, None, password_file)?;
            session.out.note(format!("Added the destination {} ({})", added.name, added.display));
            Ok(added)
        }
    }
}

/// Makes a place a destination, and a repository in it when there is none.
pub(crate) fn add_destination(
    api: &Api,
    place: Place,
    name: Option<String>,
    password_file: Option<&Path>,
) -> Result<Destination> {
    let create = place.state != PlaceState::Repository;
    let (purpose, whose) = match create {
        true => (Purpose::Create, format!("the new repository {}", place.display)),
        false => (Purpose::Open, format!("the repository {}", place.display)),
    };
    let secret = password::ask(password_file, purpose, &whose)?;
    let password = NewPassword::Typed { password: secret.into_text() };
    api.destination_add(DestinationAdd { place: place.id, name, password, create })
}
