//! Questions to a place that may never answer: a share whose server is gone, a drive that was
//! pulled out. Each is asked in a thread of its own, so that nobody waits for longer than they want.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::mount_points;

/// The mount of a place that did not answer gets this time to answer itself.
const MOUNT_LIMIT: Duration = Duration::from_millis(300);

/// A place that owes an answer.
struct Silent {
    question: u64,
    place: PathBuf,
    /// Whether all that is below it is silent with it.
    is_mount: bool,
}

/// Only what the machine has is here, whoever asks: a place is silent for all.
static SILENT: Mutex<Vec<Silent>> = Mutex::new(Vec::new());

/// The answer to a question about what is at `path`; nothing where it takes longer than `limit`.
/// Until the late answer is there, nobody else is made to wait for that place, and no other thread
/// hangs there.
pub fn answer_within<T: Send + 'static>(
    limit: Duration,
    path: &Path,
    question: impl FnOnce(&Path) -> T + Send + 'static,
) -> Option<T> {
    let is_silent = |silent: &Silent| match silent.is_mount {
        true => path.starts_with(&silent.place),
        false => path == silent.place,
    };
    if silent().iter().any(is_silent) {
        return None;
    }
    let answer = ask(limit, path, false, question);
    // Where a link or a folder in it is to blame, the rest of the file system still answers.
    if answer.is_none()
        && let Some(mount) = mount_of(path)
    {
        ask(MOUNT_LIMIT, &mount, true, |mount| drop(fs::metadata(mount)));
    }
    answer
}

fn ask<T: Send + 'static>(
    limit: Duration,
    path: &Path,
    is_mount: bool,
    question: impl FnOnce(&Path) -> T + Send + 'static,
) -> Option<T> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let (send, told) = mpsc::channel();
    let place = path.to_owned();
    let run = move || {
        let _ = send.send(question(&place));
        silent().retain(|silent| silent.question != number);
    };
    thread::Builder::new().name("question".to_owned()).spawn(run).ok()?;
    match told.recv_timeout(limit) {
        Ok(answer) => Some(answer),
        Err(mpsc::RecvTimeoutError::Disconnected) => None,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let mut silent = silent();
            // The one that answered meanwhile has yet to come here.
            let late = told.try_recv();
            if let Err(mpsc::TryRecvError::Empty) = late {
                silent.push(Silent { question: number, place: path.to_owned(), is_mount });
            }
            late.ok()
        }
    }
}

fn silent() -> MutexGuard<'static, Vec<Silent>> {
    SILENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The mount that a path lies on, unless that is the root's.
fn mount_of(path: &Path) -> Option<PathBuf> {
    let above = mount_points().into_iter().filter(|point| path.starts_with(point));
    let nearest = above.max_by_key(|point| point.components().count());
    nearest.filter(|point| point.parent().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_place_is_asked_once_until_it_answers() {
        let (wake, asleep) = mpsc::channel::<()>();
        let (place, beside) = (Path::new("/silent-for-a-test"), Path::new("/silent-for-a-test/a"));
        let (soon, late) = (Duration::from_millis(50), Duration::from_secs(60));
        assert_eq!(answer_within(soon, place, move |_| asleep.recv().is_ok()), None);
        assert_eq!(answer_within(late, place, |_| ()), None);
        assert_eq!(answer_within(late, beside, |_| ()), Some(()));
        wake.send(()).unwrap();
        while answer_within(late, place, |_| ()).is_none() {
            thread::yield_now();
        }
    }
}
