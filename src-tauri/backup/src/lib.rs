//! Backups: the destinations that hold them, what each holds of which project, making a backup,
//! looking into one, and getting it back; and the plans by which it happens by itself. It owns the
//! tables `destinations`, `snapshots_seen`, `plans`, `plan_progress`, `plan_targets` and
//! `schedule_pause`, and the files in `keys/` that say where each destination's password is. The
//! repository is the truth; what the catalog says of it serves when its drive is away.
//!
//! The folders, in reading order; each knows only those before it:
//!
//! - `names`, `moments`: names in rules and sentences; a table of one moment for each thing.
//! - `secrets`, `snapshots`: where passwords are kept; snapshots, as they were last seen.
//! - `destinations`: adding them, finding their drives, opening their repositories, their keys.
//! - `schedule`, `conditions`, `plans`: when, on which conditions, and what is backed up where.
//! - `scheduler`: which plan begins now, and which waits for what.
//! - `forgetting`, `browsing`, `anomaly`: retention, trash and clean-up; looking into backups; what
//!   holds retention after a mass change.
//! - `project_backup`, `library_copy`: one project, or the library itself, to one destination.
//! - `archive_copies`: archives that lie in a destination, each as a snapshot of its own.
//! - `plan_run`: where a plan is carried out, from its command before to retention at the end.
//! - `verification`, `maintenance`, `protection`: proof, repair, and whether a project is safe.
//! - `finding`, `restore`, `recovery`: searching backups, and getting them back.
//!
//! `backups.rs` is the front, which gives out a handle on each.

mod anomaly;
mod archive_copies;
mod backups;
mod browsing;
mod conditions;
mod destinations;
mod finding;
mod forgetting;
mod library_copy;
mod maintenance;
mod moments;
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

pub use anomaly::{AnomalyAlert, AnomalyAlerts, AnomalyAnswer, AnomalyKind, IsAsBefore, are_back};
pub use archive_copies::{ArchiveCopies, StoredArchive};
pub use backups::Backups;
pub use browsing::{
    Difference, Entry, EntryKind, Listing, Mounted, OutOfDate, SnapshotBrowser, SnapshotFile,
    SnapshotList,
};
pub use conditions::{Conditions, Machine, MachineState, QuietHours};
pub use destinations::{
    AddDestination, Destination, DestinationState, Destinations, Drive, Keys, Surroundings,
    mount_table,
};
pub use finding::{BackedUpFile, FileIn, FileSearch, SearchHit, SearchHits, SearchOrder};
pub use forgetting::{Cleanup, Forgetting, Removals, TRASH_KEPT, Trashed};
pub use library_copy::{LibraryCopies, LibraryCopy, LockHistory};
pub use maintenance::{DestinationSpace, Maintenance, Parity, Repair};
pub use plan_run::{CleanableDestination, PlanRuns};
pub use plans::{
    Hook, HookCommand, HookMoment, LeftOut, Limits, Plan, PlanProjects, PlanSpec, PlanTarget,
    Plans, Preview, Retention, Verification, rebuildable_folders,
};
pub use project_backup::{BackupReport, ProjectBackups};
pub use protection::{Protection, ProtectionState, Protections};
pub use recovery::{
    ConfirmPlaces, OtherRooms, RecoverOrder, RecoverableLibrary, RecoverableProject, Recovery,
    RecoveryKit, adopt_recovered, look as look_for_libraries,
};
pub use restore::{
    KeepBefore, KeptBefore, PlannedRestore, RestoreOrder, RestoreTo, Restores, WillKeep,
};
pub use schedule::{DayTime, Schedule};
pub use scheduler::{
    ActiveRuns, CountVersions, Overdue, Pause, PlanStatus, PlannedRun, ScheduleState, Scheduler,
    Starter, Step, TargetOutcome, TargetStatus, WaitReason, Waiting,
};
pub use secrets::{NewPassword, PasswordKeeper};
pub use snapshots::CachedSnapshot;
pub use undercroft_repository::diff::{Change, ChangeKind};
pub use undercroft_repository::usage::LostFile;
pub use undercroft_repository::{KeyInfo, Overwrite, RestorePlan};
pub use verification::{Drill, Due, Proof, Proofs};

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    destinations::MIGRATIONS,
    snapshots::MIGRATIONS,
    plans::MIGRATIONS,
    plans::PROGRESS_MIGRATIONS,
    scheduler::MIGRATIONS[0],
    scheduler::MIGRATIONS[1],
    verification::MIGRATIONS,
    anomaly::MIGRATIONS,
    plan_run::MIGRATIONS,
];
