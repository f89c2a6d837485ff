//! The links of a tree, read without all the rest of it: to mark or to copy takes no more.

use std::borrow::Cow;

use serde::Deserialize;
use undercroft_foundation::{Code, Error, Result, text};

use super::decode::raw_nodes;
use crate::format::id::BlobId;

#[derive(Deserialize)]
pub(super) struct RawNode<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Option<Vec<&'a str>>,
    #[serde(borrow, default)]
    subtree: Option<&'a str>,
}

/// The subtrees and the content that a tree leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    /// The folders in it: their names as the tree's text has them, and their trees.
    pub(crate) folders: Vec<(String, BlobId)>,
    /// The content of the files in it.
    pub(crate) content: Vec<BlobId>,
}

/// The links of the tree of this text.
///
/// # Errors
/// [`Code::Damaged`] when it is no tree, or a folder in it names none.
pub(crate) fn decode_links(json: &[u8]) -> Result<Links> {
    let mut links = Links::default();
    raw_nodes(json)?.into_iter().try_for_each(|node| links.add(node))?;
    Ok(links)
}

impl Links {
    /// Adds the links of an entry.
    pub(super) fn add(&mut self, node: RawNode<'_>) -> Result<()> {
        let wrong = |field: &str| {
            Error::new(
                Code::Damaged,
                text!("Cannot follow the tree's entry {node}", node = format!("{:?}", node.name)),
            )
            .why(text!("Its {field} makes no sense", field))
        };
        for id in node.content.iter().flatten() {
            self.content.push(id.parse().map_err(|_: Error| wrong("content"))?);
        }
        if node.kind == "dir" {
            let subtree = node.subtree.and_then(|id| id.parse().ok());
            let subtree = subtree.ok_or_else(|| wrong("tree"))?;
            self.folders.push((node.name.into_owned(), subtree));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tree::{Node, NodeKind, encode_tree};

    #[test]
    fn folders_and_content_are_all_that_is_read() {
        let [one, two, three] = [b"1", b"2", b"3"].map(|bytes| BlobId::of(bytes));
        let file =
            Node { content: Some(vec![one, two, one]), ..Node::new("a \"file\"", NodeKind::File) };
        let folder = Node { subtree: Some(three), ..Node::new("b", NodeKind::Dir) };
        let link = Node { linktarget: b"b".to_vec(), ..Node::new("c", NodeKind::Symlink) };
        let links = decode_links(&encode_tree([&file, &folder, &link].into_iter())).expect("read");
        let folders = vec![("b".to_owned(), three)];
        assert_eq!(links, Links { folders, content: vec![one, two, one] });
        let astray = Node::new("d", NodeKind::Dir);
        let read = decode_links(&encode_tree([&astray].into_iter()));
        assert_eq!(read.map_err(|error| error.code()), Err(Code::Damaged));
    }
}
