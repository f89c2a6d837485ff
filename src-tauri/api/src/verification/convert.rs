//! The state of destinations, as far as it is known, from the room to the wire.

use undercroft_backup as backup;

use super::wire::{DestinationProof, Drill};

/// The number of trial restores of a destination that are shown.
const SHOWN_DRILLS: usize = 20;

pub(super) fn proof(proof: backup::Proof, parity: Option<backup::Parity>) -> DestinationProof {
    DestinationProof {
        destination: proof.destination.id.to_string(),
        name: proof.destination.name,
        last_proven: proof.last_proven,
        drills: proof.drills.into_iter().take(SHOWN_DRILLS).map(drill).collect(),
        last_read: proof.last_read,
        round_permille: proof.round_permille,
        round_since: proof.round_since,
        last_round: proof.last_round,
        problems: proof.problems.into_iter().map(Into::into).collect(),
        parity_percent: parity.map(|it| it.percent).filter(|percent| *percent > 0),
        parity_permille: parity.map_or(0, |it| it.permille),
    }
}

fn drill(drill: backup::Drill) -> Drill {
    Drill {
        time: drill.time,
        project: drill.project.map(|id| id.to_string()),
        files: drill.files,
        bytes: drill.bytes,
        milliseconds: drill.milliseconds,
        compared_with_disk: drill.compared_with_disk,
        problems: drill.problems.into_iter().map(Into::into).collect(),
    }
}
