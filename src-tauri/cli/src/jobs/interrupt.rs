//! Ctrl-C: the first asks the work to stop at its next safe moment, the second ends the program.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

static STOPPED: AtomicBool = AtomicBool::new(false);
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// From now on, signals that end a program ask the work to stop instead.
pub(crate) fn watch() {
    static WATCH: OnceLock<()> = OnceLock::new();
    WATCH.get_or_init(|| {
        let (ready, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || listen(&ready));
        // Work must not begin before the signals are caught: it would leave its lock behind.
        let _ = wait.recv();
    });
}

/// Whether a signal came.
pub(crate) fn is_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Whether it was the system that asked, as when the user logs out.
pub(crate) fn is_terminated() -> bool {
    TERMINATED.load(Ordering::Relaxed)
}

fn listen(ready: &std::sync::mpsc::Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
        return;
    };
    runtime.block_on(async {
        // Not SIGHUP: restic sends it to ask whether the owner of a lock lives.
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let [Ok(mut interrupt), Ok(mut terminate)] = kinds.map(signal) else {
            return;
        };
        let _ = ready.send(());
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => TERMINATED.store(true, Ordering::Relaxed),
            }
            if STOPPED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        }
    });
}
