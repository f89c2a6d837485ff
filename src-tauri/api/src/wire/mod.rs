//! What travels between a face and the use cases: requests, replies, events and errors, as JSON
//! with camel-case names. Engine types are not serialised; these are made from them.
//!
//! Ids are strings, sizes and counters are numbers below 2^53, moments are RFC 3339 in UTC, and
//! names of files are text of `escape_name`, so any name survives the trip.

mod app;
mod dashboard;
mod destination;
mod error;
mod event;
mod file;
mod finding;
mod git;
mod history;
mod job;
mod key;
mod memory;
mod place;
mod plan;
mod project;
mod recovery;
mod retention;
mod rules;
mod run;
mod settings;
mod snapshot;
mod verification;
mod workspace;

pub use app::{AppInfo, Nothing};
pub use dashboard::{Attention, Dashboard, Finding, FindingFix, FindingLevel, Health};
pub use destination::{
    Destination, DestinationAdd, DestinationCopy, DestinationDetail, DestinationMove,
    DestinationRef, DestinationRename,
};
pub use error::{ErrorCode, WireError};
pub use event::{BackendEvent, Event, EventsAfter};
pub use file::{
    Conflict, DiffKind, FileAt, FileCompare, FileContent, FileDelete, FileDiff, FileEntry, FileHit,
    FileListing, FileRef, FileSave, FileSearch, FileUpload, Hunk, Line, LineTag, Preview,
    PreviewKind, Saved,
};
pub use finding::{
    BackupCopy, FileCopy, FileEverywhere, Mount, MountRef, SnapshotChange, SnapshotCompare,
    SnapshotDifference, SnapshotHit, SnapshotRestorePlan, SnapshotSearch,
};
pub use git::{
    GitBranch, GitBranchCreate, GitBranchSwitch, GitCommit, GitCommitNew, GitCompare, GitCreate,
    GitDiff, GitExport, GitLog, GitRemote, GitRemoteSet, GitStatus, GitSync, GitTransfer,
};
pub use history::{
    Change, ChangeKind, Comparison, Day, FileVersion, Layer, LayerReason, RestorePlan, SizedPath,
    ThinDrop, ThinPlan, Trigger, Version, VersionCompare, VersionDays, VersionDetail,
    VersionFilter, VersionMark, VersionRef, VersionRestore, VersionSave, VersionSizes,
};
pub use job::{BackupRun, JobKind, JobProgress, JobRef, JobState, JobView, Outcome, Warning};
pub use key::{
    Key, KeyNew, KeyRemove, Keys, NewPassword, PasswordKeeper, PasswordTried, PasswordTry,
    RecoveryKit, RecoveryKitSave,
};
pub use memory::{
    Draft, DraftContent, DraftKind, DraftRef, DraftSave, MemoryStats, MemoryTransfer,
    MemoryTransferred,
};
pub use place::{Place, PlacePick, PlacePurpose, PlaceState, PlaceType};
pub use plan::{
    Conditions, HookCommand, Limits, PauseFor, PauseRequest, Plan, PlanDraft, PlanEnable,
    PlanLeftOut, PlanPreview, PlanProjects, PlanRef, PlanSave, PlanTarget, PlanTargetState,
    PlanWaiting, PlannedRun, QuietHours, Schedule, ScheduleState, Upcoming, Verification,
    WaitReason,
};
pub use project::{
    Project, ProjectAdd, ProjectDetail, ProjectFilter, ProjectKind, ProjectMove, ProjectRef,
    ProjectRename, ProjectStatus, ProjectTag, Protection, ProtectionState,
};
pub use recovery::{
    LibraryRecover, PlacesConfirm, RecordedPlace, RecoverableLibrary, RecoverableProject,
    RecoveryLook,
};
pub use retention::{
    CleanupPlan, ForgetPlan, KeptSnapshot, LostFile, Retention, RetentionRequest, SnapshotPin,
    SnapshotsRef, TrashedSnapshot,
};
pub use rules::{
    HistoryPlan, LayerRule, LayerTotals, LeftOut, Rules, RulesChange, WatchFilter, WatchState,
    WatchStatus,
};
pub use run::{
    LogLevel, LogLine, Run, RunDetail, RunExport, RunExported, RunFilter, RunPart, RunRef,
};
pub use settings::{Setting, SettingsChange, SettingsSource, SettingsView, Theme};
pub use snapshot::{
    Browse, Entry, EntryKind, Listing, Overwrite, Restore, Snapshot, SnapshotFilter,
};
pub use verification::{
    CheckRequest, DestinationProof, Drill, GuardAlert, GuardAnswer, GuardKind, GuardReply,
    ParityChange, RepairKind, RepairRequest,
};
pub use workspace::{Current, Workspace, WorkspaceDescribe, WorkspaceOpen, WorkspaceRef};
