//! Walking trees one after the other.

use undercroft_foundation::Result;

/// Visits trees, the last of them first; those that `visit` finds in one come next.
pub(crate) fn walk_trees<T>(
    mut todo: Vec<T>,
    mut visit: impl FnMut(T) -> Result<Vec<T>>,
) -> Result<()> {
    while let Some(tree) = todo.pop() {
        todo.extend(visit(tree)?);
    }
    Ok(())
}
