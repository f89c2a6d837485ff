//! Backups: the destinations that hold them, what each holds of which project, making a backup,
//! looking into one, and getting it back; and the plans by which it happens by itself. It owns the
//! tables `destinations`, `snapshots_seen`, `plans`, `plan_progress`, `plan_targets` and
//! `schedule_pause`, and the files in `keys/` that say where each destination's password is. The
//! repository is the truth; what the catalog says of it serves when its drive is away.

mod anomaly;
mod backups;
mod browsing;
mod conditions;
mod destinations;
mod finding;
mod forgetting;
mod library_copy;
mod maintenance;
mod names;
mod plan_run;
mod plans;
mod project_backup;
mod protection;
mod recovery;
mod restore;
mod schedule;
mod scheduler;
mod secrets;
mod snapshots;
mod verification;

use undercroft_library::Migration;

pub use anomaly::{AnomalyAlert, AnomalyAnswer, AnomalyKind};
pub use backups::Backups;
pub use browsing::{Difference, Entry, EntryKind, Listing, Mounted, OutOfDate, SnapshotList};
pub use conditions::{Conditions, Machine, MachineState, QuietHours};
pub use destinations::{AddDestination, Destination, DestinationState, Keys};
pub use finding::{BackedUpFile, FileIn, SearchHit, SearchOrder};
pub use forgetting::{Cleanup, Forgetting, TRASH_KEPT, Trashed};
pub use library_copy::{LibraryCopy, LockHistory};
pub use maintenance::{DestinationSpace, Parity, Repair};
pub use plans::{
    Hook, HookCommand, HookMoment, LeftOut, Limits, Plan, PlanProjects, PlanSpec, PlanTarget,
    Preview, Retention, Verification, rebuildable_folders,
};
pub use project_backup::BackupReport;
pub use protection::{Protection, ProtectionState};
pub use recovery::{
    ConfirmPlaces, OtherRooms, RecoverOrder, RecoverableLibrary, RecoverableProject, RecoveryKit,
    adopt_recovered, look as look_for_libraries,
};
pub use restore::{KeepBefore, RestoreOrder};
pub use schedule::{DayTime, Schedule};
pub use scheduler::{
    ActiveRuns, CountVersions, Overdue, Pause, PlanStatus, PlannedRun, Scheduler, Starter, Step,
    TargetOutcome, TargetStatus, WaitReason, Waiting,
};
pub use secrets::{NewPassword, PasswordKeeper};
pub use snapshots::CachedSnapshot;
pub use undercroft_repository::{Change, ChangeKind, KeyInfo, LostFile, Overwrite, RestorePlan};
pub use verification::{Drill, Due, Proof};

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    destinations::MIGRATIONS,
    snapshots::MIGRATIONS,
    plans::MIGRATIONS,
    plans::progress::MIGRATIONS,
    scheduler::MIGRATIONS[0],
    scheduler::MIGRATIONS[1],
    verification::MIGRATIONS,
    anomaly::MIGRATIONS,
    plan_run::MIGRATIONS,
];
