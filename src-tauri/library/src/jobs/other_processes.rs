//! The live jobs of other processes, and telling how they go on.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use undercroft_foundation::{Code, Error, JobId, Result, text};

use super::queue::JobQueue;
use super::{JobView, as_text};

/// The time between two looks at other processes for those that listen.
const PERIOD: Duration = Duration::from_secs(1);
/// The number of times that text is read that was caught half written.
const TRIES: usize = 3;

impl JobQueue {
    /// Lets other processes read how this one's jobs stand.
    pub(super) fn share(&self) {
        // One at a time, so that what is written last is how they stand.
        let _one = self.lock_sharing();
        let mut jobs = self.list();
        jobs.retain(|job| !job.state.is_over());
        self.runs.presence().tell(as_text::to_text(&jobs).as_bytes());
    }

    /// The live jobs of other processes.
    pub(super) fn jobs_of_other_processes(&self) -> Vec<JobView> {
        let others = self.runs.presence().others();
        others
            .iter()
            .flat_map(|other| {
                (0..TRIES).find_map(|_| as_text::from_text(&other.said()?)).unwrap_or_default()
            })
            .collect()
    }

    /// Refuses what only the process that does a job can do to it.
    pub(super) fn refuse_if_in_other_process(&self, id: JobId) -> Result<()> {
        match self.jobs_of_other_processes().into_iter().find(|job| job.id == id) {
            None => Ok(()),
            Some(job) => Err(Error::new(
                Code::Unsupported,
                text!("Cannot change: {title}", title = job.title),
            )
            .why(text!("Another Undercroft does it"))
            .next(text!("Stop it in the window or terminal where it was begun"))),
        }
    }

    /// Tells those that listen of other processes' jobs too, until the library is closed.
    pub(super) fn follow_other_processes(this: &Arc<Self>) {
        let queue = Arc::downgrade(this);
        let follow = move || {
            let (ticks, mut known) = (crossbeam_channel::tick(PERIOD), BTreeMap::new());
            while ticks.recv().is_ok() && tell_changes(&queue, &mut known).is_some() {}
        };
        let spawned = std::thread::Builder::new().name("elsewhere".to_owned()).spawn(follow);
        if let Err(error) = spawned {
            tracing::warn!(%error, "jobs of other processes are not told live");
        }
    }
}

/// Tells what is new since `known`; nothing once the library is closed.
fn tell_changes(queue: &Weak<JobQueue>, known: &mut BTreeMap<JobId, JobView>) -> Option<()> {
    let queue = queue.upgrade()?;
    let now: BTreeMap<_, _> =
        queue.jobs_of_other_processes().into_iter().map(|job| (job.id, job)).collect();
    for (id, job) in &now {
        if known.get(id) != Some(job) {
            queue.publish(job);
        }
    }
    for (id, job) in std::mem::take(known) {
        if now.contains_key(&id) {
            continue;
        }
        match queue.runs.get(job.run) {
            Ok(run) if run.state.is_over() => {
                let (ended, outcome) = (run.ended, run.outcome);
                let current = String::new();
                queue.publish(&JobView { state: run.state, ended, outcome, current, ..job });
            }
            // Its process died, which the next sweep sees.
            _ => drop(known.insert(id, job)),
        }
    }
    known.extend(now);
    Some(())
}
