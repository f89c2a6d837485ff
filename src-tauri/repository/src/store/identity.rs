//! The user and the machine that work in the repository: written into snapshots, locks and keys.

use std::fs;

/// The user and the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The machine's name.
    pub hostname: String,
    /// The user's name.
    pub username: String,
    /// The user's number.
    pub uid: u32,
    /// The user's group.
    pub gid: u32,
    /// This process.
    pub pid: u32,
}

impl Identity {
    /// The user and the machine of this process.
    pub(crate) fn of_this_process() -> Self {
        let uid = rustix::process::getuid().as_raw();
        Self {
            hostname: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            username: user_name(uid).unwrap_or_default(),
            uid,
            gid: rustix::process::getgid().as_raw(),
            pid: std::process::id(),
        }
    }
}

fn user_name(uid: u32) -> Option<String> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    })
}
