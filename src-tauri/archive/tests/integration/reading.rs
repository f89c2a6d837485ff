//! Searching, previews, and any tree at all.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use undercroft_foundation::{Code, NameQuery, TreePath};
use undercroft_testkit::{assert_same_tree, write_file};

use super::stage::{Stage, extract};

#[test]
fn names_are_found_in_any_case() {
    let stage = Stage::new();
    let project = stage.project("search", |root| {
        write_file(root.join("src/Parser.rs"), "1");
        write_file(root.join("src/parser/mod.rs"), "2");
        write_file(root.join("README"), "3");
    });
    let archive = stage.archive(&project).unwrap();
    let reader = stage.reader(&archive);
    let paths = |text: &str| -> Vec<String> {
        reader
            .search(&NameQuery::new(text).unwrap(), 10)
            .unwrap()
            .into_iter()
            .map(|hit| hit.path.to_string())
            .collect()
    };
    assert_eq!(paths("PARSER"), ["src/Parser.rs", "src/parser"]);
    assert!(paths("history").is_empty() && paths("project.json").is_empty());
    assert_eq!(reader.search(&NameQuery::new("r").unwrap(), 1).unwrap().len(), 1);
}

#[test]
fn a_preview_reads_the_beginning() {
    let stage = Stage::new();
    let project = stage.project("preview", |root| {
        write_file(root.join("long"), vec![b'x'; 30 << 20]);
        write_file(root.join("short"), "short");
    });
    let archive = stage.archive(&project).unwrap();
    let reader = stage.reader(&archive);
    let find = |path: &str| reader.find(&TreePath::new(path.as_bytes()).unwrap()).unwrap();
    assert_eq!(reader.head(find("long"), 1000).unwrap(), vec![b'x'; 1000]);
    assert_eq!(reader.head(find("short"), 1000).unwrap(), b"short");
    let folder = reader.find(&TreePath::root()).unwrap();
    assert_eq!(reader.head(folder, 10).unwrap_err().code(), Code::Invalid);
}

#[derive(Debug, Clone)]
enum Node {
    File(Vec<u8>),
    Folder(BTreeMap<String, Node>),
}

fn node() -> impl Strategy<Value = Node> {
    let sizes = prop_oneof![0..3000_usize, 100_000..300_000_usize, 3_000_000..3_100_000_usize];
    let file = (sizes, any::<u8>()).prop_map(|(size, seed)| {
        Node::File((0..size).map(|at| (at.wrapping_mul(usize::from(seed)) >> 3) as u8).collect())
    });
    file.prop_recursive(4, 24, 6, |inner| {
        prop::collection::btree_map("[a-zé \\-]{1,12}", inner, 0..6).prop_map(Node::Folder)
    })
}

fn write(path: &std::path::Path, node: &Node) {
    match node {
        Node::File(content) => fs::write(path, content).unwrap(),
        Node::Folder(children) => {
            fs::create_dir(path).unwrap();
            children.iter().for_each(|(name, child)| write(&path.join(name), child));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_tree_comes_back(children in prop::collection::btree_map("[a-z]{1,8}", node(), 0..6)) {
        let stage = Stage::new();
        let project = stage.project("any", |root| {
            children.iter().for_each(|(name, child)| write(&root.join(name), child));
        });
        let archive = stage.archive(&project).unwrap();
        let back = stage.path("back");
        extract(&stage.reader(&archive), &back, &[]).unwrap();
        assert_same_tree(&project.root, &back);
        stage.archives.free_source(archive.manifest.id, &undercroft_foundation::Job::new()).unwrap();
        prop_assert!(!project.root.exists());
    }
}
