//! The choices that the format leaves, made as a repository's own writers made them, so that what
//! they stored is found again and a folder has the tree that it has with them.

use undercroft_foundation::Result;

use crate::format::chunker::Chunker;
use crate::format::config::Config;
use crate::format::snapshot::Snapshot;

/// restic writes the device of files with several names only since this version, before of all.
const RESTIC_WITHOUT_DEVICES: (u32, u32) = (0, 17);

/// The choices of a repository.
#[derive(Debug, Clone)]
pub(crate) struct WriterProfile {
    pub(crate) chunker: Chunker,
    /// Whether nodes name the device that holds them, whatever they are.
    pub(crate) device_of_every_entry: bool,
}

impl WriterProfile {
    /// Our own in a repository that we made and were the first to fill, else that of the others.
    /// `snapshots` are all there are, the oldest first.
    pub(crate) fn of(config: &Config, snapshots: &[Snapshot]) -> Result<Self> {
        if let Some(chunker) = config.gear().filter(|_| snapshots.first().is_none_or(is_ours)) {
            return Ok(Self { chunker, device_of_every_entry: false });
        }
        let newest_of_others = snapshots.iter().rfind(|snapshot| !is_ours(snapshot));
        Ok(Self {
            chunker: Chunker::rabin(config.polynomial()?),
            device_of_every_entry: newest_of_others
                .is_some_and(|snapshot| writes_every_device(&snapshot.program_version)),
        })
    }
}

fn is_ours(snapshot: &Snapshot) -> bool {
    snapshot.program_version.starts_with("undercroft ")
}

/// restic names itself only since 0.17.
fn writes_every_device(program_version: &str) -> bool {
    let Some(version) = program_version.strip_prefix("restic ") else {
        return program_version.is_empty();
    };
    let mut numbers = version.split(['.', '-']).map_while(|number| number.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < RESTIC_WITHOUT_DEVICES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_restics_write_every_device() {
        for old in ["", "restic 0.16.4", "restic 0.9.0-dev"] {
            assert!(writes_every_device(old), "{old}");
        }
        for new in ["restic 0.17.0", "restic 0.19.1", "restic 1.0.0", "rustic 0.9.0"] {
            assert!(!writes_every_device(new), "{new}");
        }
    }
}
