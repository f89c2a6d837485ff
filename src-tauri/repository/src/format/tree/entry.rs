//! One entry of a tree, read without making anything of the others.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use undercroft_foundation::Result;

use super::decode::{decode_node, not_a_tree, raw_nodes};
use super::go_text::unquote;
use super::node::Node;

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// The entry of this name in the tree of this text, if there is one.
///
/// # Errors
/// [`Code::Damaged`](undercroft_foundation::Code::Damaged) when it is no tree.
pub(crate) fn decode_entry(json: &[u8], name: &[u8]) -> Result<Option<Node>> {
    for node in raw_nodes::<&RawValue>(json)? {
        let named: Named<'_> = serde_json::from_str(node.get()).map_err(not_a_tree)?;
        if unquote(&named.name).is_some_and(|own| own == name) {
            let raw = serde_json::from_str(node.get()).map_err(not_a_tree)?;
            return decode_node(raw).map(Some);
        }
    }
    Ok(None)
}
