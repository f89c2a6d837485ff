//! The copies that parity has of small files: they go with the files that are given up.

use undercroft_foundation::Result;
use undercroft_providers::Provider;

use crate::format::file_kind::FileKind;

/// The folder of the copies; each lies below it under the path of its original.
pub(crate) const PARITY_COPIES: &str = "parity/copies";

/// Removes the copies of files that are given up, so that nothing brings them back.
pub(super) fn remove_parity_copies(
    provider: &dyn Provider,
    kind: FileKind,
    paths: &[String],
) -> Result<()> {
    // Of packs there are no copies, nor of locks.
    if matches!(kind, FileKind::Lock | FileKind::Pack) {
        return Ok(());
    }
    let mut copies = Vec::new();
    // A snapshot may have been copied before it went into the trash.
    let earlier = paths.iter().filter_map(|path| match kind {
        FileKind::TrashedSnapshot => Some(FileKind::Snapshot.path(path.rsplit('/').next()?)),
        _ => None,
    });
    for path in paths.iter().cloned().chain(earlier) {
        let copy = format!("{PARITY_COPIES}/{path}");
        if provider.size(&copy)?.is_some() {
            copies.push(copy);
        }
    }
    if copies.is_empty() { Ok(()) } else { provider.remove_all(&copies) }
}
