//! Verification: how far destinations are proven, and proving them now.

mod convert;
pub(crate) mod wire;

use undercroft_backup as backup;
use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;
use crate::destinations::wire::DestinationRef;
use crate::jobs::wire::JobView;

use convert::proof;
use wire::{CheckRequest, DestinationProof};

impl Api {
    /// Shows how far the destinations are proven.
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
        Ok(self.0.backups.proofs().start_check(destination.id, request.permille)?.into())
    }

    /// Restores random files of a destination on trial, and compares.
    ///
    /// # Errors
    /// The errors of [`backup::Proofs::start_drill`].
    pub fn drill(&self, request: DestinationRef) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(self.0.backups.proofs().start_drill(destination.id)?.into())
    }
}
