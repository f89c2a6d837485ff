//! `undercroft repo init`: make a new repository.

use serde_json::json;
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::repository::Access;
use crate::session::Session;

pub(super) fn run(session: &Session, access: &Access) -> Result<ExitStatus> {
    let repository = access.create(session)?;
    let out = &session.out;
    if out.is_json() {
        out.record(&json!({
            "message_type": "initialized",
            "id": repository.id(),
            "repository": repository.location(),
        }));
    } else {
        out.line(format!(
            "Made the repository {} at {}",
            &repository.id()[..10],
            repository.location()
        ));
        out.note("Keep its password: without it, nobody can open what will be in it.");
    }
    Ok(ExitStatus::Done)
}
