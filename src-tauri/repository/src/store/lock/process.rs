//! The process that took a lock, told so exactly that its death can be proven.

use std::fs;
use std::os::unix::fs::MetadataExt;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

/// The marks that tell a process from every other one that had or will have its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// The kernel's name for this run of itself: no two machines and no two starts share it.
    boot: String,
    /// The namespace in which its number counts.
    namespace: u64,
    /// When it was started, in ticks since the boot.
    started: u64,
}

impl Process {
    /// This process; nothing where the system does not tell.
    pub(super) fn current() -> Option<Self> {
        let own = std::process::id();
        // Where another namespace's `/proc` is mounted, its numbers are not ours.
        let seen = fs::read_link("/proc/self").ok()?;
        (seen.to_str() == Some(&own.to_string())).then_some(())?;
        Some(Self {
            boot: fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned(),
            namespace: fs::metadata("/proc/self/ns/pid").ok()?.ino(),
            started: look_up(own)?.started,
        })
    }

    /// Whether the process of this number is proven to be gone. `own` is who asks: of another
    /// machine, boot or namespace it can tell nothing.
    pub(super) fn is_gone(&self, pid: u32, own: &Self) -> bool {
        self.boot == own.boot
            && self.namespace == own.namespace
            && (is_no_process(pid)
                || look_up(pid).is_some_and(|it| it.ended || it.started != self.started))
    }
}

/// Whether no process of this machine, as far as this one sees it, has this number.
pub(super) fn is_no_process(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

struct Seen {
    started: u64,
    /// It ended, and only waits for its parent to hear of that.
    ended: bool,
}

/// The system's account of a process, unless it keeps that to itself.
fn look_up(pid: u32) -> Option<Seen> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field, the program's name, may hold anything; the others do not.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    Some(Seen { started: fields.nth(18)?.parse().ok()?, ended })
}
