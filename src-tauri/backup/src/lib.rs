//! Backups: the destinations that hold them, what each holds of which project, making a backup,
//! looking into one, and getting it back; and the plans by which it happens by itself. It owns the
//! tables `destinations`, `snapshots_seen`, `plans`, `plan_progress`, `plan_targets` and `schedule_pause`,
//! and `keys/`, where each destination's password lies in a file that only the user may read. The
//! repository is the truth; what the catalog says of it serves when its drive is away.

mod backups;
mod browse;
mod conditions;
mod destinations;
mod open;
mod password_file;
mod plans;
mod protection;
mod restore;
mod run;
mod schedule;
mod scheduler;
mod seen;
mod snapshots;
mod words;

use undercroft_library::Migration;

pub use backups::Backups;
pub use browse::{Entry, EntryKind, Listing};
pub use conditions::{Conditions, Machine, QuietHours, Surroundings};
pub use destinations::{AddDestination, Destination, DestinationState};
pub use plans::{
    HookCommand, Limits, Plan, PlanProjects, PlanSpec, PlanTarget, Retention, Verification,
};
pub use protection::{Protection, ProtectionState};
pub use restore::RestoreOrder;
pub use run::BackupReport;
pub use schedule::{DayTime, Schedule};
pub use scheduler::{
    CountVersions, Live, Overdue, Pause, PlanStanding, PlannedRun, Scheduler, Starter, Step,
    TargetOutcome, TargetStanding, WaitReason, Waiting,
};
pub use seen::SeenSnapshot;
pub use snapshots::{OutOfDate, SnapshotList};
pub use undercroft_repository::Overwrite;

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    destinations::MIGRATIONS,
    seen::MIGRATIONS,
    plans::MIGRATIONS,
    scheduler::MIGRATIONS[0],
    scheduler::MIGRATIONS[1],
    scheduler::MIGRATIONS[2],
];
