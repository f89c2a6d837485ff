//! The machine under the doctor's eye: its clock, and what it lacks.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::text;

use super::finding::{failed, passed, warning};
use super::wire::Finding;
use crate::Api;

const AREA: &str = "machine";
/// No clock is right that shows less than when this was written.
const WRITTEN: Timestamp = Timestamp::constant(1_767_225_600, 0);
/// A clock may be this far behind what it showed before without a word.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

impl Api {
    pub(super) fn examine_machine(&self) -> Vec<Finding> {
        vec![self.examine_clock(), examine_mounting()]
    }

    fn examine_clock(&self) -> Finding {
        let now = self.0.library.world().clock.now();
        let newest = match self.0.library.events().latest(1) {
            Ok(events) => events.first().map(|event| event.time),
            Err(error) => return failed("catalog", &error),
        };
        let is_behind = newest.is_some_and(|newest| newest.duration_since(now) > SLACK);
        if is_behind || now < WRITTEN {
            return warning(
                AREA,
                text!("The clock shows {now}, and it was later before", now = now.to_string()),
                text!("Backups are told apart by their times, and plans run by them"),
                text!("Set the clock; nothing is let go meanwhile because of it"),
            );
        }
        passed(AREA, text!("The clock goes forward"))
    }
}

fn examine_mounting() -> Finding {
    match Path::new("/dev/fuse").exists() {
        true => passed(AREA, text!("Backups can be shown as folders")),
        false => warning(
            AREA,
            text!("Backups cannot be shown as folders"),
            text!("This system has no FUSE"),
            text!("Install fuse3, if you want that; all else works without it"),
        ),
    }
}
