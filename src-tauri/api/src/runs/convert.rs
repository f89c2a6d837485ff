//! Runs, from the library to the wire.

use undercroft_foundation::JobPart;
use undercroft_library as library;

use super::wire::{Run, RunPart};
use crate::jobs::wire::JobKind;

impl From<library::Run> for Run {
    fn from(run: library::Run) -> Self {
        Self {
            id: run.id.to_string(),
            kind: kind_of(&run.kind),
            title: run.title.into(),
            project: run.project.map(|id| id.to_string()),
            destination: run.destination.map(|id| id.to_string()),
            plan: run.plan.map(|id| id.to_string()),
            planned: run.planned,
            state: run.state.into(),
            started: run.started,
            ended: run.ended,
            outcome: run.outcome.map(Into::into),
            files_done: run.files_done,
            bytes_done: run.bytes_done,
        }
    }
}

impl From<JobPart> for RunPart {
    fn from(part: JobPart) -> Self {
        Self {
            title: part.title.into(),
            project: part.project.map(|id| id.to_string()),
            destination: part.destination.map(|id| id.to_string()),
            state: part.state.into(),
            summary: part.summary.into(),
            snapshot: part.snapshot,
            added_bytes: part.added_bytes,
            milliseconds: u64::try_from(part.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// The kind of a recorded run. The catalog refuses to open when a newer program, with kinds of
/// its own, has written to it.
fn kind_of(name: &str) -> JobKind {
    library::JobKind::from_name(name).unwrap_or(library::JobKind::Check).into()
}
