//! Trees as text and back, against what restic writes.

use super::*;
use crate::id::BlobId;

fn file() -> Node {
    Node {
        name: b"caf\xe9 <1>\n".to_vec(),
        kind: NodeKind::File,
        mode: 0o644,
        mtime: NodeTime { seconds: 1_600_000_000, nanoseconds: 123_000_000 },
        atime: NodeTime { seconds: 1_600_000_000, nanoseconds: 123_000_000 },
        ctime: NodeTime { seconds: 1_600_000_001, nanoseconds: 0 },
        uid: 1000,
        gid: 0,
        user: "ann".to_owned(),
        group: "root".to_owned(),
        inode: 42,
        device_id: 0,
        size: 3,
        links: 1,
        linktarget: Vec::new(),
        extended_attributes: vec![
            ExtendedAttribute { name: "user.a".to_owned(), value: Some(b"b".to_vec()) },
            ExtendedAttribute { name: "user.n".to_owned(), value: None },
        ],
        generic_attributes: None,
        device: 0,
        content: Some(vec![BlobId([0xab; 32])]),
        subtree: None,
        error: String::new(),
    }
}

#[test]
fn a_tree_is_written_byte_for_byte_as_go_does() {
    let link = Node {
        name: b"to".to_vec(),
        kind: NodeKind::Symlink,
        mode: 1 << 27 | 0o777,
        linktarget: b"x\xff".to_vec(),
        content: None,
        extended_attributes: Vec::new(),
        ..file()
    };
    let folder = Node {
        name: b"zebra".to_vec(),
        kind: NodeKind::Dir,
        mode: 1 << 31 | 0o755,
        size: 0,
        content: None,
        subtree: Some(BlobId([1; 32])),
        extended_attributes: Vec::new(),
        user: String::new(),
        ..file()
    };
    let times = r#""mtime":"2020-09-13T12:26:40.123Z","atime":"2020-09-13T12:26:40.123Z","ctime":"2020-09-13T12:26:41Z""#;
    let expected = [
        r#"{"nodes":[{"name":"caf\\xe9 \u003c1\u003e\\n","type":"file","mode":420,"#,
        times,
        r#","uid":1000,"gid":0,"user":"ann","group":"root","inode":42,"size":3,"links":1,"extended_attributes":[{"name":"user.a","value":"Yg=="},{"name":"user.n","value":null}],"content":["#,
        &format!("\"{}\"", "ab".repeat(32)),
        r#"]},{"name":"to","type":"symlink","mode":134218239,"#,
        times,
        r#","uid":1000,"gid":0,"user":"ann","group":"root","inode":42,"size":3,"links":1,"linktarget":"x"#,
        "\u{fffd}",
        r#"","linktarget_raw":"eP8=","content":null},{"name":"zebra","type":"dir","mode":2147484141,"#,
        times,
        r#","uid":1000,"gid":0,"group":"root","inode":42,"links":1,"content":null,"subtree":""#,
        &"01".repeat(32),
        "\"}]}\n",
    ]
    .concat();
    let nodes = [file(), link, folder];
    let json = encode_tree(nodes.iter());
    assert_eq!(String::from_utf8_lossy(&json), expected);
    assert_eq!(decode_tree(&json).expect("decoded").nodes, nodes);
}

#[test]
fn an_empty_file_has_an_empty_list_and_a_tree_of_nothing_is_one() {
    let empty = Node { content: Some(Vec::new()), ..file() };
    let json = String::from_utf8(encode_tree([empty].iter())).expect("UTF-8");
    assert!(json.contains("\"content\":[]"));
    assert_eq!(encode_tree([].iter()), b"{\"nodes\":[]}\n");
    assert_eq!(decode_tree(b"{\"nodes\":null}").expect("decoded"), Tree::default());
}

#[test]
fn fields_that_others_leave_out_or_add_are_no_error() {
    let json = br#"{"nodes":[{"name":"x","type":"irregular","mtime":"2020-01-01T01:00:00+01:00","content":null,"news":[1,{"a":2}],"generic_attributes":{"windows.a": 1}}],"more":1}"#;
    let tree = decode_tree(json).expect("decoded");
    let node = &tree.nodes[0];
    assert_eq!(node.kind, NodeKind::Other("irregular".to_owned()));
    assert_eq!(node.mtime.seconds, 1_577_836_800);
    assert_eq!(node.generic_attributes.as_deref(), Some("{\"windows.a\": 1}"));
    for broken in [&b""[..], b"{", b"[]", br#"{"nodes":[{"name":"x"}]}"#] {
        assert!(decode_tree(broken).is_err());
    }
}
