//! A tree from its JSON, as any program of the family wrote it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;
use undercroft_foundation::{Code, Error, Result, text};

use super::Tree;
use super::go_text::unquote;
use super::node::{ExtendedAttribute, Node, NodeKind, NodeTime};
use super::time::parse_time;
use crate::format::id::BlobId;

/// A tree as its text has it; of each entry as much as `N` takes.
#[derive(Deserialize)]
struct RawTree<N> {
    nodes: Option<Vec<N>>,
}

/// Every field but the name and the kind may be missing: older and other writers left some out.
#[derive(Deserialize)]
pub(super) struct RawNode<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default)]
    mode: u32,
    #[serde(borrow, default)]
    mtime: Cow<'a, str>,
    #[serde(borrow, default)]
    atime: Cow<'a, str>,
    #[serde(borrow, default)]
    ctime: Cow<'a, str>,
    #[serde(default)]
    uid: u32,
    #[serde(default)]
    gid: u32,
    #[serde(borrow, default)]
    user: Cow<'a, str>,
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(default)]
    inode: u64,
    #[serde(default)]
    device_id: u64,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    links: u64,
    #[serde(borrow, default)]
    linktarget: Cow<'a, str>,
    #[serde(default)]
    linktarget_raw: Option<String>,
    #[serde(default)]
    extended_attributes: Option<Vec<RawAttribute>>,
    #[serde(borrow, default)]
    generic_attributes: Option<&'a RawValue>,
    #[serde(default)]
    device: u64,
    #[serde(borrow, default)]
    content: Option<Vec<&'a str>>,
    #[serde(borrow, default)]
    subtree: Option<&'a str>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct RawAttribute {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

/// The tree that this text is.
///
/// # Errors
/// [`Code::Damaged`] when it is not one.
pub(crate) fn decode_tree(json: &[u8]) -> Result<Tree> {
    let nodes = raw_nodes(json)?.into_iter().map(decode_node);
    Ok(Tree { nodes: nodes.collect::<Result<_>>()? })
}

/// The entries of the tree of this text, as much of each as `N` takes.
///
/// # Errors
/// [`Code::Damaged`] when it is no tree.
pub(super) fn raw_nodes<'a, N: Deserialize<'a>>(json: &'a [u8]) -> Result<Vec<N>> {
    let raw: RawTree<N> = serde_json::from_slice(json).map_err(not_a_tree)?;
    Ok(raw.nodes.unwrap_or_default())
}

pub(super) fn not_a_tree(source: serde_json::Error) -> Error {
    Error::new(Code::Damaged, "Cannot read a tree")
        .why("It is not the JSON it should be")
        .because(source)
}

pub(super) fn decode_node(raw: RawNode<'_>) -> Result<Node> {
    let wrong = |field: &str| {
        Error::new(
            Code::Damaged,
            text!("Cannot read the tree's entry {raw}", raw = format!("{:?}", raw.name)),
        )
        .why(text!("Its {field} makes no sense", field))
    };
    let time = |text: &str, field| match text {
        "" => Ok(NodeTime::default()),
        text => parse_time(text).ok_or_else(|| wrong(field)),
    };
    let attributes = raw.extended_attributes.unwrap_or_default().into_iter().map(|attribute| {
        let value = attribute.value.map(|value| BASE64.decode(value)).transpose();
        let value = value.map_err(|_| wrong("extended attribute"))?;
        Ok(ExtendedAttribute { name: attribute.name, value })
    });
    let content = raw.content.map(|content| content.into_iter().map(str::parse).collect());
    let linktarget = match raw.linktarget_raw {
        Some(target) => BASE64.decode(target).map_err(|_| wrong("link target"))?,
        None => raw.linktarget.as_bytes().to_vec(),
    };
    Ok(Node {
        name: unquote(&raw.name).ok_or_else(|| wrong("name"))?,
        kind: NodeKind::from_name(&raw.kind),
        mode: raw.mode,
        mtime: time(&raw.mtime, "time")?,
        atime: time(&raw.atime, "time")?,
        ctime: time(&raw.ctime, "time")?,
        uid: raw.uid,
        gid: raw.gid,
        inode: raw.inode,
        device_id: raw.device_id,
        size: raw.size,
        links: raw.links,
        linktarget,
        extended_attributes: attributes.collect::<Result<_>>()?,
        generic_attributes: raw.generic_attributes.map(|raw| raw.get().to_owned()),
        device: raw.device,
        content: content.transpose().map_err(|_: Error| wrong("content"))?,
        subtree: raw.subtree.map(str::parse::<BlobId>).transpose().map_err(|_| wrong("subtree"))?,
        user: raw.user.into_owned(),
        group: raw.group.into_owned(),
        error: raw.error,
    })
}
