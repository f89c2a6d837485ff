//! The state that every part of the window shares: the use cases, the tray's presence, and whether
//! the program is about to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use undercroft_api::Api;
use undercroft_api::wire::{
    Dashboard, JobView, Nothing, PauseFor, PauseRequest, Plan, PlanRef, ScheduleState,
    SettingsChange, SettingsView, VersionSave, WatchState,
};
use undercroft_foundation::{Clock, Result, World};

/// Whether a tray really shows the icon.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrayPresence(Arc<AtomicBool>);

impl TrayPresence {
    /// Whether a tray shows the icon now.
    pub(crate) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes whether one does.
    #[cfg(target_os = "linux")]
    pub(crate) fn set(&self, there: bool) {
        self.0.store(there, Ordering::Relaxed);
    }
}

/// The shared state of the window process.
#[derive(Debug, Clone)]
pub(crate) struct AppState {
    api: Api,
    clock: Arc<dyn Clock>,
    tray: TrayPresence,
    quitting: Arc<AtomicBool>,
}

impl AppState {
    /// The state over these use cases.
    pub(crate) fn new(api: Api, world: &World, tray: TrayPresence) -> Self {
        Self { api, clock: Arc::clone(&world.clock), tray, quitting: Arc::default() }
    }

    /// The use cases.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// The clock that waiting goes by.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Whether a tray shows the icon.
    pub(crate) fn tray(&self) -> &TrayPresence {
        &self.tray
    }

    /// Notes that the program is about to end; false when that was noted before.
    pub(crate) fn begin_quitting(&self) -> bool {
        !self.quitting.swap(true, Ordering::Relaxed)
    }

    /// Whether the program is about to end.
    pub(crate) fn is_quitting(&self) -> bool {
        self.quitting.load(Ordering::Relaxed)
    }

    /// The whole at a glance.
    pub(crate) fn dashboard(&self) -> Result<Dashboard> {
        self.api.dashboard(Nothing {})
    }

    /// Starts a backup of everything.
    pub(crate) fn back_up_all(&self) -> Result<Vec<JobView>> {
        self.api.backup_run_all(Nothing {})
    }

    /// The plans.
    pub(crate) fn plans(&self) -> Result<Vec<Plan>> {
        self.api.plan_list(Nothing {})
    }

    /// Carries a plan out now.
    pub(crate) fn run_plan(&self, plan: String) -> Result<JobView> {
        self.api.plan_run(PlanRef { plan })
    }

    /// The workspaces whose versions are kept.
    pub(crate) fn watched(&self) -> Result<Vec<WatchState>> {
        self.api.watch_list(Nothing {})
    }

    /// Saves a version of a workspace now.
    pub(crate) fn save_version(&self, workspace: String) -> Result<JobView> {
        self.api.version_save(VersionSave { workspace, message: None, full: false })
    }

    /// Lets no backup begin by itself for a while.
    pub(crate) fn pause(&self, pause: PauseFor) -> Result<ScheduleState> {
        self.api.schedule_pause(PauseRequest { pause })
    }

    /// Lets backups begin by themselves again.
    pub(crate) fn resume(&self) -> Result<ScheduleState> {
        self.api.schedule_resume(Nothing {})
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<SettingsView> {
        self.api.settings_show(Nothing {})
    }

    /// Notes that the user was told that the program stays in the tray.
    pub(crate) fn note_tray_hint(&self) -> Result<SettingsView> {
        let change = SettingsChange { tray_hint_shown: Some(true), ..SettingsChange::default() };
        self.api.settings_change(change)
    }
}
