//! Whether the machine runs on battery, as the kernel tells it.

use std::fs;
use std::path::Path;

/// On battery is a machine that has one, and nothing that feeds it.
pub(super) fn is_on_battery(supplies: &Path) -> bool {
    let Ok(entries) = fs::read_dir(supplies) else { return false };
    let mut drains = false;
    for supply in entries.flatten().map(|entry| entry.path()) {
        let told = |name: &str| fs::read_to_string(supply.join(name)).unwrap_or_default();
        match told("type").trim() {
            // The battery of a mouse says that it is a device's.
            "Battery" => drains |= told("scope").trim() != "Device",
            _ if told("online").trim() == "1" => return false,
            _ => {}
        }
    }
    drains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supply(folder: &Path, name: &str, told: &[(&str, &str)]) {
        fs::create_dir_all(folder.join(name)).unwrap();
        for (file, text) in told {
            fs::write(folder.join(name).join(file), format!("{text}\n")).unwrap();
        }
    }

    #[test]
    fn a_battery_counts_when_nothing_feeds_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(!is_on_battery(&path.join("none")) && !is_on_battery(path));
        supply(path, "mouse", &[("type", "Battery"), ("scope", "Device")]);
        assert!(!is_on_battery(path));
        supply(path, "BAT0", &[("type", "Battery"), ("status", "Discharging")]);
        assert!(is_on_battery(path));
        supply(path, "AC", &[("type", "Mains"), ("online", "0")]);
        assert!(is_on_battery(path));
        supply(path, "ucsi", &[("type", "USB"), ("online", "1")]);
        assert!(!is_on_battery(path));
    }
}
