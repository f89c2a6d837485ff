//! Letting plans run by themselves: a loop that takes the scheduler's steps, for a face that stays.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;
use undercroft_backup::{Overdue, WaitReason, Waiting};
use undercroft_foundation::{PlanId, Result, text};
use undercroft_library::NewEvent;

use crate::events::wire::BackendEvent;
use crate::{Api, Rooms};

/// The longest time until the scheduler is asked again, whatever it says: a clock may be set, a
/// drive come back, a battery be charged.
const LONGEST: Duration = Duration::from_secs(60);
/// Several things that happen at once are one reason to look.
const SETTLING: Duration = Duration::from_millis(300);

/// The loop, while it goes.
#[derive(Debug, Default)]
pub(crate) struct Scheduling {
    going: Mutex<Option<Going>>,
}

#[derive(Debug)]
struct Going {
    stop: Arc<Notify>,
    wake: Arc<Notify>,
    thread: JoinHandle<()>,
}

impl Api {
    /// Lets plans run by themselves, from now on until [`Api::shut_down`]: for a face that stays.
    /// Returns at once.
    pub fn start_scheduler(&self) {
        let mut going = self.0.scheduling.going.lock().unwrap_or_else(PoisonError::into_inner);
        if going.is_some() {
            return;
        }
        if let Err(error) = self.0.library.ensure_reserve() {
            tracing::warn!(%error, "no room is kept back for cleaning up");
        }
        let (rooms, stop) = (Arc::downgrade(&self.0), Arc::new(Notify::new()));
        let wake = Arc::new(Notify::new());
        if let Err(error) = wake_on_events(self, &wake) {
            tracing::warn!(%error, "plans are looked at once a minute only");
        }
        let (stopped, woken) = (Arc::clone(&stop), Arc::clone(&wake));
        let work = move || match tokio::runtime::Builder::new_current_thread().enable_time().build()
        {
            Ok(runtime) => runtime.block_on(run(&rooms, &woken, &stopped)),
            Err(error) => tracing::error!(%error, "no plan will run by itself"),
        };
        match std::thread::Builder::new().name("scheduler".to_owned()).spawn(work) {
            Ok(thread) => *going = Some(Going { stop, wake, thread }),
            Err(error) => tracing::error!(%error, "no plan will run by itself"),
        }
    }
}

impl Scheduling {
    /// Lets the loop look at once: something changed that no event tells of.
    pub(crate) fn wake(&self) {
        let going = self.going.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(going) = &*going {
            going.wake.notify_one();
        }
    }

    /// Ends the loop; a step that is being taken is taken to its end.
    pub(crate) fn stop(&self) {
        let going = self.going.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Going { stop, thread, .. }) = going {
            stop.notify_one();
            let _ = thread.join();
        }
    }
}

/// Steps are taken on a thread for what blocks: they read the catalog and look at drives.
async fn run(rooms: &Weak<Rooms>, wake: &Notify, stop: &Notify) {
    let mut known = LoopState::default();
    loop {
        let rooms = rooms.clone();
        let step = tokio::task::spawn_blocking(move || (step(&rooms, &mut known), known));
        let wait;
        (wait, known) = match step.await {
            Ok((Some(wait), known)) => (wait, known),
            Ok((None, _)) => return,
            Err(error) => {
                tracing::error!(%error, "a step of the scheduler failed");
                (LONGEST, LoopState::default())
            }
        };
        tokio::select! {
            () = stop.notified() => return,
            () = tokio::time::sleep(wait) => {}
            () = wake.notified() => tokio::select! {
                () = stop.notified() => return,
                () = tokio::time::sleep(SETTLING) => {}
            },
        }
    }
}

/// The state that the loop keeps from one step to the next.
#[derive(Debug, Default)]
struct LoopState {
    /// The things that people were warned of.
    warned: Vec<Overdue>,
    /// The plans that wait, and for what.
    waiting: Vec<(PlanId, WaitReason)>,
    /// Whether backups were paused.
    was_paused: bool,
    /// Whether the settings let plans run by themselves, and when; nothing before the first look.
    settings: Option<(bool, String)>,
    /// The places at which drives were mounted; nothing before the first look.
    drives: Option<BTreeSet<PathBuf>>,
}

/// Takes a step, and says how long nothing will happen; nothing when the library is closed.
fn step(rooms: &Weak<Rooms>, known: &mut LoopState) -> Option<Duration> {
    let rooms = rooms.upgrade()?;
    tell_of_drives(&rooms, known);
    if let Err(error) = tell_of_settings(&rooms, known) {
        tracing::error!(%error, "what the settings say of backups is not known");
    }
    if let Err(error) = end_pause(&rooms, known) {
        tracing::error!(%error, "whether backups are paused is not known");
    }
    let wait = match rooms.scheduler.step(&rooms.backups.plan_runs()) {
        Ok(step) => {
            if let Err(error) = tell_of_waiting(&rooms, &step.waiting, &mut known.waiting) {
                tracing::error!(%error, "nobody was told what a plan waits for");
            }
            let now = rooms.library.world().clock.now();
            Duration::try_from(step.next_look.duration_since(now)).unwrap_or_default()
        }
        Err(error) => {
            tracing::error!(%error, "a step of the scheduler failed");
            LONGEST
        }
    };
    if let Err(error) = Api(Arc::clone(&rooms)).settle_alerts() {
        tracing::error!(%error, "whether what was lost is back is not known");
    }
    if let Err(error) = rooms.backups.proofs().start_due_by_plans() {
        tracing::error!(%error, "nothing was proven");
    }
    if let Err(error) = Api(Arc::clone(&rooms)).maintain_histories() {
        tracing::error!(%error, "no history was maintained");
    }
    if let Err(error) = Api(Arc::clone(&rooms)).clean_up_if_due() {
        tracing::error!(%error, "the library was not cleaned up");
    }
    if let Err(error) = Api(Arc::clone(&rooms)).count_storage_at_rest() {
        tracing::error!(%error, "the storage was not counted");
    }
    if let Err(error) = warn(&rooms, &mut known.warned) {
        tracing::error!(%error, "nobody was warned of backups that are overdue");
    }
    Some(wait.clamp(SETTLING, LONGEST))
}

/// Lets the backups go on that a pause held, once it ends by itself.
fn end_pause(rooms: &Arc<Rooms>, known: &mut LoopState) -> Result<()> {
    let is_paused = rooms.backups.schedule().current_pause()?.is_some();
    if std::mem::replace(&mut known.was_paused, is_paused) && !is_paused {
        Api(Arc::clone(rooms)).resume_backups();
    }
    Ok(())
}

/// Tells that a drive came or went. It is not recorded: the next look would say the same.
fn tell_of_drives(rooms: &Rooms, known: &mut LoopState) {
    let drives = rooms.backups.destinations().mounted_drives();
    let has_changed = known.drives.as_ref().is_some_and(|before| *before != drives);
    known.drives = Some(drives);
    if has_changed {
        rooms.hub.tell(&BackendEvent::Drives);
    }
}

/// Tells that the settings say something else of backups now, whoever changed them.
fn tell_of_settings(rooms: &Rooms, known: &mut LoopState) -> Result<()> {
    let settings = rooms.library.settings(&rooms.overrides)?;
    let now = (settings.backup(), settings.backup_schedule().to_owned());
    let before = known.settings.replace(now.clone());
    let Some(before) = before.filter(|before| *before != now) else { return Ok(()) };
    let text = match now {
        (false, _) => text!("Backups are off: the setting backup says so"),
        (true, _) if !before.0 => text!("Backups are on again: the setting backup says so"),
        (true, times) => text!("The usual time of backups is {times} now", times),
    };
    rooms.library.events().publish(&NewEvent::new("schedule.changed", text)).map(drop)
}

/// Tells of each plan that begins to wait. That of a pause does not: the pause was told.
fn tell_of_waiting(
    rooms: &Rooms,
    waiting: &[Waiting],
    known: &mut Vec<(PlanId, WaitReason)>,
) -> Result<()> {
    let before = std::mem::take(known);
    for each in waiting {
        let what = (each.plan, each.reason);
        if each.reason != WaitReason::Paused && !before.contains(&what) {
            let text = text!(
                "{plan} {waits}",
                plan = rooms.backups.plans().get(each.plan)?.name,
                waits = each.text
            );
            rooms.library.events().publish(&NewEvent::new("plan.waits", text))?;
        }
        known.push(what);
    }
    Ok(())
}

/// Tells of each destination that has gone too long without, once, until it was served again.
fn warn(rooms: &Rooms, warned: &mut Vec<Overdue>) -> Result<()> {
    let overdue = rooms.backups.schedule().overdue()?;
    let is_told = |each: &Overdue| {
        warned.iter().any(|told| (told.plan, told.destination) == (each.plan, each.destination))
    };
    for each in overdue.iter().filter(|each| !is_told(each)) {
        let event = NewEvent::new(
            "backup.overdue",
            text!("{plan}: {overdue}", plan = each.name, overdue = each.text),
        );
        rooms.library.events().publish(&event.of_destination(Some(each.destination)))?;
    }
    *warned = overdue;
    Ok(())
}

/// Wakes the loop at every event: a job that ended or a plan that changed may be a reason to look.
fn wake_on_events(api: &Api, wake: &Arc<Notify>) -> Result<()> {
    let events = api.0.library.events().subscribe()?;
    let wake = Arc::clone(wake);
    // It ends with the library.
    let pump = move || events.iter().for_each(|_| wake.notify_one());
    std::thread::Builder::new().name("plans".to_owned()).spawn(pump).map(drop).map_err(|source| {
        undercroft_foundation::Error::new(
            undercroft_foundation::Code::Unavailable,
            "Cannot hear of what happens",
        )
        .because(source)
    })
}
