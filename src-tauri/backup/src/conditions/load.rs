//! Whether the processors have much to do, as the kernel tells it.

use std::fs;
use std::path::Path;

/// Busy is a machine on which, over the last minute, half of the processors had work.
pub(super) fn is_busy(averages: &Path, processors: usize) -> bool {
    let told = fs::read_to_string(averages).unwrap_or_default();
    let of_a_minute = told.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    of_a_minute.is_some_and(|load| load * 2.0 >= processors as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_processors_at_work_are_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loadavg");
        assert!(!is_busy(&path, 4));
        fs::write(&path, "1.99 3.50 4.00 2/345 6789\n").unwrap();
        assert!(!is_busy(&path, 4));
        assert!(is_busy(&path, 2));
        fs::write(&path, "2.00 0.50 0.10 2/345 6789\n").unwrap();
        assert!(is_busy(&path, 4));
    }
}
