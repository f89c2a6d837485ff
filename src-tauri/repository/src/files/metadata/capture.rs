//! Makes nodes of entries.

use std::path::Path;

use rustix::fs::readlinkat;
use undercroft_foundation::{Code, Error, IoContext, Result, escape_name, text};

use super::owners::Owners;
use super::stat::Stat;
use super::{Entry, attributes};
use crate::format::tree::{ExtendedAttribute, Node, NodeKind};

/// Reads entries into nodes.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    owners: Owners,
    keep_access_time: bool,
    device_of_every_entry: bool,
}

impl Capture {
    /// Reads the names of users and groups. Without `keep_access_time` a node's access time is
    /// that of its last change, so that reading a file does not change its folder's tree. With
    /// `device_of_every_entry` a node names its device even where the entry has but one name.
    pub(crate) fn new(keep_access_time: bool, device_of_every_entry: bool) -> Self {
        Self { owners: Owners::read(), keep_access_time, device_of_every_entry }
    }

    /// The node of an entry, without asking the system for more: [`Capture::fill`] adds where
    /// a link points and the extended attributes. A file's content is empty so far, and a folder
    /// has no tree.
    ///
    /// # Errors
    /// [`Code::Unsupported`] for what the format has no word for.
    pub(crate) fn node_of(&self, name: &[u8], stat: &Stat) -> Result<Node> {
        let Some(kind) = stat.kind() else {
            let what = text!("{name} is of no kind that can be kept", name = escape_name(name));
            return Err(Error::new(Code::Unsupported, what));
        };
        // Links of a folder, a pipe or a socket, and the device of all that has one name, would
        // only make a new tree where nothing changed.
        let counts_links = !matches!(kind, NodeKind::Dir | NodeKind::Fifo | NodeKind::Socket);
        let shared = stat.links() > 1 && kind != NodeKind::Dir;
        let is_file = kind == NodeKind::File;
        let is_device = matches!(kind, NodeKind::Dev | NodeKind::CharDev);
        Ok(Node {
            mode: stat.mode(),
            mtime: stat.mtime(),
            atime: if self.keep_access_time { stat.atime() } else { stat.mtime() },
            ctime: stat.ctime(),
            uid: stat.uid(),
            gid: stat.gid(),
            user: self.owners.user(stat.uid()),
            group: self.owners.group(stat.gid()),
            inode: stat.inode(),
            device_id: if shared || self.device_of_every_entry { stat.device_id() } else { 0 },
            size: if is_file { stat.size() } else { 0 },
            links: if counts_links { stat.links() } else { 0 },
            device: if is_device { stat.device() } else { 0 },
            content: is_file.then(Vec::new),
            ..Node::new(name, kind)
        })
    }

    /// The node of an entry that did not change since `previous` was made of it; a folder has no
    /// tree.
    pub(crate) fn renew(&self, previous: &Node, stat: &Stat) -> Node {
        let atime = if self.keep_access_time { stat.atime() } else { previous.atime };
        Node { atime, subtree: None, ..previous.clone() }
    }

    /// Adds what a look does not tell: where a symbolic link points, and extended attributes.
    /// `path` is for the message.
    ///
    /// # Errors
    /// The first failure; what else could be read is in the node then.
    pub(crate) fn fill(&self, node: &mut Node, entry: Entry<'_>, path: &Path) -> Result<()> {
        if let (NodeKind::Symlink, Entry::In(folder, name)) = (&node.kind, entry) {
            let target = readlinkat(folder, name, Vec::new());
            node.linktarget = target.map_err(Into::into).at("read the link", path)?.into_bytes();
        }
        let names = attributes::list(entry);
        let mut result = Ok(());
        for name in names.map_err(Into::into).at("list the extended attributes of", path)? {
            match read_attribute(entry, name, path) {
                Ok(attribute) => node.extended_attributes.push(attribute),
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }
}

fn read_attribute(entry: Entry<'_>, name: Vec<u8>, path: &Path) -> Result<ExtendedAttribute> {
    let shown = escape_name(&name);
    let value = attributes::get(entry, &name);
    let value =
        value.map_err(Into::into).at(&format!("read the extended attribute {shown} of"), path)?;
    // The format keeps names as text; another name than it had would be worse than none.
    let name = String::from_utf8(name).map_err(|_| {
        Error::new(Code::Unsupported, text!("The extended attribute {shown} cannot be kept", shown))
            .why("Its name is not UTF-8")
    })?;
    Ok(ExtendedAttribute { name, value })
}
