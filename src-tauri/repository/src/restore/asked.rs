//! The entries that were asked for: each has to be there.

use std::collections::BTreeMap;

use undercroft_foundation::{Code, Error, Result, escape_name, text};

use super::RestoreRequest;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::store::repository::Repository;

/// The names in a folder that were asked for.
#[derive(Default)]
struct Asked<'a>(BTreeMap<&'a [u8], Asked<'a>>);

impl Repository {
    /// Goes on when a snapshot has all entries that were asked for. Each folder on the way is read
    /// once, however many they are.
    ///
    /// # Errors
    /// [`Code::NotFound`], and a tree that cannot be read.
    pub(super) fn check_asked(&self, snapshot: &Snapshot, request: &RestoreRequest) -> Result<()> {
        let mut all = Asked::default();
        for names in &request.only {
            names.iter().fold(&mut all, |at, name| at.0.entry(name).or_default());
        }
        let mut open: Vec<(BlobId, String, Asked<'_>)> = vec![(snapshot.tree, String::new(), all)];
        while let Some((tree, path, mut asked)) = open.pop() {
            if asked.0.is_empty() {
                continue;
            }
            for node in self.nodes(&tree)? {
                let node = node?;
                let Some(below) = asked.0.remove(&node.name[..]) else { continue };
                let name = escape_name(&node.name);
                match node.subtree {
                    Some(subtree) => open.push((subtree, format!("{path}/{name}"), below)),
                    None if below.0.is_empty() => {}
                    None => {
                        return Err(Error::new(
                            Code::NotFound,
                            text!("{name} is not a folder", name),
                        ));
                    }
                }
                if asked.0.is_empty() {
                    break;
                }
            }
            if let Some(name) = asked.0.keys().next() {
                let (name, snapshot) = (escape_name(name), snapshot.id.short());
                let what =
                    text!("There is no {path}/{name} in snapshot {snapshot}", path, name, snapshot);
                return Err(Error::new(Code::NotFound, what));
            }
        }
        Ok(())
    }
}
