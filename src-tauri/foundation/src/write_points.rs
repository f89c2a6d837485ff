//! The register of every moment at which a crash must lose nothing.
//!
//! A room calls [`reach_write_point`] with a name from [`WRITE_POINTS`] before and after a step
//! that changes what is on disk. A debug build that finds the name in `UNDERCROFT_CRASH_AT`
//! (`name`, or `name:n` for the n-th time) kills itself there, as `kill -9` would; the tests do
//! this at each point of the register. A release build does nothing.

/// The names of all write points, by the step that they belong to.
pub const WRITE_POINTS: &[&str] = &[
    "disk.temporary-written",
    "disk.file-synced",
    "disk.renamed",
    "disk.moved",
    "disk.removed",
    "repository.config-written",
    "repository.key-written",
    "repository.pack-written",
    "repository.index-written",
    "repository.before-snapshot",
    "repository.snapshot-written",
    "repository.lock-written",
    "repository.snapshot-forgotten",
    "repository.pack-read-back",
    "repository.snapshot-replaced",
    "repository.trash-recorded",
    "repository.trash-restored",
    "repository.trash-emptied",
    "repository.prune-indexed",
    "repository.prune-index-removed",
    "repository.prune-pack-removed",
    "repository.repair-indexed",
    "repository.set-aside",
    "parity.settings-written",
    "parity.copy-written",
    "parity.group-written",
    "parity.group-removed",
    "parity.damaged-kept",
    "parity.healed",
    "repository.key-removed",
    "secrets.sealing-key-written",
    "secrets.kept",
    "secrets.recorded",
    "catalog.before-commit",
    "catalog.committed",
    "catalog.migrated",
    "catalog.set-aside",
    "catalog.replaced",
    "project.metadata-written",
    "project.managed-published",
    "project.trashed",
    "project.untrashed",
    "project.folder-deleted",
    "project.trash-leaving",
    "library.places-confirmed",
    "plans.written",
    "plans.hooks-confirmed",
    "settings.written",
    "rules.written",
    "session.appended",
    "session.compacted",
    "restore.blob-written",
    "restore.file-written",
    "history.created",
    "history.object-key-written",
    "history.objects-published",
    "history.pack-written",
    "history.pack-published",
    "history.before-publish",
    "history.published",
    "history.rolled-up",
    "history.wide-pack-grown",
    "history.marks-written",
    "history.thin-written",
    "history.thin-published",
    "history.thinned",
    "history.compact-packed",
    "history.compact-removed",
    "history.compact-objects-published",
    "history.workspaces-written",
    "history.transfer-recorded",
    "history.transfer-finished",
    "history.detach-forgotten",
    "history.detach-moved",
    "history.detach-released",
    "history.attach-objects-copied",
    "history.attach-published",
    "history.attach-indexed",
    "workspace.file-written",
    "workspace.file-placed",
    "workspace.trashed",
    "archive.written",
    "archive.published",
    "archive.recorded",
    "archive.freeing-recorded",
    "archive.source-aside",
    "archive.file-freed",
    "archive.source-freed",
    "archive.file-extracted",
    "archive.extracted",
    "archive.file-placed",
    "archive.placed",
    "archive.trashed",
    "archive.removing",
    "archive.removed",
    "archive.move-begun",
    "archive.stored-elsewhere",
    "archive.moved",
    "archive.file-removed",
    "archive.fetched",
    "archive.brought-back",
    "archive.copy-removed",
    "import.staged",
    "import.filled",
    "import.placed",
    "git.index-written",
    "git.committed",
    "git.objects-written",
    "git.files-written",
    "recovery.restored",
    "recovery.objects-copied",
    "recovery.completed",
    "recovery.adopting",
    "recovery.adopted",
];

/// Marks that the step called `name` was just reached.
///
/// # Panics
/// In a debug build, when `name` is not in the register.
#[inline]
pub fn reach_write_point(name: &'static str) {
    #[cfg(debug_assertions)]
    debug::reach(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Calls `hook` with each write point that a debug build reaches from now on, so that a test can
/// change files at the worst moment. Only the first hook of a process counts.
#[cfg(debug_assertions)]
pub fn on_write_point(hook: impl Fn(&str) + Send + Sync + 'static) {
    debug::hook(Box::new(hook));
}

#[cfg(debug_assertions)]
mod debug {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Crash {
        name: String,
        nth: u64,
    }

    static CRASH: OnceLock<Option<Crash>> = OnceLock::new();
    static REACHED: AtomicU64 = AtomicU64::new(0);
    static HOOK: OnceLock<Hook> = OnceLock::new();

    type Hook = Box<dyn Fn(&str) + Send + Sync>;

    pub(super) fn hook(hook: Hook) {
        HOOK.get_or_init(|| hook);
    }

    pub(super) fn reach(name: &'static str) {
        assert!(super::WRITE_POINTS.contains(&name), "write point {name:?} is not registered");
        if let Some(hook) = HOOK.get() {
            hook(name);
        }
        let Some(crash) = CRASH.get_or_init(from_environment) else { return };
        if crash.name == name && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == crash.nth {
            kill_self();
        }
    }

    fn from_environment() -> Option<Crash> {
        let text = std::env::var("UNDERCROFT_CRASH_AT").ok()?;
        match text.split_once(':') {
            Some((name, nth)) => Some(Crash { name: name.to_owned(), nth: nth.parse().ok()? }),
            None => Some(Crash { name: text, nth: 1 }),
        }
    }

    /// `abort` runs no destructor and flushes no buffer: the same end as SIGKILL brings.
    fn kill_self() -> ! {
        std::process::abort()
    }
}
