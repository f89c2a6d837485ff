//! Backups: the destinations that hold them, what each holds of which project, making a backup,
//! looking into one, and getting it back; and the plans by which it happens by itself. It owns the
//! tables `destinations`, `snapshots_seen`, `plans`, `plan_progress`, `plan_targets` and
//! `schedule_pause`, and the files in `keys/` that say where each destination's password is. The
//! repository is the truth; what the catalog says of it serves when its drive is away.

mod anomaly;
mod backups;
mod browse;
mod conditions;
mod destinations;
mod finding;
mod forgetting;
mod keys;
mod kit;
mod library_copy;
mod mounting;
mod names;
mod open;
mod own;
mod plans;
mod protection;
mod recovery;
mod repair;
mod restore;
mod run;
mod running;
mod schedule;
mod scheduler;
mod secrets;
mod snapshot_cache;
mod snapshots;
mod verification;
mod words;

use undercroft_library::Migration;

pub use anomaly::{AnomalyAlert, AnomalyAnswer, AnomalyKind};
pub use backups::Backups;
pub use browse::{Entry, EntryKind, Listing};
pub use conditions::{Conditions, Machine, MachineState, QuietHours};
pub use destinations::{AddDestination, Destination, DestinationSpace, DestinationState};
pub use finding::{BackedUpFile, Difference, FileIn, SearchHit, SearchOrder};
pub use forgetting::{Cleanup, Forgetting, TRASH_KEPT, Trashed};
pub use keys::Keys;
pub use kit::RecoveryKit;
pub use library_copy::{LibraryCopy, LockHistory};
pub use mounting::Mounted;
pub use plans::{
    Hook, HookCommand, HookMoment, LeftOut, Limits, Plan, PlanProjects, PlanSpec, PlanTarget,
    Preview, Retention, Verification, rebuildable_folders,
};
pub use protection::{Protection, ProtectionState};
pub use recovery::{
    ConfirmPlaces, OtherRooms, RecoverOrder, RecoverableLibrary, RecoverableProject,
    adopt_recovered, look as look_for_libraries,
};
pub use repair::{Parity, Repair};
pub use restore::{KeepBefore, RestoreOrder};
pub use run::BackupReport;
pub use schedule::{DayTime, Schedule};
pub use scheduler::{
    ActiveRuns, CountVersions, Overdue, Pause, PlanStatus, PlannedRun, Scheduler, Starter, Step,
    TargetOutcome, TargetStatus, WaitReason, Waiting,
};
pub use secrets::{NewPassword, PasswordKeeper};
pub use snapshot_cache::CachedSnapshot;
pub use snapshots::{OutOfDate, SnapshotList};
pub use undercroft_repository::{Change, ChangeKind, KeyInfo, LostFile, Overwrite, RestorePlan};
pub use verification::{Drill, Due, Proof};

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    destinations::MIGRATIONS,
    snapshot_cache::MIGRATIONS,
    plans::MIGRATIONS,
    scheduler::MIGRATIONS[0],
    scheduler::MIGRATIONS[1],
    scheduler::MIGRATIONS[2],
    verification::MIGRATIONS,
    anomaly::MIGRATIONS,
    running::MIGRATIONS,
];
