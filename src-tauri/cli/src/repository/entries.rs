//! The entries of a snapshot as `ls -l` shows them.

use undercroft_foundation::escape_name;
use undercroft_repository::{Node, NodeKind};

use crate::output::format::local_time;

/// Go's bits for what is no permission proper.
const SETUID: u32 = 1 << 23;
const SETGID: u32 = 1 << 22;
const STICKY: u32 = 1 << 20;

/// `drwxr-xr-x`: the kind, then who may read, write and enter or run. `mode` has Go's bits, as
/// the repository keeps them.
pub(crate) fn permissions(kind: &NodeKind, mode: u32) -> String {
    let kind = match kind {
        NodeKind::File => '-',
        NodeKind::Dir => 'd',
        NodeKind::Symlink => 'l',
        NodeKind::Dev => 'b',
        NodeKind::CharDev => 'c',
        NodeKind::Fifo => 'p',
        NodeKind::Socket => 's',
        NodeKind::Other(_) => '?',
    };
    let triples = [(6, SETUID, 's', 'S'), (3, SETGID, 's', 'S'), (0, STICKY, 't', 'T')];
    let mut text = String::from(kind);
    for (shift, special, with_run, without_run) in triples {
        let bits = mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => with_run,
            (false, true) => without_run,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// An entry with all that is known of it, as `ls -l` shows it.
pub(crate) fn long(node: &Node, path: &str) -> String {
    let target = match node.kind {
        NodeKind::Symlink => format!(" -> {}", escape_name(&node.linktarget)),
        _ => String::new(),
    };
    format!(
        "{} {:>5} {:>5} {:>12} {} {path}{target}",
        permissions(&node.kind, node.mode),
        node.uid,
        node.gid,
        node.size,
        local_time(node.mtime.timestamp()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_look_as_ls_shows_them() {
        assert_eq!(permissions(&NodeKind::Dir, 0o755), "drwxr-xr-x");
        assert_eq!(permissions(&NodeKind::File, 0o640 | SETGID), "-rw-r-S---");
        assert_eq!(permissions(&NodeKind::Dir, 0o777 | STICKY), "drwxrwxrwt");
    }
}
