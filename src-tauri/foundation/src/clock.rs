//! Time as a parameter, so that a test can let a year pass in a second.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and lets it pass.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The wall clock's moment.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment that no change of the wall clock moves. It stands still while
    /// the machine sleeps.
    fn steady(&self) -> Duration;

    /// Time since some fixed moment that no change of the wall clock moves, the machine's sleep
    /// included.
    fn since_boot(&self) -> Duration;

    /// Waits on this thread.
    fn sleep(&self, duration: Duration);
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }

    fn since_boot(&self) -> Duration {
        #[cfg(target_os = "linux")]
        let clock = rustix::time::ClockId::Boottime;
        // Elsewhere the monotonic clock of POSIX goes on while the machine sleeps.
        #[cfg(not(target_os = "linux"))]
        let clock = rustix::time::ClockId::Monotonic;
        Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
