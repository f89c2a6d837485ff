//! `undercroft repo ls`: list what is in a snapshot.

use std::ffi::OsString;

use clap::Args;
use serde_json::json;
use undercroft_foundation::{Code, Error, Result, escape_name};
use undercroft_repository::{BlobId, Node, NodeKind, Repository};

use crate::exit_status::ExitStatus;
use crate::output::Output;
use crate::repository::{Filter, Spec, long, names, permissions, to_json};
use crate::session::Session;

/// List what is in a snapshot
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// The snapshot: its id, the beginning of it, or `latest`; `SNAPSHOT:PATH` begins at a folder
    snapshot: OsString,
    /// Only these folders, without what is below their folders
    folders: Vec<OsString>,
    /// With the folders below the folders that are named
    #[arg(long)]
    recursive: bool,
    /// Show permissions, owner, size and time
    #[arg(long, short)]
    long: bool,
    #[command(flatten)]
    filter: Filter,
}

impl Ls {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let snapshot = Spec::parse(&self.snapshot)?.find_folder(repository, self.filter)?;
        let out = &session.out;
        if out.is_json() {
            let mut head = to_json(&snapshot);
            head["message_type"] = json!("snapshot");
            head["struct_type"] = json!("snapshot");
            out.record(&head);
        }
        let lister = Lister { repository, out, long: self.long };
        if self.folders.is_empty() {
            lister.list(snapshot.tree, &mut Vec::new(), true)?;
        }
        for folder in &self.folders {
            let mut path = names(folder);
            let node = repository.find_node(&snapshot, &path)?;
            let tree = match &node {
                None => snapshot.tree,
                Some(node) => node.subtree.ok_or_else(|| not_a_folder(node))?,
            };
            lister.list(tree, &mut path, self.recursive)?;
        }
        Ok(ExitStatus::Done)
    }
}

fn not_a_folder(node: &Node) -> Error {
    Error::new(Code::Invalid, format!("{} is not a folder", escape_name(&node.name)))
}

struct Lister<'a> {
    repository: &'a Repository,
    out: &'a Output,
    long: bool,
}

impl Lister<'_> {
    fn list(&self, tree: BlobId, path: &mut Vec<Vec<u8>>, recursive: bool) -> Result<()> {
        for node in self.repository.tree(&tree)?.nodes {
            // Nobody reads on: `undercroft repo ls … | head` must end.
            if self.out.is_closed() {
                return Ok(());
            }
            path.push(node.name.clone());
            self.print(&node, path);
            if let (true, NodeKind::Dir, Some(subtree)) = (recursive, &node.kind, node.subtree) {
                self.list(subtree, path, recursive)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn print(&self, node: &Node, path: &[Vec<u8>]) {
        let shown: Vec<_> = path.iter().map(|name| escape_name(name)).collect();
        let shown = format!("/{}", shown.join("/"));
        if self.out.is_json() {
            self.record(node, &shown);
        } else if self.long {
            self.out.line(long(node, &shown));
        } else {
            self.out.line(shown);
        }
    }

    fn record(&self, node: &Node, path: &str) {
        let mut value = json!({
            "message_type": "node",
            "struct_type": "node",
            "name": escape_name(&node.name),
            "type": node.kind.name(),
            "path": path,
            "uid": node.uid,
            "gid": node.gid,
            "mode": node.mode,
            "permissions": permissions(&node.kind, node.mode),
            "mtime": node.mtime.timestamp().to_string(),
            "atime": node.atime.timestamp().to_string(),
            "ctime": node.ctime.timestamp().to_string(),
            "inode": node.inode,
        });
        if node.kind == NodeKind::File {
            value["size"] = json!(node.size);
        }
        self.out.record(&value);
    }
}
