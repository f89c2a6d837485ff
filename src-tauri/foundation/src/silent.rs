//! Questions to a place that may never answer: a share whose server is gone, a drive that was
//! pulled out. Each is asked in a thread of its own, so that nobody waits for longer than they want.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use crate::mount_points;

/// A place that owes an answer.
struct Silent {
    question: u64,
    place: PathBuf,
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
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    if silent().iter().any(|silent| path.starts_with(&silent.place)) {
        return None;
    }
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let (send, told) = mpsc::channel();
    let asked = path.to_owned();
    let ask = move || {
        let _ = send.send(question(&asked));
        silent().retain(|silent| silent.question != number);
    };
    std::thread::Builder::new().name("question".to_owned()).spawn(ask).ok()?;
    match told.recv_timeout(limit) {
        Ok(answer) => Some(answer),
        Err(mpsc::RecvTimeoutError::Disconnected) => None,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let mut silent = silent();
            // Who answered meanwhile has yet to come here.
            match told.try_recv() {
                Err(mpsc::TryRecvError::Empty) => {
                    silent.push(Silent { question: number, place: place_of(path) });
                    None
                }
                answer => answer.ok(),
            }
        }
    }
}

fn silent() -> std::sync::MutexGuard<'static, Vec<Silent>> {
    SILENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The mount that a path lies on; the path itself where that is the root's.
fn place_of(path: &Path) -> PathBuf {
    let above = mount_points().into_iter().filter(|point| path.starts_with(point));
    let nearest = above.max_by_key(|point| point.components().count());
    nearest.filter(|point| point.parent().is_some()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_place_is_asked_once_until_it_answers() {
        let (wake, asleep) = mpsc::channel::<()>();
        let (place, below) = (Path::new("/silent-for-a-test"), Path::new("/silent-for-a-test/a"));
        let soon = Duration::from_millis(50);
        assert_eq!(answer_within(soon, place, move |_| asleep.recv().is_ok()), None);
        assert_eq!(answer_within(Duration::from_secs(60), below, |_| ()), None);
        let beside = Path::new("/silent-for-a-test-not");
        assert_eq!(answer_within(Duration::from_secs(60), beside, |_| ()), Some(()));
        wake.send(()).unwrap();
        while answer_within(Duration::from_secs(60), below, |_| ()).is_none() {
            std::thread::yield_now();
        }
    }
}
