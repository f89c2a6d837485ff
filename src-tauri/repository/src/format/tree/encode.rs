//! A tree as its canonical JSON.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use undercroft_foundation::Result;

use super::go_text::{push_json_string, push_name};
use super::node::{ExtendedAttribute, Node};
use super::time::push_time;
use crate::format::blob::{FinishedBlob, LargeBlobBuilder};

/// The beginning and the end of the text of a tree.
pub(super) const START: &[u8] = b"{\"nodes\":[";
const END: &[u8] = b"]}\n";

/// The text of a tree, its nodes in the order of their names.
pub(crate) fn encode_tree<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<u8> {
    let mut json = Vec::with_capacity(4096);
    json.extend_from_slice(START);
    push_nodes(&mut json, nodes, &mut true);
    json.extend_from_slice(END);
    json
}

fn push_nodes<'a>(json: &mut Vec<u8>, nodes: impl Iterator<Item = &'a Node>, first: &mut bool) {
    for node in nodes {
        if !std::mem::take(first) {
            json.push(b',');
        }
        push_node(json, node);
    }
}

/// A tree that is stored bit by bit as its nodes come, and never held whole.
pub(crate) struct TreeBuilder {
    blob: LargeBlobBuilder,
    json: Vec<u8>,
    is_empty: bool,
}

impl TreeBuilder {
    /// A tree without nodes, to be stored in `blob`.
    pub(crate) fn new(blob: LargeBlobBuilder) -> Self {
        Self { blob, json: START.to_vec(), is_empty: true }
    }

    /// Adds nodes, in the order of their names.
    ///
    /// # Errors
    /// As [`LargeBlobBuilder::write`].
    pub(crate) fn push<'a>(&mut self, nodes: impl Iterator<Item = &'a Node>) -> Result<()> {
        push_nodes(&mut self.json, nodes, &mut self.is_empty);
        self.write()
    }

    /// Ends the tree.
    ///
    /// # Errors
    /// As [`LargeBlobBuilder::finish`].
    pub(crate) fn finish(mut self) -> Result<FinishedBlob> {
        self.json.extend_from_slice(END);
        self.write()?;
        self.blob.finish()
    }

    fn write(&mut self) -> Result<()> {
        self.blob.write(&self.json)?;
        self.json.clear();
        Ok(())
    }
}

fn push_node(json: &mut Vec<u8>, node: &Node) {
    json.extend_from_slice(b"{\"name\":");
    push_name(json, &node.name);
    json.extend_from_slice(b",\"type\":");
    push_json_string(json, node.kind.name());
    push_number(json, "mode", node.mode.into());
    json.extend_from_slice(b",\"mtime\":");
    push_time(json, node.mtime);
    json.extend_from_slice(b",\"atime\":");
    push_time(json, node.atime);
    json.extend_from_slice(b",\"ctime\":");
    push_time(json, node.ctime);
    // Writing to a vector cannot fail.
    let _ = write!(json, ",\"uid\":{},\"gid\":{}", node.uid, node.gid);
    push_text(json, "user", &node.user);
    push_text(json, "group", &node.group);
    push_number(json, "inode", node.inode);
    push_number(json, "device_id", node.device_id);
    push_number(json, "size", node.size);
    push_number(json, "links", node.links);
    push_link_target(json, &node.linktarget);
    push_attributes(json, &node.extended_attributes);
    if let Some(attributes) = &node.generic_attributes {
        json.extend_from_slice(b",\"generic_attributes\":");
        json.extend_from_slice(attributes.as_bytes());
    }
    push_number(json, "device", node.device);
    json.extend_from_slice(b",\"content\":");
    push_content(json, node);
    if let Some(subtree) = &node.subtree {
        let _ = write!(json, ",\"subtree\":\"{subtree}\"");
    }
    push_text(json, "error", &node.error);
    json.push(b'}');
}

fn push_number(json: &mut Vec<u8>, field: &str, number: u64) {
    if number != 0 {
        let _ = write!(json, ",\"{field}\":{number}");
    }
}

fn push_text(json: &mut Vec<u8>, field: &str, text: &str) {
    if !text.is_empty() {
        let _ = write!(json, ",\"{field}\":");
        push_json_string(json, text);
    }
}

/// A target that is not UTF-8 goes to `linktarget_raw`, and a readable likeness beside it.
fn push_link_target(json: &mut Vec<u8>, target: &[u8]) {
    push_text(json, "linktarget", &String::from_utf8_lossy(target));
    if std::str::from_utf8(target).is_err() {
        let _ = write!(json, ",\"linktarget_raw\":\"{}\"", BASE64.encode(target));
    }
}

fn push_attributes(json: &mut Vec<u8>, attributes: &[ExtendedAttribute]) {
    if attributes.is_empty() {
        return;
    }
    json.extend_from_slice(b",\"extended_attributes\":[");
    for (at, attribute) in attributes.iter().enumerate() {
        json.extend_from_slice(if at > 0 { b",{\"name\":" } else { b"{\"name\":" });
        push_json_string(json, &attribute.name);
        match &attribute.value {
            Some(value) => {
                let _ = write!(json, ",\"value\":\"{}\"}}", BASE64.encode(value));
            }
            None => json.extend_from_slice(b",\"value\":null}"),
        }
    }
    json.push(b']');
}

fn push_content(json: &mut Vec<u8>, node: &Node) {
    let Some(content) = &node.content else {
        json.extend_from_slice(b"null");
        return;
    };
    json.push(b'[');
    for (at, id) in content.iter().enumerate() {
        let mut digits = [0; 64];
        // 32 bytes always make 64 digits.
        let _ = hex::encode_to_slice(id.0, &mut digits);
        json.extend_from_slice(if at > 0 { b",\"" } else { b"\"" });
        json.extend_from_slice(&digits);
        json.push(b'"');
    }
    json.push(b']');
}
