//! A clock that only the test moves.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::Clock;

/// A clock that stands still until it is told to move; sleeping moves it at once.
#[derive(Debug)]
pub struct ManualClock(Mutex<Hands>);

#[derive(Debug, Clone, Copy)]
struct Hands {
    wall: Timestamp,
    steady: Duration,
    slept: Duration,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(Hands { wall: now, steady: Duration::ZERO, slept: Duration::ZERO }))
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hands.wall += duration;
        hands.steady += duration;
    }

    /// Lets time pass while the machine sleeps.
    pub fn suspend(&self, duration: Duration) {
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hands.wall += duration;
        hands.slept += duration;
    }

    /// Moves the wall clock alone, as somebody who sets it does.
    pub fn set_wall(&self, change: SignedDuration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).wall += change;
    }

    fn hands(&self) -> Hands {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    /// Noon on the first day of March 2026.
    fn default() -> Self {
        Self::at(Timestamp::constant(1_772_366_400, 0))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.hands().wall
    }

    fn steady(&self) -> Duration {
        self.hands().steady
    }

    fn since_boot(&self) -> Duration {
        let hands = self.hands();
        hands.steady + hands.slept
    }

    fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_passes_at_once_and_setting_the_wall_clock_moves_nothing_else() {
        let clock = ManualClock::default();
        let start = clock.now();
        assert_eq!(start.to_string(), "2026-03-01T12:00:00Z");
        let year = Duration::from_secs(365 * 86400);
        clock.sleep(year);
        assert_eq!(clock.steady(), year);
        clock.set_wall(SignedDuration::from_secs(-365 * 86400));
        assert_eq!((clock.now(), clock.steady()), (start, year));
        clock.suspend(year);
        assert_eq!((clock.steady(), clock.since_boot()), (year, 2 * year));
    }
}
