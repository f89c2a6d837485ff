//! The queue of jobs: which wait, which work, whose turn is next, who listens.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use undercroft_foundation::{
    Code, Error, Job, JobId, JobState, LogLevel, Result, RunId, World, text,
};

use super::entry::Entry;
use super::work::{Work, of_error, perform};
use super::{JobKind, JobSpec, JobView};
use crate::runs::{NewRun, Outcome, Run, Runs};

/// The number of jobs that are over and stay in the list.
const KEPT: usize = 100;
/// Progress is told at most this often.
const TICK: Duration = Duration::from_millis(100);
/// The ticks between two times that what jobs tell of their work is kept.
const TICKS_OF_REPORTS: u32 = 10;
/// The time that jobs may take to stop when the program ends.
const STOP_PATIENCE: Duration = Duration::from_secs(4);
/// A listener that has not taken this many views gets no more progress until it does.
const PATIENT: usize = 64;

pub(super) struct JobQueue {
    pub(super) runs: Runs,
    world: World,
    state: Mutex<State>,
    changed: Condvar,
    reporting: Mutex<()>,
    sharing: Mutex<()>,
    following: Once,
}

#[derive(Default)]
struct State {
    /// Oldest first.
    entries: VecDeque<Entry>,
    listeners: Vec<Sender<JobView>>,
    is_ticking: bool,
    /// Each holds the library open until it ends, a little after its job.
    threads: Vec<JoinHandle<()>>,
}

impl JobQueue {
    pub(super) fn new(runs: Runs, world: World) -> Self {
        Self {
            runs,
            world,
            state: Mutex::default(),
            changed: Condvar::new(),
            reporting: Mutex::default(),
            sharing: Mutex::default(),
            following: Once::new(),
        }
    }

    pub(super) fn spawn(this: &Arc<Self>, spec: JobSpec, work: Work) -> Result<JobView> {
        let new = NewRun {
            kind: spec.kind.name().to_owned(),
            title: spec.title.clone(),
            project: spec.project,
            destination: spec.destination,
            plan: spec.plan,
            planned: spec.planned,
        };
        let job = Arc::new(Job::with_log(&this.world.clock));
        let run = match this.runs.queue(&new) {
            Err(error) if spec.kind.needs_no_record() && error.code() == Code::StorageFull => {
                job.warn("The list of runs", text!("This is not kept in it: {error}", error));
                this.runs.unrecorded(&new)
            }
            queued => queued?,
        };
        let id = JobId::new(&*this.world.clock, &*this.world.random);
        let entry = Entry::new(id, spec, run, job, work);
        {
            let mut state = this.lock();
            state.entries.push_back(entry);
            this.tell(&mut state, id);
        }
        Self::begin_next(this);
        this.get(id)
    }

    pub(super) fn list(&self) -> Vec<JobView> {
        let now = self.world.clock.steady();
        self.lock().entries.iter().rev().map(|entry| entry.view(now)).collect()
    }

    pub(super) fn get(&self, id: JobId) -> Result<JobView> {
        let now = self.world.clock.steady();
        let state = self.lock();
        state.entries.iter().find(|entry| entry.id == id).map(|entry| entry.view(now)).ok_or_else(
            || {
                Error::new(Code::NotFound, text!("There is no job {id}", id))
                    .why("It was never begun here, or has been over for long")
            },
        )
    }

    pub(super) fn subscribe(self: &Arc<Self>) -> Receiver<JobView> {
        let (sender, receiver) = unbounded();
        self.lock().listeners.push(sender);
        self.following.call_once(|| Self::follow_other_processes(self));
        receiver
    }

    pub(super) fn is_idle(&self) -> bool {
        self.lock().entries.iter().all(|entry| entry.state.is_over())
    }

    pub(super) fn wait(&self, id: JobId) -> Result<JobView> {
        let over = |state: &mut State| {
            state.entries.iter().find(|entry| entry.id == id).is_none_or(|e| e.state.is_over())
        };
        let state = self.lock();
        drop(self.changed.wait_while(state, |state| !over(state)));
        self.get(id)
    }

    /// Stops a job, by cancelling or interrupting it.
    pub(super) fn stop(this: &Arc<Self>, id: JobId, how: fn(&Job)) -> Result<JobView> {
        this.get(id)?;
        let waiting = {
            let mut state = this.lock();
            let entry = state.entries.iter_mut().find(|entry| entry.id == id);
            entry.and_then(|entry| {
                how(&entry.job);
                // Taken, so that its turn never comes.
                entry
                    .work
                    .take()
                    .map(|work| (Arc::clone(&entry.job), entry.spec.title.clone(), work))
            })
        };
        if let Some((job, title, work)) = waiting {
            let (state, outcome) = perform(&title, &job, work);
            Self::end(this, id, state, outcome);
        }
        this.get(id)
    }

    /// Stops every job of this process, each at its next safe moment.
    pub(super) fn stop_all(this: &Arc<Self>, how: fn(&Job)) {
        let ids: Vec<_> = this.lock().entries.iter().map(|entry| entry.id).collect();
        for id in ids {
            let _ = Self::stop(this, id, how);
        }
    }

    /// Interrupts every job, and waits until all have stopped. One that does not for long is in a
    /// call that the system does not answer: the end of the process ends it, as a crash would.
    pub(super) fn shut_down(this: &Arc<Self>) {
        Self::stop_all(this, Job::interrupt);
        let busy = |state: &mut State| state.entries.iter().any(|entry| !entry.state.is_over());
        let waited = this.changed.wait_timeout_while(this.lock(), STOP_PATIENCE, busy);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            tracing::warn!("some jobs did not stop in time; the next start takes care of them");
            return;
        }
        let threads = mem::take(&mut state.threads);
        drop(state);
        for thread in threads {
            let _ = thread.join();
        }
    }

    pub(super) fn pause(this: &Arc<Self>, id: JobId) -> Result<JobView> {
        let view = this.get(id)?;
        if view.state.is_over() {
            return Ok(view);
        }
        if !view.kind.can_pause() {
            return Err(Error::new(
                Code::Unsupported,
                text!("Cannot pause: {title}", title = view.title),
            )
            .why(text!("Others would have to wait for it"))
            .next(text!("Let it finish, or cancel it")));
        }
        this.change(id, Entry::pause);
        // Those that waited for it may pass, if its turn had not come.
        Self::begin_next(this);
        this.get(id)
    }

    pub(super) fn resume(this: &Arc<Self>, id: JobId) -> Result<JobView> {
        this.get(id)?;
        this.change(id, Entry::resume);
        Self::begin_next(this);
        this.get(id)
    }

    /// Changes an entry, and tells it.
    fn change(&self, id: JobId, change: impl FnOnce(&mut Entry, Duration)) {
        let now = self.world.clock.steady();
        let mut state = self.lock();
        if let Some(entry) = state.entries.iter_mut().find(|entry| entry.id == id) {
            change(entry, now);
            self.tell(&mut state, id);
        }
    }

    /// Keeps what the jobs have told of their work.
    pub(super) fn keep_reports(&self) {
        let working: Vec<(RunId, Arc<Job>)> = {
            let state = self.lock();
            let working = state.entries.iter().filter(|entry| entry.state == JobState::Running);
            working.map(|entry| (entry.run.id, Arc::clone(&entry.job))).collect()
        };
        for (run, job) in working {
            // One at a time takes and keeps, so that lines stay in their order.
            let _one = self.reporting.lock().unwrap_or_else(PoisonError::into_inner);
            let report = job.take_report();
            if let Err(error) = self.runs.keep_report(run, &report) {
                tracing::warn!(run.id = %run, error = %error, "a run's log cannot be kept");
            }
        }
    }

    /// Begins every job whose turn it is, and lets go on those that wait for theirs.
    fn begin_next(this: &Arc<Self>) {
        while let Some((id, run, job, work)) = this.take_next() {
            let Some(work) = work else { continue };
            let queue = Arc::clone(this);
            let title = run.title.clone();
            let worker = Arc::clone(&job);
            let kind = JobKind::from_name(&run.kind);
            let goes_on = kind.is_some_and(JobKind::needs_no_record);
            let spawned = std::thread::Builder::new().name("job".to_owned()).spawn(move || {
                worker.log(LogLevel::Info, format!("Began: {}", run.title));
                let (state, outcome) = match queue.runs.start(&run) {
                    Ok(()) => perform(&run.title, &worker, work),
                    Err(error) if goes_on && error.code() == Code::StorageFull => {
                        perform(&run.title, &worker, work)
                    }
                    Err(error) => of_error(&error, &worker),
                };
                Self::end(&queue, id, state, outcome);
            });
            match spawned {
                Ok(thread) => this.lock().keep_thread(thread),
                Err(source) => {
                    let what = text!("Cannot begin: {title}", title);
                    let error = Error::new(Code::Unavailable, what).because(source);
                    let (state, outcome) = of_error(&error, &job);
                    Self::end(this, id, state, outcome);
                }
            }
        }
        this.share();
        Self::tick(this);
    }

    /// Takes the next whose turn it is; one that goes on brings no work.
    fn take_next(&self) -> Option<(JobId, Run, Arc<Job>, Option<Work>)> {
        let now = self.world.clock.steady();
        let mut state = self.lock();
        let index = (0..state.entries.len()).find(|&index| state.is_turn_of(index))?;
        let entry = state.entries.get_mut(index)?;
        let work = entry.take_turn(now);
        let next = (entry.id, entry.run.clone(), Arc::clone(&entry.job), work);
        self.tell(&mut state, next.0);
        Some(next)
    }

    fn end(this: &Arc<Self>, id: JobId, ended: JobState, outcome: Outcome) {
        let found = {
            let state = this.lock();
            let entry = state.entries.iter().find(|entry| entry.id == id);
            entry.map(|entry| (entry.run.clone(), Arc::clone(&entry.job)))
        };
        let Some((run, job)) = found else { return };
        let level = match ended {
            JobState::Failed => LogLevel::Error,
            JobState::Warnings | JobState::Cancelled => LogLevel::Warning,
            _ => LogLevel::Info,
        };
        job.log(level, outcome.summary.clone());
        // Kept before it is told: who hears that a job is over finds its run.
        let run = this.keep_end(run, ended, &outcome, &job);
        let mut state = this.lock();
        let now = this.world.clock.steady();
        if let Some(entry) = state.entries.iter_mut().find(|entry| entry.id == id) {
            entry.took = Some(entry.worked(now));
            entry.state = ended;
            entry.outcome = Some(outcome);
            entry.run = run;
        }
        this.tell(&mut state, id);
        state.forget_oldest();
        drop(state);
        this.changed.notify_all();
        Self::begin_next(this);
    }

    fn keep_end(&self, run: Run, ended: JobState, outcome: &Outcome, job: &Job) -> Run {
        let _one = self.reporting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = job.take_report();
        // All of them, should one not have been kept when it was told of.
        report.parts = job.parts().into_iter().enumerate().collect();
        let kept = self.runs.finish(&run, ended, outcome, job.progress(), &report);
        kept.unwrap_or_else(|error| {
            tracing::error!(run.id = %run.id, error = %error, "a run's end cannot be kept");
            Run { ended: Some(self.world.clock.now()), ..run }
        })
    }

    /// Tells of a job of another process.
    pub(super) fn publish(&self, view: &JobView) {
        self.lock().listeners.retain(|listener| listener.send(view.clone()).is_ok());
    }

    pub(super) fn lock_sharing(&self) -> MutexGuard<'_, ()> {
        self.sharing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, state: &mut State, id: JobId) {
        let now = self.world.clock.steady();
        if let Some(entry) = state.entries.iter().find(|entry| entry.id == id) {
            let view = entry.view(now);
            state.listeners.retain(|listener| listener.send(view.clone()).is_ok());
        }
    }

    /// Tells progress for as long as anything works.
    fn tick(this: &Arc<Self>) {
        let mut state = this.lock();
        if state.is_ticking || !state.is_working() {
            return;
        }
        let queue = Arc::clone(this);
        let ticker = std::thread::Builder::new().name("progress".to_owned()).spawn(move || {
            // The pace of what people see, which no simulated clock should speed up.
            let ticks = crossbeam_channel::tick(TICK);
            let mut ticked = 0;
            while ticks.recv().is_ok() && queue.tell_progress() {
                ticked += 1;
                if ticked % TICKS_OF_REPORTS == 0 {
                    queue.share();
                    queue.keep_reports();
                }
            }
        });
        // Without it, only the ends are told.
        state.is_ticking = ticker.is_ok();
        if let Ok(ticker) = ticker {
            state.keep_thread(ticker);
        }
    }

    /// Whether there will be more to tell.
    fn tell_progress(&self) -> bool {
        let now = self.world.clock.steady();
        let mut state = self.lock();
        let mut views = Vec::new();
        for entry in state.entries.iter_mut().filter(|entry| entry.state == JobState::Running) {
            let at = (entry.job.progress(), entry.job.current());
            if entry.told.as_ref() != Some(&at) {
                entry.told = Some(at);
                views.push(entry.view(now));
            }
        }
        for view in &views {
            state
                .listeners
                .retain(|listener| listener.len() > PATIENT || listener.send(view.clone()).is_ok());
        }
        state.is_ticking = state.is_working();
        state.is_ticking
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep_thread(&mut self, thread: JoinHandle<()>) {
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.push(thread);
    }

    /// Whether the job waits, and in its lanes nobody works, and nobody who came before it waits.
    /// So who came first is passed by those who want less only while he is told to wait.
    fn is_turn_of(&self, index: usize) -> bool {
        let Some(entry) = self.entries.get(index).filter(|entry| entry.is_ready()) else {
            return false;
        };
        let others = self.entries.iter().enumerate().filter(|(other, _)| *other != index);
        let mut in_its_way = others.filter(|(other, it)| match *other < index {
            true => it.is_ready() || it.works(),
            false => it.works(),
        });
        !in_its_way.any(|(_, other)| other.shares_a_lane(entry))
    }

    fn is_working(&self) -> bool {
        self.entries.iter().any(|entry| entry.state == JobState::Running)
    }

    fn forget_oldest(&mut self) {
        let mut over = self.entries.iter().filter(|entry| entry.state.is_over()).count();
        self.entries.retain(|entry| {
            let stays = !entry.state.is_over() || over <= KEPT;
            over -= usize::from(!stays);
            stays
        });
    }
}
