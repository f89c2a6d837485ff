//! The state that every part of the window shares: the use cases, the tray's presence, the language,
//! and whether the program is about to end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_api::Api;
use undercroft_api::wire::{
    Dashboard, JobView, Nothing, PauseFor, PauseRequest, Plan, PlanRef, ScheduleState,
    SettingsChange, SettingsView, VersionSave, WatchState,
};
use undercroft_foundation::{Clock, Language, Result, Text, World};

/// The setting that keeps the language of the page.
const LANGUAGE_SETTING: &str = "tray-language";

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
    language: Arc<Mutex<Language>>,
    followers: Arc<Mutex<Vec<Sender<()>>>>,
    quitting: Arc<AtomicBool>,
}

impl AppState {
    /// The state over these use cases.
    pub(crate) fn new(api: Api, world: &World, tray: TrayPresence) -> Self {
        let state = Self {
            api,
            clock: Arc::clone(&world.clock),
            tray,
            language: Arc::default(),
            followers: Arc::default(),
            quitting: Arc::default(),
        };
        state.set_language(state.language_of_settings());
        state
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

    /// The language of all that is said around the page.
    pub(crate) fn language(&self) -> Language {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Speaks another language from now on.
    pub(crate) fn set_language(&self, language: Language) {
        *self.language.lock().unwrap_or_else(PoisonError::into_inner) = language;
        let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        followers.retain(|follower| follower.send(()).is_ok());
    }

    /// Hears each time that another language is spoken.
    pub(crate) fn follow_language(&self) -> Receiver<()> {
        let (sender, receiver) = channel();
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    /// The sentence in the language of the page.
    pub(crate) fn say(&self, text: &Text) -> String {
        text.said_in(self.language()).into_owned()
    }

    /// The language that the page had last, else that of the system.
    fn language_of_settings(&self) -> Language {
        let settings = self.settings().ok();
        let setting = settings.iter().flat_map(|it| &it.all).find(|it| it.key == LANGUAGE_SETTING);
        let kept = setting.and_then(|setting| Language::first_of(&setting.value));
        let of_system = || {
            let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
            let set = variables.filter_map(|name| std::env::var(name).ok());
            set.filter(|value| !value.is_empty()).find_map(|value| Language::first_of(&value))
        };
        kept.or_else(of_system).unwrap_or_default()
    }

    /// Keeps the language of the page for the next start.
    pub(crate) fn note_language(&self, language: Language) -> Result<SettingsView> {
        let set = BTreeMap::from([(LANGUAGE_SETTING.to_owned(), Some(language.tag().to_owned()))]);
        self.api.settings_change(SettingsChange { set, ..SettingsChange::default() })
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
