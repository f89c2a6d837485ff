//! The doctor: looks for whatever could keep Undercroft from doing its work, says why it matters
//! and what to do, and does it where it can.

mod destinations;
mod finding;
mod fixes;
mod last;
mod library;
mod machine;
mod plans;
mod projects;
pub(crate) mod wire;

pub(crate) use last::LastExamination;

use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;

use wire::{Finding, FindingFix};

impl Api {
    /// Looks for whatever could keep Undercroft from doing its work.
    ///
    /// # Errors
    /// None: what cannot be looked at is a finding.
    pub fn doctor(&self, _: Nothing) -> Result<Vec<Finding>> {
        let mut findings = self.examine_library();
        findings.extend(self.examine_machine());
        findings.extend(self.examine_destinations());
        findings.extend(self.examine_plans());
        findings.extend(self.examine_projects());
        self.0.examined.keep(&findings);
        Ok(findings)
    }

    /// Does what the doctor proposes, and looks again.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for what is no proposal of the doctor's; the errors
    /// of what is done.
    pub fn doctor_fix(&self, request: FindingFix) -> Result<Vec<Finding>> {
        self.fix(&request.id)?;
        self.doctor(Nothing {})
    }
}
