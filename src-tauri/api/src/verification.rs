//! Proof: how far destinations are proven, and proving them now.

use undercroft_backup as backup;
use undercroft_foundation::Result;

use crate::wire::{CheckRequest, DestinationProof, DestinationRef, Drill, JobView, Nothing};
use crate::{Api, convert};

/// The number of trial restores of a destination that are shown.
const SHOWN_DRILLS: usize = 20;

impl Api {
    /// Says how far the destinations are proven.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn proof_list(&self, _: Nothing) -> Result<Vec<DestinationProof>> {
        let show = |found: backup::Proof| {
            let parity =
                self.0.backups.maintenance().parity(found.destination.id).unwrap_or_else(|error| {
                    // Its problems say what is wrong with it.
                    tracing::info!(%error, "the parity of a destination is not known");
                    None
                });
            proof(found, parity)
        };
        Ok(self.0.backups.proofs().list()?.into_iter().map(show).collect())
    }

    /// Reads a destination back, whole or a share.
    ///
    /// # Errors
    /// The errors of [`backup::Proofs::start_check`].
    pub fn destination_check(&self, request: CheckRequest) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(convert::job(self.0.backups.proofs().start_check(destination.id, request.permille)?))
    }

    /// Restores random files of a destination on trial, and compares.
    ///
    /// # Errors
    /// The errors of [`backup::Proofs::start_drill`].
    pub fn drill(&self, request: DestinationRef) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(convert::job(self.0.backups.proofs().start_drill(destination.id)?))
    }
}

fn proof(proof: backup::Proof, parity: Option<backup::Parity>) -> DestinationProof {
    DestinationProof {
        destination: proof.destination.id.to_string(),
        name: proof.destination.name,
        last_proven: proof.last_proven,
        drills: proof.drills.into_iter().take(SHOWN_DRILLS).map(drill).collect(),
        last_read: proof.last_read,
        round_permille: proof.round_permille,
        round_since: proof.round_since,
        last_round: proof.last_round,
        problems: proof.problems,
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
        problems: drill.problems,
    }
}
