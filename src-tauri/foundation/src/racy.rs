//! Whether the time of a file's last change can tell a later change from it.

use jiff::{SignedDuration, Timestamp};

/// The most that a file system's clock may lag behind.
const LAG: SignedDuration = SignedDuration::from_millis(50);

/// The steps of the clocks that know no parts of a second: those of FAT are of two.
const WHOLE_SECONDS: SignedDuration = SignedDuration::from_secs(2);

/// Whether a file that last changed at `changed`, seconds and nanoseconds since 1970, and was looked
/// at at `looked_at` or later, is certain to bear another time when it changes again after that.
///
/// A time without a fraction may be of a clock that has none, such as that of ext4 with small
/// inodes, HFS+ or FAT.
pub fn is_past_racy_window(changed: (i64, u32), looked_at: Timestamp) -> bool {
    let (seconds, nanoseconds) = changed;
    let step = if nanoseconds == 0 { WHOLE_SECONDS } else { SignedDuration::ZERO };
    let changed = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    looked_at.as_nanosecond() - changed > (LAG + step).as_nanos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_time_settles_later_than_a_fine_one() {
        let noon = Timestamp::constant(1_772_366_400, 0);
        let after = |millis| noon + SignedDuration::from_millis(millis);
        let (coarse, fine) = ((noon.as_second(), 0), (noon.as_second(), 1));
        assert!(!is_past_racy_window(fine, after(50)));
        assert!(is_past_racy_window(fine, after(51)));
        assert!(!is_past_racy_window(coarse, after(2050)));
        assert!(is_past_racy_window(coarse, after(2051)));
        // A clock that was set back tells nothing.
        assert!(!is_past_racy_window((noon.as_second() + 60, 1), noon));
        assert!(is_past_racy_window((i64::MIN, 0), noon));
        assert!(!is_past_racy_window((i64::MAX, 0), noon));
    }
}
