//! Trees as text and back, against what restic writes.

use proptest::collection::vec;
use proptest::prelude::*;
use undercroft_foundation::OsRandom;

use super::decode::decode_tree;
use super::links::decode_links;
use super::*;
use crate::format::blob::{BlobDecoder, LargeBlob, LargeBlobBuilder};
use crate::format::crypto::Key;
use crate::format::id::BlobId;

fn file() -> Node {
    Node {
        mode: 0o644,
        mtime: NodeTime { seconds: 1_600_000_000, nanoseconds: 123_000_000 },
        atime: NodeTime { seconds: 1_600_000_000, nanoseconds: 123_000_000 },
        ctime: NodeTime { seconds: 1_600_000_001, nanoseconds: 0 },
        uid: 1000,
        user: "ann".to_owned(),
        group: "root".to_owned(),
        inode: 42,
        size: 3,
        extended_attributes: vec![
            ExtendedAttribute { name: "user.a".to_owned(), value: Some(b"b".to_vec()) },
            ExtendedAttribute { name: "user.n".to_owned(), value: None },
        ],
        content: Some(vec![BlobId([0xab; 32])]),
        ..Node::new(b"caf\xe9 <1>\n", NodeKind::File)
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

/// A tree's text as that of a wide folder is read.
fn large(json: &[u8]) -> TreeText {
    let key = Key::random(&OsRandom);
    let mut sealed = Vec::new();
    key.seal(&OsRandom, &zstd::bulk::compress(json, 1).unwrap(), &mut sealed);
    let length = json.len().try_into().unwrap();
    TreeText::Large(LargeBlob::open(&key, &BlobId::of(json), sealed, length).unwrap())
}

fn entry() -> impl Strategy<Value = Node> {
    let bytes = || vec(any::<u8>(), 0..40);
    let ids = vec(any::<[u8; 32]>().prop_map(BlobId), 0..4);
    (bytes(), bytes(), ".{0,9}", ids, any::<(bool, u32, u64)>()).prop_map(
        |(name, target, user, ids, (is_file, mode, inode))| Node {
            name,
            kind: if is_file { NodeKind::File } else { NodeKind::Symlink },
            linktarget: if is_file { Vec::new() } else { target },
            content: is_file.then_some(ids),
            user,
            mode,
            inode,
            ..file()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Entry by entry, however the text is cut, a tree is the same as read at once.
    #[test]
    fn a_tree_that_is_streamed_is_the_same(few in vec(entry(), 1..6), times in 0..400_usize) {
        let nodes: Vec<_> = few.iter().cycle().take(few.len() * times).cloned().collect();
        let json = encode_tree(nodes.iter());
        let links = decode_links(&json).unwrap();
        prop_assert_eq!(large(&json).links().unwrap(), links);
        let streamed: Vec<_> = large(&json).nodes().unwrap().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(streamed, nodes);
    }

    /// Written as its entries come, a tree has the same text and id as written at once.
    #[test]
    fn a_tree_that_grows_is_the_same(nodes in vec(entry(), 0..20), at_once in 1..9_usize) {
        let json = encode_tree(nodes.iter());
        let key = Key::random(&OsRandom);
        for level in [Some(2), None] {
            let mut tree = TreeBuilder::new(LargeBlobBuilder::new(level).unwrap());
            nodes.chunks(at_once).for_each(|some| tree.push(some.iter()).unwrap());
            let mut grown = tree.finish().unwrap();
            prop_assert_eq!((grown.id, grown.length), (BlobId::of(&json), json.len() as u64));
            let stored = grown.stored_length();
            let raw_length = grown.seal(&key, &OsRandom).unwrap().raw_length;
            let mut sealed = grown.into_bytes();
            prop_assert_eq!((sealed.len(), raw_length.is_some()), (stored, level.is_some()));
            let id = BlobId::of(&json);
            let mut decoder = BlobDecoder::new().unwrap();
            let mut plain = Vec::new();
            decoder.decode(&key, &id, &mut sealed, raw_length, &mut plain).unwrap();
            prop_assert_eq!(&plain, &json);
        }
    }
}

#[test]
fn a_large_tree_of_another_program_is_read_and_a_broken_one_is_not() {
    let read =
        |json: &[u8]| large(json).nodes().and_then(|nodes| nodes.collect::<Result<Vec<_>, _>>());
    let one = r#"{"name":"a","type":"file"}"#;
    for (json, count) in [
        (format!("{{\"nodes\":[{one} ,\n{one}] , \"more\":1}}"), 2),
        (format!("{{ \"more\":1, \"nodes\": [{one}]}}"), 1),
        ("{\"nodes\":null}".to_owned(), 0),
        ("{\"nodes\":[ ]}".to_owned(), 0),
    ] {
        assert_eq!(read(json.as_bytes()).expect("read").len(), count, "{json}");
    }
    for broken in ["", "[]", "{\"nodes\":[", "{\"nodes\":[]", "{\"nodes\":[],\"nodes\":[]}"] {
        assert!(read(broken.as_bytes()).is_err(), "{broken}");
    }
    for broken in [",]}", "]", "", "} ]}", ",{]}", "x]}"] {
        assert!(read(format!("{{\"nodes\":[{one}{broken}").as_bytes()).is_err(), "{broken}");
    }
    assert!(read(format!("{{\"nodes\":[{one}{one}]}}").as_bytes()).is_err());
}

#[test]
fn a_large_blob_that_is_not_what_was_written_is_refused() {
    let key = Key::random(&OsRandom);
    let json = encode_tree([file()].iter());
    let open = |id, content: &[u8], length| {
        let mut sealed = Vec::new();
        key.seal(&OsRandom, content, &mut sealed);
        let verified = LargeBlob::verify(&key, &id, &sealed, length);
        let opened = LargeBlob::open(&key, &id, sealed, length);
        assert_eq!(verified.is_ok(), opened.is_ok());
        opened
    };
    let stored = zstd::bulk::compress(&json, 1).unwrap();
    let length = u32::try_from(json.len()).unwrap();
    let id = BlobId::of(&json);
    assert!(open(id, &stored, length).is_ok());
    assert!(open(BlobId([7; 32]), &stored, length).is_err());
    assert!(open(id, &stored, length - 2).is_err());
    assert!(open(id, &stored[..stored.len() - 1], length).is_err());
    assert!(LargeBlob::open(&Key::random(&OsRandom), &id, vec![0; 99], length).is_err());
}
