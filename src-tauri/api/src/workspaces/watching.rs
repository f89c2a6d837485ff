//! Whether the changes of workspaces are noticed.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use undercroft_foundation::{ProjectId, Result, WorkspaceId, text};
use undercroft_history::{self as history, WatchOptions};
use undercroft_library::{JobKind, NewEvent};

use super::wire::{WatchFilter, WatchState, WatchStatus};
use crate::base::wire::Nothing;
use crate::{Api, Rooms};

/// The time between two looks at how the watching goes.
const PERIOD: Duration = Duration::from_secs(2);

impl Api {
    /// Lets changes become versions by themselves, from now on until [`Api::shut_down`]: for a
    /// face that stays. Returns at once.
    pub fn start_watching(&self) {
        let rooms = Arc::downgrade(&self.0);
        let work = move || {
            // Looking for what changed in the meantime may take a while.
            let Some(started) = rooms.upgrade() else { return };
            if let Err(error) = started.watcher.start(WatchOptions::default()) {
                tracing::error!(%error, "changes will not be noticed");
            }
            drop(started);
            tell_changes(&rooms);
        };
        if let Err(error) = std::thread::Builder::new().name("watching".to_owned()).spawn(work) {
            tracing::error!(%error, "changes will not be noticed");
        }
    }

    /// Lists how the watching of every workspace goes.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn watch_list(&self, _: Nothing) -> Result<Vec<WatchState>> {
        self.watch_states_of(&WatchFilter::default())
    }

    /// Leaves changes unnoticed, of a project or of all.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn history_pause(&self, request: WatchFilter) -> Result<Vec<WatchState>> {
        self.set_paused(&request, true)
    }

    /// Notices changes again; what happened in between becomes a version.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn history_resume(&self, request: WatchFilter) -> Result<Vec<WatchState>> {
        self.set_paused(&request, false)
    }

    fn set_paused(&self, request: &WatchFilter, paused: bool) -> Result<Vec<WatchState>> {
        let project = request.project.as_deref().map(|text| self.find_project(text)).transpose()?;
        self.0.watcher.set_paused(project.map(|project| project.id), paused)?;
        self.watch_states_of(request)
    }

    fn watch_states_of(&self, request: &WatchFilter) -> Result<Vec<WatchState>> {
        let project = request.project.as_deref().map(|text| self.find_project(text)).transpose()?;
        let wanted = project.map(|project| project.id);
        let states = self.0.watcher.states()?;
        let states = states.into_iter().filter(|state| wanted.is_none_or(|id| state.project == id));
        states.map(|state| self.show_watch(state)).collect()
    }

    fn show_watch(&self, state: history::WatchState) -> Result<WatchState> {
        let workspace = self.0.history.workspace(state.workspace)?;
        let status = self.watch_status_of(&state);
        let is_interrupted =
            state.status == history::WatchStatus::Importing && status != WatchStatus::Importing;
        let why = match (state.why, state.next) {
            _ if is_interrupted => Some(text!("Its first version was interrupted")),
            (Some(why), Some(next)) => Some(text!("{why}. {next}", why, next)),
            (why, next) => why.or(next),
        };
        Ok(WatchState {
            project: state.project.to_string(),
            project_name: self.0.library.projects().get(state.project)?.name,
            workspace: state.workspace.to_string(),
            name: self.name_of(&workspace)?,
            state: status,
            why: why.map(Into::into),
            pending_changes: state.pending,
            last_version: state.last_version,
        })
    }

    pub(crate) fn watch_status(&self, workspace: WorkspaceId) -> Result<WatchStatus> {
        let states = self.0.watcher.states()?;
        let found = states.into_iter().find(|state| state.workspace == workspace);
        Ok(found.map_or(WatchStatus::Off, |state| self.watch_status_of(&state)))
    }

    /// A first version that nobody makes any more was interrupted: nothing is noticed then.
    fn watch_status_of(&self, state: &history::WatchState) -> WatchStatus {
        match state.status.into() {
            WatchStatus::Importing if !self.is_being_begun(state.project) => WatchStatus::Off,
            status => status,
        }
    }

    fn is_being_begun(&self, project: ProjectId) -> bool {
        self.0.library.jobs().list_all().iter().any(|job| {
            !job.state.is_over() && job.kind == JobKind::Import && job.project == Some(project)
        })
    }
}

impl From<history::WatchStatus> for WatchStatus {
    fn from(status: history::WatchStatus) -> Self {
        match status {
            history::WatchStatus::Importing => Self::Importing,
            history::WatchStatus::Watching | history::WatchStatus::Elsewhere => Self::Watching,
            history::WatchStatus::Limited | history::WatchStatus::Failing => Self::Limited,
            history::WatchStatus::Paused => Self::Paused,
            history::WatchStatus::Missing => Self::Missing,
            history::WatchStatus::Off => Self::Off,
        }
    }
}

/// Tells of every workspace whose watching goes otherwise than it did.
fn tell_changes(rooms: &Weak<Rooms>) {
    let mut told: HashMap<WorkspaceId, history::WatchStatus> = HashMap::new();
    loop {
        {
            let Some(rooms) = rooms.upgrade() else { return };
            for state in rooms.watcher.states().unwrap_or_default() {
                let before = told.insert(state.workspace, state.status);
                // That it is watched is what everybody expects at the start.
                if before.unwrap_or(history::WatchStatus::Watching) != state.status {
                    tell(&rooms, &state);
                }
            }
        }
        std::thread::park_timeout(PERIOD);
    }
}

fn tell(rooms: &Rooms, state: &history::WatchState) {
    let how = match state.status {
        history::WatchStatus::Importing => text!("has no version yet"),
        history::WatchStatus::Watching | history::WatchStatus::Elsewhere => text!("is watched"),
        history::WatchStatus::Limited => text!("is watched in part"),
        history::WatchStatus::Failing => text!("is watched, but no version could be made"),
        history::WatchStatus::Paused => text!("is paused"),
        history::WatchStatus::Missing => text!("is missing"),
        history::WatchStatus::Off => text!("is not watched"),
    };
    let name = rooms.library.projects().get(state.project).map(|project| project.name);
    let why = state.why.as_ref().map(|why| text!(": {why}", why)).unwrap_or_default();
    let text = text!("{project} {how}{why}", project = name.unwrap_or_default(), how, why);
    let event = NewEvent::new("watch.changed", text).of_project(Some(state.project));
    if let Err(error) = rooms.library.events().publish(&event) {
        tracing::warn!(%error, "how a workspace is watched could not be told");
    }
}
