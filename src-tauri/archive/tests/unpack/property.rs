//! Random trees come back from every format.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use undercroft_testkit::{Compare, tree_differences, write_file};

use crate::support::{Scene, run};

fn tree() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    let name = "[a-z]{1,8}(/[a-z .\u{e4}_-]{1,12}x){0,4}\\.[a-z]{1,3}";
    let content = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..2000),
        (0..300_000_usize, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
    ];
    proptest::collection::btree_map(name, content, 1..25)
}

fn write(root: &Path, tree: &BTreeMap<String, Vec<u8>>) {
    for (name, content) in tree {
        write_file(root.join(name), content);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]
    #[test]
    fn a_tree_comes_back(tree in tree()) {
        let source = Scene::new();
        let root = source.path("in/project");
        write(&root, &tree);
        let pack = "tar -cf tar project; gzip -k tar; xz -k0 tar; zstd -qk tar; zip -qr zip project";
        run(&source.path("in"), pack);
        let expected = Compare { modes: true, ..Compare::CONTENT };
        for name in ["tar", "tar.gz", "tar.xz", "tar.zst", "zip.zip"] {
            let scene = Scene::new();
            let report = scene.unpack(&source.path("in").join(name)).unwrap();
            prop_assert_eq!(report.files, tree.len() as u64);
            let differences = tree_differences(&root, &scene.target(), expected);
            prop_assert!(differences.is_empty(), "{}: {:?}", name, differences);
        }
    }

    #[test]
    fn random_bytes_in_an_archive_leave_nothing_outside(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let source = Scene::new();
        write_file(source.path("in/p/a"), "text ".repeat(500));
        write_file(source.path("in/p/b/c"), "text");
        run(&source.path("in"), "tar -cf tar p; tar -czf gz p; zip -qr zip p");
        for name in ["tar", "gz", "zip.zip"] {
            let mut bytes = fs::read(source.path("in").join(name)).unwrap();
            let length = bytes.len();
            for (at, byte) in &flips {
                bytes[at.index(length)] ^= byte;
            }
            let scene = Scene::new();
            let _ = scene.unpack_bytes(&bytes);
        }
    }
}
